"""The table of Azure's built-in roles: `python -m scripts.refresh_azure_roles FILE --source … --date … --licence …`.

FILE is YAML: by the role's name its `id` and `raw_non_read`, with `actions`, `notActions`, `dataActions` and `notDataActions` as
`az role definition list` prints them, and its `condition` if it has one. The well-known roles that only read are kept by hand in
`policypack/catalog/scoped/source/azure_readers.yaml`. The actions of the data plane are those of the catalog and of the rules.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from policypack.catalog import load_catalog
from policypack.catalog.scoped import GENERATED
from policypack.catalog.scoped.azure_roles import TABLE

READERS = GENERATED.parent / "source" / "azure_readers.yaml"
_KEYS = ("actions", "notActions", "dataActions", "notDataActions")
_MEANT = re.compile(r"ActionMatches\{'([^']*)'\}")
_CUT = 300
_RIGHTS = ("Microsoft.Authorization/roleAssignments/delete", "Microsoft.Authorization/roleAssignments/write")
# Actions of the data plane that the rules of the language and the reading of credentials ask about.
ASKED = (
    "Microsoft.Compute/virtualMachines/loginAsAdmin/action",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
)


def data_actions() -> tuple[str, ...]:
    """Every action of the data plane that anything asks about."""
    catalog = load_catalog()
    entries = [entry for kind in catalog.types("azurerm") if (entry := catalog.entry(kind)) is not None]
    return tuple(sorted({*ASKED, *(action for entry in entries for action in entry.data_actions)}))


def conditioned(condition: str) -> Iterator[str]:
    """The actions that a role allows under its condition only. Of a condition that may be cut off, what such conditions are about."""
    meant = _MEANT.findall(condition)
    if not meant:
        yield "*"
    yield from sorted({*meant, *(_RIGHTS if len(condition) >= _CUT else ())})


def role(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """One role as it is kept."""
    parts = raw.get("raw_non_read", raw)
    kept: dict[str, Any] = {"id": raw["id"], **{key: sorted(parts[key]) for key in _KEYS if parts.get(key)}}
    condition = re.sub(r"\s+", " ", raw.get("condition", ""))
    return {**kept, "conditioned": list(conditioned(condition))} if condition else kept


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    for name in ("source", "date", "licence"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    about = {name: str(getattr(given, name)) for name in ("source", "date", "licence")}
    roles = {**yaml.safe_load(READERS.read_bytes()), **yaml.safe_load(given.file.read_bytes())}
    made = {name: role(each) for name, each in sorted(roles.items())}
    content = {**about, "dataActions": data_actions(), "roles": made}
    TABLE.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
