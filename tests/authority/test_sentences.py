"""AWS's documentation, a sentence at a time, each with calls that it lets through and calls that it stops."""

from __future__ import annotations

import pytest

from policypack.authority.aws import Request, decide, encode
from policypack.authority.aws.bulk import Evaluator
from policypack.authority.aws.lines import Target
from policypack.model import Policy, replace
from tests.authority.sentences import Call, Sentence
from tests.authority.sentences_layers import DECIDING
from tests.authority.sentences_matching import MATCHING
from tests.authority.worlds import context, layers, principal

SENTENCES: list[Sentence] = [*MATCHING, *DECIDING]


def decided(call: Call) -> str:
    """The answer to a call in a closed world."""
    request = Request(call.action, (encode(call.on),), call.owner, context(call.keys), True, call.owner_management)
    return decide(request, principal(call.who, management=call.management), layers(**call.layers)).outcome.value


def in_sets(call: Call) -> str:
    """The same from the bulk evaluator."""
    written = dict(call.layers)
    standing, rules = written.pop("resource", None), written.pop("rcps", ())
    on = () if standing is None else (Policy("standing", standing),)
    rcps = tuple(tuple(Policy("rcp", each) for each in level) for level in rules)
    target = Target((encode(call.on),), call.owner, {}, on, rcps, call.owner_management)
    who = replace(principal(call.who, management=call.management), context=context(call.keys))
    atoms = Evaluator([call.action], [target], closed=True).powers(who, layers(**written))
    return "yes" if any(each.certain for each in atoms) else "maybe" if any(each.possible for each in atoms) else "no"


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda each: each.says)
def test_a_sentence_holds(sentence: Sentence) -> None:
    """Each call has the answer that the sentence gives it, one at a time and in sets."""
    for expected in ("yes", "no", "maybe"):
        for number, call in enumerate(getattr(sentence, expected)):
            assert (decided(call), in_sets(call)) == (expected, expected), (expected, number, call)


def test_every_sentence_has_both_sides() -> None:
    """A rule that nothing is stopped by, or that lets nothing through, would be kept by an engine that always says one thing."""
    assert all(sentence.yes and sentence.no and sentence.page for sentence in SENTENCES)
    assert len({sentence.says for sentence in SENTENCES}) == len(SENTENCES)
