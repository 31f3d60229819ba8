"""What all modules of one root share: the tree, the sources that were read, what was downloaded, and how much is left to do."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from policypack.model import Gap, Location, Value
from policypack.read.files import Tree, read_bytes
from policypack.read.hcl.source import Source, load_source
from policypack.read.options import ReadOptions

MAX_DEPTH = 32
"""The most module calls inside each other."""
MAX_MODULES = 5_000
"""The most module instances of one root."""
MAX_CHAIN = 150
"""The most names that lead to one value. Beyond it, the value is not told, so that no input exhausts the stack."""
MAX_FILE = 2**20
"""The largest file that `file()` and its kin may read."""


class Estate(Struct):
    """Shared by all modules of a root, and filled while they are read."""

    root: Path
    tree: Tree
    options: ReadOptions
    workspace: Value
    gaps: dict[Gap, None] = field(default_factory=dict)
    sources: dict[Path, Source] = field(default_factory=dict)
    reals: dict[Path, str] = field(default_factory=dict)
    chain: int = 0
    modules: int = 0
    _manifest: Mapping[str, str] | None = None

    def source(self, folder: Path) -> Source:
        """The source of a folder, read once."""
        if folder not in self.sources:
            self.sources[folder] = load_source(folder, self.tree)
            self.gaps.update(dict.fromkeys(self.sources[folder].gaps))
        return self.sources[folder]

    def real(self, folder: Path) -> str:
        """The folder with all links followed."""
        if folder not in self.reals:
            self.reals[folder] = os.path.realpath(folder)
        return self.reals[folder]

    def gap(self, reason: str, location: Location | None, *, unreadable: bool = False) -> None:
        """Something that could not be resolved; said once."""
        self.gaps[Gap(reason, location, unreadable)] = None

    def read_file(self, path: str) -> bytes | None:
        """A small file of the tree; relative paths start at the root module."""
        if "\0" in path:
            return None
        data = read_bytes(Path(os.path.normpath(self.root / path)), self.tree, MAX_FILE)
        return None if isinstance(data, Gap) else data

    def downloaded(self, key: str) -> Path | None:
        """The folder that `terraform init` put the module call into (`vpc.subnets` for a call inside a call)."""
        if self._manifest is None:
            self._manifest = self._read_manifest()
        folder = self._manifest.get(key)
        return None if folder is None else Path(os.path.normpath(self.root / folder))

    def _read_manifest(self) -> Mapping[str, str]:
        path = self.root / ".terraform" / "modules" / "modules.json"
        if not os.path.lexists(path):
            return {}
        data = read_bytes(path, self.tree)
        if isinstance(data, Gap):
            self.gaps[data] = None
            return {}
        import json  # most modules have no such list

        try:
            entries = json.loads(data)["Modules"]
            return {str(entry["Key"]): str(entry["Dir"]) for entry in entries}
        except (ValueError, TypeError, KeyError, RecursionError):
            self.gap("the list of downloaded modules is damaged; run `terraform init`", Location(self.tree.shown(path)))
            return {}

    def folder_of(self, source: str, caller: Path, key: str, name: str) -> Path | str:
        """The folder that a module call leads to, or why there is none."""
        local = source.startswith(("./", "../", ".\\", "..\\")) or source in {".", ".."}
        folder = Path(os.path.normpath(caller / source)) if local else self.downloaded(key)
        where = self.tree.shown(self.root)
        if folder is None:
            return (
                f'{name}: its source "{without_credentials(source)}" is not downloaded, so nothing in it was judged; '
                f"run `terraform init` in {where}, or scan a plan"
            )
        if not self.tree.holds(folder):
            return f"{name}: its source lies outside of the scanned tree, and is not followed"
        if not folder.is_dir():
            hint = "" if local else f"; run `terraform init` in {where}"
            return f'{name}: the folder of its source "{without_credentials(source)}" does not exist{hint}'
        return folder


def without_credentials(source: str) -> str:
    """A module's source without what may be secret in an address: user, password, query."""
    return re.sub(r"//[^/@]*@", "//", source.partition("?")[0])[:200]
