"""What a call may be made on where the caller chooses: something new under any name, or anything that its policies let it touch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from policypack.authority.aws import ANON
from policypack.authority.aws.text import ALSO
from policypack.catalog.aws_iam.escalation import formats
from policypack.model import Policy, Value

EVERYTHING = "*"
_OPEN: Value = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
OPEN_TRUST = Policy("a trust policy of the caller's making", _OPEN, assumed=True)
_HOLE = re.compile(r"\$\{[^}]*\}")
_NEW = "new"
_FIELDS = 6
_MOST_PARTS = 7


def templates(action: str) -> tuple[str, ...]:
    """The formats of the ARNs that an action is checked against: a right to each is needed. EVERYTHING: it has no
    resource-level permission. Of an action that the table does not have, only the service is known."""
    known = formats(action)
    if known is None:
        return (f"arn:${{Partition}}:{action.partition(':')[0].lower()}:${{Region}}:${{Account}}:${{Name}}",)
    return known or (EVERYTHING,)


def chosen(template: str, patterns: Iterable[str], account: str) -> Iterator[str]:
    """ARNs of a format in an account: one under a name that nobody has thought of, and one that each pattern may let through."""
    if template == EVERYTHING:
        yield EVERYTHING
        return
    wanted = template.split(":", _FIELDS - 1)
    found = {_arn(wanted, "aws", ANON, account, _NEW): None}
    for pattern in patterns:
        found.update(dict.fromkeys(_fitting(wanted, pattern.split(ALSO)[-1], account)))
    yield from found


def _fitting(wanted: list[str], pattern: str, account: str) -> Iterator[str]:
    written = pattern.split(":", _FIELDS - 1)
    if len(written) < _FIELDS:
        if pattern.strip("*"):
            yield _arn(wanted, "aws", ANON, account, ANON)  # a short pattern: which names it lets through cannot be told
        return
    _, partition, service, region, _, resource = (_HOLE.sub(ANON, part) for part in written)
    if service.isascii() and not {"*", "?"} & {*service} and service != wanted[2]:
        return  # another service's
    partition = partition if partition.isascii() and partition != "*" else "aws"
    region = ANON if region == "*" else _filled(region)
    head = _arn(wanted, partition, region, account, "")
    shape = ".+".join(map(re.escape, _HOLE.split(wanted[-1])))
    name = next((name for name in _names(resource) if re.fullmatch(shape, name, re.DOTALL)), None)
    if name is not None:
        yield ":".join([*head.split(":", _FIELDS - 1)[:-1], name])
        return
    yield _arn(wanted, partition, region, account, _NEW)
    if "*" in resource or "?" in resource:
        yield _arn(wanted, partition, region, account, ANON)


def _names(pattern: str) -> Iterator[str]:
    """Names that a pattern lets through: its last star may stand for several parts."""
    yield _filled(pattern)
    head, star, tail = pattern.rpartition("*")
    for mark in "/:" if star else "":
        for parts in range(2, _MOST_PARTS):
            yield _filled(head + mark.join([_NEW] * parts) + tail)


def _filled(pattern: str) -> str:
    return pattern.replace("*", _NEW).replace("?", _NEW[0])


def _arn(wanted: list[str], partition: str, region: str, account: str, name: str) -> str:
    """The format with these in its fields; a region or account that it leaves empty stays so."""
    known = {"${Partition}": partition, "${Region}": region, "${Account}": account}
    fields = [known.get(each, each) for each in wanted[:-1]]
    return ":".join([*fields, _HOLE.sub(name, wanted[-1])])
