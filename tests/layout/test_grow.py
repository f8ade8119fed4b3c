"""New Values beside the old ones: nothing moves, nothing covers anything."""

import time

from helpers import named
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.graph.build import build
from gradviz.layout.dot import dot_layout
from gradviz.layout.geometry import LayoutRequest, layout_request
from gradviz.layout.grow import grown
from gradviz.ui.canvas.picture import samples
from gradviz.value import Value

BADGE = 68


@st.composite
def growths(draw, largest=16):
    """A request and how many of its first Values were shown before."""
    size = draw(st.integers(1, largest))
    width = st.sampled_from([156.0, 180.0, 204.0, 228.0])
    sizes = tuple((draw(width), 60.0) for _ in range(size))
    edges = []
    for consumer in range(1, size):
        operands = st.lists(st.integers(0, consumer - 1), max_size=3)
        edges += [(operand, consumer) for operand in draw(operands)]
    return LayoutRequest(sizes, tuple(edges)), draw(st.integers(0, size))


def first(request, kept):
    """What was shown before."""
    edges = tuple(edge for edge in request.edges if edge[1] < kept)
    folded = tuple(node for node in request.folded if node < kept)
    return LayoutRequest(request.sizes[:kept], edges, folded)


def box(layout, request, node, badge=0.0):
    (x, y), (width, height) = layout.centers[node], request.sizes[node]
    has_op = any(consumer == node for _, consumer in request.edges)
    left = x - width / 2 - (badge if has_op else 0)
    return left, y - height / 2, x + width / 2, y + height / 2


def meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@settings(max_examples=120, deadline=None)
@given(growths())
def test_what_was_shown_stays_to_the_pixel(growth):
    request, kept = growth
    old = dot_layout(first(request, kept))
    new = grown(old, request, kept)
    assert new.centers[:kept] == old.centers
    assert new.curves[: len(old.curves)] == old.curves


@settings(max_examples=120, deadline=None)
@given(growths())
def test_a_new_card_covers_no_card_and_no_badge(growth):
    request, kept = growth
    layout = grown(dot_layout(first(request, kept)), request, kept)
    boxes = [box(layout, request, i, BADGE) for i in range(len(request.sizes))]
    for new in range(kept, len(boxes)):
        for other in range(new):
            assert not meet(boxes[new], boxes[other])


@settings(max_examples=120, deadline=None)
@given(growths())
def test_new_edges_run_from_left_to_right_and_from_side_to_side(growth):
    request, kept = growth
    layout = grown(dot_layout(first(request, kept)), request, kept)
    for (operand, consumer), curve in zip(request.edges, layout.curves, strict=True):
        left, right = box(layout, request, operand), box(layout, request, consumer)
        assert left[2] < right[0]
        assert len(curve) % 3 == 1
        assert abs(curve[0][0] - left[2]) < 1.5
        assert left[1] <= curve[0][1] <= left[3]
        assert abs(curve[-1][0] - right[0]) < 1.5
        assert right[1] <= curve[-1][1] <= right[3]


def test_nothing_new_is_the_same_layout():
    x = Value(2.0, "x")
    request = layout_request(build([x * x], {}).graph)
    old = dot_layout(request)
    new = grown(old, request, 2)
    assert (new.centers, new.curves) == (old.centers, old.curves)


def test_an_edge_past_cards_goes_around_them():
    chain = tuple((i, i + 1) for i in range(4))
    sizes = ((156.0, 60.0),) * 6
    request = LayoutRequest(sizes, (*chain, (0, 5), (4, 5)))
    layout = grown(dot_layout(LayoutRequest(sizes[:5], chain)), request, 5)
    for x, y in samples(layout.curves[4], 20):
        for node in range(1, 5):
            left, top, right, bottom = box(layout, request, node)
            assert not (left < x < right and top < y < bottom)


def test_a_new_leaf_stands_left_of_what_reads_it_first():
    x, y = Value(2.0, "x"), Value(3.0, "y")
    before = build([named(x * y, "p")], {}).graph
    request = layout_request(before)
    sizes = (*request.sizes, (156.0, 60.0), (156.0, 60.0))
    # A new leaf 3 and a new op 4 that reads it and the product 2.
    more = LayoutRequest(sizes, (*request.edges, (2, 4), (3, 4)))
    layout = grown(dot_layout(request), more, 3)
    leaf, op = box(layout, more, 3), box(layout, more, 4)
    assert leaf[2] < op[0]
    assert abs(layout.centers[3][1] - layout.centers[4][1]) < 200


def test_a_constant_that_gets_a_second_reader_gets_a_card_left_of_the_first():
    sizes = ((156.0, 60.0),) * 4
    old = dot_layout(LayoutRequest(sizes[:3], ((0, 2), (1, 2)), (1,)))
    request = LayoutRequest(sizes, ((0, 2), (1, 2), (1, 3), (2, 3)))
    layout = grown(old, request, 3)
    assert layout.curves[1]
    assert box(layout, request, 1)[2] < box(layout, request, 2)[0]
    assert layout.centers[0] == old.centers[0]
    assert layout.centers[2] == old.centers[2]


def test_a_card_that_a_new_name_widens_keeps_its_edges():
    sizes = ((156.0, 60.0),) * 3
    edges = ((0, 1), (1, 2))
    old = dot_layout(LayoutRequest(sizes, edges))
    request = LayoutRequest((sizes[0], (204.0, 60.0), sizes[2]), edges)
    layout = grown(old, request, 3)
    assert layout.centers == old.centers
    card = box(layout, request, 1)
    assert layout.curves[0][-1][0] == card[0]
    assert layout.curves[1][0][0] == card[2]


def test_values_that_are_gone_leave_the_others_in_place():
    x = Value(2.0, "x")
    request = layout_request(build([named(x * x, "y") * x], {}).graph)
    old = dot_layout(request)
    layout = grown(old, first(request, 2), 2)
    assert layout.centers == old.centers[:2]
    assert layout.curves == old.curves[:2]


def test_a_thousand_new_values_are_placed_quickly():
    edges = tuple(
        (max(consumer - 1 - (7 * consumer + 13 * slot) % 60, 0), consumer)
        for consumer in range(500, 1500)
        for slot in range(2)
    )
    request = LayoutRequest(((156.0, 60.0),) * 1500, edges)
    old = dot_layout(first(request, 500))
    started = time.process_time()
    layout = grown(old, request, 500)
    assert time.process_time() - started < 4
    assert len(set(layout.centers)) == 1500
