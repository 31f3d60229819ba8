"""source/*.yaml -> generated/*.json: `python -m policypack.catalog.aws_iam.compile` refreshes what the program loads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from policypack.catalog.aws_iam import GENERATED

SOURCE = Path(__file__).with_name("source")


def compiled(source: Path = SOURCE) -> Mapping[str, str]:
    """What belongs into generated/, by file name: one JSON text for each YAML file."""
    texts = {}
    for path in sorted(source.glob("*.yaml")):
        content: Any = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        texts[f"{path.stem}.json"] = json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n"
    return texts


def main() -> None:
    """Writes generated/; the table of managed policies has a script of its own."""
    for name, text in compiled().items():
        GENERATED.joinpath(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
