"""What the checks ask of approvals: the jobs that apply to production, whether anything makes them wait, and what agents can do
without any of it."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.authority.grants import rules_everything
from policypack.authority.held import DESTRUCTIVE, Held, held
from policypack.model import Credential, Evidence, Identity, Infrastructure, Location, Resource, Truth, Unknown, Verb, replace
from policypack.model.approvals import Applying, TokenTrust
from policypack.model.pipelines import Repository

APPLIES = frozenset(
    {
        "admin",
        "apply",
        "applier",
        "cd",
        "deploy",
        "deployer",
        "deployment",
        "infra",
        "provision",
        "provisioner",
        "release",
        "terraform",
        "tofu",
    }
)
_BY_HAND = {"workflow_dispatch", "manual"}
_PIPELINES = frozenset({"actions", "build", "ci", "cicd", "gha", "github", "gitlab", "pipeline", "runner"})
_PLANS = frozenset({"plan", "planner", "read", "readonly", "reader", "view", "viewer"})
_DATA = frozenset({Verb.DESTROY, Verb.OVERWRITE, Verb.WEAKEN})


def applying_to_production(infrastructure: Infrastructure) -> Iterator[Applying]:
    """The jobs that apply to production, each once. A job counts where its names say production, or where the input that it
    applies holds something of production and nothing says that the job is for another environment."""
    holding = {store.resource.inside for store in infrastructure.production}
    seen: dict[tuple[str, str, str], Applying] = {}
    for each in infrastructure.approvals.applying:
        if each.environment.production and (each.environment.recognised or each.inside in holding):
            key = (each.job.pipeline, each.job.name, each.job.command)
            known = seen.get(key)
            if known is None or (known.concerns is not True and each.concerns is True):
                seen[key] = each
    yield from seen.values()


def as_subject(infrastructure: Infrastructure, each: Applying) -> Resource:
    """The input that a job applies, standing where the job stands."""
    return subject_at(infrastructure, each.inside, each.job.location)


def subject_at(infrastructure: Infrastructure, path: str, location: Location | None) -> Resource:
    """An input, standing at a line of the repository around it."""
    source = next(one for one in infrastructure.inputs if one.path == path)
    return source.itself if location is None else replace(source.itself, location=location)


def approving_themselves(infrastructure: Infrastructure) -> Iterator[Applying]:
    """The jobs that apply to production without asking, that something starts by itself, and that no environment holds up."""
    for each in applying_to_production(infrastructure):
        held_up = bool(each.unseen) or any(gate.asks is not False for gate in each.gates)
        if each.job.approves is True and not held_up and not set(each.job.events) <= _BY_HAND:
            yield each


def unowned(repository: Repository, pipeline: Location) -> Iterator[Evidence]:
    """What says that files of the gate have no owner."""
    if not repository.owners_file:
        yield Evidence("there is no CODEOWNERS: nobody owns the pipeline", "", pipeline)
        return
    for path in repository.files:
        rule = repository.owned_by(path)
        if rule is None:
            yield Evidence(f"no line of {repository.owners_file} speaks of {path}")
        elif not rule.owners:
            yield Evidence(f"{rule.pattern} takes {path} from all owners", "", rule.location)


def started(each: Applying) -> Evidence:
    """What starts the job, in words."""
    job = each.job
    events = ", ".join(job.events) or "something that is not written"
    on = f" to {', '.join(job.branches)}" if job.branches and "push" in job.events else ""
    public = (
        "; whoever opens a pull request starts it with the rights of the target" if "pull_request_target" in job.events else ""
    )
    return Evidence(f"job {job.name} runs {job.command}, started by {events}{on}{public}", "", job.location)


def beside_the_gates(infrastructure: Infrastructure) -> Iterator[Held]:
    """Agents that can destroy production's data, or strip what guards it, by calling its API: the surest first, and those that
    destroy before those that only strip."""
    data = frozenset(store.address for store in infrastructure.production if store.kind != "key")
    found = list(held(infrastructure, _DATA, wanted=lambda _: data))
    yield from sorted(found, key=lambda each: (not each.certain, each.worst.verb is Verb.WEAKEN, each.identity.address))


def bearers(infrastructure: Infrastructure) -> Iterator[tuple[Credential, str]]:
    """Credentials that may do everything on a platform that holds data of production, with what lies there."""
    for credential in infrastructure.credentials:
        there = [store.address for store in infrastructure.production if store.domain.provider == credential.provider]
        if credential.scoped is False and there:
            yield credential, there[0]


def open_trusts(infrastructure: Infrastructure) -> Iterator[tuple[TokenTrust, Truth]]:
    """The identities that more runs become than those of a protected place, with whether they are ones that apply: their policies,
    the job that takes them on, and their names tell."""
    loose = [each for each in infrastructure.approvals.trusts if each.pinned is not True]
    if not loose:
        return
    taken = {role for each in infrastructure.approvals.applying for role in each.job.roles if isinstance(role, str)}
    places = {each.resource.place for each in loose}
    known = {each.resource.place: each for each in infrastructure.identities if each.resource.place in places}
    # Who may do everything need not be asked what of it destroys.
    asked = [each for each in known.values() if (each.policies or each.grants) and not rules_everything(each)]
    verbs = DESTRUCTIVE | {Verb.ESCALATE}
    powers = {each.identity.address: each for each in held(infrastructure, verbs, identities=asked, opaque=True)}
    for trust in loose:
        identity = known.get(trust.resource.place)
        if any(role == name or role.endswith(f"/{name}") for role in taken for name in trust.names):
            yield trust, True
        elif identity is not None and (identity.policies or identity.grants):
            yield trust, _applies(infrastructure, identity, powers.get(identity.address), _words(trust))
        else:
            yield trust, _named_to_apply(_words(trust))


def _words(trust: TokenTrust) -> set[str]:
    return {word for name in trust.names for word in name.lower().replace("-", "_").split("_")}


def _applies(infrastructure: Infrastructure, identity: Identity, powers: Held | None, words: set[str]) -> Truth:
    """Whether what its policies allow is more than to read."""
    if rules_everything(identity):
        return True
    if powers is not None:
        return True if powers.certain else Unknown("what its policies allow on production is not known")
    return bool(words & APPLIES) and not infrastructure.production and not words & _PLANS


def _named_to_apply(words: set[str]) -> Truth:
    """What the names of an identity say whose rights are not among the inputs; the report has a gap for it."""
    if words & _PLANS:
        return False
    if words & APPLIES:
        return True
    return Unknown("none of its rights are among the inputs") if words & _PIPELINES else False
