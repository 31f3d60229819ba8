"""The engine against the slow evaluator, and what has to hold for every policy."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policypack.model import Outcome
from tests.authority import brute
from tests.authority.brute import Call
from tests.authority.random_worlds import KEYS, VALUES, calls, documents
from tests.authority.worlds import ask

RANK = {Outcome.NO: 0, Outcome.MAYBE: 1, Outcome.YES: 2}
MANY = settings(max_examples=100, deadline=None)


def engine(call: Call) -> Outcome:
    """The engine's answer."""
    return ask(
        call.action,
        call.arn,
        who=call.caller,
        owner=call.owner,
        given=call.keys,
        identity=call.identity,
        boundary=call.boundary,
        session=call.session,
        resource=call.resource,
        scps=call.scps,
        rcps=call.rcps,
        management=call.management,
        owner_management=call.owner_management,
    ).outcome


@MANY
@given(calls())
def test_the_engine_agrees_with_the_slow_evaluator(call: Call) -> None:
    """Two evaluators that share no code give one answer."""
    assert engine(call).value == brute.decide(call)


@MANY
@given(calls(), st.data())
def test_closing_what_is_unknown_stays_inside_the_answer(call: Call, data: st.DataObject) -> None:
    """Whatever an unknown key turns out to be, a YES stays a YES and a NO a NO."""
    opened = engine(call)
    closed: dict[str, Any] = {}
    for key, value in call.keys.items():
        name = next(each for each in KEYS if each.lower() == key)
        options: st.SearchStrategy[list[str]] = st.just([]) | st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=1)
        closed[key] = data.draw(options) if value is None else value
    found = engine(replace(call, keys=closed))
    assert opened is Outcome.MAYBE or found is opened


@MANY
@given(calls(), documents())
def test_a_limit_never_adds(call: Call, limit: dict[str, Any]) -> None:
    """A boundary, an SCP level or a further Deny never turns an answer towards YES."""
    before = RANK[engine(call)]
    denies = {**limit, "Statement": [each for each in limit["Statement"] if each["Effect"] == "Deny"]}
    assert RANK[engine(replace(call, scps=[*call.scps, [limit]]))] <= before
    assert RANK[engine(replace(call, identity=[*call.identity, denies]))] <= before
    if call.boundary is None:
        assert RANK[engine(replace(call, boundary=limit))] <= before


@MANY
@given(calls(), documents())
def test_a_grant_never_takes_away(call: Call, grant: dict[str, Any]) -> None:
    """A further Allow never turns an answer towards NO."""
    allows = {**grant, "Statement": [each for each in grant["Statement"] if each["Effect"] == "Allow"]}
    assert RANK[engine(replace(call, identity=[*call.identity, allows]))] >= RANK[engine(call)]


@MANY
@given(calls(), st.randoms(use_true_random=False))
def test_order_and_repetition_say_nothing(call: Call, random: Any) -> None:
    """Policies and statements may come in any order, twice, split in two, with actions in any case."""
    written = []
    for each in call.identity:
        listed = [dict(one) for one in each["Statement"]]
        random.shuffle(listed)
        for one in listed:
            for name in ("Action", "NotAction"):
                if name in one:
                    one[name] = [text.swapcase() for text in reversed(one[name])]
        written += [{**each, "Statement": listed[:1]}, {**each, "Statement": [*listed[1:], *listed[:1]]}]
    random.shuffle(written)
    assert engine(replace(call, identity=written, scps=list(reversed(call.scps)))) is engine(call)


@MANY
@given(calls())
def test_not_is_the_complement(call: Call) -> None:
    """A Deny of NotAction X beside a Deny of Action X leaves nothing, and the same of resources."""
    assume(not brute.is_root(call.caller))  # no identity policy binds it
    for element, value in (("Action", ["s3:*", "kms:Schedule*"]), ("Resource", ["arn:aws:s3:::*", "arn:aws:rds:us*1:*"])):
        pair = []
        for name in (element, f"Not{element}"):
            one = {"Effect": "Deny", "Action": "*", "Resource": "*"}
            del one[element]
            pair.append({"Version": "2012-10-17", "Statement": [{**one, name: value}]})
        assert engine(replace(call, identity=[*call.identity, *pair])) in {Outcome.NO, Outcome.MAYBE}
    split = [
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", name: "s3:*", "Resource": "*"}]}
        for name in ("Action", "NotAction")
    ]
    assert engine(replace(call, identity=[*call.identity, *split])) is Outcome.NO


@MANY
@given(calls())
def test_names_of_accounts_mean_nothing(call: Call) -> None:
    """The same world with another account number gives the same answer, where no pattern holds a part of the number."""
    assume(not re.search(r"[*?]\d|\d[*?]", repr(call)))

    def other(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("111122223333", "777788889999")
        if isinstance(value, dict):
            return {key: other(each) for key, each in value.items()}
        return [other(each) for each in value] if isinstance(value, list) else value

    moved = Call(*(other(getattr(call, name)) for name in call.__dataclass_fields__))
    assert engine(moved) is engine(call)
