"""LANGUAGE.yaml -> generated/LANGUAGE.json: `python -m policypack.catalog.scoped.compile` refreshes what the program loads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from policypack.catalog.scoped import GENERATED

SOURCE = Path(__file__).parent


def compiled(source: Path = SOURCE) -> Mapping[str, str]:
    """What belongs into generated/, by file name: one JSON text for each YAML file."""
    texts = {}
    for path in sorted(source.glob("*.yaml")):
        content: Any = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        texts[f"{path.stem}.json"] = json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n"
    return texts


def main() -> None:
    """Writes generated/."""
    GENERATED.mkdir(exist_ok=True)
    for name, text in compiled().items():
        GENERATED.joinpath(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
