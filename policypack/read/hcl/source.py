"""One module's source: the files of a folder, put together as Terraform does, before anything is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from policypack.model import Comment, Gap, Location
from policypack.read.files import MAX_FILES, Tree, list_folder, not_text, read_bytes
from policypack.read.hcl.overrides import merge_overrides
from policypack.read.hcl.syntax import Attribute, Block, Parsed, parse_hcl

SUFFIXES = (".tofu.json", ".tf.json", ".tofu", ".tf")


class Source(Struct, frozen=True):
    """What a module's folder declares. `files` counts what was there, also what could not be read."""

    folder: Path
    files: int = 0
    resources: Mapping[tuple[str, str], Block] = field(default_factory=dict)
    data: Mapping[tuple[str, str], Block] = field(default_factory=dict)
    variables: Mapping[str, Block] = field(default_factory=dict)
    outputs: Mapping[str, Block] = field(default_factory=dict)
    calls: Mapping[str, Block] = field(default_factory=dict)
    locals: Mapping[str, Attribute] = field(default_factory=dict)
    providers: tuple[Block, ...] = ()
    settings: tuple[Block, ...] = ()
    moves: tuple[Block, ...] = ()
    gaps: tuple[Gap, ...] = ()
    comments: tuple[Comment, ...] = ()

    def required_providers(self) -> Iterator[Attribute]:
        """The entries of `required_providers`, whichever block they stand in."""
        for block in self.settings:
            for required in block.body.named("required_providers"):
                yield from required.body.attributes.values()


def load_source(folder: Path, tree: Tree) -> Source:
    """Everything that the folder's Terraform files declare. Never raises: what cannot be read is in `gaps`."""
    names = list_folder(folder, tree)
    if isinstance(names, Gap):
        return Source(folder, gaps=(names,))
    plain, overriding = _chosen(names)
    paths = [folder / name for name in (*plain, *overriding) if not (folder / name).is_dir()]
    gaps: list[Gap] = []
    if len(paths) > MAX_FILES:
        place = Location(tree.shown(folder))
        gaps.append(
            Gap(f"{place.file} has more than {MAX_FILES:,} Terraform files; the rest was not read", place, unreadable=True)
        )
        paths = paths[:MAX_FILES]
    parsed = [_parsed(path, tree) for path in paths]
    merged, complaints = merge_overrides(_blocks(parsed, paths, plain), _blocks(parsed, paths, overriding))
    gaps += [gap for each in parsed for gap in each.gaps]
    comments = tuple(comment for each in parsed for comment in each.comments)
    return _source(folder, len(paths), merged, (*gaps, *complaints), comments)


def _blocks(parsed: Iterable[Parsed], paths: Iterable[Path], names: Iterable[str]) -> Iterator[Block]:
    """The blocks of the files of these names."""
    wanted = set(names)
    return (block for each, path in zip(parsed, paths, strict=True) if path.name in wanted for block in each.body.blocks)


def _chosen(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The files that count, and those that override. `x.tofu` takes the place of `x.tf`."""
    files: dict[str, str] = {}
    for name in names:
        suffix = next((each for each in SUFFIXES if name.endswith(each)), None)
        if suffix is None or name.startswith((".", "#")):
            continue
        stem = name.removesuffix(suffix) + (".json" if suffix.endswith(".json") else "")
        if stem not in files or ".tofu" in suffix:
            files[stem] = name
    overriding = [name for name in files.values() if _overrides(name)]
    return sorted(set(files.values()) - set(overriding)), sorted(overriding)


def _overrides(name: str) -> bool:
    stem = name
    for suffix in SUFFIXES:
        stem = stem.removesuffix(suffix)
    return stem == "override" or stem.endswith("_override")


def _parsed(path: Path, tree: Tree) -> Parsed:
    data = read_bytes(path, tree)
    if isinstance(data, Gap):
        return Parsed(gaps=(data,))
    file = tree.shown(path)
    why = not_text(data)
    if why is not None:
        return Parsed(gaps=(Gap(f"{file} cannot be read: {why}", Location(file), unreadable=True),))
    if not path.name.endswith(".json"):
        return parse_hcl(data, file)
    from policypack.read.hcl.json_syntax import parse_json  # few modules are written in it

    return parse_json(data, file)


def _source(folder: Path, files: int, blocks: list[Block], gaps: tuple[Gap, ...], comments: tuple[Comment, ...]) -> Source:
    twice: list[Gap] = []
    tables: dict[str, dict[tuple[str, ...], Block]] = {
        kind: {} for kind in ("resource", "data", "variable", "output", "module")
    }
    names: dict[str, Attribute] = {}
    for block in blocks:
        table = tables.get(block.type)
        wanted = 2 if block.type in {"resource", "data"} else 1
        if table is not None and len(block.labels) == wanted:
            if block.labels in table:
                twice.append(_twice(f"{block.type} {'.'.join(block.labels)}", block.location, table[block.labels].location))
            table.setdefault(block.labels, block)
        elif block.type == "locals":
            for name, attribute in block.body.attributes.items():
                if name in names:
                    twice.append(_twice(f"local.{name}", attribute.location, names[name].location))
                names.setdefault(name, attribute)
    named = {kind: {labels[0]: block for labels, block in table.items()} for kind, table in tables.items()}
    return Source(
        folder=folder,
        files=files,
        resources={(labels[0], labels[1]): block for labels, block in tables["resource"].items()},
        data={(labels[0], labels[1]): block for labels, block in tables["data"].items()},
        variables=named["variable"],
        outputs=named["output"],
        calls=named["module"],
        locals=names,
        providers=tuple(block for block in blocks if block.type == "provider" and block.labels),
        settings=tuple(block for block in blocks if block.type == "terraform"),
        moves=tuple(block for block in blocks if block.type == "moved"),
        gaps=(*gaps, *twice),
        comments=comments,
    )


def _twice(name: str, here: Location, there: Location) -> Gap:
    return Gap(f"{name} is declared twice ({there.file}:{there.line} counts); Terraform refuses that", here)
