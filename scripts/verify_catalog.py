"""Checks every name in the catalog against the provider's own schema: `python scripts/verify_catalog.py [provider ...]`.

Needs Terraform, and providers that its command-line configuration can install (a mirror, a cache or a registry). Where no schema
can be had, `documented/` has the names that the provider's documentation lists (its header says which versions and when); those with `null` in
it were not looked up, and rest on knowledge alone. Prints what the catalog names and the provider does not have, and exits 1; exits 2
where there is neither. Says of each provider, and of all, how many names rest on knowledge alone.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policypack.catalog import Catalog, CompanionFact, CredentialFact, GuardFact, ProviderEntry, TypeEntry, load_catalog
from policypack.catalog.approval import ApprovalFact

_HOLE = re.compile(r"(?<!\$)\{(\w+)\}")
DOCUMENTED = Path(__file__).with_name("documented")


class NoSchemaError(Exception):
    """The provider's schema cannot be had here: why."""


def schema_of(source: str, version: str = "") -> dict[str, Any]:
    """What `terraform providers schema -json` says of one provider, in a folder that is thrown away.

    Raises NoSchemaError where Terraform is missing or cannot install the provider.
    """
    terraform = shutil.which("terraform") or shutil.which("tofu")
    if terraform is None:
        raise NoSchemaError("neither terraform nor tofu is on the PATH")
    wanted: dict[str, str] = {"source": source} | ({"version": version} if version else {})
    block = {"terraform": {"required_providers": {source.rpartition("/")[2]: wanted}}}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf.json").write_text(json.dumps(block), encoding="utf-8")
        _run([terraform, "init", "-no-color", "-input=false"], folder)
        schemas = json.loads(_run([terraform, "providers", "schema", "-json"], folder))["provider_schemas"]
    found: dict[str, Any] = next(schema for name, schema in schemas.items() if name.endswith(f"/{source}"))
    return found


def documented(provider: str) -> dict[str, Any] | None:
    """The names that a provider's documentation lists, in the form of a schema; None where nobody has collected them."""
    path = DOCUMENTED / f"{provider}.json"
    if not path.is_file():
        return None
    facts = json.loads(path.read_text("utf-8"))
    types = {name: {"block": _as_block(tree)} for name, tree in facts["types"].items()}
    return {"resource_schemas": types, "provider": {"block": _as_block(facts["provider"])}}


def resting(provider: str) -> tuple[int, int]:
    """How many of the names that are kept of a provider rest on knowledge alone, and how many there are."""
    path = DOCUMENTED / f"{provider}.json"
    facts = json.loads(path.read_text("utf-8")) if path.is_file() else {"types": {}, "provider": {}}
    marks = [mark for tree in (facts["provider"], *facts["types"].values()) for mark in _marks(tree)]
    return marks.count(None), len(marks)


def _marks(tree: Mapping[str, Any]) -> Iterator[int | None]:
    for inner in tree.values():
        if inner:
            yield from _marks(inner)
        else:
            yield inner


