"""Steps of classes with a bug in them: which number is wrong, and what it should be."""

import math

from analysis.graphs import session
from PySide6.QtCore import Qt

from gradviz.ui.panels.steps import StepsPanel
from gradviz.ui.panels.steps_model import StepRole


class Var:
    """A class as students hand it in: three of its ops are wrong."""

    def __init__(self, data, children=(), op="", label=""):
        self.data, self.label, self._op = data, label, op
        self.grad = 0
        self._prev = tuple(children)
        self._backward = lambda: None

    def __add__(self, other):
        out = Var(self.data + other.data, (self, other), "+")

        def back():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = back
        return out

    def __mul__(self, other):
        out = Var(self.data * other.data, (self, other), "*")

        def back():
            self.grad += other.data * out.grad  # and nothing to the other

        out._backward = back
        return out

    def relu(self):
        out = Var(max(0, self.data), (self,), "relu")

        def back():
            self.grad += (self.data < 0) * out.grad  # the mask is upside down

        out._backward = back
        return out

    def tanh(self):
        out = Var(math.tanh(self.data), (self,), "tanh")

        def back():
            self.grad += (1 - out.data) ** 2 * out.grad  # the bracket is misplaced

        out._backward = back
        return out


def shown(show, root, **named):
    panel, controller = show(StepsPanel, session([root], named), width=340)
    controller.run_to_end()
    return panel, controller


def steps(panel, role):
    """Return what every step shows, without its arithmetic."""
    return [
        panel.model.index(panel.model.row_of(i)).data(role)
        for i in range(panel.model.rowCount() - len(panel.model.lines))
    ]


def told(panel):
    """Return what stands at the right of every step, as it is painted."""
    names = steps(panel, Qt.ItemDataRole.DisplayRole)
    signs = ("⚠ " if warns else "" for warns in steps(panel, StepRole.WARNING))
    results = map("".join, zip(signs, steps(panel, StepRole.RESULT), strict=True))
    return dict(zip(names, results, strict=True))


def product_and_sum(show):
    x, w, b = Var(1.0, label="x"), Var(-2.0, label="w"), Var(0.5, label="b")
    xw = x * w
    return shown(show, xw + b, x=x, w=w, b=b, xw=xw)


def test_the_operand_that_got_nothing_is_named_and_not_the_right_one(show) -> None:
    panel, _ = product_and_sum(show)
    assert told(panel)["xw._backward()"] == "⚠ w: nothing pushed"


def test_a_step_that_pushed_nothing_at_all_says_what_is_there_and_what_should_be(
    show,
) -> None:
    a, b = Var(4.0, label="a"), Var(3.0, label="b")
    h = (a + b).relu()
    panel, controller = shown(show, h, a=a, b=b, h=h)
    assert told(panel)["h._backward()"] == "⚠ v2: 0, not 1"
    controller.move_to(1)
    assert told(panel)["h._backward()"] == "⚠ v2: 0, not 1"


def test_a_wrong_number_stands_beside_the_right_one(show) -> None:
    n = Var(0.5, label="n")
    o = n.tanh()
    panel, _ = shown(show, o, n=n, o=o)
    assert told(panel) == {"o._backward()": "⚠ n: 0.2893, not 0.7864"}


def test_a_wrong_share_of_a_gradient_is_told_with_the_whole_gradient(show) -> None:
    n = Var(0.5, label="n")
    o = n.tanh()
    total = o + n
    panel, _ = shown(show, total, n=n, o=o, total=total)
    assert told(panel)["total._backward()"] == "n: 1"
    assert told(panel)["o._backward()"] == "⚠ n: 1.289, not 1.786"


def test_a_wrong_step_is_marked_wherever_the_playhead_is(show) -> None:
    x, w = Var(1.0, label="x"), Var(-2.0, label="w")
    xw = x * w
    panel, controller = shown(show, xw + x, x=x, w=w, xw=xw)
    assert told(panel)["xw._backward()"] == "⚠ w: nothing pushed"
    controller.move_to(1)
    assert told(panel)["xw._backward()"] == ""
    controller.run_to_end()
    assert told(panel)["xw._backward()"] == "⚠ w: nothing pushed"


def test_the_lines_of_a_wrong_step_say_what_is_there_and_what_should_be(show) -> None:
    n = Var(0.5, label="n")
    o = n.tanh()
    panel, _ = shown(show, o, n=n, o=o)
    assert " ".join(line for line, _, _ in panel.model.lines) == (
        "n: ∇ is 0.2893, not 0.7864 (0 → 0.2893, the chain rule gives (1 − o²) · ∇o = "
        "0.7864 × 1 = 0.7864)"
    )
