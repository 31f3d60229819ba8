"""BKP-08."""

from collections import defaultdict
from collections.abc import Iterator

from policypack.authority.held import named
from policypack.authority.keys import Key, Threat, key_of, threat_of
from policypack.check import Finding, Severity, check
from policypack.model import Copy, Infrastructure, Resource, Store


@check(severity=Severity.CRITICAL, maps=["NIST SC-12", "NIST CP-9(8)", "ATT&CK T1485", "ATT&CK T1486"], since="0.1.0")
def backup_key_destroyable(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The copy lies in another account, and the key that it needs lies within reach of whoever deletes the original.

    Why: a copy that nobody can delete and nobody can decrypt is not a backup. Whoever administers the store's account
    schedules the deletion of the key, and the locked vault keeps ciphertext.

    Fix: encrypt the copy with a key of the account that holds it, or with the service's own key.

    Misses: keys and identities outside the inputs. A store that has another isolated copy under a safe key is not reported, and
    one whose copies all lie in its own account is backup_in_same_domain's.
    """
    found: dict[tuple[str, str], list[tuple[Store, Copy, Threat]]] = defaultdict(list)
    subjects: dict[tuple[str, str], Resource] = {}
    for store in infrastructure.irreplaceable:
        apart = [copy for copy in store.backups if infrastructure.isolated(store, copy) is True and copy.certain is True]
        threats = [(copy, key, _threat(infrastructure, store, key)) for copy in apart for key in [key_of(infrastructure, copy)]]
        if not threats or any(threat is None for _, _, threat in threats):
            continue
        copy, key, threat = threats[0]
        if key is None or threat is None:
            continue
        subject = key.store.resource if key.store else copy.held_in or copy.made_by
        subjects[subject.inside, subject.address] = subject
        found[subject.inside, subject.address].append((store, copy, threat))
    for place, cases in found.items():
        store, copy, threat = min(cases, key=lambda each: not each[2].certain)
        yield Finding(
            subjects[place],
            f"{threat.text}: copies of {named(each[0].address for each in cases)} need this key.",
            certain=threat.certain,
            because=(copy.evidence, *threat.because, store.as_environment),
            fix="encrypt the copy with a key of the account that holds it",
        )


def _threat(infrastructure: Infrastructure, store: Store, key: Key | None) -> Threat | None:
    return None if key is None else threat_of(infrastructure, store, key)
