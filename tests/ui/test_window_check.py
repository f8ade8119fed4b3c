"""The Check command in a window, on a real worker."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from windows import CONTROL, Screen

CORPUS = Path(__file__).parents[1] / "corpus"
BY_HAND = """
from gradviz import Value
x, w = Value(2.0, "x"), Value(3.0, "w")
b = x * w
c = b * x
d = b + c
d.grad = 1.0
for value in (d, b, c):
    value._backward()
"""
WAITS = """
from pathlib import Path

GATE = Path({gate!r})


class Value:
    def __init__(self, data, _prev=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            while GATE.exists():
                (GATE.parent / "started").touch()
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out


a, b = Value(2.0), Value(-3.0)
c = a * b
d = c * a
"""


def texts(screen, name):
    found = screen.window.findChildren(QLabel, name)
    return [label.text() for label in found if label.isVisible()]


def check(screen):
    """Press C, and wait for what is found."""
    before = screen.window.docks.findings.report
    screen.key(Qt.Key.Key_C)
    screen.until(lambda: screen.window.docks.findings.report is not before)
    screen.settle()


def marked_line(screen):
    view = screen.window.docks.source.view
    return view._line[1]


def line_in_sight(screen):
    """Whether the line that is marked can be seen in the Source panel."""
    view = screen.window.docks.source.view
    index, line = view._line
    cell = view.made[index]
    top = cell.y() + cell.editor.line_top(line) - view.verticalScrollBar().value()
    return 0 <= top <= view.viewport().height() - cell.editor.row_px


def focused(screen):
    return screen.window.focusWidget().objectName()


def test_without_a_graph_there_is_nothing_to_check(screen: Screen) -> None:
    assert not screen.window.actions_by_name["check"].isEnabled()


def test_each_finding_is_gone_to_in_graph_walk_and_source(screen: Screen) -> None:
    screen.open(CORPUS / "wrong_rules.py")
    screen.window.docks.show(screen.window.docks.source)
    check(screen)
    assert screen.window.docks.findings.isVisible()
    assert texts(screen, "findings-name") == ["2 findings in 7 Values"]
    assert texts(screen, "finding-place") == [
        "wrong_rules.py:38  __sub__",
        "wrong_rules.py:46  relu",
    ]
    assert texts(screen, "finding-sentence") == [
        "d._backward() pushes 1 times its gradient to b, where ∂d/∂b is −1 at "
        "a = 5, b = 2.",
        "r._backward() pushes 0 times its gradient to d, where ∂r/∂d is 1 at d = 3.",
    ]
    assert focused(screen) == "finding-0"
    screen.key(Qt.Key.Key_Return)
    screen.settle()
    assert (screen.selected(), screen.playhead) == ("d", "step 4 of 4")
    assert screen.window.docks.source.isVisible()
    assert marked_line(screen) == 38
    screen.until(lambda: line_in_sight(screen))
    screen.key(Qt.Key.Key_Down)
    screen.key(Qt.Key.Key_Return)
    screen.settle()
    assert (screen.selected(), screen.playhead) == ("r", "step 3 of 4")
    assert marked_line(screen) == 46
    assert texts(screen, "findings-outdated") == []
    screen.click("y")
    assert marked_line(screen) == 56


def test_a_right_class_has_a_check_mark(lesson: Screen) -> None:
    lesson.key(Qt.Key.Key_2, CONTROL)
    lesson.settle()
    check(lesson)
    assert texts(lesson, "findings-head") == [
        "Nothing wrong was found: 12 Values, 2 backward functions tried."
    ]
    assert lesson.find(QLabel, "findings-mark").isVisible()


def test_an_edit_outdates_and_checking_again_brings_them_up_to_date(
    lesson: Screen,
) -> None:
    check(lesson)
    assert texts(lesson, "finding-title") == ["Replaces the gradient"]
    lesson.key(Qt.Key.Key_2, CONTROL)
    lesson.settle()
    assert texts(lesson, "findings-outdated") == [
        "What is shown has changed since this check."
    ]
    lesson.press("findings-again")
    lesson.until(
        lambda: (
            texts(lesson, "findings-head")
            == ["Nothing wrong was found: 12 Values, 2 backward functions tried."]
        )
    )
    assert texts(lesson, "finding-title") == []
    assert texts(lesson, "findings-outdated") == []


def test_running_again_outdates_and_another_file_clears(screen: Screen, script) -> None:
    screen.open(script(BY_HAND))
    check(screen)
    screen.key(Qt.Key.Key_F5)
    screen.until(lambda: texts(screen, "findings-outdated"))
    screen.open(CORPUS / "engine.py")
    assert texts(screen, "findings-outdated") == []
    assert texts(screen, "findings-hint")[0].startswith("Not checked yet.")


def test_a_step_of_the_recorded_walk_is_gone_to(screen: Screen, script) -> None:
    screen.open(script(BY_HAND))
    screen.controller.switch_walk("planned")
    screen.settle()
    check(screen)
    assert texts(screen, "finding-sentence") == [
        "b._backward() was called before that of c: it pushed when its "
        "gradient was 1, complete it is 3; "
        "x ended at 9 instead of 15."
    ]
    screen.key(Qt.Key.Key_Return)
    screen.until(lambda: screen.controller.mirror.document.walk == "recorded")
    screen.settle()
    mirror = screen.controller.mirror
    assert mirror.graph.nodes[mirror.last_step.node].name == "b"
    assert mirror.grad[screen.node("b")] == 1.0
    assert screen.selected() == "b"
    assert texts(screen, "findings-outdated") == []


def test_a_value_that_no_step_calls_is_said_in_words(screen: Screen) -> None:
    screen.open(CORPUS / "wrong_rules.py")
    check(screen)
    before = screen.playhead
    y, k = screen.node("y"), screen.node("k")
    screen.controller.set_seed(k, 1.0)
    screen.controller.set_seed(y, None)
    screen.settle()
    screen.window.docks.findings.entries[0].activated.emit()
    assert screen.window.statusBar().currentMessage() == (
        "d._backward() is not in the walk shown."
    )
    assert screen.selected() == "d"
    assert before.startswith("step 0")


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX here")
def test_a_check_is_stopped_and_nothing_is_lost(
    screen: Screen, script, tmp_path
) -> None:
    gate, started = tmp_path / "gate", tmp_path / "started"
    screen.open(script(WAITS.format(gate=str(gate))))
    screen.key(Qt.Key.Key_Right)
    screen.settle()
    worker = screen.controller.workers.shown.pid
    gate.touch()
    screen.key(Qt.Key.Key_C)
    screen.until(started.exists)
    screen.until(lambda: screen.find(QLabel, "progress-text").isVisible())
    assert screen.text("progress-text") == "Checking backward function 1 of 1…"
    assert texts(screen, "findings-hint") == ["Checking the backward code…"]
    screen.key(Qt.Key.Key_Period, CONTROL)
    screen.until(lambda: screen.notice)
    assert screen.notice == "You stopped the check; nothing has changed."
    assert texts(screen, "findings-hint")[0].startswith("Not checked yet.")
    gate.unlink()
    assert screen.controller.workers.shown.pid == worker
    screen.canvas.setFocus()
    screen.key(Qt.Key.Key_Right)
    screen.settle()
    assert (screen.grad("a"), screen.grad("b")) == (-12.0, 4.0)
    check(screen)
    assert texts(screen, "findings-head") == [
        "Nothing wrong was found: 4 Values, 1 backward function tried."
    ]


def test_the_button_fits_beside_the_roots(screen: Screen) -> None:
    screen.open(CORPUS / "several_graphs.py")
    screen.window.resize(1280, 800)
    for name in ("button-check", "button-fit", "root-picker"):
        assert screen.find(QWidget, name).isVisible(), name
    assert screen.find(QToolButton, "button-check").text() == "Check"
    extension = screen.window.findChild(QWidget, "qt_toolbar_ext_button")
    assert extension is None or not extension.isVisible()


ASSIGNS = """
class Value:
    def __init__(self, data, _prev=(), _op="", label=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
        self.label = label
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad = out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad = other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out


a, b = Value(-2.0, label="a"), Value(3.0, label="b")
d = a * b
d.label = "d"
e = a + b
e.label = "e"
f = d * e
f.label = "f"
"""
HELD = "d._backward() would replace the gradient of a if it held one already."
LOST_BY_E = (
    "e._backward() replaced the gradient of a: it was 3, −6 flowed in, and it is −6 "
    "instead of −3."
)
LOST_BY_D = (
    "d._backward() replaced the gradient of a: it was −6, 3 flowed in, and it is 3 "
    "instead of −3."
)


def sentences(screen):
    found = screen.window.findChildren(QLabel, "finding-sentence")
    return {label.text() for label in found}


def test_a_number_lost_is_that_of_the_walk_shown(screen: Screen, script) -> None:
    screen.open(script(ASSIGNS))
    check(screen)
    assert sentences(screen) == {HELD, LOST_BY_E}
    findings = screen.window.docks.findings
    lost = next(e for e in findings.entries if e.finding.sentence == LOST_BY_E)
    lost.activated.emit()
    screen.settle()
    mirror = screen.controller.mirror
    assert mirror.graph.nodes[mirror.last_step.node].name == "e"
    assert screen.playhead == "step 3 of 3"


def test_a_number_that_only_the_recorded_walk_loses_is_gone_to(
    screen: Screen, script
) -> None:
    recorded = "f.grad = 1.0\nfor value in (f, e, d):\n    value._backward()\n"
    screen.open(script(ASSIGNS + recorded))
    assert screen.controller.mirror.document.walk == "planned"
    check(screen)
    assert sentences(screen) == {LOST_BY_D, LOST_BY_E}
    findings = screen.window.docks.findings
    lost = next(e for e in findings.entries if e.finding.sentence == LOST_BY_D)
    lost.activated.emit()
    screen.until(lambda: screen.controller.mirror.document.walk == "recorded")
    screen.settle()
    mirror = screen.controller.mirror
    assert mirror.graph.nodes[mirror.last_step.node].name == "d"
    assert (screen.grad("a"), screen.playhead) == (3.0, "step 4 of 4")


def test_other_seeds_lose_other_numbers(screen: Screen, script) -> None:
    screen.open(script(ASSIGNS))
    screen.controller.set_seed(screen.node("f"), 0.5)
    screen.settle()
    check(screen)
    assert sentences(screen) == {
        HELD,
        "e._backward() replaced the gradient of a: it was 1.5, −3 flowed in, and it is "
        "−3 instead of −1.5.",
    }
