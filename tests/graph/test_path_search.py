"""Paths from the seeds to a Value: counted, added, and the largest of them."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.graph.model import Edge, Graph, Node
from gradviz.graph.paths import find_paths, paths_to

SLOPES = st.sampled_from([Fraction(n, 3) for n in (-6, -3, -1, 0, 1, 2, 3, 5)])


def graph_of(*operands):
    """Return a graph of Values that read these operands."""
    nodes = [Node(i, f"v{i}", operands=tuple(o)) for i, o in enumerate(operands)]
    return Graph(tuple(nodes), (len(nodes) - 1,))


@st.composite
def problems(draw, unknown=False):
    """Return a small graph, a Value, seeds and the slope of every slot."""
    operands = [()]
    for number in range(1, draw(st.integers(1, 9))):
        slots = st.lists(st.integers(0, number - 1), max_size=3)
        operands.append(tuple(draw(slots)))
    graph = graph_of(*operands)
    anywhere = st.integers(0, len(graph) - 1)
    seeds = draw(st.dictionaries(anywhere, SLOPES, max_size=3))
    slopes = [[draw(SLOPES) for _ in made] for made in operands]
    if unknown:
        for node in draw(st.sets(anywhere, max_size=2)):
            slopes[node] = None
    return graph, draw(anywhere), seeds, slopes


def enumerate_paths(graph, node, seeds):
    """Return every path as its slots from the seed on, recursively."""
    found = [()] if node in seeds else []
    for edge in graph.consumers[node]:
        found += [
            (*path, edge) for path in enumerate_paths(graph, edge.consumer, seeds)
        ]
    return found


def product_of(path, node, seeds, slopes):
    product = seeds[path[0].consumer if path else node]
    for edge in path:
        if slopes[edge.consumer] is None:
            return None
        product *= slopes[edge.consumer][edge.slot]
    return product


@given(problems())
def test_as_many_paths_as_there_are_and_what_they_add_up_to(drawn):
    graph, node, seeds, slopes = drawn
    every = enumerate_paths(graph, node, seeds)
    products = [product_of(path, node, seeds, slopes) for path in every]
    totals = paths_to(graph, node, seeds, slopes.__getitem__).totals
    assert (totals.count, totals.known) == (len(every), len(every))
    assert totals.total == sum(products)
    assert totals.nonzero == sum(product != 0 for product in products)


@given(problems(), st.integers(0, 60))
def test_those_listed_are_the_largest_in_descending_order(drawn, most):
    graph, node, seeds, slopes = drawn
    every = enumerate_paths(graph, node, seeds)
    sizes = sorted(
        (abs(product_of(path, node, seeds, slopes)) for path in every), reverse=True
    )
    found = paths_to(graph, node, seeds, slopes.__getitem__, most).largest
    assert [abs(path.product) for path in found] == sizes[:most]
    assert len({path.edges for path in found}) == len(found)
    assert {path.edges for path in found} <= set(every)
    for path in found:
        assert path.product == product_of(path.edges, node, seeds, slopes)
        assert path.seed == (path.edges[0].consumer if path.edges else node)
        assert path.nodes[-1] == node


@given(problems())
def test_the_same_graph_gives_the_same_list_and_a_shorter_one_is_its_beginning(drawn):
    graph, node, seeds, slopes = drawn
    again = Graph(tuple(graph.nodes), graph.roots)
    long = paths_to(graph, node, seeds, slopes.__getitem__).largest
    assert paths_to(again, node, dict(seeds), slopes.__getitem__).largest == long
    short = paths_to(graph, node, seeds, slopes.__getitem__, 3).largest
    assert short == long[:3]


@given(problems(unknown=True))
def test_paths_through_an_op_not_known_are_counted_apart_and_come_last(drawn):
    graph, node, seeds, slopes = drawn
    every = enumerate_paths(graph, node, seeds)
    products = [product_of(path, node, seeds, slopes) for path in every]
    known = [product for product in products if product is not None]
    paths = paths_to(graph, node, seeds, slopes.__getitem__, 1000)
    assert paths.totals.count == len(every)
    assert (paths.totals.known, paths.totals.total) == (len(known), sum(known))
    listed = [path.product for path in paths.largest]
    assert [product is None for product in listed] == sorted(
        product is None for product in products
    )
    assert set(paths.unknown) == {
        edge.consumer for path in every for edge in path if not slopes[edge.consumer]
    }


def test_a_value_read_twice_by_one_op_has_two_paths() -> None:
    square = graph_of((), (0, 0))
    paths = paths_to(square, 0, {1: 2.0}, lambda _node: (3.0, 3.0))
    assert (paths.totals.count, paths.totals.total) == (2, 12.0)
    assert [path.edges for path in paths.largest] == [
        (Edge(1, 0, 0),),
        (Edge(1, 1, 0),),
    ]


def test_a_seed_on_the_value_itself_is_a_path_of_its_own() -> None:
    paths = paths_to(graph_of((), (0,)), 0, {0: 5.0, 1: 2.0}, lambda _node: (3.0,))
    assert [(path.seed, path.product) for path in paths.largest] == [(1, 6), (0, 5)]
    assert paths.largest[1].edges == ()
    assert paths.seeds == (0, 1)


def test_a_value_that_no_seed_reaches_has_none() -> None:
    paths = paths_to(graph_of((), (), (0,)), 1, {2: 1.0}, lambda _node: (1.0,))
    assert (paths.totals.count, paths.seeds, paths.largest) == (0, (), ())


def test_more_paths_than_could_ever_be_listed() -> None:
    doubling = graph_of((), *[(i, i) for i in range(1000)])
    paths = paths_to(doubling, 0, {1000: 1.0}, lambda _node: (0.5, 0.5), 25)
    assert paths.totals.count == 2**1000
    assert paths.totals.total == 1.0
    assert len({path.edges for path in paths.largest}) == 25


@pytest.mark.parametrize(
    "length", [100_000, pytest.param(1_000_000, marks=pytest.mark.long)]
)
def test_a_very_long_chain_is_one_path(length) -> None:
    nodes = [Node(0, "x"), *(Node(i, "y", operands=(i - 1,)) for i in range(1, length))]
    chain = Graph(tuple(nodes), (length - 1,))
    paths = paths_to(chain, 0, {length - 1: 3.0}, lambda _node: (1.0,))
    assert (paths.totals.count, paths.totals.total) == (1, 3.0)
    assert len(paths.largest[0].slots) == length - 1


def test_long_paths_are_listed_until_they_are_too_many() -> None:
    length = 210_000
    nodes = [
        Node(0, "x"),
        *(Node(i, "y", operands=(i - 1,)) for i in range(1, length)),
        Node(length, "fan", operands=(length - 1,) * 9),
    ]
    graph = Graph(tuple(nodes), (length,))
    paths = paths_to(graph, 0, {length: 1.0}, lambda node: (0.5,) * 9)
    assert paths.totals.count == 9
    assert len(paths.largest) == 1


@pytest.mark.parametrize(
    ("slopes", "products", "total"),
    [
        ((2.0, math.inf, 0.0), [math.inf, 2, 0], math.inf),
        ((2.0, math.nan, 3.0), [math.nan, 3, 2], math.nan),
        ((-0.0, 0.0, -1.0), [-1, 0, 0], -1),
    ],
)
def test_what_has_no_finite_slope_comes_first(slopes, products, total) -> None:
    paths = paths_to(graph_of((), (0, 0, 0)), 0, {1: 1.0}, lambda _node: slopes)
    found = [path.product for path in paths.largest]
    assert found == pytest.approx(products, nan_ok=True)
    assert paths.totals.total == pytest.approx(total, nan_ok=True)


def test_an_op_not_known_does_not_spoil_the_sum_of_the_others() -> None:
    graph = graph_of((), (0,), (0,), (1, 2))
    slopes = {1: None, 2: (3.0,), 3: (1.0, 1.0)}
    paths = paths_to(graph, 0, {3: 2.0}, slopes.__getitem__)
    assert [path.product for path in paths.largest] == [6.0, None]
    assert (paths.totals.count, paths.totals.known, paths.totals.total) == (2, 1, 6.0)
    assert paths.unknown == (1,)


def test_a_large_graph_is_searched_in_many_slices() -> None:
    nodes = [Node(0, "x"), *(Node(i, "y", operands=(i - 1,)) for i in range(1, 20_000))]
    graph = Graph(tuple(nodes), (19_999,))
    work = find_paths(graph, 0, {19_999: 1.0}, lambda _node: (1.0,))
    assert sum(1 for _ in work) > 40
