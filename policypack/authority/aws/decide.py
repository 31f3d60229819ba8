"""One decision: may this caller do this to that, after everything that grants and limits it.

Rules: IAM User Guide, "Policy evaluation logic", "Determining whether a request is allowed or denied within an account",
"Cross-account policy evaluation logic", "Permissions boundaries for IAM entities"; AWS Organizations User Guide, "SCP
evaluation" and "Resource control policies". The formula is evaluated in three values: a part that cannot be told makes
the decision MAYBE exactly where it could turn it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.authority.aws.choices import choices, chosen_variables, favourable
from policypack.authority.aws.condition import block
from policypack.authority.aws.context import Environment
from policypack.authority.aws.document import Statement
from policypack.authority.aws.formula import Sums, allowed, lacking, rcp_reach
from policypack.authority.aws.kleene import F, T, U, Verdict, negation
from policypack.authority.aws.layers import Decoded, Layers, Request, environment_of
from policypack.authority.aws.match import action_verdict, resource_match
from policypack.authority.aws.missing import reasons
from policypack.authority.aws.principal import ANYONE, Principal, names, same_text
from policypack.authority.aws.text import literal
from policypack.authority.aws.variables import expand
from policypack.model import Outcome, Policy

IDENTITY, BOUNDARY, SESSION, RESOURCE, SCP, RCP = "identity", "boundary", "session", "resource", "scp", "rcp"


class Because(Struct, frozen=True, gc=False):
    """A statement that took part: statement number `index` (from 0) of `policy`, in a layer, and whether it is certain."""

    layer: str
    policy: Policy
    index: int
    effect: str
    certain: bool

    @property
    def said(self) -> str:
        """The statement as it is pointed at."""
        return f"statement {self.index + 1} of {self.policy.name}"


class Decision(Struct, frozen=True):
    """YES, MAYBE or NO; the statements that made it; what is missing for a definite answer; the layers that do not allow.

    For YES `because` are the Allows, for NO the Denies (none: nothing allows it, see `lacking`), for MAYBE both.
    """

    outcome: Outcome
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


class Entry(Struct, frozen=True, gc=False):
    """A statement that may apply: where it stands, whether action, resource and naming match, and how it names the caller."""

    layer: str
    level: int
    policy: Policy
    statement: Statement
    action: Verdict
    naming: str
    named: Verdict


def decide(request: Request, principal: Principal, layers: Layers) -> Decision:
    """Whether the call is allowed."""
    action = request.action.lower()
    environment = Environment(environment_of(request, principal), action, request.closed)
    entries = list(_entries(action, principal, layers))
    entries = [each for each in entries if _resource(each, request, environment) != F]
    tried = choices(list({id(each.statement): each.statement for each in entries}.values()), environment)
    best: Verdict = F
    chosen = environment
    answers: list[tuple[Entry, Verdict]] = []
    sums = Sums()
    for number, assignment in enumerate(tried.assignments):
        here = Environment(environment.known, action, request.closed, assignment)
        verdicts = [(each, _verdict(each, request, here)) for each in entries]
        found = _sums(verdicts, principal, layers, request)
        verdict = allowed(found, request, principal)
        if number == 0 or verdict > best:
            best, answers, sums, chosen = verdict, verdicts, found, here
        if best == T:
            break
    if best == F and not tried.complete:
        bound = [(each, _bound(each, request, environment)) for each in entries]
        best = min(U, allowed(_sums(bound, principal, layers, request), request, principal))
    return _decision(best, answers, sums, _Question(request, principal, chosen, tried.complete))


def _entries(action: str, principal: Principal, layers: Layers) -> Iterator[Entry]:
    bounded = layers.boundary is not None
    if principal.kind not in {"root", "service", "federated"}:
        yield from _plain(IDENTITY, 0, layers.identity, action)
        for layer, one in ((BOUNDARY, layers.boundary), (SESSION, layers.session)):
            if one is not None:
                yield from _plain(layer, 0, (one,), action)
    for each in layers.resource:
        for statement in each.statements:
            matched = action_match(statement, action)
            for naming, named in names(statement, principal, bounded=bounded).items() if matched else ():
                yield Entry(RESOURCE, 0, each.policy, statement, matched, naming, named)
    for layer, levels in ((SCP, layers.scps), (RCP, layers.rcps)):
        for number, level in enumerate(levels):
            yield from _plain(layer, number, level, action)


def _plain(layer: str, level: int, policies: Sequence[Decoded], action: str) -> Iterator[Entry]:
    for each in policies:
        for statement in each.statements:
            matched = action_match(statement, action)
            if matched:
                yield Entry(layer, level, each.policy, statement, matched, ANYONE, misplaced(layer, statement))


def misplaced(layer: str, statement: Statement) -> Verdict:
    """U for a statement that IAM refuses in its layer: with a principal where none may stand, or without a resource."""
    if layer == RCP:
        everyone = statement.principals is not None and all(text == "*" for _, text in statement.principals)
        return T if everyone and not statement.not_principals and statement.resources is not None else U
    return U if statement.principals is not None or statement.resources is None else T


def action_match(statement: Statement, action: str) -> Verdict:
    """Whether a statement is about an action (lower case)."""
    matched = action_verdict(statement.actions, action)
    return negation(matched) if statement.not_actions else matched


def _resource(entry: Entry, request: Request, environment: Environment) -> Verdict:
    return resource_verdict(entry.statement, tuple(map(literal, request.resource)), environment)


def resource_verdict(statement: Statement, forms: tuple[str, ...], environment: Environment) -> Verdict:
    """Whether a statement is about a resource (forms as `text.literal`). Without a Resource it is about the one that carries the policy."""
    if statement.resources is None:
        return T
    matched: Verdict = F
    for text in statement.resources:
        pattern = expand(text, statement.modern, environment.single, resource=True)
        if pattern is None:
            continue
        if pattern.must == pattern.may:
            verdict = resource_match(pattern.must, forms)
        elif resource_match(pattern.must, forms) == T:
            verdict = T
        else:
            verdict = min(U, resource_match(pattern.may, forms))
        matched = max(matched, verdict)
        if matched == T:
            break
    return negation(matched) if statement.not_resources else matched


def _verdict(entry: Entry, request: Request, environment: Environment) -> Verdict:
    statement = entry.statement
    found = min(entry.action, entry.named, _resource(entry, request, environment))
    if found and statement.conditions:
        found = min(found, block(statement.conditions, statement.modern, environment))
    return min(found, U) if statement.doubt else found


def _bound(entry: Entry, request: Request, environment: Environment) -> Verdict:
    """The verdict of a statement if the caller's choice served this statement alone: no choice is better for the caller."""
    statement = entry.statement
    allows = statement.effect == "Allow"
    resource = _resource(entry, request, environment)
    if chosen_variables(statement, environment):
        resource = T if allows and resource else F
    found = min(entry.action, entry.named, resource, favourable(statement, environment)[0])
    return min(found, U) if statement.doubt else found


