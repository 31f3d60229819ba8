"""Powers turned around: who can do it to a target, told from what each can do."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.authority import holders
from policypack.authority.holders import turned
from policypack.authority.oracle import Both
from policypack.authority.powers import Key
from policypack.model import Verb

KEYS: list[Key] = [(0, Verb.DESTROY), (0, Verb.WEAKEN), (1, Verb.DESTROY)]
# Some sets of targets are small and some are too large to be filed under each target.
SETS = st.integers(0, 31) | st.integers(0, 2 ** (3 * holders._FEW))
BOTHS = st.tuples(SETS, SETS).map(lambda both: (both[0] & both[1], both[1]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), BOTHS), max_size=6), st.integers(0, 3 * holders._FEW))
def test_turned_around_powers_are_the_same_powers(powers: list[dict[Key, Both]], place: int) -> None:
    """Each target has exactly the callers that have it, as surely as they have it."""
    shared = [*powers, *powers[:1]]  # callers who come to the same share one mapping
    found = turned(dict(enumerate(shared)))
    for key in KEYS:
        certain, possible = found[key].of(place) if key in found else (0, 0)
        for caller, has in enumerate(shared):
            must, may = has.get(key, (0, 0))
            assert (certain >> caller & 1, possible >> caller & 1) == (must >> place & 1, may >> place & 1)
