"""What an expression may ask of the module it stands in: the seam between evaluating and loading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from policypack.model import Value


class Scope(Protocol):
    """Names and files that an expression can see. Implementations are immutable to their users: `bind` gives a new one."""

    def resolve(self, root: str, steps: Sequence[str | int]) -> Value:
        """The value of a traversal: `aws_s3_bucket.b[0].arn` is `resolve("aws_s3_bucket", ["b", 0, "arn"])`.

        `root` is never a name that `bind` gave. All static steps are handed over; steps behind a splat or a computed index
        are applied by the evaluator. What cannot be told is an Unknown with its Reference (absolute address).
        """

    def bound(self) -> Mapping[str, Value]:
        """The names that for expressions and dynamic blocks gave (`k`, `v`, `statement`)."""

    def bind(self, names: Mapping[str, Value]) -> Scope:
        """The same scope with more names."""

    def read_file(self, path: str) -> bytes | None:
        """The content of a file inside the scanned tree (relative paths start at the root module), None where there is none,
        where it lies outside, or where it is larger than the reader's limit."""

    def module_folder(self) -> Path:
        """The folder of the module, as the user is shown it (for `path.module`)."""
