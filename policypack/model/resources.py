"""What readers hand over: resources with their places, and the inputs they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from policypack.model.values import Reference, Truth, Unknown, Value, Values, lookup

if TYPE_CHECKING:
    from policypack.model.pipelines import Repository

_LEADING = re.compile(r'(?:[^\s\[]+|\["(?:[^"\\]|\\.)*"\]|\[)+', re.DOTALL)


class Location(Struct, frozen=True, order=True):
    """Lines of a file, 1-based, both ends included. `file` is what the user is shown: relative, with forward slashes."""

    file: str
    line: int = 1
    end_line: int = 1


class Gap(Struct, frozen=True):
    """Something that could not be read, resolved or judged. `unreadable`: an input was lost, so the exit code is 2. `access`:
    it leaves open who can do what, so that whoever asks that is told too. `inputs` are the paths of those that it is about: a
    module may be called by several."""

    reason: str
    location: Location | None = None
    unreadable: bool = False
    access: bool = False
    inputs: tuple[str, ...] = ()


class Comment(Struct, frozen=True):
    """A comment that holds the word `allow:`. `covers` is the block that it stands above or in."""

    text: str
    location: Location
    covers: Location | None


_REASONS = {
    "delete_because_no_resource_config": "its block left the configuration, and any prevent_destroy left with it",
    "delete_because_no_module": "the module call that made it left the configuration",
    "delete_because_wrong_repetition": "its block changed between count, for_each and neither",
    "delete_because_count_index": "its index is beyond the new count",
    "delete_because_each_key": "its key left for_each",
    "delete_because_no_move_target": "it was moved to an address that is not in the configuration",
    "replace_because_cannot_update": "an argument changed that cannot be changed in place",
    "replace_because_tainted": "it is marked as tainted",
    "replace_by_request": "the plan was made with -replace",
    "replace_by_triggers": "replace_triggered_by names something that changes",
}


class Change(Struct, frozen=True):
    """What a plan does to one resource. `actions` are Terraform's own words, in its order."""

    actions: tuple[str, ...]
    before: Values = field(default_factory=dict)
    reason: str = ""
    replace_paths: tuple[str, ...] = ()
    previous_address: str | None = None
    importing: bool = False

    @property
    def destroys(self) -> bool:
        """Whether the object that exists today is deleted, replacement in either order included."""
        return "delete" in self.actions

    @property
    def replaces(self) -> bool:
        """Whether a new object takes the place of the one that is deleted."""
        return "delete" in self.actions and "create" in self.actions

    @property
    def why(self) -> str:
        """Terraform's own reason in words, "" where it gives none (it gives none for `destroy`)."""
        return _REASONS.get(self.reason, "")

    @property
    def forgets(self) -> bool:
        """Whether Terraform lets go of the object and leaves it alive."""
        return "forget" in self.actions


class Lifecycle(Struct, frozen=True):
    """The `lifecycle` block, which no plan and no state holds: `Resource.lifecycle` is None where HCL was not read."""

    prevent_destroy: Truth = False
    ignore_changes: tuple[str, ...] | Literal["all"] | Unknown = ()
    create_before_destroy: Truth = False


