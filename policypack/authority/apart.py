"""Which principals the policies of a picture tell apart by who they are, so that not all with the same rights can do the same.

A bucket that denies everybody but one role, a guardrail with an exception for a tag, a key that names its administrators:
whoever may write the policies of such a principal has more than rights of its own choosing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from policypack.authority.aws.document import Statement
from policypack.authority.aws.principal import account_of
from policypack.authority.aws.text import ALSO
from policypack.authority.aws.variables import variables
from policypack.authority.oracle import Oracle
from policypack.authority.principals import Principals
from policypack.model import Policy

# Keys that are the same for all principals of an account, or that say only what kind of caller it is.
_SHARED = frozenset({"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:principalisawsservice"})
_OWN = ("aws:principal", "aws:userid", "aws:username")


def told_apart(principals: Principals, oracle: Oracle) -> int:
    """The principals that a policy which limits, or stands on a resource, knows by name, tag or type, as bits: all of them
    where a condition could be about any."""
    by_text: dict[str, int] = defaultdict(int)
    for number, subject in enumerate(principals.bare.subjects):
        for form in subject.forms:
            by_text[form] |= 1 << number
    everybody = (1 << len(principals.all)) - 1
    found = 0
    for policy in _limiting(principals):
        for statement in oracle.read(policy).statements:
            if _depends(statement):
                return everybody
            for kind, text in statement.principals or ():
                if kind not in {"AWS", "*"} or text == "*" or account_of(text) is not None:
                    continue
                named = by_text.get(text.partition(ALSO)[0])
                if named is None and not text.isascii():
                    return everybody  # it names somebody, and who that is cannot be told
                if named is None and ":assumed-role/" in text:
                    return everybody  # a session, which is some role's
                found |= named or 0
    return found


def _limiting(principals: Principals) -> Iterator[Policy]:
    """Boundaries, guardrails, and the policies of resources, each once."""
    seen: set[int] = set()
    levels = (level for each in principals.all for level in (*each.guardrails, *each.resource_guardrails))
    boundaries = (each.boundary for each in principals.all if each.boundary is not None)
    standing = (policy for policies in principals.infrastructure.resource_policies.values() for policy in policies)
    for policy in (*(policy for level in levels for policy in level), *boundaries, *standing):
        if id(policy) not in seen:
            seen.add(id(policy))
            yield policy


def _depends(statement: Statement) -> bool:
    """Whether a statement may say of one principal what it does not say of another."""
    texts = [*(statement.resources or ()), *(text for each in statement.conditions for text in each.values)]
    keys = [*(each.key for each in statement.conditions), *(key for text in texts for key in variables(text))]
    return statement.not_principals or any(key.startswith(_OWN) and key not in _SHARED for key in keys)
