"""Who may do what in Vault and OpenBao: policies of paths, and the tokens and roles that carry them.

Which rule decides about a path: a deny in any of them; otherwise the most specific pattern, and of equal patterns all together
(HashiCorp, "Policies", priority matching).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.identity_documents import Documents, stands
from policypack.build.platform_places import Holder, PlatformPlaces
from policypack.build.scoped import spot_of
from policypack.catalog.scoped.platform_grants import PathFact, platform_facts
from policypack.model import Evidence, Grant, Level, Resource, Scope, Truth, Unknown, Value

_PLATFORM = "vault"
_LONGEST, _MOST = 200_000, 1000
_HOLE = "\0"
_HARMLESS = frozenset({"default"})
# What carries policies: the argument that lists them, and whether a list that is not written means those of whoever made it.
_HOLDERS: Mapping[str, tuple[str, str, bool]] = {
    "vault_token": ("token", "policies", True),
    "vault_token_auth_backend_role": ("role", "allowed_policies", True),
    "vault_approle_auth_backend_role": ("role", "token_policies", False),
    "vault_jwt_auth_backend_role": ("role", "token_policies", False),
    "vault_kubernetes_auth_backend_role": ("role", "token_policies", False),
    "vault_identity_entity": ("entity", "policies", False),
}
_SECRETS = {"vault_approle_auth_backend_role_secret_id": "role_name"}


class Rule(Struct, frozen=True):
    """One path of a policy. `allows` is None where its capabilities are not known."""

    pattern: str
    allows: frozenset[str] | None


class Policy(Struct, frozen=True):
    """A policy that the inputs show: its rules, or why they cannot be read."""

    resource: Resource
    rules: tuple[Rule, ...] = ()
    lost: Unknown | None = None


def vault_holders(documents: Documents, places: PlatformPlaces) -> Iterator[Holder]:
    """Everybody who carries policies."""
    yield from _Vault(documents, places).holders()


class _Vault(Struct, frozen=True, dict=True):
    documents: Documents
    places: PlatformPlaces

    def _of(self, *kinds: str) -> Iterator[Resource]:
        for kind in kinds:
            for each in self.documents.estate.by_type.get(kind, ()):
                if stands(each):
                    yield each

    @cached_property
    def _policies(self) -> tuple[Policy, ...]:
        return tuple(self._policy(each) for each in self._of("vault_policy"))

    def _policy(self, resource: Resource) -> Policy:
        written = resource.get("policy")
        source = self._source(written, resource)
        if source is not None:
            return Policy(resource, tuple(_from_blocks(source.blocks("rule"))))
        text = written if isinstance(written, str) else text_of(written)
        if text is None or len(text) > _LONGEST:
            lost = written if isinstance(written, Unknown) else Unknown("its text is not written, or too long")
            return Policy(resource, lost=lost)
        rules = tuple(rules_in(text))
        if len(rules) > _MOST:
            return Policy(resource, lost=Unknown(f"it has more than {_MOST} paths"))
        return Policy(resource, rules, None if rules else Unknown("its text has no path that can be read"))

    def _source(self, written: Value, holder: Resource) -> Resource | None:
        for reference in written.references if isinstance(written, Unknown) else ():
            found = self.documents.estate.index.by_address.get((holder.inside, reference.address))
            if found is not None and found.type == "vault_policy_document":
                return found
        return None

    def holders(self) -> Iterator[Holder]:
        """Tokens, roles and entities."""
        secrets: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for kind, argument in _SECRETS.items():
            for each in self._of(kind):
                for role in self.documents.estate.index.find(
                    each.get(argument), each, lambda other: other in _HOLDERS
                ).resources:
                    secrets[role.place].append(each)
        for kind, (form, argument, inherits) in _HOLDERS.items():
            for each in self._of(kind):
                own = (each,) if form == "token" else tuple(secrets[each.place])
                yield Holder(each, form, tuple(self._grants(each, argument, inherits=inherits)), own)

    def _grants(self, holder: Resource, argument: str, *, inherits: bool) -> Iterator[Grant]:
        written = holder.get(argument)
        if (written is None or written == []) and inherits:
            doubt = Unknown(f"without {argument} it may have all policies of whoever makes it")
            yield self._everything(holder, argument, f"no {argument}", (), doubt)
        if isinstance(written, Unknown):
            yield self._everything(holder, argument, argument, (), written)
        carried: list[Policy] = []
        for each in written if isinstance(written, list) else ():
            if each == "root":
                yield self._everything(holder, argument, "the root policy", ("*",), None)
            elif each not in _HARMLESS:
                found = self._named(each, holder)
                if found is None or found.lost is not None:
                    said = each if isinstance(each, str) else "that is not known"
                    doubt = (
                        found.lost
                        if found is not None and found.lost is not None
                        else Unknown(f"the policy {said} is not among the inputs")
                    )
                    yield self._everything(holder, argument, f"the policy {said}", (), doubt)
                else:
                    carried.append(found)
        if carried:
            yield from self._allowed(carried)

    def _named(self, name: Value, holder: Resource) -> Policy | None:
        for each in self._policies:
            if isinstance(name, str) and each.resource.inside == holder.inside and each.resource.get("name") == name:
                return each
        found = self.documents.estate.index.find(name, holder, lambda kind: kind == "vault_policy").only
        return next((each for each in self._policies if found is not None and each.resource is found), None)

    def _everything(self, holder: Resource, argument: str, role: str, actions: tuple[str, ...], lost: Unknown | None) -> Grant:
        scope, condition = self.places.whole(_PLATFORM, self.documents.domains.of(holder))
        where = Evidence(f"{role} ({holder.address})", holder.address, holder.at(argument))
        return Grant("allow", role, actions, scope, where, condition=condition, lost=lost)

    def _allowed(self, carried: list[Policy]) -> Iterator[Grant]:
        """What the policies allow on everything that the inputs show, and on the server as a whole."""
        rules = [(rule, policy) for policy in carried for rule in policy.rules]
        entries = self.documents.estate.entries
        for kind, actions in platform_facts().paths.items():
            for each in self._of(kind):
                scope = Scope(_PLATFORM, Level.THING, spot_of(each, self.documents.estate))
                holes = {"name": _path(each.get(entries[kind].name)), "mount": _path(_mount(each))}
                for action, fact in actions.items():
                    yield from self._grant(action, fact, holes, scope, rules)
        whole, _ = self.places.whole(_PLATFORM)
        for action, fact in platform_facts().everywhere.items():
            yield from self._grant(action, fact, {}, whole, rules)

    @staticmethod
    def _grant(
        action: str, fact: PathFact, holes: Mapping[str, str], scope: Scope, rules: list[tuple[Rule, Policy]]
    ) -> Iterator[Grant]:
        path = re.sub(r"\{(\w+)\}", lambda hole: holes[hole[1]], fact.path)
        truth, decided = decide(path, frozenset(fact.capabilities), [rule for rule, _ in rules])
        if truth is False:
            return
        policy = next(policy for rule, policy in rules if rule is decided)
        said = f"{policy.resource.address} allows {' or '.join(fact.capabilities)} on {_shown(decided.pattern)}"
        where = Evidence(said, policy.resource.address, policy.resource.at("policy"))
        yield Grant("allow", policy.resource.address, (action,), scope, where, condition=truth, defined_in=policy.resource)


def decide(path: str, wanted: frozenset[str], rules: list[Rule]) -> tuple[Truth, Rule]:
    """Whether rules allow one of the wanted capabilities on a path, and the rule that decides."""
    meets = [(covers(rule.pattern, path), rule) for rule in rules]
    sure = [rule for truth, rule in meets if truth is True]
    denies = next((rule for rule in sure if rule.allows is not None and "deny" in rule.allows), None)
    if denies is not None:
        return False, denies
    best = max((_priority(rule.pattern) for rule in sure), default=())
    deciding = [rule for rule in sure if _priority(rule.pattern) == best]
    allowing = next((rule for rule in deciding if rule.allows is not None and rule.allows & wanted), None)
    if allowing is not None:
        return True, allowing
    doubtful = next((rule for rule in deciding if rule.allows is None), None)
    if doubtful is not None:
        return Unknown("which capabilities its policy gives is not known"), doubtful
    open_ones = (rule for truth, rule in meets if isinstance(truth, Unknown) and (rule.allows is None or rule.allows & wanted))
    perhaps = next(open_ones, None)
    if perhaps is not None:
        return Unknown(f"whether {_shown(perhaps.pattern)} is a path to it is not known"), perhaps
    return False, Rule("", frozenset())


def _priority(pattern: str) -> tuple[object, ...]:
    wild = [place for place, letter in enumerate(pattern) if letter in "+*"]
    return (wild[0] if wild else len(pattern) + 1, not pattern.endswith("*"), -pattern.count("+"), len(pattern), pattern)


def covers(pattern: str, path: str) -> Truth:
    """Whether a pattern (`+` for one segment, `*` at its end for the rest) covers a path. Names that exist only after the apply
    are holes: the same hole is the same name."""
    pattern, path = pattern.lstrip("/"), path.lstrip("/")
    if _matches(pattern, path):
        return True
    if _HOLE not in pattern + path:
        return False
    one, other = pattern.partition(_HOLE)[0].rstrip("*"), path.partition(_HOLE)[0]
    shared = min(len(one), len(other))
    if "+" not in one[:shared] and one[:shared] != other[:shared]:
        return False
    if len(other) < len(one) and _HOLE not in path:
        return False
    return Unknown("a part of the path exists only after the apply")


def _matches(pattern: str, path: str) -> bool:
    rest = pattern.endswith("*")
    parts, steps = (pattern[:-1] if rest else pattern).split("/"), path.split("/")
    if len(parts) > len(steps) or (not rest and len(parts) != len(steps)):
        return False
    for place, part in enumerate(parts):
        last = rest and place == len(parts) - 1
        if part != "+" and not (steps[place].startswith(part) if last else steps[place] == part):
            return False
    return True


# None of these looks further than it must: a policy's text may be made to keep its reader busy.
_PATH = re.compile(r'^[ \t]*path[ \t]+"([^"\n]{0,2000})"\s{0,99}\{', re.MULTILINE)
_CAPABILITIES = re.compile(r"capabilities[ \t]*=[ \t]*\[([^\]{}]{0,2000})\]")
_OLD = re.compile(r'^[ \t]*policy[ \t]*=[ \t]*"(\w+)"', re.MULTILINE)
_OLD_WORDS = {
    "deny": frozenset({"deny"}),
    "read": frozenset({"read", "list"}),
    "write": frozenset({"create", "read", "update", "delete", "list", "patch"}),
    "sudo": frozenset({"create", "read", "update", "delete", "list", "patch", "sudo"}),
}


def rules_in(text: str) -> Iterator[Rule]:
    """The paths of a policy's text (HCL or JSON), with their capabilities. Comments are left out first."""
    if text.lstrip().startswith("{"):
        yield from _from_json(text)
        return
    text = re.sub(r"(?m)(^|\s)(#|//).*$", r"\1", text)
    found = list(_PATH.finditer(text))
    for place, each in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        body = text[each.end() : end]
        listed, old = _CAPABILITIES.search(body), _OLD.search(body)
        if listed is not None:
            words = frozenset(re.findall(r'"([^"]+)"', listed[1]))
            yield Rule(each[1], None if _HOLE in listed[1] else words)
        else:
            yield Rule(each[1], _OLD_WORDS.get(old[1]) if old is not None else frozenset())


