"""Scaffolds: a check, a resource type, a provider. What they write runs and passes at once, so that work starts from green."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from policypack import __version__
from policypack.scan import ScanError, nearest

_WORDS = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_PROVIDER = re.compile(r"[a-z][a-z0-9-]*")

_CHECK = '''"""Where the question comes from: a control, an incident, a document."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure


@check(severity=Severity.MEDIUM, maps=["NIST CP-9"], since="{version}")
def {name}(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store is marked as bad.

    Why: say what is lost, and by which path.

    Fix: say what to write.

    Misses: say what this cannot see.
    """
    for store in infrastructure.production:
        if store.resource.get("tags.{name}") == "bad":
            seen = Evidence("tags.{name} = bad", store.address, store.resource.at("tags"))
            yield Finding(store.resource, "It is marked as bad.", because=(seen,), fix="take the mark off", cause="tags")
'''

_CHECK_EXAMPLE = """# Say in one sentence what happens here, as a story that could be true.

# expect: {name}
resource "aws_sqs_queue" "orders" {{
  name = "orders"
  tags = {{ {name} = "bad" }}
}}

resource "aws_sqs_queue" "invoices" {{
  name = "invoices"
  tags = {{ {name} = "good" }}
}}
"""

_TYPE = """
  {name}:
    label: {label}
    kind: {kind}
    tier: 2
    store: true
    backupable: false
    name: name
    substitute: say what protects it, since nothing refuses a delete
    delete_actions: []
"""

_PROVIDER_FILE = """# {name}: what its types hold, and what refuses to destroy it. Say which version of the provider was read.
provider: {name}
sources: [{name}/{name}]
domain: account
types:
  {name}_database:
    label: database
    kind: database
    tier: 1
    store: true
    backupable: false
    name: name
    substitute: say what stands in place of a deletion protection
    delete_actions: [deleteDatabase]
"""

_PROVIDER_EXAMPLE = """# A database that its platform deletes for whoever asks.

# expect: store_unprotectable
resource "{name}_database" "main" {{
  name = "main"

  lifecycle {{
    prevent_destroy = true
  }}
}}
"""


def new(kind: str, name: str, root: Path) -> list[Path]:
    """Writes the files of one new thing into a checkout, and says which. Raises ScanError where that cannot be."""
    if kind not in _KINDS:
        raise ScanError(f"{kind!r} cannot be made", nearest(kind, _KINDS) or f"one of {', '.join(_KINDS)}")
    if not (root / "checks").is_dir() or not (root / "policypack" / "catalog").is_dir():
        raise ScanError("this is no checkout of policypack", "run it in the folder that holds checks/ and policypack/")
    return _KINDS[kind](name, root)


def _check(name: str, root: Path) -> list[Path]:
    concern, slash, name = name.rpartition("/")
    concerns = sorted(path.name for path in (root / "checks").iterdir() if path.is_dir() and path.name.isidentifier())
    if not slash or concern not in concerns:
        hint = f"for example `policypack new check backups/vault_unlocked`; CONCERN is one of {', '.join(concerns)}"
        raise ScanError("a check is named CONCERN/NAME", hint)
    _must_match(_WORDS, name, "two or more words with underscores: name what is wrong (vault_unlocked), not the remedy")
    if taken := next((root / "checks").glob(f"*/{name}.py"), None):
        raise ScanError(f"{name} exists already", f"see checks/{taken.parent.name}/{name}.py")
    return _write(
        {
            root / "checks" / concern / f"{name}.py": _CHECK.format(name=name, version=__version__),
            root / "terraform-examples" / concern / name / "main.tf": _CHECK_EXAMPLE.format(name=name),
        }
    )


def _resource(name: str, root: Path) -> list[Path]:
    _must_match(_WORDS, name, "a resource type as Terraform writes it, such as aws_db_instance")
    file, text = _catalog_file(name, root / "policypack" / "catalog")
    label = name.partition("_")[2].replace("_", " ")
    file.write_text(text.rstrip("\n") + "\n" + _TYPE.format(name=name, label=label, kind="database"), "utf-8")
    return [file, *_compile(root)]


def _provider(name: str, root: Path) -> list[Path]:
    _must_match(_PROVIDER, name, "the name as in required_providers, such as railway")
    catalog = root / "policypack" / "catalog"
    if (catalog / f"{name}.yaml").exists() or (catalog / name).is_dir():
        raise ScanError(f"{name} is in the catalog already", "add to it with `policypack new resource TYPE`")
    example = root / "terraform-examples" / "protection" / "store_unprotectable" / name / "main.tf"
    made = _write({catalog / f"{name}.yaml": _PROVIDER_FILE.format(name=name), example: _PROVIDER_EXAMPLE.format(name=name)})
    return [*made, *_compile(root)]


_KINDS: Mapping[str, Callable[[str, Path], list[Path]]] = {"check": _check, "resource": _resource, "provider": _provider}


def _catalog_file(name: str, catalog: Path) -> tuple[Path, str]:
    """The provider's file and its text; of a folder of files, the one whose types are most like the new one."""
    provider = name.partition("_")[0]
    found = [*catalog.glob(f"{provider}.yaml"), *sorted((catalog / provider).glob("*.yaml"))]
    if not found:
        raise ScanError(f"the catalog has no provider {provider}", f"make it first: policypack new provider {provider}")
    files = {path: path.read_text("utf-8") for path in found}
    for path, text in files.items():
        if f"\n  {name}:" in text:
            raise ScanError(f"{name} is in the catalog already", f"see {path.relative_to(catalog.parents[1]).as_posix()}")
    file = max(files, key=lambda path: _likeness(name, files[path]))
    return file, files[file]


def _likeness(name: str, text: str) -> tuple[int, int]:
    """How many words the new type shares with the file's nearest types, and how many types share so many."""
    types = re.findall(r"^  ([a-z0-9_]+):$", text, re.MULTILINE)
    shared = [_words_shared(known.split("_"), name.split("_")) for known in types]
    nearest_types = max(shared, default=0)
    return nearest_types, shared.count(nearest_types)


def _words_shared(one: list[str], other: list[str]) -> int:
    shortest = min(len(one), len(other))
    return next((number for number in range(shortest) if one[number] != other[number]), shortest)


def _compile(root: Path) -> list[Path]:
    from policypack.catalog.compile import compiled

    generated = root / "policypack" / "catalog" / "generated"
    texts = {generated / name: text for name, text in compiled(root / "policypack" / "catalog").items()}
    stale = {path: text for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        path.write_text(text, "utf-8")
    return list(stale)


def _must_match(pattern: re.Pattern[str], name: str, wanted: str) -> None:
    if not pattern.fullmatch(name):
        raise ScanError(f"{name!r} is no name for it", wanted)


def _write(files: Mapping[Path, str]) -> list[Path]:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(files)
