"""Makes checks/README.md from the checks' docstrings, the changelog's list of this version's checks, and the `--help` block
of README.md from the program.

python -m scripts.docs [--check]: `--check` writes nothing and exits 1 where something is stale.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from policypack import __version__
from policypack.check import load_checks
from policypack.pages import index

ROOT = Path(__file__).resolve().parent.parent
_SINCE = re.compile(rf"(?<=<!-- checks since {re.escape(__version__)} -->\n).*?(?=<!-- end -->)", re.DOTALL)
_HELP = re.compile(r"(?<=<!-- policypack scan --help -->\n```\n).*?(?=```\n<!-- end -->)", re.DOTALL)


def wanted() -> Iterator[tuple[Path, str]]:
    """Every generated document with the text that it should have."""
    yield ROOT / "checks" / "README.md", index(load_checks(ROOT / "checks").values())
    changelog = ROOT / "CHANGELOG.md"
    yield changelog, _SINCE.sub(lambda _: new_checks(), changelog.read_text("utf-8"))
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
            path.write_text(text, "utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