def _from_json(text: str) -> Iterator[Rule]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    paths = document.get("path") if isinstance(document, dict) else None
    for pattern, body in paths.items() if isinstance(paths, dict) else ():
        listed: Value = body.get("capabilities") if isinstance(body, dict) else None
        yield Rule(pattern, _known_words(listed))


def _known_words(listed: Value) -> frozenset[str] | None:
    """The capabilities of a list, None where one of them is not known."""
    words = [word for word in listed if isinstance(word, str)] if isinstance(listed, list) else None
    return frozenset(words) if words is not None and isinstance(listed, list) and len(words) == len(listed) else None


def _from_blocks(blocks: list[Value]) -> Iterator[Rule]:
    for each in blocks:
        if not isinstance(each, dict):
            yield Rule("*", None)
            continue
        path, allows = each.get("path"), each.get("capabilities")
        pattern = path if isinstance(path, str) else text_of(path) or "*"
        yield Rule(pattern, _known_words(allows))


def text_of(value: Value) -> str | None:
    """The text of a template with marked holes, None where there is none."""
    if not isinstance(value, Unknown) or not value.parts:
        return None
    return "".join(each if isinstance(each, str) else f"{_HOLE}{each}{_HOLE}" for each in value.parts)


def _mount(resource: Resource) -> Value:
    return next((value for name in ("mount", "backend") if (value := resource.get(name)) is not None), None)


def _path(value: Value) -> str:
    text = value if isinstance(value, str) else text_of(value)
    return text.strip("/") if text is not None else f"{_HOLE}?{_HOLE}"


def _shown(pattern: str) -> str:
    named = re.sub(f"{_HOLE}([^{_HOLE}]*){_HOLE}", lambda hole: "${" + hole[1] + "}", pattern)
    return f'"{named}"'
