"""What is known of a request's condition keys, and the three classes of those that are not given.

Rules: IAM User Guide, "AWS global condition context keys"; the services' own keys are in the Service Authorization
Reference. Fixed keys are known from the inputs. Keys that the caller chooses (parameters of the request, tags that it
sends, whether it speaks TLS) are whatever serves the caller. The rest is the environment, of which a plan says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final, TypeAlias, Union

from msgspec import Struct

from policypack.authority.aws.text import ANON

Forms: TypeAlias = "tuple[str, ...]"
"""One text, described in one or several ways that are all true (an ARN as text and as a reference)."""


class OneOf(Struct, frozen=True):
    """A key of which only the possibilities are known: absent or one value, say."""

    options: tuple[Given, ...]


Given: TypeAlias = "Union[tuple[Forms, ...], OneOf, None]"
"""The values of a key: () where it is absent, None where nothing is known."""
Context: TypeAlias = "Mapping[str, Given]"
"""Condition keys in lower case. `aws:resourcetag/*` answers for every key of that family that is not listed."""

ABSENT: Final[Given] = ()


def given(*values: str) -> Given:
    """The values of a key, each a text (`text.encode`) with one form."""
    return tuple((value,) for value in values)


CHOSEN: Final = (
    "aws:requesttag/*",
    "aws:tagkeys",
    "aws:securetransport",
    "s3:x-amz-*",
    "s3:versionid",
    "s3:prefix",
    "s3:delimiter",
    "s3:max-keys",
    "s3:locationconstraint",
    "s3:requestobjecttag/*",
    "s3:requestobjecttagkeys",
    "s3:tlsversion",
    "s3:signatureversion",
    "s3:authtype",
    "kms:schedulekeydeletionpendingwindowindays",
    "kms:bypasspolicylockoutsafetycheck",
    "iam:passedtoservice",
    "iam:policyarn",
    "iam:associatedresourcearn",
    "rds:req-tag/*",
    "backup:copytargets",
    "backup:changeablefordays",
    "backup:maxretentiondays",
    "backup:minretentiondays",
    "secretsmanager:forcedeletewithoutrecovery",
    "secretsmanager:recoverywindowindays",
    "secretsmanager:versionstage",
    "secretsmanager:versionid",
    "ssm:overwrite",
    "ssm:recursive",
    "lambda:layer",
    "sts:rolesessionname",
    "sts:transitivetagkeys",
)
_NEW_DATABASE = (
    "databaseclass",
    "databaseengine",
    "databasename",
    "multiaz",
    "piops",
    "storageencrypted",
    "storagesize",
    "vpc",
)
_CHOSEN_BY_SOME: Final = (
    # On other calls these describe what exists, and the caller does not choose them.
    ("iam:permissionsboundary", "iam:create*"),
    ("iam:permissionsboundary", "iam:put*permissionsboundary"),
    *((f"rds:{key}", call) for key in _NEW_DATABASE for call in ("rds:create*", "rds:restore*")),
)


MULTIVALUED: Final = frozenset(
    {"aws:tagkeys", "s3:requestobjecttagkeys", "sts:transitivetagkeys", "backup:copytargets", "lambda:layer"}
)
"""Keys of the caller's choice that may have several values in one request."""


CALLS_THAT_CHOOSE: Final = tuple(dict.fromkeys(call for _, call in _CHOSEN_BY_SOME))
"""Patterns of the actions for which more keys are the caller's choice than for others."""


@lru_cache(maxsize=4096)
def is_chosen(key: str, action: str) -> bool:
    """Whether whoever makes the call sends what it likes for the key. `action` in lower case."""
    if any(fnmatchcase(key, pattern) for pattern in CHOSEN):
        return True
    return any(fnmatchcase(key, pattern) and fnmatchcase(action, call) for pattern, call in _CHOSEN_BY_SOME)


class Environment(Struct, frozen=True):
    """The keys of one request: what is given, whether all else is absent (`closed`), and what the caller has chosen."""

    known: Context
    action: str = ""
    closed: bool = False
    assignment: Context | None = None

    def get(self, key: str) -> Given:
        """The values of a key (lower case); None where they cannot be told."""
        if self.assignment is not None and key in self.assignment:
            return self.assignment[key]
        if key in self.known:
            return self.known[key]
        head, slash, _ = key.partition("/")
        if slash and f"{head}/*" in self.known:
            return self.known[f"{head}/*"]
        return ABSENT if self.closed else None

    def chooses(self, key: str) -> bool:
        """Whether the key is nowhere given and the caller's to choose."""
        head, slash, _ = key.partition("/")
        if self.closed or key in self.known or (slash and f"{head}/*" in self.known):
            return False
        return is_chosen(key, self.action)

    def single(self, key: str) -> str | None:
        """The value that a policy variable takes: None where the key is absent, ANON where it cannot be told."""
        found = self.get(key)
        if found == ():
            return None
        if isinstance(found, tuple) and len(found) == 1:
            return found[0][0]
        return ANON
