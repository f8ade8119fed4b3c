"""Files whose class is all there is, or can't be read, in a whole window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QLineEdit,
    QPushButton,
)

CLASS = """
    class Value:
        def __init__(self, data, _children=(), _op=""):
            self.data, self.grad = data, 0.0
            self._prev, self._op = set(_children), _op
            self._backward = lambda: None

        def __add__(self, other):
            out = Value(self.data + other.data, (self, other), "+")
            def _backward():
                self.grad += out.grad
                other.grad += out.grad
            out._backward = _backward
            return out

        def __mul__(self, other):
            out = Value(self.data * other.data, (self, other), "*")
            def _backward():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad
            out._backward = _backward
            return out
"""
UNKNOWN = """
    class Measure:
        \"\"\"Its names are nobody else's, and it takes more than a number.\"\"\"
        def __init__(self, amount, unit, made_of, push):
            assert unit == "m"
            self.amount, self.unit = amount, unit
            self.sensitivity, self.reading = 0.0, 5
            self.made_of, self.push = made_of, push

    def times(a, b):
        out = Measure(a.amount * b.amount, "m", (a, b), None)
        def push():
            a.sensitivity += b.amount * out.sensitivity
            b.sensitivity += a.amount * out.sensitivity
        out.push = push
        return out

    a = Measure(2.0, "m", (), None)
    b = Measure(-3.0, "m", (), None)
    c = times(a, b)
"""


def dialog_of(screen, name):
    screen.until(lambda: screen.window.findChild(QDialog, name))
    return screen.find(QDialog, name)


def accept(dialog):
    ok = next(b for b in dialog.findChildren(QPushButton) if b.isDefault())
    ok.click()


def to_the_end(screen):
    # Without a window manager nothing gives the focus back when a dialog goes.
    screen.window.activateWindow()
    screen.canvas.setFocus()
    screen.until(screen.window.isActiveWindow)
    screen.key(Qt.Key.Key_End)


def test_a_file_with_only_a_class_asks_for_an_expression_of_it(screen, script) -> None:
    screen.window.open(script(CLASS))
    dialog = dialog_of(screen, "expression-dialog")
    assert not screen.notice
    dialog.findChild(QLineEdit, "expression-text").setText("a*b + a")
    for name, number in (("a", "2"), ("b", "-3")):
        dialog.findChild(QLineEdit, f"expression-number-{name}").setText(number)
    accept(dialog)
    screen.until(lambda: screen.text("status-size") == "4 Values · 4 operands")
    screen.settle()
    to_the_end(screen)
    screen.until(lambda: screen.playhead == "step 2 of 2")
    screen.settle()
    assert (screen.grad("a"), screen.grad("b")) == (-2.0, 2.0)


def test_an_op_that_the_class_lacks_is_named(screen, script) -> None:
    screen.window.open(script(CLASS))
    dialog = dialog_of(screen, "expression-dialog")
    dialog.findChild(QLineEdit, "expression-text").setText("tanh(a)")
    accept(dialog)
    screen.until(lambda: screen.notice)
    assert screen.notice == (
        "Value has no tanh: write a method tanh, or leave it out of the expression."
    )
    screen.window.actions_by_name["new-expression"].trigger()
    dialog = dialog_of(screen, "expression-dialog")
    assert dialog.findChild(QLineEdit, "expression-text").text() == "tanh(a)"


def test_attributes_are_named_where_they_can_t_be_told(screen, script) -> None:
    screen.window.open(script(UNKNOWN))
    screen.until(lambda: screen.notice and not screen.controller.busy)
    action = screen.find(QAbstractButton, "notice-action")
    assert screen.notice.startswith("Measure is not a Value that gradviz can read: ")
    assert action.text() == "Name its attributes…"
    action.click()
    dialog = dialog_of(screen, "mapping-dialog")
    assert dialog.windowTitle() == "Attributes of Measure"
    for role, attribute in (
        ("data", "amount"),
        ("grad", "sensitivity"),
        ("operands", "made_of"),
        ("hook", "push"),
    ):
        dialog.findChild(QComboBox, f"mapping-{role}").setCurrentText(attribute)
    accept(dialog)
    screen.until(lambda: screen.text("status-size") == "3 Values · 2 operands")
    screen.settle()
    to_the_end(screen)
    screen.until(lambda: screen.playhead == "step 1 of 1")
    screen.settle()
    assert (screen.grad("a"), screen.grad("b")) == (-3.0, 2.0)
