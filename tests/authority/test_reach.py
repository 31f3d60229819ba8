"""The graph of who becomes whom: reachability, the surest of the shortest routes, and a size that grows in step with its input."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.authority.reach import Graph, bit_set, bits


def graphs(size: int = 7) -> st.SearchStrategy[Graph]:
    """Small graphs; what is certain is possible."""
    rows = st.lists(st.integers(0, (1 << size) - 1), min_size=size, max_size=size)
    return st.builds(lambda one, other: Graph(one, [a | b for a, b in zip(one, other, strict=True)]), rows, rows)


def walks(graph: Graph, start: int) -> dict[int, tuple[int, int]]:
    """Node -> its surety (2 certain, 1 possible) by max-min over all walks, and the length of the shortest such walk, by brute
    force: as many rounds as there are nodes."""
    best = {start: (2, 0)}
    for _ in graph.certain:
        for node, (sure, length) in list(best.items()):
            for goal in bits(graph.possible[node]):
                weakest = min(sure, 2 if graph.certain[node] >> goal & 1 else 1)
                known = best.get(goal)
                if known is None or (weakest, -length - 1) > (known[0], -known[1]):
                    best[goal] = (weakest, length + 1)
    return best


@settings(max_examples=100, deadline=None)
@given(graphs(), st.integers(0, 6))
def test_what_is_reached_is_what_walks_reach(graph: Graph, start: int) -> None:
    """A node is reached as surely as the surest walk to it."""
    found = walks(graph, start)
    assert graph.reached(start, certainly=True) == bit_set(node for node, (sure, _) in found.items() if sure == 2)
    assert graph.reached(start, certainly=False) == bit_set(found)


@settings(max_examples=100, deadline=None)
@given(graphs(), st.integers(0, 6))
def test_a_route_is_as_sure_as_can_be_and_goes_by_its_steps(graph: Graph, start: int) -> None:
    """The route to every node that is reached starts at the start, uses steps of the graph, and is certain where it can be."""
    for node, (sure, _) in walks(graph, start).items():
        route = graph.route(start, 1 << node)
        assert route is not None
        assert (route.nodes[0], route.nodes[-1], route.certain) == (start, node, sure == 2)
        rows = graph.certain if route.certain else graph.possible
        assert all(rows[one] >> other & 1 for one, other in route.hops)


@settings(max_examples=100, deadline=None)
@given(graphs(), st.integers(0, 6))
def test_no_certain_route_is_shorter(graph: Graph, start: int) -> None:
    """Among the certain routes the shortest is taken."""
    only = Graph(graph.certain, graph.certain)
    for node, (_, length) in walks(only, start).items():
        route = only.route(start, 1 << node)
        assert route is not None
        assert len(route.nodes) == length + 1


def test_nowhere_is_no_route() -> None:
    """What is not reached has no route, and everybody reaches themselves."""
    graph = Graph([0, 0], [0, 0])
    assert graph.route(0, 1 << 1) is None
    assert graph.reached(1, certainly=True) == 1 << 1


def test_the_order_of_questions_changes_nothing() -> None:
    """Answers do not depend on what was asked before, although parts of the graph are walked once only."""
    rows = [random.Random(place).getrandbits(40) & random.Random(-place - 1).getrandbits(40) for place in range(40)]
    fresh = [Graph(rows, rows).reached(node, certainly=False) for node in range(40)]
    graph = Graph(rows, rows)
    assert [graph.reached(node, certainly=False) for node in reversed(range(40))] == fresh[::-1]


def test_ten_thousand_nodes_in_a_ring_and_ten_thousand_that_reach_all() -> None:
    """Cycles end, and a crowd of administrators costs no more than one."""
    size = 10_000
    ring = [1 << ((node + 1) % size) for node in range(size)]
    graph = Graph(ring, ring)
    everybody = (1 << size) - 1
    assert graph.reached(17, certainly=True) == everybody
    assert graph.reached(9_000, certainly=True) == everybody
    crowd = Graph([everybody] * size, [everybody] * size)
    assert all(crowd.reached(node, certainly=True) == everybody for node in range(0, size, 1_000))
