"""Where things are: hits, pills, parallel edges."""

from itertools import combinations

import pytest
from helpers import Play, layout_of, lesson_17, named, neuron, random_graph, square
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from gradviz.ui.canvas.drawing import step_pills
from gradviz.ui.canvas.grid import Grid, meets
from gradviz.ui.canvas.marks import slot_marks
from gradviz.ui.canvas.picture import Picture
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.style import BADGE_MOST, Style
from gradviz.ui.theme import DARK, load_fonts
from gradviz.value import Value


@pytest.fixture
def style(qapp):
    load_fonts()
    return Style(DARK)


def picture_of(play, style):
    return Picture(play.graph, layout_of(play.graph), style)


def test_cards_and_badges_are_hit_and_nothing_else(style):
    play = lesson_17()
    picture = picture_of(play, style)
    for node, card in enumerate(picture.cards):
        assert picture.node_at(card.center()) == node
        assert picture.node_at(card.topLeft() - QPointF(3, 3)) is None
    for node, badge in picture.badges.items():
        assert picture.node_at(badge.center() - QPointF(10, 0)) == node


def test_cards_and_edges_are_found_by_place(style):
    picture = picture_of(random_graph(120), style)
    area = QRectF(picture.cards[40].center(), picture.cards[41].center()).normalized()
    found = set(picture.cards_in(area))
    for node, card in enumerate(picture.cards):
        if area.intersects(card):
            assert node in found
    edges = set(picture.edges_in(area))
    for edge, curve in enumerate(picture.curves):
        if curve.intersects(area):
            assert edge in edges
    assert picture.cards_in(picture.bounds) == list(range(len(picture.cards)))


boxes = st.tuples(*[st.integers(-900, 900)] * 2, *[st.integers(0, 3000)] * 2).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@given(st.lists(boxes, max_size=30), boxes)
def test_the_grid_finds_what_a_search_of_everything_would(things, asked):
    expected = [i for i, box in enumerate(things) if meets(box, asked)]
    assert Grid(enumerate(things)).near(asked) == expected


def test_long_boxes_take_no_more_room_in_the_grid_than_short_ones():
    # In cells of 240 by 240 each of these would cover 17 million.
    grid = Grid((i, (0.0, 0.0, 1e6, 1e6 + i)) for i in range(20_000))
    assert grid.near((2e6, 0.0, 3e6, 1.0)) == []
    assert len(grid.near((500.0, 500.0, 501.0, 501.0))) == 20_000


@pytest.mark.parametrize("make", [lesson_17, neuron, square])
def test_every_change_is_written_on_an_edge_and_over_nothing(make, style):
    play = make()
    picture = picture_of(play, style)
    for playhead in range(1, len(play.mirror.walk) + 1):
        play.move_to(playhead)
        shown = Shown(play.mirror)
        pills = step_pills(picture, shown, style)
        assert len(pills) == len(shown.flows)
        curves = [picture.curves[slot] for slot in picture.slots[shown.last]]
        for pill in pills:
            assert not any(pill.rect.intersects(card) for card in picture.cards)
            badges = picture.badges.values()
            assert not any(pill.rect.intersects(badge) for badge in badges)
            near = pill.rect.adjusted(-1, -1, 1, 1)
            assert pill.leader or any(curve.intersects(near) for curve in curves)
        for one, other in combinations(pills, 2):
            assert not one.rect.intersects(other.rect)


def test_changes_never_cover_cards_in_a_crowded_graph(style):
    play = random_graph(150)
    picture = picture_of(play, style)
    for playhead in range(1, len(play.mirror.walk) + 1, 3):
        play.move_to(playhead)
        for pill in step_pills(picture, Shown(play.mirror), style):
            cards = picture.cards_in(pill.rect)
            assert not any(pill.rect.intersects(picture.cards[i]) for i in cards)


def test_three_uses_by_one_op_are_three_edges_apart(style):
    x = Value(2.0, "x")
    play = Play([named(x * x, "y")])
    picture = picture_of(play, style)
    one, other = (curve.pointAtPercent(0.5) for curve in picture.curves)
    assert abs(one.y() - other.y()) > 12


def test_operand_slots_are_numbered_in_order_on_their_own_edges(style):
    play = lesson_17()
    picture = picture_of(play, style)
    node = play.named("w21x1")
    marks = slot_marks(picture, node)
    assert [text for _, text in marks] == ["1", "2"]
    assert not marks[0][0].intersects(marks[1][0])
    for (rect, _), slot in zip(marks, picture.slots[node], strict=True):
        assert picture.curves[slot].intersects(rect)
    assert slot_marks(picture, play.named("x1")) == []


def test_a_long_op_is_cut_and_stays_out_of_the_text(style):
    play = neuron()
    picture = picture_of(play, style)
    node = play.named("o")
    badge, card = picture.badges[node], picture.cards[node]
    assert picture.ops[node] == "tanh"
    assert badge.right() < card.left() + 20
    assert badge.width() <= BADGE_MOST
