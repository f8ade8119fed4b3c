"""The recorded walk in a whole window: its seeds, its paths, its passes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from windows import CONTROL

CLASS = """
class Value:
    def __init__(self, data, _prev=(), _op="", label=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
        self.label = label
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


a, b = Value(-2.0, label="a"), Value(3.0, label="b")
d = a * b
d.label = "d"
e = a + b
e.label = "e"
f = d * e
f.label = "f"
"""
PASS = """
for value in (f, e, d):
    value._backward()
"""
TWICE = """
for _ in range(2):
    f.grad = 1.0
    for value in (f, e, d):
        value._backward()
"""
ROWS = ["f → d → a", "f → e → a"]
HEAD = ["a: 2 paths from 1 seed", "−6 + 3 = −3"]


def recorded_paths(screen, path, name="a"):
    """Open a file, choose Recorded at its end, and show the paths to a Value."""
    screen.open(path)
    if screen.controller.mirror.document.walk != "recorded":
        screen.controller.switch_walk("recorded")
        screen.settle()
    screen.key(Qt.Key.Key_End)
    screen.settle()
    screen.click(name)
    screen.key(Qt.Key.Key_T, CONTROL)


def told(screen):
    """Return the lines above the list, or the hint in its place."""
    names = ("paths-name", "paths-sum", "paths-gradient", "paths-hint")
    labels = [screen.window.findChild(QLabel, name) for name in names]
    return [label.text() for label in labels if label.isVisible() and label.text()]


def rows(screen):
    model = screen.window.docks.paths.model
    return [model.index(row).data() for row in range(model.rowCount())]


def test_a_recorded_pass_has_the_paths_from_what_the_code_set(screen, script) -> None:
    recorded_paths(screen, script(CLASS + "f.grad = 1.0" + PASS))
    assert told(screen) == [*HEAD, "the gradient is −3: all of it is there"]
    assert sorted(rows(screen)) == ROWS
    screen.key(Qt.Key.Key_Home)
    screen.settle()
    assert told(screen) == [
        *HEAD,
        "the gradient is not there yet: no consumer has pushed",
    ]


def test_the_seed_is_the_number_that_was_written(screen, script) -> None:
    recorded_paths(screen, script(CLASS + "f.grad = 0.5" + PASS))
    assert told(screen)[1] == "−3 + 1.5 = −1.5"


def test_a_gradient_set_on_an_inner_value_is_a_seed(screen, script) -> None:
    recorded_paths(
        screen, script(CLASS + "d.grad = 2.0\nd._backward()\ne.grad = 1.0\n")
    )
    assert told(screen)[:2] == ["a: 2 paths from 2 seeds", "6 + 1 = 7"]
    assert sorted(rows(screen)) == ["d → a", "e → a"]


def test_the_second_pass_says_what_is_too_much(screen, script) -> None:
    recorded_paths(screen, script(CLASS + TWICE))
    assert told(screen) == [*HEAD, "the gradient is −9: −6 of it is too much"]
    assert sorted(rows(screen)) == ROWS


def test_numbers_set_after_the_pass_change_no_path(screen, script) -> None:
    recorded_paths(
        screen, script(CLASS + "f.grad = 1.0" + PASS + "a.data, b.data = 7.0, 9.0\n")
    )
    assert screen.data("a") == 7.0
    assert told(screen) == [*HEAD, "the gradient is −3: all of it is there"]


def test_without_any_seed_it_says_so(screen, script) -> None:
    recorded_paths(screen, script(CLASS + PASS))
    assert told(screen) == [
        "No path leads to a: your code has set no gradient to begin with."
    ]


def changes(screen):
    """Return what each step says of a, where it does."""
    model = screen.window.docks.steps.model
    steps = range(len(screen.controller.mirror.walk))
    terms = (term for step in steps for term in model.terms(step))
    return [term.change for term in terms if term.operand == screen.node("a")]


def test_each_pass_counts_its_pushes_from_the_first(screen, script) -> None:
    recorded_paths(screen, script(CLASS + TWICE))
    counted = [
        "(0 → −6, push 1 of 2)",
        "(−6 → −3, push 2 of 2)",
        "(−3 → −15, push 1 of 2)",
        "(−15 → −9, push 2 of 2)",
    ]
    assert changes(screen) == counted
    screen.key(Qt.Key.Key_Left)
    screen.settle()
    assert changes(screen) == counted


OFFER = (
    "Your file has run a backward pass of its own: choose Recorded in Steps to walk "
    "through the calls it made."
)


def choose_recorded(screen):
    screen.press("steps-recorded")
    screen.until(lambda: screen.controller.mirror.document.walk == "recorded")
    screen.settle()


def test_the_offer_of_the_recorded_walk_goes_once_it_is_taken(screen, script) -> None:
    screen.open(script(CLASS + "f.grad = 1.0" + PASS))
    assert screen.notice == OFFER
    choose_recorded(screen)
    assert screen.notice == ""


def test_what_else_was_said_stays(screen, script) -> None:
    screen.open(script(CLASS + "f.grad = 1.0" + PASS + "a.data = 7.0\n"))
    assert screen.notice.startswith(OFFER + " ")
    rest = screen.notice.removeprefix(OFFER + " ")
    choose_recorded(screen)
    assert screen.notice == rest
