"""The Steps dock as a person uses it."""

import pytest
from analysis.graphs import lesson_session, session
from local_controller import quickest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz import Value
from gradviz.ui.panels.steps import StepsPanel
from gradviz.ui.panels.steps_model import StepRole

WALK = ["s1", "w11x1", "w12x2", "s2", "w21x1", "w22x2"]


@pytest.fixture
def lesson(show):
    return show(StepsPanel, lesson_session("assign"), width=340)


def rows(panel, role=Qt.ItemDataRole.DisplayRole):
    """Return what every row shows, arithmetic included."""
    return [panel.model.index(i).data(role) for i in range(panel.model.rowCount())]


def steps(panel, role):
    """Return what every step shows, without its arithmetic."""
    return [
        panel.model.index(panel.model.row_of(i)).data(role)
        for i in range(panel.model.rowCount() - len(panel.model.lines))
    ]


def arithmetic(panel):
    return [line for line, _, _ in panel.model.lines]


def test_every_step_of_the_walk_is_listed(lesson) -> None:
    panel, _ = lesson
    assert rows(panel) == [f"{name}._backward()" for name in WALK]
    assert steps(panel, StepRole.PHASE) == ["next", *["later"] * 5]
    assert steps(panel, StepRole.RESULT) == [""] * 6


def test_the_step_just_made_shows_its_arithmetic(lesson) -> None:
    panel, controller = lesson
    controller.move_to(2)
    assert arithmetic(panel) == [
        "w11: ∇ = x1 · ∇w11x1 = 1 × 0.25 = 0.25",
        "(0 → 0.25)",
        "x1: ∇ = w11 · ∇w11x1 = −2 × 0.25 = −0.5",
        "(0 → −0.5, push 1 of 2)",
    ]
    assert rows(panel)[1:3] == ["w11x1._backward()", arithmetic(panel)[0]]
    assert steps(panel, StepRole.PHASE) == [
        "made",
        "current",
        "next",
        "later",
        "later",
        "later",
    ]


def test_a_number_lost_is_told_and_marked(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    assert steps(panel, StepRole.RESULT) == [
        "w11x1: 0.25",
        "x1: −0.5",
        "x2: 1",
        "w21x1: −0.125",
        "x1: −0.375",
        "x2: 0.125",
    ]
    assert steps(panel, StepRole.WARNING) == [False, False, False, False, True, True]
    controller.move_to(5)
    assert arithmetic(panel)[-2:] == [
        "x1: ∇ = w21 · ∇w21x1 = 3 × (−0.125) = −0.375",
        "(−0.5 → −0.375, −0.5 is lost, push 2 of 2)",
    ]


def test_the_accumulation_rule_shows_the_sum(show) -> None:
    panel, controller = show(StepsPanel, lesson_session("accumulate"), width=340)
    controller.move_to(5)
    assert steps(panel, StepRole.RESULT)[4] == "x1: −0.875"
    assert arithmetic(panel)[-1] == "(−0.5 → −0.875, push 2 of 2)"
    assert not any(steps(panel, StepRole.WARNING))


def test_changing_the_rule_changes_the_steps(lesson) -> None:
    panel, controller = lesson
    controller.move_to(5)
    controller.set_rule("accumulate")
    assert steps(panel, StepRole.RESULT)[4] == "x1: −0.875"
    assert arithmetic(panel)[2].startswith("x1: ∇ += w21")


def click_on(panel, step):
    index = panel.model.index(panel.model.row_of(step))
    QTest.mouseClick(
        panel.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=panel.list.visualRect(index).center(),
    )


def test_a_click_goes_to_a_step_and_back(lesson) -> None:
    panel, controller = lesson
    click_on(panel, 4)
    assert controller.mirror.playhead == 5
    click_on(panel, 1)
    assert controller.mirror.playhead == 2
    assert rows(panel)[1] == "w11x1._backward()"
    assert len(rows(panel)) == 6 + 4


def test_a_click_leaves_the_keyboard_to_the_walk(lesson, window) -> None:
    panel, _ = lesson
    click_on(panel, 2)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_P):
        QTest.keyClick(window.focusWidget() or window, key)
    assert window.walked == ["Space", "Left", "Home", "P"]


