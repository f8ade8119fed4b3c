"""Asking a real worker for the body of a hook: it tells, and changes nothing."""

import textwrap

import nbformat
import pytest

from gradviz.worker.messages import Body, GetBody, MoveTo, SetLeaf

CLASS = """\
import math
class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self._prev = data, 0.0, prev
        self._backward = lambda: None
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out
"""
GRAPH = "x, w = Value(0.5), Value(-2.0)\nn = x * w\ny = n.tanh()\n"


@pytest.fixture
def notebook(tmp_path):
    """A notebook whose class is in its third cell."""
    path = tmp_path / "own.ipynb"
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_markdown_cell("# Own"),
        nbformat.v4.new_code_cell("%matplotlib inline"),
        nbformat.v4.new_code_cell(CLASS),
        nbformat.v4.new_code_cell(GRAPH),
    ]
    path.write_text(nbformat.writes(made))
    return path


def body_of(talk, name):
    """Ask for a body; return what is told before the reply, and the reply."""
    number = talk.send(GetBody(node=talk.node(name)))
    body = talk.next(Body)
    reply = talk.reply()
    assert reply.id == number
    return body, reply


def captured(body):
    """Return the number that a body has for ``t``."""
    line = next(i for i, line in enumerate(body.lines) if "t**2" in line.text)
    column = body.lines[line].text.index("t**2")
    return next(
        event.term.number
        for event in body.events
        if (event.line, event.start) == (line, column)
    )


def test_the_body_and_its_cell_are_told_before_the_reply(talk, notebook) -> None:
    assert talk.open(notebook).failure is None
    body, reply = body_of(talk, "n")
    assert body.node == talk.node("n")
    assert body.body.place == "own.ipynb, cell 3"
    assert [(line.number, line.text) for line in body.body.lines] == [
        (8, "def _backward():"),
        (9, "    self.grad += other.data * out.grad"),
        (10, "    other.grad += self.data * out.grad"),
    ]
    assert (reply.opened, reply.update, reply.failure) == (None, None, None)


def test_a_leaf_has_a_reason_instead(talk, notebook) -> None:
    talk.open(notebook)
    body, _ = body_of(talk, "x")
    assert body.body is None
    assert body.reason == "x is a leaf: no operation has made it."


def test_nothing_that_has_changed_is_kept_from_who_asks_next(talk, notebook) -> None:
    talk.open(notebook)
    talk.ask(MoveTo(playhead=1))
    before = list(talk.mirror.grad)
    body_of(talk, "n")
    body_of(talk, "y")
    assert talk.mirror.grad == before
    assert talk.mirror.playhead == 1
    reply = talk.ask(MoveTo(playhead=2))
    assert reply.opened is None
    assert talk.mirror.grad[talk.node("x")] != 0


def test_after_an_edit_the_captured_number_is_the_new_one(talk, notebook) -> None:
    talk.open(notebook)
    before = captured(body_of(talk, "y")[0].body)
    talk.ask(SetLeaf(node=talk.node("x"), number=0.25))
    after = captured(body_of(talk, "y")[0].body)
    assert before == pytest.approx(-0.76159415595)
    assert after == pytest.approx(-0.46211715726)


def test_a_script_is_named_and_numbered_as_it_is(talk, tmp_path) -> None:
    path = tmp_path / "train.py"
    path.write_text(textwrap.dedent(CLASS + GRAPH))
    talk.open(path)
    body, _ = body_of(talk, "y")
    assert body.body.place == "train.py"
    assert body.body.lines[1].number == 17
