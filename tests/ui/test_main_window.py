"""The window on lesson 17: what it shows, and the walk by keys and by mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QToolButton
from windows import CONTROL, SHIFT

WALK = ["s1", "w11x1", "w12x2", "s2", "w21x1", "w22x2"]


def test_what_lesson_17_shows(lesson) -> None:
    assert lesson.window.windowTitle() == "lesson-17 — gradviz"
    assert lesson.text("status-file") == "lesson-17"
    assert lesson.text("status-size") == "12 Values · 12 operands"
    assert lesson.text("status-walk") == "walk: planned"
    assert lesson.text("status-worker") == "worker ready"
    assert lesson.text("status-zoom").endswith(" %")
    assert lesson.steps == [f"{name}._backward()" for name in WALK]
    assert lesson.playhead == "step 0 of 6"
    rows = lesson.window.docks.leaves._rows.rows
    assert [(row.name.text(), row.field.text()) for row in rows] == [
        ("x1", "1"),
        ("x2", "0"),
        ("w11", "−2"),
        ("w12", "4"),
        ("w21", "3"),
        ("w22", "−1"),
    ]
    seeds = lesson.window.docks.seeds._rows.rows
    assert [row.field.text() for row in seeds] == ["0.25", "−0.125"]
    assert lesson.notice == ""


def test_nothing_can_be_asked_of_a_window_with_nothing_open(screen) -> None:
    assert screen.text("status-file") == "no graph"
    actions = screen.window.actions_by_name
    enabled = {name for name in actions.commands if actions[name].isEnabled()}
    assert {"open", "quit", "shortcuts", "fit"} <= enabled
    asking = {"step", "step-back", "run-to-end", "reset", "play", "zero", "undo"}
    asking |= {"redo", "copy", "find", "export", "run-again", "stop", "run-step"}
    asking |= {"rule-assign", "rule-accumulate"}
    assert not asking & enabled
    for key in (Qt.Key.Key_Space, Qt.Key.Key_End, Qt.Key.Key_F, Qt.Key.Key_Z):
        screen.key(key)
    assert screen.notice == ""


def test_walking_with_the_keys(lesson) -> None:
    lesson.key(Qt.Key.Key_Right)
    lesson.key(Qt.Key.Key_Space)
    lesson.until(lambda: lesson.playhead == "step 2 of 6")
    lesson.settle()
    assert (lesson.grad("s1"), lesson.grad("x1")) == (0.25, -0.5)
    lesson.key(Qt.Key.Key_Left)
    lesson.until(lambda: lesson.playhead == "step 1 of 6")
    assert lesson.grad("x1") == 0
    lesson.key(Qt.Key.Key_End)
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    lesson.settle()
    assert lesson.grad("x1") == -0.375
    lesson.key(Qt.Key.Key_Home)
    lesson.until(lambda: lesson.playhead == "step 0 of 6")
    assert {lesson.grad(name) for name in ("x1", "x2", "w11", "w22")} == {0}


def test_stepping_is_offered_only_where_there_is_a_step(lesson) -> None:
    actions = lesson.window.actions_by_name

    def enabled():
        names = ("step", "step-back", "run-to-end", "reset", "play")
        return [name for name in names if actions[name].isEnabled()]

    assert enabled() == ["step", "run-to-end", "play"]
    lesson.key(Qt.Key.Key_Space)
    lesson.settle()
    assert enabled() == ["step", "step-back", "run-to-end", "reset", "play"]
    lesson.key(Qt.Key.Key_End)
    lesson.settle()
    assert enabled() == ["step-back", "reset"]


def test_play_makes_every_step_and_stops_at_the_end(lesson) -> None:
    button = lesson.find(QToolButton, "button-play")
    lesson.window._playback.set_speed(8.0)
    assert lesson.find(QToolButton, "button-speed").text() == "8×"
    lesson.key(Qt.Key.Key_P)
    assert button.text() == "Pause"
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    lesson.until(lambda: button.text() == "Play")
    lesson.settle()
    assert lesson.grad("x1") == -0.375
    assert not lesson.window._playback.playing


def test_a_step_by_hand_ends_play(lesson) -> None:
    button = lesson.find(QToolButton, "button-play")
    lesson.key(Qt.Key.Key_P)
    lesson.until(lambda: lesson.playhead == "step 1 of 6")
    lesson.key(Qt.Key.Key_P)
    assert button.text() == "Play"
    lesson.key(Qt.Key.Key_P)
    lesson.key(Qt.Key.Key_Left)
    assert button.text() == "Play"


def test_the_speed_by_its_keys_ends_at_the_ends(lesson) -> None:
    speed = lesson.find(QToolButton, "button-speed")
    shown = []
    for _ in range(4):
        lesson.key(Qt.Key.Key_BracketRight)
        shown.append(speed.text())
    assert shown == ["2×", "4×", "8×", "8×"]
    for _ in range(6):
        lesson.key(Qt.Key.Key_BracketLeft)
    assert speed.text() == "0.25×"


def test_fit_and_actual_size(lesson) -> None:
    fitted = lesson.text("status-zoom")
    lesson.key(Qt.Key.Key_1)
    lesson.until(lambda: lesson.text("status-zoom") == "100 %")
    lesson.key(Qt.Key.Key_Plus, CONTROL)
    lesson.until(lambda: lesson.text("status-zoom") == "125 %")
    lesson.key(Qt.Key.Key_Minus, CONTROL)
    lesson.until(lambda: lesson.text("status-zoom") == "100 %")
    lesson.key(Qt.Key.Key_F)
    lesson.until(lambda: lesson.text("status-zoom") == fitted)


def test_finding_values(lesson) -> None:
    lesson.key(Qt.Key.Key_F, CONTROL)
    field = lesson.find(QLineEdit, "find-field")
    assert field.hasFocus()
    lesson.type("w2")
    assert lesson.text("find-count") == "1 of 4"
    gone_to = [lesson.selected()]
    for _ in range(4):
        lesson.key(Qt.Key.Key_F3)
        gone_to.append(lesson.selected())
    assert set(gone_to) == {"w21", "w22", "w21x1", "w22x2"}
    assert gone_to[0] == gone_to[4]
    lesson.key(Qt.Key.Key_F3, SHIFT)
    assert lesson.selected() == gone_to[3]
    lesson.key(Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert lesson.canvas.hasFocus()
    lesson.key(Qt.Key.Key_Right)
    lesson.until(lambda: lesson.playhead == "step 1 of 6")


def test_a_value_chosen_from_afar_is_shown_in_a_size_to_be_read(lesson) -> None:
    for _ in range(8):
        lesson.window.actions_by_name["zoom-out"].trigger()
    assert lesson.canvas.zoom < 40
    lesson.key(Qt.Key.Key_F, CONTROL)
    field = lesson.find(QLineEdit, "find-field")
    lesson.type("x1")
    assert lesson.canvas.zoom < 40
    QTest.keyClick(field, Qt.Key.Key_Return)
    lesson.settle()
    assert lesson.canvas.zoom >= 46
    card = lesson.canvas.card_rect(lesson.canvas.selected_node)
    assert lesson.canvas.rect().toRectF().contains(card)


def test_what_is_not_there_is_not_found(lesson) -> None:
    lesson.key(Qt.Key.Key_F, CONTROL)
    lesson.type("nobody")
    assert lesson.text("find-count") == "none"
    lesson.key(Qt.Key.Key_F3)
    assert lesson.selected() is None


def test_the_rule_by_keys_and_what_its_buttons_show(lesson) -> None:
    assign = lesson.find(QToolButton, "button-rule-assign")
    accumulate = lesson.find(QToolButton, "button-rule-accumulate")
    assert (assign.isChecked(), accumulate.isChecked()) == (True, False)
    lesson.key(Qt.Key.Key_End)
    lesson.settle()
    lesson.key(Qt.Key.Key_2, CONTROL)
    lesson.until(lambda: lesson.grad("x1") == -0.875)
    lesson.settle()
    assert (assign.isChecked(), accumulate.isChecked()) == (False, True)
    lesson.key(Qt.Key.Key_1, CONTROL)
    lesson.until(lambda: lesson.grad("x1") == -0.375)
    lesson.settle()
    assert (assign.isChecked(), accumulate.isChecked()) == (True, False)
    lesson.press("button-rule-accumulate")
    lesson.until(lambda: lesson.grad("x1") == -0.875)


def test_a_rule_button_pressed_twice_stays_down(lesson) -> None:
    lesson.press("button-rule-assign")
    lesson.settle()
    assert lesson.find(QToolButton, "button-rule-assign").isChecked()


def test_edits_are_undone_and_redone(lesson) -> None:
    undo = lesson.window.actions_by_name["undo"]
    lesson.key(Qt.Key.Key_End)
    lesson.settle()
    lesson.key(Qt.Key.Key_2, CONTROL)
    lesson.until(lambda: lesson.grad("x1") == -0.875)
    lesson.settle()
    assert undo.text().startswith("&Undo: ")
    lesson.key(Qt.Key.Key_Z, CONTROL)
    lesson.until(lambda: lesson.grad("x1") == -0.375)
    lesson.settle()
    assert not undo.isEnabled()
    lesson.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    lesson.until(lambda: lesson.grad("x1") == -0.875)
    lesson.settle()
    assert not lesson.window.actions_by_name["redo"].isEnabled()


def test_zeroing_is_a_step_that_is_taken_back(lesson) -> None:
    lesson.key(Qt.Key.Key_Space)
    lesson.key(Qt.Key.Key_Space)
    lesson.settle()
    lesson.key(Qt.Key.Key_Z)
    # Everything that was pushed is gone, so the whole walk is planned again.
    lesson.until(lambda: lesson.playhead == "step 3 of 9")
    assert lesson.steps[2] == "zero gradients"
    assert lesson.grad("x1") == 0
    assert lesson.text("status-walk") == "walk: with your own steps"
    lesson.settle()
    lesson.key(Qt.Key.Key_Left)
    lesson.until(lambda: lesson.grad("x1") == -0.5)


def test_return_calls_backward_of_the_selected_value(lesson) -> None:
    lesson.click("s2")
    assert lesson.selected() == "s2"
    lesson.key(Qt.Key.Key_Return)
    lesson.until(lambda: lesson.playhead == "step 1 of 6")
    lesson.settle()
    assert lesson.grad("w21x1") == -0.125
    assert lesson.steps[0] == "s2._backward()"
    lesson.click("x1")
    lesson.key(Qt.Key.Key_Return)
    lesson.settle()
    assert lesson.playhead == "step 1 of 6"


def test_a_double_click_calls_backward_now(lesson) -> None:
    lesson.double_click("s2")
    lesson.until(lambda: lesson.steps[0] == "s2._backward()")
    lesson.double_click("w21x1")
    lesson.until(lambda: lesson.playhead.startswith("step 2 of "))
    lesson.settle()
    assert lesson.grad("x1") == 3 * -0.125
    lesson.key(Qt.Key.Key_End)
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    lesson.settle()
    assert lesson.grad("x1") == -0.5


def test_the_menu_of_a_card(lesson) -> None:
    place = lesson.place("s2")
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, lesson.canvas.mapToGlobal(place)
    )
    QApplication.sendEvent(lesson.canvas, event)
    menu = lesson.find(QMenu, "node-menu")
    assert lesson.selected() == "s2"
    texts = {action.objectName(): action for action in menu.actions()}
    assert texts["menu-step"].text() == "Call s2._backward() now"
    texts["menu-step"].trigger()
    menu.close()
    lesson.until(lambda: lesson.steps[0] == "s2._backward()")
    lesson.until(lambda: lesson.playhead == "step 1 of 6")


def test_a_seed_by_the_menu_of_a_card(lesson) -> None:
    lesson.click("w11x1")
    menu = lesson.canvas.menu_of(lesson.node("w11x1"))
    {a.objectName(): a for a in menu.actions()}["menu-seed"].trigger()
    menu.close()
    lesson.until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    lesson.type("2")
    lesson.key(Qt.Key.Key_Return)
    lesson.until(lambda: lesson.controller.mirror.seeds.get(lesson.node("w11x1")) == 2)


def test_a_click_shows_a_value_in_the_inspector(lesson) -> None:
    assert lesson.inspector == ""
    lesson.click("x1")
    for said in ("x1", "w11x1", "w21x1"):
        assert said in lesson.inspector
    lesson.key(Qt.Key.Key_End)
    lesson.settle()
    assert "−0.375" in lesson.inspector
    lesson.key(Qt.Key.Key_Escape)
    assert lesson.selected() is None


def test_copying_the_selected_value(lesson) -> None:
    lesson.click("w11")
    lesson.key(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "w11 | −2 | ∇ 0"


def test_clicking_a_step_goes_there(lesson) -> None:
    steps = lesson.window.docks.steps.list
    place = steps.visualRect(lesson.window.docks.steps.model.index(4)).center()
    lesson._qtbot.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, pos=place)
    lesson.until(lambda: lesson.playhead == "step 5 of 6")
    lesson.settle()
    assert lesson.grad("x1") == -0.375


@pytest.mark.parametrize("spot", [QPoint(3, 3)])
def test_a_click_beside_the_cards_selects_none(lesson, spot) -> None:
    lesson.click("x1")
    lesson._qtbot.mouseClick(lesson.canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert lesson.selected() is None


def test_every_button_says_what_it_does(lesson) -> None:
    for button in lesson.window.findChildren(QToolButton):
        if button.isVisible() and button.objectName().startswith("button-"):
            assert button.accessibleName(), button.objectName()
            assert button.toolTip(), button.objectName()


def test_every_label_of_the_status_bar_has_a_name(lesson) -> None:
    labels = lesson.window.statusBar().findChildren(QLabel)
    named = [label for label in labels if label.objectName().startswith("status-")]
    assert len(named) == 5
    assert all(label.accessibleName() for label in named)