def test_the_keyboard_reaches_every_step(lesson, window) -> None:
    panel, controller = lesson
    panel.list.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert controller.mirror.playhead == 4
    QTest.keyClick(panel.list, Qt.Key.Key_End)
    QTest.keyClick(panel.list, Qt.Key.Key_Right)
    assert window.walked == ["End", "Right"]


def test_steps_put_in_by_hand_and_zeroing_are_marked(lesson) -> None:
    panel, controller = lesson
    controller.move_to(2)
    controller.run_step(controller.mirror.graph.named("s2"))
    controller.zero_gradients()
    names = steps(panel, Qt.ItemDataRole.DisplayRole)
    assert names[:4] == [
        "s1._backward()",
        "w11x1._backward()",
        "s2._backward()",
        "zero gradients",
    ]
    assert steps(panel, StepRole.MANUAL)[:4] == [False, False, True, False]
    spoken = panel.model.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == ("Step 3, s2._backward(), put in by hand, made, w21x1: −0.125")


def test_pushes_are_counted_from_the_last_zeroing(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    controller.zero_gradients()
    controller.move_to(controller.mirror.playhead + 2)
    assert arithmetic(panel)[-1] == "(0 → −0.5, push 1 of 2)"


def test_the_tooltip_has_the_arithmetic_of_any_step(lesson) -> None:
    panel, controller = lesson
    controller.move_to(5)
    tip = panel.model.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines() == [
        "w11: ∇ = x1 · ∇w11x1 = 1 × 0.25 = 0.25   (0 → 0.25)",
        "x1: ∇ = w11 · ∇w11x1 = −2 × 0.25 = −0.5   (0 → −0.5, push 1 of 2)",
        "Click to go back to here",
    ]


def test_nothing_is_cut_at_the_narrowest_dock(show) -> None:
    panel, controller = show(StepsPanel, lesson_session("assign"), width=230)
    controller.move_to(5)
    assert arithmetic(panel)[3:] == [
        "x1: ∇ = w21 · ∇w21x1",
        "= 3 × (−0.125) = −0.375",
        "(−0.5 → −0.375, −0.5 is",
        "lost, push 2 of 2)",
    ]


def test_another_width_breaks_the_lines_anew(lesson, window, qtbot) -> None:
    panel, controller = lesson
    controller.move_to(2)
    wide = len(panel.model.lines)
    window.resize(230, 420)
    qtbot.waitUntil(lambda: len(panel.model.lines) > wide)
    assert len(rows(panel)) == 6 + len(panel.model.lines)


def test_rows_are_low_only_for_arithmetic(lesson) -> None:
    panel, controller = lesson
    for playhead in (3, 5, 1, 6, 2):
        controller.move_to(playhead)
        controller.session_changed.emit()
        heights = {
            bool(rows(panel, StepRole.LINE)[i] >= 0): panel.list.rowHeight(i)
            for i in range(panel.model.rowCount())
        }
        assert heights[False] == 28
        assert heights[True] < 28


def long_chain(length):
    x = Value(1.0, label="x")
    y = x
    for _ in range(length):
        y = y + 0
    return session([y])


def test_a_long_walk_opens_at_once_and_follows_the_playhead(show) -> None:
    panel, controller = show(StepsPanel, long_chain(20_000), width=340)
    controller.run_to_end()
    assert quickest(controller.graph_changed.emit) < 0.2
    controller.move_to(10_000)
    assert quickest(lambda: controller.move_to(10_001)) < 0.02
    controller.move_to(10_000)
    row = panel.model.index(panel.model.row_of(9_999))
    assert panel.list.viewport().rect().intersects(panel.list.visualRect(row))


def test_empty_states_say_what_to_do(show) -> None:
    panel, controller = show(StepsPanel, None)
    assert panel._hint.text() == "Steps are listed here once there is a graph."
    controller.show_session(session([Value(1.0, label="x")]))
    assert panel._hint.text() == ("No steps: seed a Value that an operation has made.")
    assert panel._hint.isVisible()


def test_assigning_the_same_again_is_no_error(lesson) -> None:
    panel, controller = lesson
    controller.move_to(1)
    controller.run_step(controller.mirror.graph.named("s1"))
    assert arithmetic(panel) == [
        "w11x1: ∇ = 1 · ∇s1 = 1 × 0.25 = 0.25",
        "(unchanged)",
        "w12x2: ∇ = 1 · ∇s1 = 1 × 0.25 = 0.25",
        "(unchanged)",
    ]
    assert not any(steps(panel, StepRole.WARNING))
