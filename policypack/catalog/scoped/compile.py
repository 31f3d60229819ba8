"""LANGUAGE.yaml -> generated/LANGUAGE.json: `python -m policypack.catalog.scoped.compile` refreshes what the program loads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policypack.catalog.compile import json_text, read_yaml
from policypack.catalog.scoped import GENERATED

SOURCE = Path(__file__).parent


def compiled(source: Path = SOURCE) -> Mapping[str, str]:
    """What belongs into generated/, by file name: one JSON text for each YAML file."""
    return {f"{path.stem}.json": json_text(read_yaml(path)) for path in sorted(source.glob("*.yaml"))}


def main() -> None:
    """Writes generated/."""
    GENERATED.mkdir(exist_ok=True)
    for name, text in compiled().items():
        GENERATED.joinpath(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
