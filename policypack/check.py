"""The vocabulary of a check: a question with a page, and what it finds."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import ModuleType

from msgspec import Struct

from policypack.model import Evidence, Infrastructure, Location, Resource, replace


class Severity(str, Enum):
    """How bad it is. Ordered: `Severity.CRITICAL.rank` is the largest."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    rank: int
    """4 for critical down to 1 for low."""

    def __init__(self, _word: str) -> None:
        self.rank = 4 - len(type(self).__members__)


class Finding(Struct, frozen=True):
    """One answer to one question about one resource.

    A check gives the first five; `run` fills in the rest. `certain` is False where a value that cannot be told stands
    between the evidence and the answer. `because` is the proof, step by step. `cause` distinguishes two findings of one
    check on one resource and goes into the fingerprint; it is stable when lines move. `at_most` is the severity of this one
    answer where it is milder than its check's.
    """

    resource: Resource
    message: str
    certain: bool = True
    because: Sequence[Evidence] = ()
    fix: str = ""
    cause: str = ""
    check: str = ""
    severity: Severity = Severity.LOW
    suppressed: str | None = None
    at_most: Severity = Severity.CRITICAL

    @property
    def location(self) -> Location:
        """Where the block stands."""
        return self.resource.location


class Check(Struct, frozen=True):
    """A question. Its name is its file, its function, its example folder, its rule id and its suppression word."""

    name: str
    severity: Severity
    find: Callable[[Infrastructure], Iterator[Finding]]
    title: str
    why: str
    fix: str
    misses: str
    maps: tuple[str, ...] = ()
    since: str = ""
    concern: str = ""


class CheckError(Exception):
    """A check that cannot be loaded: what is wrong, in which file."""


_HEADS = re.compile(r"^(Why|Fix|Misses): ", re.MULTILINE)


def _page(name: str, docstring: str | None) -> dict[str, str]:
    text = inspect.cleandoc(docstring or "")
    first, *rest = _HEADS.split(text)
    page = {"title": first.strip(), "why": "", "fix": "", "misses": ""}
    page.update({head.lower(): " ".join(body.split()) for head, body in zip(rest[::2], rest[1::2], strict=True)})
    if not all(page[head] for head in ("title", "why", "fix")):
        raise CheckError(f"{name}: the docstring needs a first line, `Why:` and `Fix:`")
    return page


def check(
    severity: Severity, maps: Sequence[str] = (), since: str = ""
) -> Callable[[Callable[[Infrastructure], Iterator[Finding]]], Check]:
    """Makes a check of a function; its docstring is the check's page. Registers nothing: see `load_checks`."""

    def made(find: Callable[[Infrastructure], Iterator[Finding]]) -> Check:
        page = _page(find.__name__, find.__doc__)
        return Check(find.__name__, severity, find, maps=tuple(maps), since=since, **page)

    return made


def checks_folder() -> Path:
    """The folder of the checks: inside the package where it was installed, beside it in a checkout."""
    inside = Path(__file__).with_name("_checks")
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / "checks"


def load_checks(folder: Path) -> Mapping[str, Check]:
    """Every check in the folder, by name, in order. Raises CheckError on a broken file, a name that is used twice or that
    differs from its file's, and on a folder without checks."""
    found: dict[str, Check] = {}
    for path in sorted(folder.glob("*/*.py")):
        if path.stem.startswith("_"):
            continue
        values = [value for value in vars(_module(path)).values() if isinstance(value, Check)]
        if [value.name for value in values] != [path.stem]:
            raise CheckError(f"{path.parent.name}/{path.name}: must define exactly one check, named {path.stem}")
        if path.stem in found:
            raise CheckError(f"{path.parent.name}/{path.name}: a check of this name exists in {found[path.stem].concern}/")
        found[path.stem] = replace(values[0], concern=path.parent.name)
    if not found:
        raise CheckError(f"no checks in {folder.name}/")
    return dict(sorted(found.items()))


def _module(path: Path) -> ModuleType:
    name = f"policypack_checks.{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CheckError(f"{path.name}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except CheckError:
        raise
    except Exception as error:
        raise CheckError(f"{path.parent.name}/{path.name}: {type(error).__name__}: {error}") from error
    return module
