"""Hooks that call those of their operands: whose steps a walk must not make again."""

import pytest

from gradviz.graph.build import build
from gradviz.session.session import Session

TEXT = """
class Value:
    def __init__(self, data, _prev=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self.waiting = 0
        self._backward = None
        for operand in _prev:
            operand.waiting += 1

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            GO_ON
        out._backward = _backward
        return out

    def plus(self, other):
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def go_on(self):
        for operand in self._prev:
            if operand._backward:
                operand._backward()

def go_on(value):
    through(value)

def through(value):
    for operand in value._prev:
        hook = operand._backward
        if hook is not None:
            hook()

a, b, c = Value(2.0), Value(3.0), Value(5.0)
p = a * b
q = p * c
"""

DOWN = {
    "each by name": """if self._backward: self._backward()
            if other._backward: other._backward()""",
    "a loop": """for operand in out._prev:
                if operand._backward: operand._backward()""",
    "a function": "go_on(out)",
    "a method": "out.go_on()",
    "only the first": "if self._backward: self._backward()",
    "when all have pushed": """for operand in out._prev:
                operand.waiting -= 1
                if not operand.waiting and operand._backward: operand._backward()""",
}


def session_of(go_on, more=""):
    names = {}
    exec(TEXT.replace("GO_ON", go_on) + more, names)
    root = names.get("root", names["q"])
    variables = {id(v): n for n, v in names.items() if isinstance(v, names["Value"])}
    return Session(build([root], variables)), names


def steps(session):
    return [session.graph.nodes[step.node].name for step in session.walk]


@pytest.mark.parametrize("go_on", DOWN.values(), ids=list(DOWN))
def test_what_another_step_makes_is_no_step_of_its_own(go_on):
    session, names = session_of(go_on)
    assert steps(session) == ["q"]
    session.run_to_end()
    grads = [names[name].grad for name in "pabc"]
    assert grads == [5.0, 15.0, 10.0, 6.0]
    session.step_back()
    assert [names[name].grad for name in "pabc"] == [0.0] * 4


def test_what_nobody_else_calls_stays_a_step():
    second = "if other._backward: other._backward()"
    session, names = session_of(second)
    assert steps(session) == ["q", "p"]
    session.run_to_end()
    assert names["a"].grad == 15.0


def test_an_op_that_does_not_call_on_needs_the_steps_below():
    session, names = session_of(DOWN["each by name"], "root = q.plus(c)")
    assert steps(session) == ["root", "q"]
    session.run_to_end()
    assert [names[name].grad for name in "abc"] == [15.0, 10.0, 7.0]


def test_it_is_called_by_the_last_one_that_pushes_to_it():
    session, names = session_of(DOWN["each by name"], "root = q.plus(p)")
    assert steps(session) == ["root", "q"]
    session.run_to_end()
    assert [names[name].grad for name in "pabc"] == [6.0, 18.0, 12.0, 6.0]


def test_hooks_that_do_not_call_on_are_all_steps():
    session, _ = session_of("pass")
    assert steps(session) == ["q", "p"]
    assert [node.calls for node in session.graph.nodes] == [()] * 5


def test_a_step_made_by_hand_leaves_the_rest_of_the_plan():
    session, _ = session_of(DOWN["a loop"])
    session.run_step(session.graph.named("p"))
    assert steps(session) == ["p", "q"]
