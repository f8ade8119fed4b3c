"""Editing in the window: fields and sliders beside the window's one-key shortcuts."""

import math

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QPushButton, QToolButton
from windows import CONTROL

from gradviz.ui.panels.fields import NumberField
from gradviz.ui.panels.leaf_slider import LeafSlider

LOGARITHM = """
    from gradviz import Value
    x = Value(2.0)
    y = x.log()
"""
BROKEN = """
    from gradviz import Value
    class Odd(Value):
        pass
    a, b = Value(2.0), Value(3.0)
    product = a * b
    def broken():
        1 / 0
    product._backward = broken
    root = product + 1.0
"""


def leaf_field(screen, name):
    return screen.find(NumberField, f"leaf-field-{name}")


def enter(screen, field, text):
    """Click a field, type over what is there, and press Return."""
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    screen.type(text)
    screen.key(Qt.Key.Key_Return)


def test_a_leaf_is_edited_and_everything_follows(lesson) -> None:
    lesson.key(Qt.Key.Key_2, CONTROL)
    lesson.key(Qt.Key.Key_End)
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    lesson.settle()
    enter(lesson, leaf_field(lesson, "x1"), "3")
    lesson.until(lambda: lesson.data("s1") == -6)
    lesson.settle()
    assert lesson.grad("w11") == 0.75
    assert lesson.grad("x1") == -0.875
    lesson.key(Qt.Key.Key_Z, CONTROL)
    lesson.until(lambda: lesson.data("s1") == -2)
    lesson.settle()
    assert leaf_field(lesson, "x1").number == 1


def test_a_field_keeps_the_keys_it_works_with(lesson) -> None:
    field = leaf_field(lesson, "x1")
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    lesson.type("12 5")
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right):
        lesson.key(key)
    lesson.key(Qt.Key.Key_Left)
    lesson.key(Qt.Key.Key_Backspace)
    assert field.text() == "125"
    lesson.type("pz1f")
    lesson.key(Qt.Key.Key_Escape)
    lesson.settle()
    assert lesson.playhead == "step 0 of 6"
    assert lesson.data("x1") == 1
    assert field.text() == "1"


def test_a_number_the_op_can_not_take_is_told_and_put_back(screen, script) -> None:
    screen.open(script(LOGARITHM))
    enter(screen, leaf_field(screen, "x"), "-1")
    screen.until(lambda: screen.notice)
    screen.settle()
    assert "log" in screen.notice
    assert screen.notice.endswith(".")
    assert screen.data("x") == 2
    assert leaf_field(screen, "x").number == 2
    assert leaf_field(screen, "x").text() == "2"
    # It is selected, so that the next number replaces it.
    screen.type("4")
    screen.key(Qt.Key.Key_Return)
    screen.until(lambda: screen.data("y") == math.log(4))
    screen.until(lambda: screen.notice == "")


def test_a_backward_that_fails_leaves_the_playhead_where_it_is(screen, script) -> None:
    screen.open(script(BROKEN))
    screen.key(Qt.Key.Key_Space)
    screen.until(lambda: screen.playhead == "step 1 of 2")
    screen.settle()
    screen.key(Qt.Key.Key_Space)
    screen.until(lambda: screen.notice)
    screen.settle()
    assert screen.playhead == "step 1 of 2"
    assert "product" in screen.notice
    assert "ZeroDivisionError: division by zero" in screen.notice
    screen.press("notice-details", QAbstractButton)
    lines = screen.find(QPlainTextEdit, "notice-lines").toPlainText().splitlines()
    assert "    1 / 0" in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"
    screen.canvas.setFocus()
    screen.key(Qt.Key.Key_Left)
    screen.until(lambda: screen.playhead == "step 0 of 2")
    screen.until(lambda: screen.notice == "")


def test_play_stops_at_a_backward_that_fails(screen, script) -> None:
    screen.open(script(BROKEN))
    screen.window._playback.set_speed(8.0)
    screen.key(Qt.Key.Key_P)
    screen.until(lambda: screen.notice)
    assert screen.find(QToolButton, "button-play").text() == "Play"
    assert screen.playhead == "step 1 of 2"


def test_a_backward_that_never_ends_is_cancelled(screen, script) -> None:
    screen.open(script(BROKEN.replace("1 / 0", "while True: pass")))
    screen.key(Qt.Key.Key_End)
    screen.until(screen.find(QPushButton, "progress-cancel").isVisible)
    screen.press("progress-cancel")
    screen.until(lambda: screen.notice)
    screen.settle()
    assert screen.notice.startswith("You stopped the program in ")
    assert screen.playhead == "step 1 of 2"
    assert screen.text("status-worker") == "worker ready"


def test_a_slider_reached_by_tab_keeps_the_arrows(lesson) -> None:
    slider = lesson.find(LeafSlider, "leaf-slider-x1")
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    lesson.key(Qt.Key.Key_Right)
    lesson.until(lambda: lesson.data("x1") > 1)
    lesson.settle()
    assert lesson.playhead == "step 0 of 6"
    raised = lesson.data("x1")
    lesson.key(Qt.Key.Key_Left)
    lesson.until(lambda: lesson.data("x1") < raised)
    lesson.settle()
    lesson.key(Qt.Key.Key_Space)
    lesson.until(lambda: lesson.playhead == "step 1 of 6")


def test_dragging_a_slider_is_undone_as_one(lesson) -> None:
    slider = lesson.find(LeafSlider, "leaf-slider-x1")
    x, y = slider.width() * 3 // 4, slider.height() // 2
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(slider, left, pos=QPoint(x, y))
    for further in range(1, 12):
        QTest.mouseMove(slider, QPoint(x + further, y))
    QTest.mouseRelease(slider, left, pos=QPoint(x + 12, y))
    lesson.until(lambda: lesson.data("x1") != 1)
    lesson.settle()
    assert lesson.data("s1") == -2 * lesson.data("x1")
    lesson.key(Qt.Key.Key_Z, CONTROL)
    lesson.until(lambda: lesson.data("x1") == 1)
    lesson.settle()
    assert not lesson.window.actions_by_name["undo"].isEnabled()


def test_a_button_that_was_clicked_leaves_space_to_the_walk(lesson) -> None:
    lesson.press("button-step")
    lesson.until(lambda: lesson.playhead == "step 1 of 6")
    lesson.key(Qt.Key.Key_Space)
    lesson.until(lambda: lesson.playhead == "step 2 of 6")
    lesson.press("button-rule-accumulate")
    lesson.settle()
    lesson.key(Qt.Key.Key_Space)
    lesson.until(lambda: lesson.playhead == "step 3 of 6")
