"""YAML -> generated/*.json: `python -m policypack.catalog.compile` refreshes what the program loads.

A provider is `NAME.yaml`, or a folder NAME with `provider.yaml` and any number of files of types. Reading YAML takes
hundreds of times longer than reading JSON, which is why a scan never does it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SOURCE = Path(__file__).parent


class CatalogError(ValueError):
    """The sources contradict each other: which file, which name."""


def compiled(source: Path = SOURCE) -> Mapping[str, str]:
    """What belongs into generated/, by file name: one JSON text a provider, and `index.json`.

    Raises CatalogError where two files of a provider describe one type, or a folder lacks its provider.yaml.
    """
    harmless = _read(source / "harmless.yaml")["providers"]
    providers = {path.stem: _provider([path]) for path in source.glob("*.yaml") if path.name != "harmless.yaml"}
    providers |= {path.parent.name: _provider(sorted(path.parent.glob("*.yaml"))) for path in source.glob("*/provider.yaml")}
    texts = {f"{name}.json": _text(content) for name, content in sorted(providers.items())}
    states = {each["provider"]["state"]["backend"]: name for name, each in providers.items() if "state" in each["provider"]}
    also = {other: name for name, each in providers.items() for other in each["provider"].get("also", ())}
    return {**texts, "index.json": _text({"also": also, "harmless": sorted(harmless), "providers": sorted(providers), "states": states})}


def _provider(files: list[Path]) -> dict[str, Any]:
    provider: dict[str, Any] = {}
    types: dict[str, Any] = {}
    for path in files:
        content = _read(path)
        more = content.pop("types", {})
        if twice := types.keys() & more.keys():
            raise CatalogError(f"{path.name}: described elsewhere too: {', '.join(sorted(twice))}")
        types |= more
        if content:
            provider |= content
    return {"provider": provider, "types": types}


def _read(path: Path) -> dict[str, Any]:
    content = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    if not isinstance(content, dict):
        raise CatalogError(f"{path.name}: not a mapping")
    return content


def _text(content: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=True) + "\n"


def main() -> None:
    """Writes generated/ and removes what no source stands behind any more."""
    folder = SOURCE / "generated"
    folder.mkdir(exist_ok=True)
    wanted = compiled()
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        folder.joinpath(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
