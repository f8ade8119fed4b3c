"""Recording code that does what no hook should do."""

import pytest
from samples import picture, run_source
from test_recording import assert_exact, product, record, told

from gradviz.graph.build import build

__all__ = ["record"]

HOSTILE = """
class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self.prev = data, 0.0, prev
        self._backward = lambda: None
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            {body}
        out._backward = _backward
        return out
"""


def hostile(body, **names):
    """Return a, b, ab = a * b and y = ab * b, whose hooks run ``body``."""
    run_source(HOSTILE.format(body=body), names)
    a, b = names["Value"](2.0), names["Value"](3.0)
    ab = a * b
    y = ab * b
    variables = {id(a): "a", id(b): "b", id(ab): "ab", id(y): "y"}
    return a, b, ab, y, build([y], variables)


def test_a_hook_that_deletes_a_gradient(record):
    a, _, ab, y, live = hostile("self.grad = out.grad; del other.grad")
    recorder = record(live)
    y.grad = 1.0
    before = picture(live)
    y._backward()
    with pytest.raises(AttributeError):
        ab._backward()
    recording = recorder.steps(live)
    assert [name for name, _ in told(recording, live)] == ["y", "ab"]
    assert a.grad == 1.0
    assert_exact(recording, live, before)


def test_a_hook_that_replaces_the_hook_of_another(record):
    a, b, ab, y, live = hostile(
        "self.grad += out.grad; other.grad += 1.0; self._backward = out._backward"
    )
    recorder = record(live)
    y.grad = 1.0
    y._backward()
    ab._backward()  # now that of y
    recording = recorder.steps(live)
    assert [name for name, _ in told(recording, live)] == ["y", "y"]
    assert ab.grad == 2.0
    assert b.grad == 2.0
    assert a.grad == 0.0
    assert_exact(recording, live)


def test_a_hook_that_makes_its_own_closure_empty(record):
    _, b, _, y, live = hostile("nonlocal self; other.grad += out.grad; del self")
    recorder = record(live)
    y.grad = 1.0
    before = picture(live)
    y._backward()
    with pytest.raises(NameError):
        y._backward()
    recording = recorder.steps(live)
    assert [name for name, _ in told(recording, live)] == ["y", "y"]
    assert b.grad == 2.0
    assert_exact(recording, live, before)


def test_a_driver_that_is_a_generator_and_is_left_in_the_middle(record):
    g = product()
    recorder = record(g.live)
    g.z.grad = 1.0

    def driver():
        for value in (g.z, g.xy, g.x):
            value._backward()
            yield value

    calls = driver()
    next(calls)
    g.x.grad = 10.0
    next(calls)
    calls.close()
    recording = recorder.steps(g.live)
    assert told(recording, g.live) == [
        ("z", {"xy": (0.0, 1.0), "x": (0.0, 1.0)}),
        ("write", {"x": (1.0, 10.0)}),
        ("xy", {"x": (10.0, 8.0), "y": (0.0, 3.0)}),
    ]
    assert_exact(recording, g.live)
