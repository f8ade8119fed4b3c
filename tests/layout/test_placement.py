"""Cards never overlap, operands stand left of consumers, every slot has a curve."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.graph.build import build
from gradviz.layout.dot import dot_layout
from gradviz.layout.geometry import LayoutRequest, card_size, layout_request
from gradviz.layout.preview import preview_layout
from gradviz.value import Value

LAYOUTS = [dot_layout, preview_layout]


@st.composite
def requests(draw, largest=14):
    """Random graphs, several parts and operands used twice among them."""
    size = draw(st.integers(1, largest))
    width = st.sampled_from([156.0, 180.0, 204.0, 228.0])
    sizes = tuple((draw(width), 60.0) for _ in range(size))
    edges = []
    for consumer in range(1, size):
        operands = st.lists(st.integers(0, consumer - 1), max_size=3)
        edges += [(operand, consumer) for operand in draw(operands)]
    return LayoutRequest(sizes, tuple(edges))


def box(layout, request, node):
    (x, y), (width, height) = layout.centers[node], request.sizes[node]
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def overlapping(layout, request):
    boxes = [box(layout, request, node) for node in range(len(request.sizes))]
    return [
        (i, j)
        for i, a in enumerate(boxes)
        for j, b in enumerate(boxes[:i])
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


@pytest.mark.parametrize("place", LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(request_=requests())
def test_no_two_cards_overlap(place, request_):
    layout = place(request_)
    assert len(layout.centers) == len(request_.sizes)
    assert overlapping(layout, request_) == []


@pytest.mark.parametrize("place", LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(request_=requests())
def test_operands_stand_wholly_to_the_left_of_their_consumers(place, request_):
    layout = place(request_)
    for operand, consumer in request_.edges:
        right_side = box(layout, request_, operand)[2]
        assert right_side < box(layout, request_, consumer)[0]


@pytest.mark.parametrize("place", LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(request_=requests())
def test_a_curve_runs_from_the_operand_s_side_to_the_consumer_s(place, request_):
    layout = place(request_)
    assert len(layout.curves) == len(request_.edges)
    for (operand, consumer), curve in zip(request_.edges, layout.curves, strict=True):
        assert len(curve) % 3 == 1
        assert len(curve) >= 4
        left, right = box(layout, request_, operand), box(layout, request_, consumer)
        assert curve[0][0] == pytest.approx(left[2], abs=1.5)
        assert left[1] <= curve[0][1] <= left[3]
        assert curve[-1][0] == pytest.approx(right[0], abs=1.5)
        assert right[1] <= curve[-1][1] <= right[3]


@pytest.mark.parametrize("place", LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(request_=requests())
def test_no_two_slots_share_a_curve(place, request_):
    curves = place(request_).curves
    assert len(set(curves)) == len(curves)


@pytest.mark.parametrize("place", LAYOUTS)
@settings(max_examples=30, deadline=None)
@given(request_=requests())
def test_everything_lies_inside_the_drawing(place, request_):
    layout = place(request_)
    width, height = layout.size
    for node in range(len(request_.sizes)):
        left, top, right, bottom = box(layout, request_, node)
        assert left >= -0.5
        assert top >= -0.5
        assert right <= width + 0.5
        assert bottom <= height + 0.5


@pytest.mark.parametrize("place", LAYOUTS)
@settings(max_examples=20, deadline=None)
@given(request_=requests())
def test_the_same_request_gets_the_same_layout(place, request_):
    again = LayoutRequest(tuple(request_.sizes), tuple(request_.edges))
    assert place(request_) == place(again)


@pytest.mark.parametrize("place", LAYOUTS)
def test_nothing_is_laid_out_as_nothing(place):
    layout = place(LayoutRequest((), ()))
    assert (layout.centers, layout.curves, layout.size) == ((), (), (0.0, 0.0))


@pytest.mark.parametrize("place", LAYOUTS)
def test_the_two_edges_of_x_times_x_can_be_told_apart(place):
    x = Value(2.0, "x")
    request = layout_request(build([x * x], {}).graph)
    assert apart(*place(request).curves) >= 6


def apart(first, second):
    return max(abs(a[1] - b[1]) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("place", LAYOUTS)
def test_edges_used_twice_can_be_told_apart_in_any_graph(place):
    """Beside some edges dot draws parallel ones on top of each other."""
    request = LayoutRequest(((156.0, 60.0),) * 14, ((0, 1), (0, 13), (0, 13), (1, 13)))
    assert apart(*place(request).curves[1:3]) >= 6


def test_only_the_preview_is_not_final():
    request = LayoutRequest(((156.0, 60.0),), ())
    assert dot_layout(request).final
    assert not preview_layout(request).final


def test_numbers_never_move_a_card():
    def request(number):
        x = Value(number, "x")
        return layout_request(build([x * 3 + x], {}).graph)

    assert request(1e-300) == request(123456789.123456)


def test_a_card_grows_with_its_name_up_to_a_limit():
    def width(name):
        graph = build([Value(1.0, name)], {}).graph
        return card_size(graph.nodes[0])[0]

    widths = [width("x" * length) for length in (1, 6, 9, 12, 50)]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]
    assert width("x" * 50) == width("x" * 500)


def many(size, fan_in=2):
    edges = tuple(
        (max(consumer - 1 - (7 * consumer + 13 * slot) % 60, 0), consumer)
        for consumer in range(size // 3, size)
        for slot in range(fan_in)
    )
    return LayoutRequest(((156.0, 60.0),) * size, edges)


def test_a_preview_of_5_000_values_is_quick():
    request = many(5_000)
    started = time.perf_counter()
    layout = preview_layout(request)
    assert time.perf_counter() - started < 3
    assert len(set(layout.centers)) == 5_000


def test_a_wide_layer_of_leaves_is_quick():
    request = LayoutRequest(
        ((156.0, 60.0),) * 20_001, tuple((i, 20_000) for i in range(20_000))
    )
    started = time.perf_counter()
    preview_layout(request)
    assert time.perf_counter() - started < 5
