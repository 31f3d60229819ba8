"""The blocks that checkov asks about, which are the places where something can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from policypack.discover import CODE, uncalled
from policypack.model import Resource, strip_keys

KINDS = ("resource", "module", "provider", "data")  # in the order in which a finding without a block is told at one
_NO_PLANS = (
    *CODE,
    ".tfvars",
    ".tfvars.json",
    ".hcl",
)  # checkov's graph has what a file sets, and blocks of Packer's and others'


class Place(Struct, frozen=True, order=True):
    """One block: its kind, the whole path of its file or plan, and its address in checkov's words."""

    kind: str
    file: str
    address: str


class Places(Struct):
    """Every block of one graph, the folders of code that it has anything of, and the inputs among them."""

    known: frozenset[Place] = frozenset()
    folders: frozenset[Path] = frozenset()
    roots: tuple[Path, ...] = ()
    plans: tuple[Path, ...] = ()
    named: dict[tuple[str, str], list[tuple[Path, Place]]] = field(default_factory=dict)
    blocks: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    asked: dict[tuple[str, str, str], Place] = field(default_factory=dict)

    def at(self, kind: str, shown: str, address: str) -> Place:
        """The block that checkov means by an address in a file, which it names from a folder that it does not tell.
        Raises LookupError where the graph has none."""
        key = (kind, shown, address)
        if key not in self.asked:
            end = tuple(part for part in Path(shown).parts[1:] if part != "..")
            named = self.named.get((kind, address), ())
            meant = [each for way, each in named if end in {way.parts[-len(end) :], Path(each.file).parts[-len(end) :]}]
            if not meant:
                raise LookupError(f"checkov's graph has no {kind} {address} in {shown}")
            # Of the paths that end so, the shortest is the one meant: the others lie deeper in the same folder.
            self.asked[key] = min(meant, key=lambda each: (len(Path(each.file).parts), each))
        return self.asked[key]

    def of(self, resource: Resource, file: str, calls: Iterable[str]) -> Place | None:
        """The block of one of our resources, or the same block where only the key differs, or the call of a module that
        checkov did not open; `calls` are the files of the calls that led to it."""
        kind, address = _asked(resource)
        exact = Place(kind, file, address)
        if exact in self.known:
            return exact
        block = self.blocks.get((kind, file, strip_keys(address)))
        names = strip_keys(resource.address).split(".")[1::2] if address.startswith("module.") else []
        return block or next((each for pair in zip(calls, names, strict=False) if (each := self._call(*pair))), None)

    def _call(self, file: str, name: str) -> Place | None:
        return self.blocks.get(("module", file, name))


def whole(path: str | Path) -> str:
    """The whole path of a file, with the links of its folder followed and not its own: a file that two roots link to is a file of
    each."""
    return str(Path(path).parent.resolve() / Path(path).name)


def places_of(graph: Any) -> Places:  # noqa: ANN401 - networkx or rustworkx
    """What a graph of checkov's holds. Of the folders that call each other the callers are the roots."""
    nodes = list(_nodes(graph))
    known = frozenset(Place(kind, file, address) for kind, file, address, count, _ in nodes if kind in KINDS and count != [0])
    places = Places(known)
    for kind, file, address, _, way in nodes:
        places.named.setdefault((kind, address), []).append((Path(way), Place(kind, file, address)))
    for each in sorted(known):
        block = strip_keys(each.address)
        places.blocks.setdefault((each.kind, each.file, block.rpartition(".")[2] if each.kind == "module" else block), each)
    own = {Path(file).parent for _, file, address, _, _ in nodes if file.endswith(CODE) and not address.startswith("module.")}
    places.folders = frozenset(Path(file).parent for _, file, *_ in nodes if file.endswith(CODE))
    places.roots = tuple(sorted(uncalled(own))) if own else ()
    places.plans = tuple(sorted({Path(file) for _, file, *_ in nodes if not file.endswith(_NO_PLANS)}))
    return places


def _nodes(graph: Any) -> Iterator[tuple[str, str, str, Any, str]]:  # noqa: ANN401 - networkx or rustworkx
    # A networkx graph has its attributes beside each node, a rustworkx graph has pairs as its nodes.
    pairs = graph.nodes(data=True) if type(graph).__module__.startswith("networkx") else graph.nodes()
    files: dict[str, str] = {}
    for _, node in pairs:
        path = str(node["file_path_"])
        if path not in files:
            files[path] = whole(path)
        yield str(node.get("block_type_")), files[path], str(node.get("__address__") or ""), node.get("count"), path


def _asked(resource: Resource) -> tuple[str, str]:
    """Kind and address of one of our resources in checkov's words."""
    address = resource.address.partition(" (")[0]  # what is deposed is told at what stands
    if resource.mode == "data":
        head, _, tail = address.rpartition("data.")
        return "data", head + tail
    if resource.mode == "provider":
        name = address.removeprefix("provider.")
        return "provider", name if "." in name else f"{name}.default"
    return "resource", address
