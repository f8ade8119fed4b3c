"""Values that a cell adds, constants as cards, and a layout made anew."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from windows import CONTROL

from gradviz.graph.model import Graph, Node
from gradviz.session.facts import Column, Update
from gradviz.ui.panels.fields import NumberField
from gradviz.worker.messages import Opened, Reply, RunCell

SOURCE = """
from gradviz import Value, draw_dot
a, b = Value(3.0, "a"), Value(-2.0, "b")
y = 2 * a
y.label = "y"
draw_dot(y * b + 1)
"""


@pytest.fixture
def opened(screen, script):
    screen.open(script(SOURCE))
    return screen


def answer(screen, nodes, roots, kept):
    """Show a graph as the answer to a cell that was run."""
    count = len(nodes)
    start = Column((1.0,) * count, (0.0,) * count, (None,) * count)
    told = Opened(tuple(nodes), roots, (), (), kept=kept)
    reply = Reply(0, told, Update(0, start=start))
    screen.controller._on_reply(None, RunCell(cell=1, source=""), reply)
    screen.until(lambda: screen.canvas.picture.graph == Graph(told.nodes, roots))
    screen.settle()


def grow(screen):
    """Let a cell add a leaf and two ops, one of which reads an old leaf."""
    graph = screen.controller.mirror.graph
    n, last = len(graph), graph.roots[0]
    new = (
        Node(n, "k"),
        Node(n + 1, "far", "×", "__mul__", (graph.named("a"), last)),
        Node(n + 2, "end", "+", "__add__", (n, n + 1)),
    )
    answer(screen, (*graph.nodes, *new), (n + 2,), n)
    return graph


def places(screen, graph):
    return [screen.canvas.card_rect(node.id) for node in graph.nodes]


def curves(screen):
    return screen.canvas.picture.points


def test_a_cell_that_adds_values_moves_nothing_on_the_screen(opened) -> None:
    graph = opened.controller.mirror.graph
    cards, edges = places(opened, graph), curves(opened)
    grow(opened)
    assert places(opened, graph) == cards
    assert curves(opened)[: len(edges)] == edges
    assert len(opened.canvas.picture.cards) == len(graph) + 3


def test_undoing_what_a_cell_added_shows_the_picture_before(opened) -> None:
    graph = opened.controller.mirror.graph
    answer(opened, graph.nodes, graph.roots, len(graph))
    before = opened.canvas.grab().toImage()
    grow(opened)
    assert opened.canvas.grab().toImage() != before
    answer(opened, graph.nodes, graph.roots, 0)
    assert opened.canvas.grab().toImage() == before


def test_what_is_selected_stays_selected_when_values_are_added(opened) -> None:
    opened.click("y")
    grow(opened)
    assert opened.selected() == "y"
    assert opened.inspector.startswith("y")


def test_a_graph_that_has_grown_can_be_laid_out_anew(opened) -> None:
    graph = grow(opened)
    cards = places(opened, graph)
    opened.key(Qt.Key.Key_L, CONTROL)
    opened.until(lambda: places(opened, graph) != cards)
    opened.settle()
    layout = opened.canvas.picture.layout
    assert min(x for x, _ in layout.centers) >= 0
    assert min(y for _, y in layout.centers) >= 0


def test_constants_become_cards_and_the_window_remembers_it(new_screen, script) -> None:
    path = script(SOURCE)
    first = new_screen()
    first.open(path)
    assert len(first.canvas.picture.host) == 2
    first.key(Qt.Key.Key_K, CONTROL)
    first.until(lambda: not first.canvas.picture.host)
    first.settle()
    constants = [n.id for n in first.controller.mirror.graph.nodes if n.constant]
    centers = [first.canvas.card_rect(node).center() for node in constants]
    assert [first.canvas.node_at(center) for center in centers] == constants
    first.close()
    second = new_screen()
    second.open(path)
    assert not second.canvas.picture.host
    assert second.window.actions_by_name["show-constants"].isChecked()
    second.key(Qt.Key.Key_K, CONTROL)
    second.until(lambda: len(second.canvas.picture.host) == 2)
    second.settle()


def test_the_number_at_an_op_is_edited_where_a_double_click_leads(opened) -> None:
    canvas, y = opened.canvas, opened.node("y")
    badge = canvas.picture.badges[y]
    number = badge.center() + QPointF(badge.width() / 3, 0)
    at = canvas.map_from_scene(number).toPoint()
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    field = QApplication.focusWidget()
    assert isinstance(field, NumberField)
    field.selectAll()
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    opened.until(lambda: opened.data("y") == 15)
    assert canvas.picture.ops[y] == "× 5"


def test_new_values_outside_of_the_view_are_told_of(opened) -> None:
    """The view stays, as do the cards; a key shows all."""
    opened.press("button-fit")
    opened.settle()
    before = opened.canvas.visible_part()
    grow(opened)
    assert opened.canvas.visible_part() == before
    assert opened.window.statusBar().currentMessage() == (
        "3 new Values are outside of the view: View > Fit shows all."
    )
    opened.key(Qt.Key.Key_F)
    opened.settle()
    cards = opened.canvas.picture.cards
    assert all(opened.canvas.visible_part().contains(card) for card in cards)
