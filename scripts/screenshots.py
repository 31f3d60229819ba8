"""Makes docs/pictures/*.svg: what a terminal shows of commands that the documentation speaks of.

python -m scripts.screenshots [--check]: `--check` writes nothing and exits 1 where a picture shows other words than the program says.
"""

from __future__ import annotations

import html
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "terraform-examples"
PICTURES = {
    "scan": (EXAMPLES / "incidents", ("scan", "pocketos")),
    "diff": (EXAMPLES / "changes", ("diff", "agent_gains_power/plan.json")),
}
"""Name of a picture -> the folder where something is called, and what."""
WIDTH = 104
# A picture in a page loads nothing: the fonts that it asks the network for are left out, and the reader's own are used.
_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def said(name: str) -> str:
    """What the program says, with the marks of a terminal."""
    folder, asked = PICTURES[name]
    code = "import sys\nsys.stdout.isatty = lambda: True\nfrom policypack.__main__ import main\nmain()"
    clean = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "CI", "GITHUB_ACTIONS"}}
    environment = {**clean, "COLUMNS": str(WIDTH), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *asked]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    return done.stdout


def picture(name: str) -> str:
    """The picture of a command and what it says."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    console.print(Text(f"$ policypack {' '.join(PICTURES[name][1])}\n", style="bold"))
    console.print(Text.from_ansi(said(name)))
    drawn = console.export_svg(title="policypack", theme=MONOKAI, code_format=_FORMAT, unique_id=f"policypack-{name}")
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def words(drawn: str) -> str:
    """The words that a picture shows: how they are drawn is the affair of whatever draws them."""
    return "".join(html.unescape("".join(re.findall(r"<text[^>]*>(.*?)</text>", drawn))).split())


def stale() -> Iterator[Path]:
    """The pictures that show something else than the program says."""
    for name in PICTURES:
        path = ROOT / "docs" / "pictures" / f"{name}.svg"
        if not path.exists() or words(path.read_text("utf-8")) != words(picture(name)):
            yield path


def main() -> int:
    """Writes the pictures, or says which are stale."""
    old = list(stale())
    for path in old:
        print(f"{'stale' if '--check' in sys.argv else 'wrote'}: {path.relative_to(ROOT).as_posix()}")
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(picture(path.stem), "utf-8")
    return 1 if old and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
