"""Where drawing and truth differ, and where this run and the last one do."""

import msgspec
import pytest
from helpers import Play, layout_of, lesson_17
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from gradviz.analysis.words import Change
from gradviz.graph.model import Graph
from gradviz.session.facts import Column, DocumentFact, Effect, StepFact, Update
from gradviz.session.mirror import Mirror
from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.theme import DARK

SENTENCE = (
    "s1 reads w12x2, but its _prev does not list it: a drawing made from _prev lacks "
    "this edge, and a topological sort over _prev may visit w12x2 too late."
)


def with_missing_edge(play: Play) -> Graph:
    """The lesson's graph, where the class of s1 forgets its second operand."""
    s1 = play.named("s1")
    nodes = list(play.graph.nodes)
    nodes[s1] = msgspec.structs.replace(nodes[s1], unlisted=(1,))
    return Graph(tuple(nodes), play.graph.roots)


@pytest.fixture
def view(qtbot, qapp):
    play = lesson_17()
    graph = with_missing_edge(play)
    mirror = Mirror(graph)
    count = len(graph)
    start = Column((1.0,) * count, (0.0,) * count, (None,) * count)
    mirror.apply(Update(0, start=start))
    made = CanvasView()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.set_motion(False)
    made.show_graph(mirror, layout_of(graph))
    made.show()
    return made


def node(view, name):
    return view.picture.graph.named(name)


def attention_along(view, slot):
    """How much of a curve is in the attention colour."""
    image = view.grab().toImage()
    curve = view.picture.curves[slot]
    count = 200
    wanted = DARK.palette.attention.lower()
    found = 0
    for i in range(count):
        at = view.map_from_scene(curve.pointAtPercent(i / count)).toPoint()
        found += image.pixelColor(at).name() == wanted
    return found / count


def test_an_operand_its_class_does_not_list_is_dashed_in_the_attention_colour(view):
    listed, unlisted = view.picture.slots[node(view, "s1")]
    assert attention_along(view, listed) == 0
    assert 0.05 < attention_along(view, unlisted) < 0.7


def test_the_edge_and_the_card_say_what_is_missing(view):
    assert view.tooltip_text(node(view, "s1")).splitlines()[-1] == SENTENCE
    slot = view.picture.slots[node(view, "s1")][1]
    middle = view.picture.curves[slot].pointAtPercent(0.5)
    at = view.map_from_scene(middle).toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at))
    QApplication.sendEvent(view, event)
    assert QToolTip.text() == SENTENCE
    QToolTip.hideText()


def test_nothing_is_said_beside_an_edge(view):
    at = QPoint(3, 3)
    QToolTip.hideText()
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at))
    QApplication.sendEvent(view, event)
    assert not QToolTip.isVisible()


# What changed


def corner_of(canvas, name):
    card = canvas.view.card_rect(canvas.play.named(name))
    return card.adjusted(card.width() - 14, -10, 8, 12 - card.height())


def test_a_value_that_changed_has_a_mark_until_it_is_taken_away(watch):
    canvas = watch(lesson_17())
    canvas.move_to(5)
    x1 = canvas.play.named("x1")
    before = canvas.image()
    canvas.view.set_changes({x1: Change(None, -0.5)})
    assert canvas.colored(DARK.palette.attention, corner_of(canvas, "x1")) > 20
    canvas.view.set_changes({})
    assert canvas.image() == before


def test_the_tooltip_of_a_value_that_changed_says_what_was_and_what_is(watch):
    canvas = watch(lesson_17())
    canvas.move_to(5)
    x1 = canvas.play.named("x1")
    canvas.view.set_changes({x1: Change(2.5, 0.875)})
    lines = canvas.view.tooltip_text(x1).splitlines()
    assert "data was 2.5, is 1 now" in lines
    assert "∇ was 0.875, is −0.375 now" in lines


# What the person's code sets by itself


def test_a_write_rings_what_it_sets_and_lights_no_edge(view):
    s1 = node(view, "s1")
    mirror = view._shown.mirror
    write = StepFact(-1, "write", (Effect(s1, "grad", 0.0, 0.25),), None, "cell 9")
    mirror.apply(Update(0, walk=(write,), document=DocumentFact(walk="recorded")))
    ring = view.card_rect(s1).adjusted(-4, -4, 4, 4)
    view.refresh(None)
    assert view.pills == ()
    dirty = mirror.move_to(1)
    assert dirty == {s1}
    view.refresh(dirty)
    image = view.grab().toImage()
    accent = DARK.palette.accent.lower()
    top = [
        image.pixelColor(x, int(ring.top()) + dy).name()
        for x in range(int(ring.left()) + 30, int(ring.right()) - 30)
        for dy in range(4)
    ]
    assert accent in top
    assert view.pills == ()
