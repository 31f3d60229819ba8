"""The options of the commands that read modules, plans and states: what they are read with.

Without `from __future__ import annotations`, as the commands.
"""

from collections.abc import Callable, Sequence
from inspect import Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from policypack.request import Reading

VarFile = Annotated[list[Path] | None, Option("--var-file", metavar="FILE", help="As terraform's. Repeatable.")]
Var = Annotated[list[str] | None, Option("--var", metavar="NAME=VALUE", help="As terraform's. Repeatable.")]
Workspace = Annotated[str | None, Option(metavar="NAME", help="The value of terraform.workspace.")]
EnvVars = Annotated[bool, Option("--env-vars", help="Read TF_VAR_* variables too.")]
Source = Annotated[Path | None, Option(metavar="DIR", help="The root module that a plan was made from.")]
PlanFile = Annotated[Path | None, Option(metavar="FILE", help="The binary plan beside a plan JSON.")]

Read = Callable[..., "Reading"]
"""What a command asks for the Reading of its paths (and whether they are of files that changed)."""


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """The command with these options behind its own. It is not given them, but `read`, which knows them."""

    def run(  # noqa: PLR0913 - each is an option of the command line
        *,
        var_file: VarFile = None,
        var: Var = None,
        workspace: Workspace = None,
        env_vars: EnvVars = False,
        source: Source = None,
        plan_file: PlanFile = None,
        **own: object,
    ) -> None:
        def read(paths: Sequence[str] | None, changed: bool = False) -> "Reading":
            from policypack.request import Reading

            given = tuple(paths or ()), tuple(var_file or ()), tuple(var or ())
            return Reading(*given, workspace, env_vars, source, plan_file, changed)

        command(**own, read=read)

    own = [each for each in signature(command).parameters.values() if each.name != "read"]
    *shared, _ = signature(run).parameters.values()
    run.__signature__ = Signature([*own, *shared])  # type: ignore[attr-defined]  # what typer asks a function for
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run
