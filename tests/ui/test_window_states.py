"""What a window shows of a wrong gradient, on the person's own running code."""

from PySide6.QtWidgets import QTextBrowser

WRONG = """
    class Value:
        def __init__(self, data, prev=(), label=''):
            self.data, self.grad, self._prev, self.label = data, 0.0, prev, label
            self._backward = lambda: None

        def __add__(self, other):
            out = Value(self.data + other.data, (self, other))

            def _backward():
                self.grad += out.grad
                other.grad += out.grad

            out._backward = _backward
            return out

        def softsign(self):
            out = Value(self.data / (1 + abs(self.data)), (self,))

            def _backward():
                self.grad += out.grad / (1 + abs(self.data))

            out._backward = _backward
            return out

    a, b = Value(2.0, label='a'), Value(1.0, label='b')
    s = a + b
    s.label = 's'
    y = s.softsign()
"""


def card(screen, name):
    canvas = screen.canvas
    return canvas._shown.card(screen.controller.mirror.graph.named(name))


def test_a_gradient_that_disagrees_is_marked_with_what_is_right(screen, script):
    screen.open(script(WRONG))
    screen.until(lambda: screen.controller.mirror.reference is not None)
    screen.settle()
    assert card(screen, "a").sign == ""
    screen.controller.run_to_end()
    screen.settle()
    found = card(screen, "s")
    assert (found.grad, found.mark, found.sign) == ("0.25", "≠ 0.0625", "cross")
    assert card(screen, "y").sign == "check"
    screen.canvas.select(screen.controller.mirror.graph.named("s"))
    page = screen.find(QTextBrowser, "inspector-page").toPlainText()
    assert "Disagrees with the reference\n∇s should be 0.0625" in page


def test_what_follows_from_a_wrong_gradient_is_paler_than_where_it_came_from(
    screen, script
):
    screen.open(script(WRONG))
    screen.until(lambda: screen.controller.mirror.reference is not None)
    screen.controller.run_to_end()
    screen.settle()
    found = card(screen, "a")
    assert (found.grad, found.mark, found.sign) == ("0.25", "≠ 0.0625", "follows")
    assert (found.border_role, card(screen, "s").border_role) == ("dim", "error")
    node = screen.controller.mirror.graph.named("a")
    assert screen.canvas._shown.border(node) == "dim"
    screen.canvas.select(node)
    page = screen.find(QTextBrowser, "inspector-page").toPlainText()
    assert "Wrong because s is\n∇a should be 0.0625" in page


def test_an_edit_brings_a_new_reference(screen, script):
    screen.open(script(WRONG))
    screen.until(lambda: screen.controller.mirror.reference is not None)
    screen.controller.run_to_end()
    screen.settle()
    mirror = screen.controller.mirror
    screen.controller.set_leaf(mirror.graph.named("a"), 0.0)
    screen.until(lambda: card(screen, "a").mark == "≠ 0.25")
    assert card(screen, "a").grad == "0.5"
    screen.settle()


def test_a_number_stands_for_a_derivative_without_a_formula(screen, script):
    right = WRONG.replace("(1 + abs(self.data))\n\n", "(1 + abs(self.data)) ** 2\n\n")
    screen.open(script(right))
    screen.until(lambda: screen.controller.mirror.reference is not None)
    screen.controller.step()
    screen.settle()
    model = screen.window.docks.steps.model
    rows = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert any("· ∇y = 0.0625 × 1 = 0.0625" in row for row in rows), rows
