"""Typing an expression: in the dialog, in the window, on the command line."""

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit

from gradviz.cli import main
from gradviz.ui.controller import Controller
from gradviz.ui.expression_dialog import ExpressionDialog

NEURON = "tanh(w1*x1 + w2*x2 + b)"
NUMBERS = {"x1": 2, "x2": 0, "w1": -3, "w2": 1, "b": 6.8813735870195432}


@pytest.fixture
def dialog(qtbot):
    dialog = ExpressionDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def retype(dialog, text):
    field = dialog.findChild(QLineEdit, "expression-text")
    field.selectAll()
    QTest.keyClicks(field, text)


def number(dialog, name):
    return dialog.findChild(QLineEdit, f"expression-number-{name}")


def said(dialog):
    return dialog.findChild(QLabel, "expression-said").text()


def can_be_shown(dialog):
    buttons = dialog.findChild(QDialogButtonBox)
    return buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_variables_get_a_field_as_they_are_typed(dialog):
    retype(dialog, "a*b")
    assert number(dialog, "a").text() == "1"
    number(dialog, "b").setText("1/4")
    retype(dialog, "a*b + c")
    assert number(dialog, "b").text() == "1/4"
    assert can_be_shown(dialog)
    QTest.keyClick(number(dialog, "c"), Qt.Key.Key_Return)
    assert dialog.result() == 1
    assert (dialog.text, dialog.numbers) == ("a*b + c", {"a": 1, "b": 0.25, "c": 1})


@pytest.mark.parametrize(
    ("text", "name", "typed", "sentence"),
    [
        ("a +", "", "", "“a +” can't be read: invalid syntax."),
        (
            "a*2",
            "a",
            "two",
            "two is not a number: write one such as 0.25, -3, 1/12 or 1e-5.",
        ),
        ("log(a)", "a", "0", "log(a): a is 0, and log needs a number above 0."),
    ],
)
def test_what_stands_in_the_way_is_said(dialog, text, name, typed, sentence):
    retype(dialog, text)
    if name:
        number(dialog, name).setText(typed)
    assert said(dialog) == sentence
    assert not can_be_shown(dialog)


def test_an_expression_that_is_shown_can_be_changed(screen):
    screen.controller.open_expression("w*x + b", {"w": 2, "x": -1.5, "b": 0.1})
    screen.until(lambda: screen.controller.opened)
    screen.settle()
    for text, numbers in (
        ("w*x + b", {"w": "2", "x": "-1.5", "b": "0.1"}),
        ("tanh(w*x)", {"w": "7", "x": "-1.5"}),
    ):
        screen.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        dialog = screen.find(ExpressionDialog, "expression-dialog")
        assert dialog.text == text
        shown = {name: number(dialog, name).text() for name in numbers}
        assert shown == numbers
        retype(dialog, "tanh(w*x)")
        number(dialog, "w").setText("7")
        dialog.accept()
        screen.until(lambda: screen.controller.title == "tanh(w*x)")
        screen.settle()
        screen.window.activateWindow()
        screen.canvas.setFocus()
        screen.until(screen.window.isActiveWindow)


def test_an_expression_is_walked_like_a_file(qtbot):
    controller = Controller()
    try:
        with qtbot.waitSignal(controller.graph_changed, timeout=20_000):
            controller.open_expression(NEURON, NUMBERS)
        assert controller.title == NEURON
        controller.run_to_end()
        qtbot.waitUntil(lambda: not controller.busy, timeout=20_000)
        mirror = controller.mirror
        found = {name: mirror.grad[mirror.graph.named(name)] for name in NUMBERS}
        for name, gradient in {
            "x1": -1.5,
            "w1": 1,
            "x2": 0.5,
            "w2": 0,
            "b": 0.5,
        }.items():
            assert math.isclose(found[name], gradient, abs_tol=1e-12)
        with qtbot.waitSignal(controller.graph_changed, timeout=20_000):
            controller.run_again()
        assert controller.mirror.playhead == 0
    finally:
        controller.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["w*x", "w=2"], "There is no number for x: give it as in x=1."),
        (["w*x", "w=2", "x=1", "q=3"], "There is no q in the expression."),
        (["w*x", "w=2", "x"], "'x' is not NAME=VALUE."),
        (
            ["w*x", "w=two"],
            "two is not a number: write one such as 0.25, -3, 1/12 or 1e-5.",
        ),
        (["import os"], "“import os” can't be read: invalid syntax."),
    ],
)
def test_a_wrong_command_line_gets_one_sentence(capfd, arguments, sentence):
    assert main(["-e", *arguments]) == 2
    assert capfd.readouterr().err == f"gradviz: {sentence}\n"


def test_what_can_t_be_read_yet_keeps_the_fields_of_names_in_it_only(dialog):
    field = dialog.findChild(QLineEdit, "expression-text")
    field.clear()
    QTest.keyClicks(field, "tanh(w")
    assert number(dialog, "tan") is None
    retype(dialog, "w*b")
    number(dialog, "w").setText("0.5")
    top = field.y()
    QTest.keyClicks(field, " + (x")
    assert number(dialog, "w").text() == "0.5"
    assert number(dialog, "b") is not None
    assert field.y() == top


def test_what_stands_above_stays_where_it_is_with_fewer_variables(dialog, qtbot):
    field = dialog.findChild(QLineEdit, "expression-text")
    before = field.y(), number(dialog, "w1").y()
    retype(dialog, "w1*2")
    qtbot.waitUntil(lambda: (field.y(), number(dialog, "w1").y()) == before)


def test_the_functions_are_named(dialog):
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "tanh" in said
    assert "exp" in said
