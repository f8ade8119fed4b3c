"""Gradients from the forward pass alone agree with mathematics."""

import math

import numpy as np
import pytest

import gradviz
from gradviz.analysis.differences import slope_of
from gradviz.analysis.reference import reference
from gradviz.graph.build import build

SMOOTH = [
    (math.exp, math.exp, 1.3),
    (math.sin, math.cos, 20.0),
    (math.tanh, lambda x: 1 - math.tanh(x) ** 2, -0.4),
    (lambda x: x**3, lambda x: 3 * x**2, 1e4),
    (lambda x: 1 / x, lambda x: -1 / x**2, 0.01),
    (math.log, lambda x: 1 / x, 1e-3),
    (lambda x: 7.0, lambda x: 0.0, 2.0),
]


class Scalar:
    """A class that is not gradviz's own; its gradients are all wrong on purpose."""

    def __init__(self, data, prev=(), op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, prev, op
        self._backward = lambda: None

    def _made(self, data, others, op, backward):
        out = Scalar(data, (self, *others), op)
        out._backward = backward
        return out

    def __mul__(self, other):
        def _backward():
            self.grad, other.grad = -1.0, -1.0

        return self._made(self.data * other.data, (other,), "*", _backward)

    def __sub__(self, other):
        def _backward():
            self.grad, other.grad = -1.0, -1.0

        return self._made(self.data - other.data, (other,), "-", _backward)

    def relu(self):
        def _backward():
            self.grad = -1.0

        return self._made(max(0.0, self.data), (), "relu", _backward)

    def log(self):
        def _backward():
            self.grad = -1.0

        return self._made(math.log(self.data), (), "log", _backward)


def of(root, **values):
    """Return the reference of a root seeded with 1, by the names of Values."""
    live = build([root], {id(value): name for name, value in values.items()})
    found = reference(live, {live.graph.roots[0]: 1.0})
    place = {node.name: node.id for node in live.graph.nodes}
    return live, found, place


@pytest.mark.parametrize(("function", "derivative", "at"), SMOOTH)
def test_a_slope_is_right_within_its_bound(function, derivative, at):
    def guarded(x):
        try:
            return function(x)
        except ValueError:
            return math.nan

    found = slope_of(guarded, at)
    assert found.reason == ""
    assert abs(found.number - derivative(at)) <= 20 * found.error + 1e-12
    assert found.error <= 1e-6 * max(1.0, abs(derivative(at)))


@pytest.mark.parametrize("at", [0.0, 1e-300])
def test_a_kink_is_undecidable_with_both_sides(at):
    found = slope_of(lambda x: max(x, 0.0), at)
    assert found.reason == "it is at a kink, where the derivative jumps"
    assert (found.left, found.right) == pytest.approx((0.0, 1.0))


def test_beside_a_kink_the_slope_is_decided():
    assert slope_of(lambda x: max(x, 0.0), 1e-3).number == pytest.approx(1.0)
    assert slope_of(lambda x: max(x, 0.0), -1e-3).number == 0.0


def test_an_edge_of_the_domain_is_undecidable():
    def root(x):
        return math.sqrt(x) if x >= 0 else math.nan

    reason = "it is at the edge of where the op is defined"
    assert slope_of(root, 0.0).reason == reason


def test_wrong_backward_code_does_not_matter():
    x, y = Scalar(3.0), Scalar(0.5)
    out = (x * y - y) * x
    _, found, place = of(out, x=x, y=y)
    # d/dx (x² y − x y) = 2 x y − y, d/dy = x² − x
    assert found.values[place["x"]] == pytest.approx(2.5, abs=1e-9)
    assert found.values[place["y"]] == pytest.approx(6.0, abs=1e-9)
    assert found.errors[place["x"]] < 1e-6
    assert (x.data, y.data, x.grad, y.grad) == (3.0, 0.5, 0.0, 0.0)


def test_slots_of_one_operand_are_told_apart():
    x = Scalar(3.0)
    live, found, place = of(x - x, x=x)
    slots = found.slots[live.graph.roots[0]]
    assert found.values[place["x"]] == pytest.approx(0.0, abs=1e-9)
    # self can't be replaced in a bound call, only the whole sum is known there
    assert sum(slot.number for slot in slots) == pytest.approx(0.0, abs=1e-9)


def test_below_a_kink_nothing_is_claimed():
    x = Scalar(0.0)
    live, found, place = of(x.relu(), x=x)
    assert found.undecidable == {
        live.graph.roots[0]: "it is at a kink, where the derivative jumps"
    }
    assert math.isnan(found.values[place["x"]])


def test_gradvizs_own_ops_are_exact():
    x, y = gradviz.Value(0.7, label="x"), gradviz.Value(-1.2, label="y")
    _, found, place = of((x * y).tanh() + x.exp())
    slope = 1 - math.tanh(0.7 * -1.2) ** 2
    assert found.values[place["x"]] == slope * -1.2 + math.exp(0.7)
    assert found.values[place["y"]] == slope * 0.7
    assert found.errors[place["x"]] == 0.0


def test_progress_can_cancel():
    class CancelledError(Exception):
        pass

    def cancel(done, total):
        raise CancelledError

    x = gradviz.Value(1.0)
    live = build([x * x], {})
    with pytest.raises(CancelledError):
        reference(live, {1: 1.0}, cancel)
    assert x.data == 1.0


class Right(Scalar):
    """A class whose product has the right gradients."""

    def __mul__(self, other):
        out = Right(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_what_rounding_makes_of_right_gradients_stays_within_the_bound(kind):
    made = [Right(kind(1.01))]
    for n in range(60):
        made.append(made[-1] * Right(kind(1 + n / 5e3)))
    live = build([made[-1]], {})
    root = live.graph.roots[0]
    fact = reference(live, {root: 1.0}).fact(live.graph)
    live.values[root].grad = 1.0
    for value in reversed(made):
        value._backward()
    for value, gradient, error in zip(
        live.values, fact.gradients, fact.errors, strict=True
    ):
        assert abs(float(value.grad) - gradient) <= error
    assert max(fact.errors) < (1e-4 if kind is np.float32 else 0.5)