class Resource(Struct, frozen=True):
    """One instance of a resource, a data source, a provider block, a backend, or a plan as a whole (`mode`).

    `values` is the normal form: what is written and is not null, nested blocks as lists of mappings, unknown leaves as
    Unknown. For a plan's deletion they are the values before it. `lines` maps a top-level argument or block to its lines.
    `sensitive` are dotted paths that no output may show. `inside` is the path of the input.
    """

    address: str
    type: str
    provider: str
    values: Values
    location: Location
    inside: str = ""
    mode: Literal["managed", "data", "provider", "backend", "plan"] = "managed"
    provider_key: str = ""
    change: Change | None = None
    lifecycle: Lifecycle | None = None
    refers_to: Sequence[Reference] = ()
    module_calls: tuple[Location, ...] = ()
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sensitive: AbstractSet[str] = frozenset()

    def get(self, path: str) -> Value:
        """The value at a dotted path: see `lookup`."""
        return lookup(self.values, path) if "." in path else self.values.get(path)

    def written(self, path: str) -> Value:
        """The value at a dotted path, None also for an empty text: that is how plans and states show many an unset argument."""
        value = self.get(path)
        return None if value == "" else value

    def blocks(self, name: str) -> list[Value]:
        """All blocks of that name, in order. An element is a mapping, or Unknown where a dynamic block is not resolved."""
        value = self.get(name)
        return value if isinstance(value, list) else [] if value is None else [value]

    def hides(self, path: str) -> bool:
        """Whether the value at a dotted path, or a part of it, may not be shown."""
        return any(each == path or each.startswith(f"{path}.") or path.startswith(f"{each}.") for each in self.sensitive)

    def at(self, path: str) -> Location:
        """Where the argument is written, or else the block."""
        lines = self.lines.get(path.partition(".")[0])
        return Location(self.location.file, *lines) if lines else self.location

    @property
    def place(self) -> tuple[str, str]:
        """The input and the address: what tells one resource of an estate from all others."""
        return self.inside, self.address

    @property
    def configured_address(self) -> str:
        """The address without instance keys, as the configuration has it."""
        return strip_keys(self.address)

    @property
    def goes(self) -> bool:
        """Whether nothing of this resource stands after the plan (deleted for good, or let go of)."""
        if self.change is None:
            return False
        actions = self.change.actions
        if len(actions) == 1:  # asked of everything, again and again
            return actions[0] in {"delete", "forget"}
        return ("delete" in actions and "create" not in actions) or ("forget" in actions and not self.change.replaces)


def strip_keys(address: str) -> str:
    """`module.m["a.b"].aws_s3_bucket.b[0]` -> `module.m.aws_s3_bucket.b`. Brackets in quoted keys are not mistaken."""
    if "[" not in address:
        return address
    kept: list[str] = []
    quoted = inside = False
    escaped = False
    for character in address:
        if not inside:
            inside = character == "["
            if not inside:
                kept.append(character)
        elif quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character == "]":
            inside = False
    return "".join(kept)


def leading_address(text: str) -> str:
    """The address that a text begins with, blanks in its quoted keys included: `r["a b"] may delete` -> `r["a b"]`."""
    found = _LEADING.match(text)
    return found[0] if found else ""


class Passed(Struct, frozen=True):
    """What a plan does to one object whose type nobody knows, so that its values were not looked at."""

    address: str
    type: str
    actions: tuple[str, ...]


class Input(Struct, frozen=True):
    """One thing that was read. `path` is what the user is shown.

    `counts` has every managed resource by type, also those whose values were not decoded because no catalog knows the
    type; `destroyed` likewise counts what the plan deletes or replaces, and `passed` has what it deletes, lets go of or does
    something else to than Terraform's words say, where that was not decoded. `invoked` are the actions that it runs beside its
    changes. `passed_over` has, for the types that were not
    decoded, the names of arguments that one of them has (`retention`, `backup.days`). `providers` maps a provider key (`aws`,
    `aws.prod`, `module.m:aws.inner`) to its block, as a Resource of mode "provider". `is_root`: a root module (it has a
    backend, provider blocks, a lock file or variable files), not a module that others call. `backend` is None where
    there is no `backend` or `cloud` block, Unknown where the input cannot tell (a plan or state without its HCL). `moved` has the
    former addresses that the `moved` blocks of a module tell, by address: of a resource, an instance or a module. `mark` is what its
    addresses are told apart by where another input has some of them too: see `policypack.model.namesakes`.
    """

    path: str
    kind: Literal["module", "plan", "state"]
    resources: tuple[Resource, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    destroyed: Mapping[str, int] = field(default_factory=dict)
    passed: tuple[Passed, ...] = ()
    invoked: tuple[str, ...] = ()
    passed_over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    providers: Mapping[str, Resource] = field(default_factory=dict)
    backend: Resource | None | Unknown = None
    is_root: bool = True
    has_source: bool = True
    workspace: str | None = None
    terraform_version: str = ""
    provider_versions: Mapping[str, str] = field(default_factory=dict)
    complete: bool | None = None
    errored: bool | None = None
    lineage: str | None = None
    serial: int | None = None
    gaps: tuple[Gap, ...] = ()
    comments: tuple[Comment, ...] = ()
    repository: Repository | None = None
    moved: Mapping[str, str] = field(default_factory=dict)
    mark: int | None = None

    @property
    def itself(self) -> Resource:
        """The input as the subject of a finding."""
        return Resource(self.path, self.kind, "", {}, Location(self.path), inside=self.path, mode="plan")
