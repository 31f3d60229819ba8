"""BKP-10."""

from collections.abc import Iterator

from policypack.authority.grants import broad
from policypack.authority.held import held, writes_objects
from policypack.check import Finding, Severity, check
from policypack.model import IdentityKind, Infrastructure, Outcome, Power, Verb

_VERBS = frozenset({Verb.DESTROY, Verb.OVERWRITE, Verb.WEAKEN})
_ADDING = {"s3:ReplicateObject"}  # into a new version: replication needs a bucket that keeps them


@check(severity=Severity.HIGH, maps=["NIST AC-6", "CIS 11.3", "ATT&CK T1490"], since="0.1.0")
def backup_writer_can_delete(infrastructure: Infrastructure) -> Iterator[Finding]:
    """What writes the backups can delete or overwrite them, or let them expire.

    Why: the machine that makes the backup is the one that is broken into, and its role is found there. A role that only adds
    objects cannot take back what it added yesterday.

    Fix: let it put objects and nothing else, into a bucket with versioning (or a lock): no delete, no lifecycle, no policy.

    Misses: writers outside the inputs. Administrators also write, and are not what is meant: their powers are
    one_identity_destroys_all's. The service role of AWS Backup, which has to expire what it made, is not asked.
    """
    copies = [copy for store in infrastructure.production for copy in store.backups if copy.kind.in_bucket]
    places = {copy.held_in.address for copy in copies if copy.held_in}
    if not places:
        return

    def harms(power: Power) -> bool:
        return power.target in places and not power.rules and bool(set(power.actions) - _ADDING)

    writers = [
        each
        for each in infrastructure.identities
        if each.kind is not IdentityKind.PERSON
        and not each.resource.goes
        and each.form != "group"
        and not any(broad(each, {"s3"}))
    ]
    for each in held(infrastructure, _VERBS, wanted=harms, identities=writers):
        written = writes_objects(infrastructure, each)
        if written is Outcome.NO:
            continue
        certain = each.certain and written is Outcome.YES
        yield Finding(
            each.identity.resource,
            f"It writes backups to {each.targets}, and {'can' if certain else 'may be able to'} destroy what is there.",
            certain=certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions) or 'the deleting actions'} away: it needs to put objects only",
        )
