"""Who can act, by which policies, and what that lets them do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct, field

from policypack.model.grants import Grant
from policypack.model.picture import Domain, Environment, Evidence
from policypack.model.resources import Resource
from policypack.model.values import Unknown, Value


class IdentityKind(str, Enum):
    """Who acts with an identity. Agents and bearers of static credentials are held to the strictest rules."""

    AGENT = "agent"
    AUTOMATION = "automation"
    WORKLOAD = "workload"
    PERSON = "person"
    UNKNOWN = "unknown"


class Policy(Struct, frozen=True):
    """One policy document, with where it is written and how it got to the identity.

    `document` is the decoded JSON (leaves may be Unknown), or Unknown as a whole where it cannot be resolved: that is
    never the same as an empty policy. `origin` is the resource that holds the text, `attached_by` the one that attaches it.
    `assumed` is True where Terraform does not show the policy and it is taken to exist (FullAWSAccess at an SCP level).
    """

    name: str
    document: Value
    origin: Resource | None = None
    attached_by: Resource | None = None
    assumed: bool = False


class Identity(Struct, frozen=True):
    """A principal that can act.

    `arn` is a text, or an Unknown whose `parts` hold what is known of it. `kind` comes with its `reason`. `policies` are
    the identity-based ones (inline, attached, of groups). `boundary` None: there is none; an Unknown document: one that
    cannot be resolved. `trust` is who may become it. `guardrails` and `resource_guardrails` are the levels of SCPs and RCPs
    above it, outermost first; empty where the inputs show no organization. `credentials` are static ones that exist for it.
    `environment` is the one that it is made for, None where nobody asked. `sessions` are the session policies under which the
    inputs show it to act, one of them at a time; empty: nothing limits its sessions. `grants` are what it is allowed, denied and
    limited to where roles are granted at places; documents are another language's. `language` says whose words it speaks.
    """

    resource: Resource
    language: str
    form: str
    arn: str | Unknown
    domain: Domain
    kind: IdentityKind
    reason: str
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    trust: Policy | None = None
    guardrails: tuple[tuple[Policy, ...], ...] = ()
    resource_guardrails: tuple[tuple[Policy, ...], ...] = ()
    tags: Mapping[str, Value] | Unknown = field(default_factory=dict)
    credentials: tuple[Resource, ...] = ()
    declared: bool = False
    environment: Environment | None = None
    sessions: tuple[Policy, ...] = ()
    grants: tuple[Grant, ...] = ()

    @property
    def address(self) -> str:
        """The address of its resource."""
        return self.resource.address

    @property
    def acts_in_database(self) -> bool:
        """Whether it acts inside a database: what it destroys there is agent_owns_database_objects's."""
        return self.form == "database role"


class Outcome(str, Enum):
    """Whether something can be done: proved, not excluded, excluded."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"

    @property
    def rank(self) -> int:
        """2 for yes, 1 for maybe, 0 for no: a path is as sure as its weakest hop, the smallest rank."""
        return {"yes": 2, "maybe": 1, "no": 0}[self.value]


class Verb(str, Enum):
    """What an identity does to a target."""

    DESTROY = "destroy"
    OVERWRITE = "overwrite"
    WEAKEN = "weaken"
    DESTROY_COPIES = "destroy-copies"
    DESTROY_KEY = "destroy-key"
    ESCALATE = "escalate"
    WRITE_STATE = "write-state"
    STOP_AUDIT = "stop-audit"
    REMOVE_DOMAIN = "remove-domain"
    READ_CREDENTIALS = "read-credentials"


class Power(Struct, frozen=True):
    """What an identity can do to a target, and the path that shows it (hops first, the deciding statement last).

    `rules` says by which hops it is had: () by none, ("assume",) by assuming roles alone, ("escalate",) only by more than that.
    """

    identity: str
    verb: Verb
    target: str
    outcome: Outcome
    path: tuple[Evidence, ...] = ()
    actions: tuple[str, ...] = ()
    missing: str = ""
    rules: tuple[str, ...] = ()
