"""source/*.yaml -> generated/*.json: `python -m policypack.catalog.aws_iam.compile` refreshes what the program loads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policypack.catalog.aws_iam import GENERATED
from policypack.catalog.compile import json_text, read_yaml

SOURCE = Path(__file__).with_name("source")


def compiled(source: Path = SOURCE) -> Mapping[str, str]:
    """What belongs into generated/, by file name: one JSON text for each YAML file."""
    return {f"{path.stem}.json": json_text(read_yaml(path)) for path in sorted(source.glob("*.yaml"))}


def main() -> None:
    """Writes generated/; the table of managed policies has a script of its own."""
    for name, text in compiled().items():
        GENERATED.joinpath(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
