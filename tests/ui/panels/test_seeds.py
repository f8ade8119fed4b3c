"""The Seeds dock as a person uses it."""

import pytest
from analysis.graphs import lesson_session, session
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gradviz import Value
from gradviz.ui.panels.seeds import SeedsPanel


@pytest.fixture
def lesson(show):
    return show(SeedsPanel, lesson_session("accumulate"))


def listed(panel):
    """Return what the panel shows: names with numbers."""
    return {row.name.text(): row.field.text() for row in panel._rows.rows}


def gradient(controller, name):
    return controller.mirror.grad[controller.mirror.graph.named(name)]


def test_the_seeds_are_listed_in_walking_order(lesson) -> None:
    panel, _ = lesson
    assert listed(panel) == {"s1": "0.25", "s2": "−0.125"}


def test_editing_a_seed_changes_every_gradient_below(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    assert gradient(controller, "x1") == -0.875
    field = next(iter(panel._rows.rows)).field
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(field, "0.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert gradient(controller, "x1") == -1.375
    assert listed(panel)["s1"] == "0.5"


def test_a_seed_can_be_removed(lesson, qtbot) -> None:
    panel, controller = lesson
    first = next(iter(panel._rows.rows))
    assert first.remove.toolTip() == "Remove the seed of s1"
    qtbot.mouseClick(first.remove, Qt.MouseButton.LeftButton)
    assert listed(panel) == {"s2": "−0.125"}
    assert len(controller.mirror.walk) == 3
    qtbot.mouseClick(next(iter(panel._rows.rows)).remove, Qt.MouseButton.LeftButton)
    assert panel._hint.text() == "No Value is seeded: there is nothing to walk."
    assert panel._hint.isVisible()
    assert panel._add.text() == "+ Seed a Value"
    controller.undo()
    assert panel._add.text() == "+ Seed another Value"
    assert listed(panel) == {"s2": "−0.125"}


def test_the_selected_value_is_seeded_with_one(lesson, qtbot) -> None:
    panel, controller = lesson
    panel.set_selected(controller.mirror.graph.named("w21x1"))
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    form = panel._form
    assert form.name.currentText() == "w21x1"
    assert form.number.text() == "1"
    assert form.number.hasFocus()
    QTest.keyClick(form.number, Qt.Key.Key_Return)
    assert listed(panel) == {"s1": "0.25", "s2": "−0.125", "w21x1": "1"}
    assert not form.isVisible()
    assert panel._add.isVisible()


def test_another_value_is_chosen_by_name(lesson, qtbot) -> None:
    panel, _controller = lesson
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    form = panel._form
    choices = [form.name.itemText(i) for i in range(form.name.count())]
    assert "w12x2" in choices
    assert "s1" not in choices  # seeded already
    edit = form.name.lineEdit()
    assert form.name.hasFocus() or edit.hasFocus()
    QTest.keyClicks(edit, "w12x2")
    form.number.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(form.number, "-3")
    QTest.keyClick(form.number, Qt.Key.Key_Return)
    assert listed(panel)["w12x2"] == "−3"


def test_a_name_that_is_none_is_told_at_the_field(lesson, qtbot) -> None:
    panel, _controller = lesson
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    QTest.keyClicks(panel._form.name.lineEdit(), "nobody")
    QTest.keyClick(panel._form.name.lineEdit(), Qt.Key.Key_Escape)
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    panel._form.name.setEditText("nobody")
    QTest.keyClick(panel._form.number, Qt.Key.Key_Return)
    error = panel.findChild(QLabel, "field-error")
    assert error.isVisible()
    assert error.text().startswith("No Value is called 'nobody'; this graph has")
    assert listed(panel) == {"s1": "0.25", "s2": "−0.125"}


def test_a_bad_number_is_told_at_the_field(lesson, qtbot) -> None:
    panel, controller = lesson
    panel.set_selected(0)
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    QTest.keyClicks(panel._form.number, "x")
    QTest.keyClick(panel._form.number, Qt.Key.Key_Return)
    error = panel.findChild(QLabel, "field-error")
    assert error.isVisible()
    assert error.text().startswith("x is not a number")
    assert controller.requests == []


def test_escape_gives_up_and_the_walk_does_not_hear_it(lesson, qtbot, window) -> None:
    panel, controller = lesson
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert not panel._form.isVisible()
    assert controller.requests == []
    assert window.walked == []


def test_values_of_one_name_are_chosen_by_number(show, qtbot) -> None:
    a, b = Value(1.0, label="w"), Value(2.0, label="w")
    panel, controller = show(SeedsPanel, session([a * b]))
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    form = panel._form
    choices = [form.name.itemText(i) for i in range(form.name.count())]
    assert choices == ["#1", "#0"]
    form.name.setCurrentIndex(0)
    QTest.keyClick(form.number, Qt.Key.Key_Return)
    assert 1 in controller.mirror.seeds


def test_a_click_leaves_the_keyboard_to_the_walk(lesson, qtbot, window) -> None:
    panel, _ = lesson
    qtbot.mouseClick(next(iter(panel._rows.rows)).remove, Qt.MouseButton.LeftButton)
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert window.walked == ["Space"]


def test_a_button_reached_by_tab_is_pressed_by_space(lesson, window) -> None:
    panel, _ = lesson
    remove = next(iter(panel._rows.rows)).remove
    remove.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(remove, Qt.Key.Key_Space)
    assert window.walked == []
    assert listed(panel) == {"s2": "−0.125"}


def test_without_a_file_it_says_so(show) -> None:
    panel, _ = show(SeedsPanel, None)
    assert panel._hint.text() == "Seed gradients are listed here once there is a graph."
    assert not panel._add.isEnabled()


def test_a_name_taken_from_the_list_leads_to_its_number(lesson, qtbot) -> None:
    panel, _ = lesson
    panel.begin()
    QTest.keyClicks(panel._form.name.lineEdit(), "w21x")
    popup = panel._form.name.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert panel._form.name.currentText() == "w21x1"
    assert panel._form.number.hasFocus()
    assert panel._form.number.selectedText() == "1"
