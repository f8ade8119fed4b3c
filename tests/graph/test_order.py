"""The walk's order: consumers first, one path finished before the next."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gradviz.graph.model import Graph, Node
from gradviz.graph.order import below, planned_order


@st.composite
def graphs(draw):
    size = draw(st.integers(1, 25))
    nodes = []
    for number in range(size):
        most = min(number, 3)
        operand = st.integers(0, max(number - 1, 0))
        slots = draw(st.lists(operand, max_size=most)) if number else []
        nodes.append(Node(number, f"v{number}", operands=tuple(slots)))
    seeds = draw(st.lists(st.integers(0, size - 1), max_size=4))
    return Graph(tuple(nodes), (size - 1,)), seeds


def reachable(graph, seeds):
    """Recursively, which is fine for 25 Values."""
    found = set()
    for seed in seeds:
        found |= {seed} | reachable(graph, graph.nodes[seed].operands)
    return found


@given(graphs())
def test_the_walk_is_every_op_below_a_seed_once(drawn):
    graph, seeds = drawn
    order = planned_order(graph, seeds)
    assert below(graph, seeds) == reachable(graph, seeds)
    ops = {n for n in reachable(graph, seeds) if graph.nodes[n].operands}
    assert sorted(order) == sorted(ops)


@given(graphs())
def test_no_op_runs_before_what_it_gets_its_gradient_from(drawn):
    graph, seeds = drawn
    order = planned_order(graph, seeds)
    place = {node: i for i, node in enumerate(order)}
    for node in order:
        for operand in graph.nodes[node].operands:
            assert place.get(operand, len(order)) > place[node]


@given(graphs())
def test_the_same_graph_and_seeds_give_the_same_walk(drawn):
    graph, seeds = drawn
    again = Graph(tuple(graph.nodes), graph.roots)
    assert planned_order(graph, seeds) == planned_order(again, list(seeds))


@given(graphs())
def test_the_walk_goes_on_from_the_latest_op_that_freed_another(drawn):
    """Depth first: a step that frees an op is followed by an op it freed."""
    graph, seeds = drawn
    order = planned_order(graph, seeds)
    consumers = {n: set() for n in range(len(graph))}
    for node in order:
        for operand in graph.nodes[node].operands:
            consumers[operand].add(node)
    made = set()
    for node, following in itertools.pairwise(order):
        made.add(node)
        freed = {
            operand
            for operand in graph.nodes[node].operands
            if graph.nodes[operand].operands and consumers[operand] <= made
        }
        if freed:
            assert following in freed


def test_the_first_operand_comes_first():
    names = {"a": (), "b": (), "ab": (0, 1), "aa": (0, 0), "top": (2, 3)}
    nodes = tuple(Node(i, n, operands=o) for i, (n, o) in enumerate(names.items()))
    assert planned_order(Graph(nodes, (4,)), [4]) == [4, 2, 3]


def test_seeds_are_walked_in_their_order():
    operands = ((), (0,), (0,), (0,))
    nodes = tuple(Node(i, f"v{i}", operands=o) for i, o in enumerate(operands))
    graph = Graph(nodes, (1, 2, 3))
    assert planned_order(graph, [3, 1, 2]) == [3, 1, 2]


def test_nothing_seeded_is_nothing_walked():
    assert planned_order(Graph((Node(0, "x"),), (0,)), []) == []
