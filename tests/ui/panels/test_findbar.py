"""The find bar as a person uses it."""

import pytest
from analysis.graphs import lesson_session
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz.ui.panels.findbar import FindBar, matches


@pytest.fixture
def bar(show):
    bar, controller = show(FindBar, lesson_session("accumulate"))
    bar.start()
    return bar, controller


def names(bar, controller):
    return [controller.mirror.graph.nodes[i].name for i in bar.found]


def current(bar, controller):
    return controller.mirror.graph.nodes[bar.current].name


def test_typing_finds_by_part_of_a_name(bar, qtbot) -> None:
    bar, controller = bar
    told, went = [], []
    bar.found_changed.connect(told.append)
    bar.current_changed.connect(went.append)
    QTest.keyClicks(bar.field, "X1")
    assert set(names(bar, controller)) == {"x1", "w11x1", "w21x1"}
    assert bar.count_text == "1 of 3"
    assert told[-1] == bar.found
    assert went[-1] == bar.found[0]


def test_a_whole_name_comes_first(bar) -> None:
    bar, controller = bar
    QTest.keyClicks(bar.field, "w21x1")
    assert current(bar, controller) == "w21x1"
    bar.start()
    bar.field.selectAll()
    QTest.keyClicks(bar.field, "x1")
    assert (current(bar, controller), bar.count_text) == ("x1", "1 of 3")


def test_return_goes_on_and_shift_return_back(bar) -> None:
    bar, _controller = bar
    QTest.keyClicks(bar.field, "x1")
    first, second, third = bar.found
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert (bar.current, bar.count_text) == (second, "2 of 3")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert (bar.current, bar.count_text) == (first, "1 of 3")
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(bar.field, Qt.Key.Key_Return, shift)
    assert (bar.current, bar.count_text) == (third, "3 of 3")


def test_the_buttons_do_the_same(bar, qtbot) -> None:
    bar, _controller = bar
    assert not bar._next.isEnabled()
    QTest.keyClicks(bar.field, "x1")
    qtbot.mouseClick(bar._next, Qt.MouseButton.LeftButton)
    assert bar.count_text == "2 of 3"
    qtbot.mouseClick(bar._previous, Qt.MouseButton.LeftButton)
    assert bar.count_text == "1 of 3"
    assert bar.field.hasFocus()


def test_ops_are_found(bar) -> None:
    bar, controller = bar
    bar.field.setText("×")
    assert names(bar, controller) == ["w11x1", "w12x2", "w21x1", "w22x2"]


def test_numbers_are_found_in_data_and_gradients(bar) -> None:
    bar, controller = bar
    QTest.keyClicks(bar.field, "-0.875")
    assert bar.count_text == "none"
    controller.run_to_end()
    assert names(bar, controller) == ["x1"]
    assert bar.count_text == "1 of 1"
    controller.reset()
    assert bar.count_text == "none"
    bar.field.setText("−2")
    assert set(names(bar, controller)) == {"w11", "w11x1", "s1"}


def test_walking_keeps_the_one_gone_to(bar) -> None:
    bar, controller = bar
    QTest.keyClicks(bar.field, "x1")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    gone_to = bar.current
    controller.run_to_end()
    assert bar.current == gone_to
    assert bar.count_text == "2 of 3"


def test_escape_closes_and_forgets(bar, qtbot, window) -> None:
    bar, _controller = bar
    QTest.keyClicks(bar.field, "x1")
    told = []
    bar.found_changed.connect(told.append)
    with qtbot.waitSignal(bar.closed):
        QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert told == [[]]
    assert bar.current == -1
    assert window.walked == []
    bar.start()
    assert bar.field.text() == bar.field.selectedText() == "x1"
    assert bar.count_text == "1 of 3"


def test_nothing_is_found_for_nothing(bar) -> None:
    bar, controller = bar
    assert matches(controller.mirror, "  ") == []
    assert bar.count_text == ""
