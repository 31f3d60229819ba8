"""Makes checks/README.md from the checks' docstrings, the changelog's list of this version's checks, docs/coverage.md from the
catalog, the table of docs/settings.md from the schema, and the `--help` block of README.md from the program.

python -m scripts.docs [--check]: `--check` writes nothing and exits 1 where something is stale.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from policypack import __version__
from policypack.build.languages import BESIDES, BUILDERS
from policypack.catalog import Catalog, load_catalog
from policypack.check import load_checks
from policypack.pages import index

Schema: TypeAlias = "dict[str, Any]"
ROOT = Path(__file__).resolve().parent.parent
_SINCE = re.compile(rf"(?<=<!-- checks since {re.escape(__version__)} -->\n).*?(?=<!-- end -->)", re.DOTALL)
_SETTINGS = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- end -->)", re.DOTALL)
_HELP = re.compile(r"(?<=<!-- policypack scan --help -->\n```\n).*?(?=```\n<!-- end -->)", re.DOTALL)


def wanted() -> Iterator[tuple[Path, str]]:
    """Every generated document with the text that it should have."""
    yield ROOT / "checks" / "README.md", index(load_checks(ROOT / "checks").values())
    changelog = ROOT / "CHANGELOG.md"
    yield changelog, _SINCE.sub(lambda _: new_checks(), changelog.read_text("utf-8"))
    yield ROOT / "docs" / "coverage.md", coverage(load_catalog())
    page = ROOT / "docs" / "settings.md"
    yield page, _SETTINGS.sub(lambda _: settings(), page.read_text("utf-8"))
    readme = ROOT / "README.md"
    shown = help_text()
    yield readme, _HELP.sub(lambda _: shown, readme.read_text("utf-8"))


def new_checks() -> str:
    """The checks of this version, by concern. Older versions' lists are left as they were released."""
    new = [check for check in load_checks(ROOT / "checks").values() if check.since == __version__]
    lines = []
    for concern in sorted({check.concern for check in new}):
        names = ", ".join(f"`{check.name}`" for check in new if check.concern == concern)
        lines.append(textwrap.fill(f"- {concern}: {names}.", 118, subsequent_indent="  ", break_long_words=False))
    return "\n".join(lines) + "\n"


_COVERAGE = """# What the catalog covers

Made by `make docs` from [policypack/catalog](../policypack/catalog). Each check asks its question of every platform here. *Types* are
the resource types that mean something, *stores* those of them that hold data or the keys to it. Where *who can* says yes, grants are
read as well: `who-can`, `can` and the checks of agents/ speak of the platform's own roles and tokens. A type that is not listed
and looks as if it held data (it has a retention, a backup, a deletion protection) is reported as a gap. Where types are known *in
part*, and of platforms that are not listed, silence is no verdict either, and the report says so.

| platform | types | stores | types known | who can | one blast radius |
| --- | ---: | ---: | --- | --- | --- |
"""


def coverage(catalog: Catalog) -> str:
    """Every platform of the catalog, with what is known of it."""
    speaking = {"aws", *BUILDERS, *BESIDES}
    lines = []
    for name in catalog.providers():
        entries = [entry for kind in catalog.types(name) if (entry := catalog.entry(kind)) is not None]
        facts = catalog.provider(name)
        if facts is None or not entries:
            continue
        known, says = "all" if facts.covered else "in part", "yes" if name in speaking else ""
        stores = sum(each.store for each in entries)
        lines.append(f"| {name} | {len(entries)} | {stores} | {known} | {says} | {facts.domain} |\n")
    return _COVERAGE + "".join(lines)


def settings() -> str:
    """Every setting with its meaning, as the schema has it."""
    schema: Schema = json.loads((ROOT / "policypack" / "settings_schema.json").read_text("utf-8"))
    rows = (f"| `{path}` | {text.replace('|', chr(92) + '|')} |\n" for path, text in _described(schema, ""))
    return "| setting | meaning |\n| --- | --- |\n" + "".join(rows)


def _described(schema: Schema, path: str) -> Iterator[tuple[str, str]]:
    for name, each in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here, each["description"]
        inner = each.get("additionalProperties")
        if isinstance(inner, dict) and "properties" in inner:
            yield from _described(inner, f"{here}.NAME")
        if "properties" in each.get("items", {}):
            yield from _described(each["items"], f"{here}[]")
        yield from _described(each, here)


def help_text() -> str:
    """What `policypack scan --help` prints on a terminal of 100 columns."""
    command = [sys.executable, "-m", "policypack", "scan", "--help"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT).stdout
    return shown.replace("python -m policypack", "policypack")


def main() -> int:
    """Writes what is stale, or only names it."""
    stale = [(path, text) for path, text in wanted() if not path.exists() or path.read_text("utf-8") != text]
    for path, text in stale:
        print(f"{'stale' if '--check' in sys.argv else 'wrote'}: {path.relative_to(ROOT)}")
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
