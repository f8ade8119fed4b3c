"""The Inspector dock as a person uses it."""

import pytest
from analysis.graphs import lesson_session, session
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gradviz import Value
from gradviz.ui.panels.inspector import InspectorPanel


@pytest.fixture
def lesson(show):
    return show(InspectorPanel, lesson_session("accumulate"), width=340)


def select(panel, controller, name):
    panel.set_selected(controller.mirror.graph.named(name))


def lines(panel):
    """Return the page's text, line by line."""
    text = panel.page.toPlainText().replace("\xa0", " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def facts(panel):
    """Return the words at the left with what stands beside them."""
    found = lines(panel)
    words = (
        "data",
        "gradient ∇",
        "seed",
        "state",
        "op",
    )
    return {word: found[found.index(word) + 1] for word in words if word in found}


def test_an_op_with_operands_local_derivatives_and_consumers(lesson) -> None:
    panel, controller = lesson
    controller.move_to(5)
    select(panel, controller, "w21x1")
    assert lines(panel) == [
        "w21x1",
        "data",
        "3",
        "gradient ∇",
        "−0.125",
        "state",
        "final: its one consumer has pushed",
        "op",
        "× (__mul__)",
        "PUSHED BY CONSUMERS",
        "s2",
        "−0.125",
        "1 · ∇s2 = 1 × (−0.125)",
        "WRITES TO ITS GRADIENT",
        "4  s2  1 × (−0.125)",
        "0 → −0.125",
        "OPERANDS",
        "w21",
        "3",
        "∂w21x1/∂w21 = x1 = 1",
        "x1",
        "1",
        "∂w21x1/∂x1 = w21 = 3",
    ]


def test_a_leaf_that_half_of_its_consumers_have_reached(lesson) -> None:
    panel, controller = lesson
    select(panel, controller, "x1")
    assert facts(panel)["state"] == "not reached: no consumer has pushed"
    controller.move_to(2)
    assert facts(panel) == {
        "data": "1",
        "gradient ∇": "−0.5",
        "state": "partial: 1 of 2 consumers have pushed",
        "op": "none: a leaf",
    }
    assert (
        lines(panel)[-11:]
        == [
            "PUSHED BY CONSUMERS",
            "w11x1",
            "−0.5",
            "w11 · ∇w11x1 = −2 × 0.25",
            "w21x1",
            "not yet",
            "w21 · ∇w21x1",
            "sum",
            "−0.5 so far, 1 to come",
            "WRITES TO ITS GRADIENT",
            "2  w11x1  −2 × 0.25",
            "0 → −0.5",
        ][-11:]
    )
    controller.run_to_end()
    assert facts(panel)["gradient ∇"] == "−0.875"
    assert facts(panel)["state"] == "final: all 2 consumers have pushed"
    assert (
        lines(panel)[-12:]
        == [
            "w11x1",
            "−0.5",
            "w11 · ∇w11x1 = −2 × 0.25",
            "w21x1",
            "−0.375",
            "w21 · ∇w21x1 = 3 × (−0.125)",
            "sum",
            "−0.5 + (−0.375) = −0.875",
            "WRITES TO ITS GRADIENT",
            "2  w11x1  −2 × 0.25",
            "0 → −0.5",
            "5  w21x1  3 × (−0.125)",
            "−0.5 → −0.875",
        ][-12:]
    )


def test_a_seeded_root(lesson) -> None:
    panel, controller = lesson
    select(panel, controller, "s1")
    assert facts(panel)["seed"] == "0.25"
    assert facts(panel)["state"] == "final, seeded"
    assert "None: nothing was computed from it." in lines(panel)


def test_with_nothing_selected_it_follows_the_walk(lesson) -> None:
    panel, controller = lesson
    assert panel._hint.text() == (
        "Click a Value in the graph to see all about it here."
    )
    assert not panel.page.isVisible()
    controller.move_to(2)
    assert panel.shown == controller.mirror.graph.named("w11x1")
    said = panel.findChild(QLabel, "inspector-name")
    assert said.text() == "Last step · click a Value to keep it"
    assert lines(panel)[0] == "w11x1"
    controller.move_to(5)
    assert lines(panel)[0] == "w21x1"
    select(panel, controller, "x1")
    assert said.text() == "Selected"


def test_operands_and_consumers_can_be_clicked(lesson, qtbot) -> None:
    panel, controller = lesson
    select(panel, controller, "w21x1")
    with qtbot.waitSignal(panel.node_activated) as signal:
        click_link(panel, "x1")
    assert signal.args == [controller.mirror.graph.named("x1")]


def click_link(panel, name):
    document = panel.page.document()
    cursor = document.find(name)
    while not cursor.isNull() and not (
        cursor.charFormat().isAnchor() and cursor.selectedText() == name
    ):
        cursor = document.find(name, cursor)
    rect = panel.page.cursorRect(cursor)
    place = rect.center()
    place.setX(place.x() - 4)
    QTest.mouseClick(panel.page.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_links_are_reached_by_the_keyboard(lesson, qtbot) -> None:
    panel, controller = lesson
    select(panel, controller, "w21x1")
    panel.page.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.page, Qt.Key.Key_Tab)
    with qtbot.waitSignal(panel.node_activated) as signal:
        QTest.keyClick(panel.page, Qt.Key.Key_Return)
    graph = controller.mirror.graph
    assert signal.args == [graph.named("s2")]


def test_its_text_can_be_copied_and_other_keys_are_the_walks(lesson, window) -> None:
    panel, controller = lesson
    select(panel, controller, "w21x1")
    panel.page.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.page, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(panel.page, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "−0.5" not in QGuiApplication.clipboard().text()
    assert "∂w21x1/∂x1" in QGuiApplication.clipboard().text()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_P):
        QTest.keyClick(panel.page, key)
    assert window.walked == ["Space", "Left", "End", "P"]


def test_an_operand_read_twice_has_two_derivatives(show) -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    panel, controller = show(InspectorPanel, session([y]), width=340)
    select(panel, controller, "y")
    assert lines(panel).count("∂y/∂x = x = 3") == 2
    select(panel, controller, "x")
    assert lines(panel)[-3:] == ["y ×2", "not yet", "(x + x) · ∇y = (3 + 3) × 1 = 6"]


def test_every_digit_is_there(show) -> None:
    b = Value(6.8813735870195432, label="b")
    panel, controller = show(InspectorPanel, session([b.tanh()]), width=340)
    select(panel, controller, "b")
    assert facts(panel)["data"] == "6.881373587019543"


def test_long_lists_say_how_many_are_left_out(show) -> None:
    x = Value(1.0, label="x")
    roots = [x * 2 for _ in range(60)]
    panel, controller = show(InspectorPanel, session(roots), width=340)
    select(panel, controller, "x")
    assert lines(panel)[-1] == "and 20 more"


def test_names_with_angle_brackets_are_shown_as_they_are(show) -> None:
    x = Value(1.0, label="<b>&amp;")
    panel, controller = show(InspectorPanel, session([x.exp()]))
    select(panel, controller, "<b>&amp;")
    assert lines(panel)[0] == "<b>&amp;"


def test_another_graph_forgets_the_selection(lesson) -> None:
    panel, controller = lesson
    select(panel, controller, "x1")
    controller.show_session(session([Value(8.0, label="a").exp()]))
    assert panel.shown == -1


def test_what_was_overwritten_and_what_would_be_right(show) -> None:
    panel, controller = show(InspectorPanel, lesson_session("assign"), width=340)
    controller.run_to_end()
    select(panel, controller, "x1")
    assert facts(panel)["gradient ∇"] == "−0.375"
    assert lines(panel)[1:3] == [
        "Overwritten: −0.5 is lost, w21x1 replaced it",
        "∇x1 should be −0.5 + (−0.375) = −0.875",
    ]
    controller.move_to(2)
    assert "is lost" not in panel.page.toPlainText()
    controller.set_rule("accumulate")
    controller.run_to_end()
    assert "is lost" not in panel.page.toPlainText()


def test_a_write_is_a_link_to_its_step(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    select(panel, controller, "x1")
    click_link(panel, "5")
    assert controller.mirror.playhead == 5
    assert controller.mirror.last_step.node == controller.mirror.graph.named("w21x1")


def test_what_an_early_push_has_missed_is_said(lesson) -> None:
    panel, controller = lesson
    graph = controller.mirror.graph
    controller.run_step(graph.named("w21x1"))
    assert (
        "Too early: s2 has not pushed to w21x1 yet. w21x1 has pushed 0 and misses the "
        "rest."
    ) in panel.page.toPlainText().replace("\u2028", "\n")
    controller.run_to_end()
    select(panel, controller, "w21x1")
    said = panel.page.toPlainText()
    assert "Pushed too early: its gradient has changed after it had pushed" in said


def test_a_leaf_without_a_name_is_called_as_on_its_card(show) -> None:
    made = Value(2.0, label="x") * Value(0.5)
    panel, controller = show(InspectorPanel, session([made]), width=340)
    panel.set_selected(made_id := len(controller.mirror.graph) - 1)
    name = controller.mirror.graph.nodes[made_id].name
    unnamed = controller.mirror.graph.nodes[1].name
    assert f"∂{name}/∂{unnamed} = x = 2" in lines(panel)
    select(panel, controller, unnamed)
    assert facts(panel)["op"] == "none: a leaf without a name"


def test_a_number_is_never_broken_by_the_name_beside_it(show) -> None:
    weight = Value(-0.029736492477552057, label="n.layers[0].neurons[3].w[2]")
    y = weight * 2.0
    y.label = "y"
    panel, controller = show(InspectorPanel, session([y]), width=300)
    select(panel, controller, "y")
    block = panel.page.document().find("−0.029736492477552057").block()
    assert block.isValid()
    assert block.layout().lineCount() == 1
    name = panel.page.document().find(weight.label).block()
    assert name.layout().lineCount() == 1
