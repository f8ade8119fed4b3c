"""The Code dock as a person reads it."""

import linecache

import pytest
from analysis.graphs import lesson_session, session
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from recorded import show_recorded

from gradviz.ui.panels.code import CodePanel
from gradviz.ui.theme import DARK, LIGHT
from gradviz.worker.messages import GetBody

WIDE = 460

CLASS = """\
import math


class Value:
    def __init__(self, data, prev=(), label=''):
        self.data = data
        self.grad = 0.0
        self._prev = prev
        self._backward = lambda: None
        self.label = label

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad = out.grad
            other.grad = out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))

        def _backward():
            self.grad = (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def twice(self):
        out = Value(2 * self.data, (self,))
        out._backward = lambda: setattr(self, 'grad', 3 * out.grad)
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,))

        def _backward():
            self.grad = self.data * out.grad
        out._backward = _backward
        return out

    def total(self, *more):
        out = Value(self.data + sum(v.data for v in more), (self, *more))

        def _backward():
            for child in out._prev:
                child.grad += out.grad
        out._backward = _backward
        return out
"""


@pytest.fixture
def value():
    """A person's own class, in a cell."""
    name = "own.ipynb, cell 3"
    linecache.cache[name] = (1, None, CLASS.splitlines(True), name)
    names = {"__name__": "own"}
    exec(compile(CLASS, name, "exec"), names)
    yield names["Value"]
    del linecache.cache[name]


@pytest.fixture
def lesson(show, value):
    """Lesson 17 in that class, which assigns."""
    return show(CodePanel, lesson_session(None, value), width=WIDE)


def lines(panel):
    """Return the rows of text, as far as they are seen to be there."""
    assert panel.text.isVisible()
    return [line.rstrip() for line in panel.text.toPlainText().split("\n")]


def sentence(panel):
    label = panel.findChild(QLabel, "code-hint")
    assert label.isVisible()
    assert not panel.text.isVisible()
    return label.text()


def tinted(panel):
    """Return the code that has a background."""
    return [s.cursor.selectedText() for s in panel.text.extraSelections()]


def test_the_step_made_last_with_its_numbers_below(lesson) -> None:
    panel, controller = lesson
    controller.move_to(2)
    assert panel.title == "w11x1._backward()"
    assert panel.place == "own.ipynb, cell 3"
    assert lines(panel) == [
        "24  def _backward():",
        "25    self.grad = other.data * out.grad",
        "      0 → 0.25    1            0.25",
        "26    other.grad = self.data * out.grad",
        "      0 → −0.5     −2          0.25",
    ]
    assert tinted(panel) == []


def test_a_line_that_overwrites_is_tinted(lesson) -> None:
    panel, controller = lesson
    controller.move_to(5)
    assert panel.title == "w21x1._backward()"
    assert lines(panel) == [
        "24  def _backward():",
        "25    self.grad = other.data * out.grad",
        "      0 → −0.125  1            −0.125",
        "26    other.grad = self.data * out.grad",
        "      −0.5 → −0.375  3         −0.125",
    ]
    assert tinted(panel) == ["other.grad = self.data * out.grad"]


def test_before_the_first_step_it_is_the_next_ones(lesson) -> None:
    panel, _ = lesson
    assert panel.title == "next: s1._backward()"
    assert lines(panel) == [
        "15  def _backward():",
        "16    self.grad = out.grad",
        "      0           0.25",
        "17    other.grad = out.grad",
        "      0            0.25",
    ]


def test_a_line_with_a_wrong_derivative_is_tinted(show, value) -> None:
    x = value(5.0, label="x")
    panel, controller = show(CodePanel, session([x.exp()], {"x": x}), width=WIDE)
    controller.move_to(1)
    assert lines(panel)[1:] == [
        "48    self.grad = self.data * out.grad",
        "      0 → 5       5           1",
    ]
    assert tinted(panel) == ["self.grad = self.data * out.grad"]


def test_a_lambda_is_shown_with_the_line_it_is_in(show, value) -> None:
    x = value(5.0, label="x")
    panel, controller = show(CodePanel, session([x.twice()], {"x": x}), width=WIDE)
    controller.move_to(1)
    assert lines(panel) == [
        "41  out._backward = lambda: setattr(self, 'grad', 3 * out.grad)",
        "                                    0 → 3             1",
    ]


def test_a_number_of_the_forward_pass_follows_an_edit(show, value) -> None:
    x = value(0.5, label="x")
    panel, controller = show(CodePanel, session([x.tanh()], {"x": x}), width=WIDE)
    controller.move_to(1)
    assert lines(panel)[2] == "      0 → 0.7864       0.4621  1"
    controller.set_leaf(0, 0.25)
    assert lines(panel)[2] == "      0 → 0.94         0.2449  1"


def test_each_turn_of_a_loop_has_a_row(show, value) -> None:
    values = [value(float(i), label=f"x{i}") for i in range(5)]
    panel, controller = show(
        CodePanel, session([values[0].total(*values[1:])]), width=WIDE
    )
    controller.move_to(1)
    assert lines(panel) == [
        "55  def _backward():",
        "56    for child in out._prev:",
        "          x0, x1, x2, …",
        "57      child.grad += out.grad",
        "        0 → 1         1",
        "        0 → 1         1",
        "        0 → 1         1",
        "        … and 2 more",
    ]


def test_a_narrow_panel_breaks_lines_and_cuts_nothing(lesson, window) -> None:
    panel, controller = lesson
    controller.move_to(2)
    window.resize(250, 420)
    QApplication.processEvents()
    assert lines(panel) == [
        "24  def _backward():",
        "25    self.grad = other.data",
        "      0 → 0.25    1",
        "          * out.grad",
        "            0.25",
        "26    other.grad = self.data",
        "      0 → −0.5     −2",
        "          * out.grad",
        "            0.25",
    ]
    assert not panel.text.horizontalScrollBar().isVisible()
    widest = max(map(panel.text.fontMetrics().horizontalAdvance, lines(panel)))
    assert widest <= panel.text.viewport().width()


