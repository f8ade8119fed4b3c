"""Constants drawn at the ops that read them, or as cards when that is asked for."""

import math

import msgspec
import pytest
from helpers import Play, named
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from gradviz.export.graph_json import graph_json
from gradviz.graph.model import Graph, Node
from gradviz.layout.dot import dot_layout
from gradviz.layout.geometry import foldable, layout_request
from gradviz.ui.canvas.drawing import step_pills
from gradviz.ui.canvas.picture import Picture
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.style import Style
from gradviz.ui.theme import DARK, load_fonts
from gradviz.value import Value


def played():
    """y = 2·a and z = y − 1, with both numbers made Values on the fly."""
    a = Value(3.0, "a")
    return Play([named(named(2 * a, "y") - 1, "z")])


def pictured(play, show_constants=False):
    load_fonts()
    layout = dot_layout(layout_request(play.graph, show_constants))
    picture = Picture(play.graph, layout, Style(DARK))
    picture.write_numbers(Shown(play.mirror).numbers(layout.folded))
    return picture


def constant_of(play, name):
    nodes = play.graph.nodes
    operands = nodes[play.named(name)].operands
    return next(i for i in operands if nodes[i].constant)


def middle_of_badge(view, node):
    return view.map_from_scene(view.picture.badges[node].center())


def test_a_constant_is_written_in_the_badge_of_its_op(qapp):
    play = played()
    picture = pictured(play)
    ops = {play.graph.nodes[node].name: text for node, text in picture.ops.items()}
    assert ops == {"y": "× 2", "z": "− 1"}
    shown = {node for node in range(len(play.graph)) if node not in picture.host}
    assert {play.graph.nodes[node].name for node in shown} == {"a", "y", "z"}
    assert set(picture.cards_in(picture.bounds)) == shown


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda a: a * -1, "× −1"),
        (lambda a: a + 0.5, "+ 0.5"),
        (lambda a: 1 - a, "1 −"),
        (lambda a: 1 / a, "1 ÷"),
        (lambda a: a / 4, "÷ 4"),
    ],
)
def test_a_constant_stands_on_the_side_where_it_was_written(qapp, make, text):
    play = Play([named(make(Value(3.0, "a")), "y")])
    assert pictured(play).ops[play.named("y")] == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(math.pi * 1e5, "× 3.1e5"), (-math.pi * 1e7, "× −3.1e7"), (-1 / 3, "× −0.333")],
)
def test_a_long_number_has_fewer_digits_and_its_size_is_told(qapp, number, text):
    play = Play([named(named(Value(3.0, "a") + 1, "b") * number, "y")])
    picture = pictured(play)
    assert picture.ops[play.named("y")] == text
    badge, card = picture.badges[play.named("y")], picture.cards[play.named("b")]
    assert badge.left() > card.right() + 8


def graph(*nodes, roots=None):
    made = tuple(Node(i, f"n{i}", **fields) for i, fields in enumerate(nodes))
    return Graph(made, roots or (len(made) - 1,))


CONSTANT = {"constant": True}


def test_a_constant_is_a_card_where_its_op_could_not_tell_it():
    plain = {"op": "+", "operands": (0, 1)}
    assert foldable(graph({}, CONSTANT, plain)) == (1,)
    twice = {"op": "*", "operands": (1, 2)}
    assert foldable(graph({}, CONSTANT, plain, twice)) == ()
    assert foldable(graph({}, CONSTANT, {"operands": (0, 1)})) == ()
    assert foldable(graph(CONSTANT, CONSTANT, plain)) == ()
    assert foldable(graph({}, CONSTANT, plain, roots=(1, 2))) == ()
    missing = {**plain, "unlisted": (1,)}
    assert foldable(graph({}, CONSTANT, missing)) == ()


def test_with_the_switch_on_every_constant_has_a_card(qapp):
    play = played()
    picture = pictured(play, show_constants=True)
    assert len(picture.cards_in(picture.bounds)) == len(play.graph) == 5
    assert set(picture.ops.values()) == {"×", "−"}


def test_no_change_is_written_where_nothing_is_drawn(qapp):
    play = played()
    play.run_to_end()
    picture = pictured(play)
    for playhead in (1, 2):
        play.mirror.move_to(playhead)
        pills = step_pills(picture, Shown(play.mirror), Style(DARK))
        assert len(pills) == 1
        assert not any(pill.leader for pill in pills)


def test_an_edited_number_is_written_anew_and_nothing_else_moves(watch):
    play = played()
    canvas = watch(play)
    view = canvas.view
    card = view.card_rect(play.named("y"))
    play.session.set_leaf(constant_of(play, "y"), -0.25)
    play.update()
    view.refresh(None)
    assert view.picture.ops[play.named("y")] == "× −0.25"
    assert view.card_rect(play.named("y")) == card


def test_a_double_click_on_the_number_asks_for_its_field(watch, qtbot):
    play = played()
    view = watch(play).view
    badge = view.picture.badges[play.named("y")]
    number = view.map_from_scene(badge.center() + QPointF(badge.width() / 3, 0))
    with qtbot.waitSignal(view.constant_activated) as asked:
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=number.toPoint())
    assert asked.args == [constant_of(play, "y")]


def test_a_double_click_beside_the_number_makes_the_step(watch, qtbot):
    play = played()
    view = watch(play).view
    place = view.card_rect(play.named("y")).center().toPoint()
    with qtbot.waitSignal(view.step_requested) as asked:
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert asked.args == [play.named("y")]


def test_a_constant_that_is_found_is_lit_at_its_op(watch):
    play = played()
    canvas = watch(play)
    badge = canvas.view.card_rect(constant_of(play, "y"))
    assert canvas.view.picture.badges[play.named("y")].width() > 28
    around = badge.adjusted(-8, -8, 8, 8)
    before = canvas.colored(DARK.palette.attention, around)
    canvas.view.set_found([constant_of(play, "y")])
    assert canvas.colored(DARK.palette.attention, around) > before + 30


def press(view, key):
    control = Qt.KeyboardModifier.ControlModifier
    view.keyPressEvent(QKeyEvent(QKeyEvent.Type.KeyPress, key, control))


def test_the_arrows_pass_constants_by_and_lead_away_from_one(watch):
    play = played()
    view = watch(play).view
    view.select(play.named("z"))
    press(view, Qt.Key.Key_Left)
    assert view.selected_node == play.named("y")
    press(view, Qt.Key.Key_Left)
    assert view.selected_node == play.named("a")
    view.select(constant_of(play, "y"))
    press(view, Qt.Key.Key_Right)
    assert view.selected_node == play.named("y")


def test_the_tooltip_says_the_number_and_not_the_name_of_a_constant(watch):
    play = played()
    view = watch(play).view
    first = view.tooltip_text(play.named("z")).splitlines()[0]
    assert first == "z: made by − from y, 1"


def test_json_holds_constants_that_have_no_card():
    play = played()
    layout = dot_layout(layout_request(play.graph))
    exported = msgspec.json.decode(graph_json(play.mirror, layout))
    assert len(exported["values"]) == 5
    constant = exported["values"][constant_of(play, "y")]
    assert constant["data"] == 2
    assert constant["constant"]
    assert (constant["position"]["width"], constant["position"]["height"]) == (0, 0)
