"""What has to hold for every policy, whatever it says: of what is not known, of what is changed, of what is renamed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.authority.aws.context import Environment
from policypack.authority.aws.decide import action_match, resource_verdict
from policypack.authority.aws.document import read
from policypack.authority.aws.kleene import T
from policypack.model import Outcome, Unknown
from tests.authority import brute
from tests.authority.brute import Call
from tests.authority.random_worlds import (
    ACTION_PATTERNS,
    ACTIONS,
    ARNS,
    EVERY_ARN,
    PATTERNS,
    calls,
    documents,
    keys,
    statements,
)
from tests.authority.test_brute import RANK, engine
from tests.authority.worlds import ACCOUNT, ALL, USER, document, statement

MANY = settings(max_examples=50, deadline=None)
HOLE = Unknown("known only after apply")
LAYERS = ("identity", "boundary", "session", "resource", "scps", "rcps")


@st.composite
def plain_calls(draw: st.DrawFn) -> Call:
    """A call in which one policy beside an Allow of everything decides, so that each part of it counts."""
    action = draw(st.sampled_from(["s3:DeleteBucket", "s3:DeleteObject", "rds:DeleteDBInstance"]))
    call = Call(action, draw(st.sampled_from(ARNS[action])), USER, ACCOUNT, draw(keys(unknown=False)), [ALL])
    refusing = draw(st.lists(statements(), min_size=1, max_size=2))
    written = document(statement(), *({**each, "Effect": draw(st.sampled_from(["Deny", "Allow"]))} for each in refusing))
    more: dict[str, Any] = {"identity": [written], "boundary": written, "scps": [[written]]}
    name = draw(st.sampled_from(sorted(more)))
    return replace(call, **{name: more[name]})


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in a document, or in a list of them, that leads to a statement or to something inside one."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if "Statement" in path[:-1] else []
    for key, each in inner:
        found += places(each, (*path, key))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What stands at the path."""
    for key in path:
        value = value[key]
    return value


def swapped(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The same document with something else at the path."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: swapped(value[key], tuple(rest), new)}
    return [swapped(each, tuple(rest), new) if place == key else each for place, each in enumerate(value)]


@settings(max_examples=100, deadline=None)
@given(st.one_of(calls(), plain_calls()), st.data())
def test_closing_a_hole_of_a_policy_stays_inside_the_answer(call: Call, data: st.DataObject) -> None:
    """Whatever a part of a policy turns out to be that is not known yet, a YES stays a YES and a NO a NO."""
    written = {name: getattr(call, name) for name in LAYERS if getattr(call, name)}
    paths = places(written)
    if not paths:
        return
    # As many holes that are a Deny, a whole statement, or an element of one, as holes deep inside.
    depths: dict[int, list[tuple[Any, ...]]] = {}
    for path in paths:
        depths.setdefault(min(len(path) - path.index("Statement"), 4), []).append(path)
        if path[-1] == "Effect" and at(written, path) == "Deny":
            depths.setdefault(0, []).append(path[:-1])
    opened = call
    for depth in data.draw(st.lists(st.sampled_from(sorted(depths)), min_size=1, max_size=2)):
        path = data.draw(st.sampled_from(depths[depth]))
        try:
            opened = replace(opened, **{path[0]: swapped(getattr(opened, path[0]), path[1:], HOLE)})
        except (TypeError, KeyError, AttributeError):
            continue  # inside of what the first hole took away
    answer = engine(opened)
    assert answer is Outcome.MAYBE or engine(call) is answer


@MANY
@given(calls(), documents(resource_policy=True))
def test_a_grant_on_the_resource_never_takes_away(call: Call, grant: dict[str, Any]) -> None:
    """A further Allow that stands on the resource never turns an answer towards NO, and a further Deny never towards YES."""
    standing = call.resource or {"Version": "2012-10-17", "Statement": []}
    before = RANK[engine(replace(call, resource=standing))]
    for each in grant["Statement"]:
        if "NotPrincipal" not in each:
            more = {**standing, "Statement": [*standing["Statement"], each]}
            after = RANK[engine(replace(call, resource=more))]
            assert after >= before if each["Effect"] == "Allow" else after <= before


@MANY
@given(calls(), documents())
def test_another_policy_in_a_level_may_only_add(call: Call, more: dict[str, Any]) -> None:
    """An Allow within a level of SCPs that is there never turns an answer towards NO; a whole new level never towards YES."""
    allows = {**more, "Statement": [each for each in more["Statement"] if each["Effect"] == "Allow"]}
    before = RANK[engine(call)]
    if call.scps:
        assert RANK[engine(replace(call, scps=[[*call.scps[0], allows], *call.scps[1:]]))] >= before
    assert RANK[engine(replace(call, scps=[[allows], *call.scps]))] <= before


@MANY
@given(st.sampled_from([*PATTERNS, *EVERY_ARN]), st.sampled_from(EVERY_ARN), st.sampled_from(["", "a", "d", "us-east-1", ":"]))
def test_a_tighter_pattern_reaches_nothing_more(pattern: str, arn: str, text: str) -> None:
    """What a pattern certainly does not match, no pattern matches that has a text in the place of one of its stars."""
    if "${" in pattern:
        return
    here = Environment({}, closed=True)
    for place, letter in enumerate(pattern):
        if letter == "*":
            tight = pattern[:place] + text + pattern[place + 1 :]
            (loose_one,), (tight_one,) = (read(document(statement(resource=each))) for each in (pattern, tight))
            loose, found = (resource_verdict(each, (arn,), here) for each in (loose_one, tight_one))
            assert loose or not found


@MANY
@given(st.lists(st.sampled_from([*PATTERNS, *EVERY_ARN]), min_size=1, max_size=3), st.sampled_from(EVERY_ARN))
def test_not_resource_is_the_complement(patterns: list[str], arn: str) -> None:
    """NotResource says of every ARN the contrary of Resource, a doubt included."""
    here = Environment({"aws:username": (("bob",),)}, closed=True)
    (one,), (other,) = (
        read(document(statement(resource=patterns))),
        read(document(statement(resource=None, NotResource=patterns))),
    )
    assert resource_verdict(other, (arn,), here) == T - resource_verdict(one, (arn,), here)


@MANY
@given(st.lists(st.sampled_from(ACTION_PATTERNS), min_size=1, max_size=3), st.sampled_from(ACTIONS))
def test_not_action_is_the_complement(patterns: list[str], action: str) -> None:
    """NotAction says of every action the contrary of Action."""
    (one,), (other,) = read(document(statement(action=patterns))), read(document(statement(action=None, NotAction=patterns)))
    assert action_match(other, action.lower()) == T - action_match(one, action.lower())


@MANY
@given(calls(), st.sampled_from(["us-east-1", "eu-west-1"]))
def test_names_of_regions_mean_nothing(call: Call, region: str) -> None:
    """The same world with another region gives the same answer, where no pattern holds a part of the name."""
    if any(part in repr(call) for part in ("us*", "us-*", "??-east-1")):
        return

    def other(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(region, "ap-south-2")
        if isinstance(value, dict):
            return {key: other(each) for key, each in value.items()}
        return [other(each) for each in value] if isinstance(value, list) else value

    moved = Call(*(other(getattr(call, name)) for name in call.__dataclass_fields__))
    assert engine(moved) is engine(call)
    assert brute.decide(moved) == brute.decide(call)