def _as_block(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A tree of names (0 for one that holds no others, null for one that nobody looked up) as a schema's block."""
    blocks = {name: {"block": _as_block(inner)} for name, inner in tree.items() if inner}
    return {"attributes": {name: {} for name, inner in tree.items() if not inner}, "block_types": blocks}


def _run(command: list[str], folder: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip(" │╷╵")]
        raise NoSchemaError(f"{' '.join(command[1:3])}: {' '.join(said)[:300]}")
    return done.stdout


def has(block: Mapping[str, Any], path: str) -> bool:
    """Whether a dotted path names an attribute or a block of a schema block, through nested blocks and object attributes."""
    head, _, rest = path.partition(".")
    if head in block.get("block_types", {}):
        return not rest or has(block["block_types"][head]["block"], rest)
    attribute = block.get("attributes", {}).get(head)
    if attribute is None:
        return False
    if not rest:
        return True
    nested = attribute.get("nested_type")
    return has(nested, rest) if nested else _in_type(attribute.get("type"), rest)


def _in_type(kind: Any, path: str) -> bool:  # noqa: ANN401 - Terraform writes types as nested JSON arrays
    if isinstance(kind, list) and kind[0] in {"list", "set", "map"}:
        return kind[0] == "map" or _in_type(kind[1], path)
    if isinstance(kind, list) and kind[0] == "object":
        head, _, rest = path.partition(".")
        return head in kind[1] and (not rest or _in_type(kind[1][head], rest))
    return False


def paths_of(entry: TypeEntry) -> Iterator[tuple[str, str]]:
    """Every argument that an entry names: dotted path, and the version that brings it ("" where any has it)."""
    named = [entry.name, entry.only_when_set, entry.unless_set, entry.member_of, entry.replica_of, entry.schedule]
    named += [
        *entry.lies_in,
        *_HOLE.findall(entry.arn),
        entry.manifest,
        *(each.argument for each in entry.governed_by),
    ]
    for backup in entry.backups:
        named += [backup.attribute, backup.kept_by, backup.held_in, backup.days if isinstance(backup.days, str) else ""]
    named += [each.attribute for each in entry.weakened_by]
    if companion := entry.companion:
        named += _paths_of_companion(companion)
    if entry.credential:
        named += [entry.credential.attribute, entry.credential.only_when]
    for keeps in entry.keeps:
        named += [keeps.name, keeps.named_by, *keeps.value, keeps.entries, *keeps.environment]
    if entry.lock:
        named += [entry.lock.attribute, entry.lock.binding]
    if expiry := entry.expiry:
        named += [expiry.rules, *(f"{expiry.rules}.{each}" for each in (expiry.action, *expiry.days))]
    named += [entry.limits]
    yield from ((path, "") for path in named if path)
    for guard in (*entry.guards, *(entry.companion.guards if entry.companion else ())):
        yield from _paths_of_guard(guard)


def paths_for_approvals(fact: ApprovalFact) -> Iterator[str]:
    """Every argument that an entry of `approvals` names: dotted paths."""
    inner = [f"{fact.each}.{fact.who}" if fact.each and fact.who else fact.who]
    named = [
        fact.name,
        fact.of,
        *fact.asks,
        fact.branches,
        fact.path,
        fact.group,
        fact.each,
        fact.labels,
        *fact.only_when,
        *inner,
    ]
    named += [fact.policy] if fact.role in {"attachment", "right"} else []
    named += [f"{fact.each}.{each.argument}" if fact.each else each.argument for each in fact.rights]
    for actors in fact.actors:
        named += [f"{actors.argument}.{each}" for each in (actors.who, actors.kind) if each] or [actors.argument]
    if fact.level:
        named += [fact.level.argument, fact.level.by]
    if fact.trust:
        named += [fact.trust.policy, fact.trust.issuer, fact.trust.subject, fact.trust.condition]
    yield from (path for path in named if path)
    for guard in fact.guards:
        yield from (path for path, _ in _paths_of_guard(guard))


def _limits(fact: CredentialFact) -> list[str]:
    """The arguments that limit a credential or make it end."""
    return [each for each in (fact.scoped, fact.expires) if isinstance(each, str) and each != "unknown"]


def _paths_of_companion(fact: CompanionFact) -> list[str]:
    named = [fact.store, fact.via, fact.shared_with, fact.retention, fact.held_in, fact.plan, fact.only_when, fact.off]
    return [*named, fact.follows, fact.retention_else, *fact.longer, *fact.leaves_out]


def _paths_of_guard(guard: GuardFact) -> Iterator[tuple[str, str]]:
    yield guard.attribute, guard.since
    yield from ((path, "") for path in (guard.needs, *guard.unless_set) if path)


def differences(catalog: Catalog, provider: ProviderEntry, schema: Mapping[str, Any], version: str) -> Iterator[str]:
    """What the catalog names and the schema does not have, a line each. `version` tells what may be missing (`since`); what an
    earlier version had is documented."""
    former = documented(provider.provider) if version else None
    if former is not None:
        gone = set(differences(catalog, provider, former, ""))
        yield from (line for line in _differences(catalog, provider, schema, version) if line in gone)
    else:
        yield from _differences(catalog, provider, schema, version)


def _differences(catalog: Catalog, provider: ProviderEntry, schema: Mapping[str, Any], version: str) -> Iterator[str]:
    types = schema.get("resource_schemas", {})
    for name in catalog.types(provider.provider):
        entry = catalog.entry(name)
        if entry is None or name not in types:
            if entry is None or not _later(entry.since, version):
                yield f"{name}: no such resource type"
            continue
        for path, since in paths_of(entry):
            if not has(types[name]["block"], path) and not _later(since, version):
                yield f"{name}: no argument {path}"
        yield from _differences_of_governing(entry, types)
    yield from _differences_of_approvals(catalog, provider, types)
    block = schema.get("provider", {}).get("block", {})
    for guard in provider.guards:
        yield from (f"provider {provider.provider}: no {path}" for path, _ in _paths_of_guard(guard) if not has(block, path))
    if provider.token and provider.token.attribute and not has(block, provider.token.attribute):
        yield f"provider {provider.provider}: no {provider.token.attribute}"


def _differences_of_approvals(catalog: Catalog, provider: ProviderEntry, types: Mapping[str, Any]) -> Iterator[str]:
    """What the approvals name and the schema does not have."""
    for name in catalog.judged_for_approvals(provider.provider):
        fact = catalog.approval(name)
        if name not in types:
            yield f"{name}: no such resource type (approvals)"
        else:
            block = types[name]["block"]
            paths = paths_for_approvals(fact) if fact else ()
            yield from (f"{name}: no argument {path} (approvals)" for path in dict.fromkeys(paths) if not has(block, path))


def _differences_of_governing(entry: TypeEntry, types: Mapping[str, Any]) -> Iterator[str]:
    """What a store's guards name in another type."""
    named = [(kind, guard.attribute) for each in entry.governed_by for kind in each.types for guard in each.guards]
    for kind, path in (*named, *entry.unless_named_in.items()):
        if kind not in types or not has(types[kind]["block"], path):
            yield f"{entry.type}: {kind} has no argument {path}"


def _later(since: str, version: str) -> bool:
    return bool(since) and [int(part) for part in since.split(".")] > [int(part) for part in (version or "0").split(".")[:2]]


def main() -> int:
    """Checks the named providers, or all; 0: every name exists, 1: some do not, 2: a schema cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("provider", nargs="*")
    catalog = load_catalog()
    status = guessed = total = 0
    for name in parser.parse_args().provider or catalog.providers():
        provider = catalog.provider(name)
        if provider is None:
            parser.error(f"no catalog for provider {name}")
        try:
            major = provider.default_major
            found = list(
                differences(catalog, provider, schema_of(provider.sources[0], f"~> {major}.0" if major else ""), major)
            )
        except NoSchemaError as error:
            known = documented(name)
            sys.stderr.write(f"{name}: {error}{'' if known is None else '; checked against its documentation'}\n")
            if known is None:
                status = 2
                continue
            found = list(differences(catalog, provider, known, ""))
            alone, kept = resting(name)
            guessed, total = guessed + alone, total + kept
            if alone:
                sys.stdout.write(f"{name}: {alone} of {kept} names rest on knowledge alone\n")
        sys.stdout.write(
            "".join(f"{line}\n" for line in found) or f"{name}: {len(catalog.types(name))} types, every name exists\n"
        )
        status = status or int(bool(found))
    sys.stdout.write(f"{guessed} of {total} names of providers without a schema rest on knowledge alone\n")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