def _sums(verdicts: Sequence[tuple[Entry, Verdict]], principal: Principal, layers: Layers, request: Request) -> Sums:
    found = Sums(
        boundary=F if layers.boundary is not None else None,
        session=F if layers.session is not None else None,
        scps=[F if level else U for level in layers.scps],
    )
    for entry, verdict in verdicts:
        if verdict:
            _add(found, entry, verdict, principal, request)
    return found


def _add(found: Sums, entry: Entry, verdict: Verdict, principal: Principal, request: Request) -> None:
    if entry.statement.effect == "Deny":
        if entry.layer == SCP and not principal.bound_by_scps:
            return
        if entry.layer == RCP:
            free = request.owner_management or not principal.bound_by_rcps
            verdict = min(verdict, F if free else rcp_reach(request.action))
        found.deny = max(found.deny, verdict)
    elif entry.layer == RESOURCE:
        found.naming[entry.naming] = max(found.naming.get(entry.naming, F), verdict)
    elif entry.layer == SCP:
        found.scps[entry.level] = max(found.scps[entry.level], verdict)
    elif entry.layer == IDENTITY:
        found.identity = max(found.identity, verdict)
    elif entry.layer == BOUNDARY:
        found.boundary = max(found.boundary or F, verdict)
    elif entry.layer == SESSION:
        found.session = max(found.session or F, verdict)


class _Question(Struct, frozen=True):
    request: Request
    principal: Principal
    environment: Environment
    complete: bool


def _decision(verdict: Verdict, answers: Sequence[tuple[Entry, Verdict]], sums: Sums, asked: _Question) -> Decision:
    outcome = {T: Outcome.YES, U: Outcome.MAYBE, F: Outcome.NO}[verdict]
    told = [(each, found) for each, found in answers if found and _tells(each, found, outcome)]
    because: dict[tuple[str, int, int, str], Because] = {}
    for each, found in told:
        key = (each.layer, id(each.policy), each.statement.index, each.statement.effect)
        certain = found == T or (key in because and because[key].certain)
        because[key] = Because(each.layer, each.policy, each.statement.index, each.statement.effect, certain)
    missing = _missing(list(_undecided(told)), asked) if outcome is Outcome.MAYBE else ()
    layers = lacking(sums, asked.request, asked.principal) if outcome is not Outcome.YES else ()
    return Decision(outcome, tuple(because.values()), missing, layers)


def _undecided(told: Sequence[tuple[Entry, Verdict]]) -> Iterator[Entry]:
    """The statements that would settle it: an Allow that may hold settles nothing where another of its layer does. What may
    allow and may deny, since nobody can read it, is told once."""
    settled = {(each.layer, each.level) for each, found in told if found == T and each.statement.effect == "Allow"}
    doubts = set()
    for each, found in sorted(told, key=lambda one: one[0].statement.effect):
        statement = each.statement
        allows = statement.effect == "Allow"
        also = allows and each.layer != RESOURCE and (each.layer, each.level) in settled
        again = not allows and statement.doubt and statement.doubt in doubts
        if found == U and not also and not again:
            doubts.add(statement.doubt)
            yield each


def _missing(undecided: Sequence[Entry], asked: _Question) -> tuple[str, ...]:
    missing: dict[str, None] = {}
    for each in undecided:
        if asked.principal.renewed and each.layer == RESOURCE and each.named == U:
            missing[f"whether {each.policy.name} still names a principal that the plan replaces"] = None
            continue
        missing.update(dict.fromkeys(reasons(each.policy.name, each.statement, asked.request, asked.environment)))
    if not asked.complete:
        missing["whether one choice of the request's parameters satisfies all statements"] = None
    if same_text(asked.principal.account, asked.request.owner) == U:
        missing["whether the resource is of the caller's account"] = None
    return tuple(missing)


def _tells(entry: Entry, verdict: Verdict, outcome: Outcome) -> bool:
    denies = entry.statement.effect == "Deny"
    if outcome is Outcome.MAYBE:
        return True
    return verdict == T and denies == (outcome is Outcome.NO)
