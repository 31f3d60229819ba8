"""YAML -> generated/*.json: `python -m policypack.catalog.compile` refreshes what the program loads.

A provider is `NAME.yaml`, or a folder NAME with `provider.yaml` and any number of files of types and of what they mean for
approvals. Reading YAML takes hundreds of times longer than reading JSON, which is why a scan never does it.
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
    harmless = read_yaml(source / "harmless.yaml")["providers"]
    providers = {path.stem: _provider([path]) for path in source.glob("*.yaml") if path.name != "harmless.yaml"}
    providers |= {path.parent.name: _provider(sorted(path.parent.glob("*.yaml"))) for path in source.glob("*/provider.yaml")}
    texts = {f"{name}.json": json_text(content) for name, content in sorted(providers.items())}
    states = {each["provider"]["state"]["backend"]: name for name, each in providers.items() if "state" in each["provider"]}
    also = {other: name for name, each in providers.items() for other in each["provider"].get("also", ())}
    kept = {
        name: provider
        for provider, each in providers.items()
        for fact in _tokens(each["provider"])
        for name in fact.get("names", ())
    }
    issuers = [each["issuer"] for _, each in sorted(providers.items()) if "issuer" in each]
    index = {"also": also, "harmless": sorted(harmless), "issuers": issuers, "kept": kept}
    return {**texts, "index.json": json_text({**index, "providers": sorted(providers), "states": states})}


def _tokens(provider: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*([provider["token"]] if "token" in provider else []), *provider.get("tokens", ())]


def _provider(files: list[Path]) -> dict[str, Any]:
    provider: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {"types": {}, "approvals": {}}
    issuer: dict[str, Any] = {}
    for path in files:
        content = read_yaml(path)
        for part, known in parts.items():
            more = content.pop(part, {})
            if twice := known.keys() & more.keys():
                raise CatalogError(f"{path.name}: described elsewhere too: {', '.join(sorted(twice))}")
            known.update(more)
        issuer |= content.pop("issuer", {})
        if content:
            provider |= content
    parts = {part: known for part, known in parts.items() if known or part == "types"}
    return {"provider": provider, **parts} | ({"issuer": issuer} if issuer else {})


def read_yaml(path: Path) -> dict[str, Any]:
    """What a source says. Raises CatalogError where it is no mapping."""
    content = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    if not isinstance(content, dict):
        raise CatalogError(f"{path.name}: not a mapping")
    return content


def json_text(content: Any) -> str:  # noqa: ANN401 - JSON
    """The one text of a content, whatever the order of its source."""
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