def test_scrubbing_asks_for_nothing_that_is_known(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    for playhead in range(6, -1, -1):
        controller.move_to(playhead)
    asked = len([r for r in controller.requests if isinstance(r, GetBody)])
    for playhead in range(7):
        controller.move_to(playhead)
    assert panel.title == "w22x2._backward()"
    again = len([r for r in controller.requests if isinstance(r, GetBody)])
    assert asked == again > 0


def test_the_next_steps_code_is_there_before_it_is_made(lesson) -> None:
    panel, controller = lesson
    controller.move_to(1)
    wanted = GetBody(node=controller.mirror.graph.named("w11x1"))
    assert controller.requests.count(wanted) == 1
    controller.move_to(2)
    assert panel.title == "w11x1._backward()"
    assert controller.requests.count(wanted) == 1


def test_while_the_worker_is_busy_nothing_is_asked_and_that_is_said(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    controller.move_to(0)
    controller.link.holding = True
    controller.set_seed(controller.mirror.graph.named("s1"), 1.0)
    before = list(controller.link.asked)
    controller.move_to(5)
    assert panel.title == "w21x1._backward()"
    assert sentence(panel) == (
        "This _backward is shown when your code has finished what it is doing."
    )
    new = [r for r in controller.link.asked if r not in before]
    assert not any(isinstance(request, GetBody) for request in new)
    controller.link.holding = False
    controller.link.answer_all()
    assert panel.title == "w21x1._backward()"
    assert lines(panel)[1] == "25    self.grad = other.data * out.grad"


def test_what_is_known_stays_when_the_worker_has_gone(lesson) -> None:
    panel, controller = lesson
    controller.move_to(2)
    known = lines(panel)
    controller.run_to_end()
    controller.link.close()
    controller.workers.ended.emit("The process has ended.")
    controller.move_to(2)
    assert lines(panel) == known
    controller.move_to(4)
    assert panel.title == "s2._backward()"
    assert sentence(panel) == (
        "Your code is not running any more: run it again (F5) to see this _backward."
    )


def test_zeroing_has_no_code(lesson) -> None:
    panel, controller = lesson
    controller.move_to(1)
    controller.zero_gradients()
    assert panel.title == "zero gradients"
    assert sentence(panel) == "No _backward runs in this step."


def test_what_their_code_sets_has_no_code(lesson) -> None:
    panel, controller = lesson
    show_recorded(controller)
    controller.move_to(1)
    assert panel.title == "cell 9 sets s1.∇ = 0.25, s2.∇ = 0.5"
    assert sentence(panel) == "No _backward runs in this step."


def test_without_a_file_it_says_what_to_do(show) -> None:
    panel, _ = show(CodePanel, None, width=WIDE)
    assert sentence(panel) == "The code of a step is shown here once there is a graph."
    assert panel.title == ""


def test_without_a_step_it_is_that_of_the_value_selected(lesson) -> None:
    panel, controller = lesson
    for name in ("s1", "s2"):
        controller.set_seed(controller.mirror.graph.named(name), None)
    assert sentence(panel) == (
        "No step to show the code of: seed a Value that an operation has made."
    )
    panel.set_selected(controller.mirror.graph.named("w12x2"))
    assert panel.title == "w12x2._backward()"
    assert lines(panel)[1] == "25    self.grad = other.data * out.grad"
    panel.set_selected(controller.mirror.graph.named("x1"))
    assert sentence(panel) == "x1 is a leaf: no operation has made it."


def test_a_selection_leaves_the_step_where_it_is(lesson) -> None:
    panel, controller = lesson
    controller.move_to(2)
    panel.set_selected(controller.mirror.graph.named("s2"))
    assert panel.title == "w11x1._backward()"


def test_the_reference_class_is_shown_with_what_it_pushes(show) -> None:
    panel, controller = show(CodePanel, lesson_session("assign"), width=WIDE)
    controller.move_to(5)
    assert panel.place == "value.py"
    found = lines(panel)
    assert found[0].endswith("def _backward() -> None:")
    assert [line[3:].strip() for line in found[1:]] == [
        "_push(out, self, other.data * out.grad)",
        "0 → −0.125  1      −0.125",
        "_push(out, other, self.data * out.grad)",
        "−0.5 → −0.375  3   −0.125",
    ]
    assert tinted(panel) == ["_push(out, other, self.data * out.grad)"]


def test_words_have_the_colours_of_the_source_panel(lesson) -> None:
    panel, controller = lesson
    controller.move_to(2)

    def color(block, column):
        formats = panel.text.document().findBlockByNumber(block).textFormats()
        inside = (f for f in formats if f.start <= column < f.start + f.length)
        return next(inside).format.foreground().color()

    for theme in (DARK, LIGHT):
        panel.set_theme(theme)
        assert color(0, 4) == QColor(theme.palette.consumer)
        assert color(0, 0) == QColor(theme.palette.dim)
        assert color(1, 6) == QColor(theme.palette.text)
        assert color(2, 6) == QColor(theme.palette.dim)


def test_the_walk_keeps_its_keys(lesson, window) -> None:
    panel, _ = lesson
    QTest.mouseClick(panel.text.viewport(), Qt.MouseButton.LeftButton)
    assert panel.text.hasFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Home):
        QTest.keyClick(panel.text, key)
    assert window.walked == ["Right", "Space", "Home"]
