"""What recorded calls wrote, found by making them again."""

import pytest
from samples import picture, run_source
from test_recording import assert_exact, record, told
from test_recording_hostile import hostile

from gradviz.graph.build import build
from gradviz.session.session import Session

__all__ = ["record"]

MICROGRAD = """
class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self._prev = data, 0, set(prev)
        self._backward = lambda: None
    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def backward(self):
        topo, visited = [], set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()
            {after}
"""


def model(after="pass"):
    """Return the class, 6 weights and a function that computes a loss of them."""
    names = {}
    run_source(MICROGRAD.replace("{after}", after), names)
    make = names["Value"]
    weights = [make(0.1 * i - 0.2) for i in range(6)]

    def loss():
        total = make(0.5)
        for i, weight in enumerate(weights):
            total = total + weight * weight * make(float(i + 1))
        return total

    return weights, loss


def test_a_training_loop_shows_the_numbers_that_its_last_pass_used(record):
    weights, loss = model()
    root = loss()
    recorder = record(build([root], {}))
    used = []
    for _ in range(30):
        root = loss()
        for weight in weights:
            weight.grad = 0
        used = [weight.data for weight in weights]
        root.backward()
        for weight in weights:
            weight.data -= 0.01 * weight.grad
    recorder.stop()
    names = {id(weight): f"w{i}" for i, weight in enumerate(weights)}
    live = build([root], names)
    left = picture(live)
    recording = recorder.steps(live)
    assert picture(live) == left
    assert_exact(recording, live)
    session = Session(live, recording=recording)
    session.switch_walk("recorded")
    calls = [i for i, step in enumerate(session.walk) if step.node >= 0]
    assert len(calls) == 18
    session.move_to(calls[-1] + 1)
    assert [weight.data for weight in weights] == used
    assert [weight.grad for weight in weights] == pytest.approx(
        [2 * (i + 1) * w for i, w in enumerate(used)]
    )
    session.run_to_end()
    assert picture(live) == left


@pytest.mark.parametrize(
    "after",
    ["pass", "len(topo)", "v.data += 0.0", "(lambda: v._backward)()", "print('seen')"],
)
def test_a_loop_that_does_more_than_call_hooks(record, after):
    _, loss = model(after)
    root = loss()
    live = build([root], {id(root): "loss"})
    recorder = record(live)
    before = picture(live)
    root.backward()
    recorder.stop()
    recording = recorder.steps(live)
    steps = [step for step in recording.steps if step.node >= 0]
    assert len(steps) == len(live.graph.nodes) - len(live.graph.leaves) == 18
    root.grad = 1
    assert_exact(recording, live)
    assert len(before) == len(live.values)


def test_passes_that_follow_each_other_and_calls_by_hand(record):
    _, loss = model()
    root = loss()
    live = build([root], {id(root): "loss"})
    recorder = record(live)
    for _ in range(3):
        root.backward()
        root._backward()
    recorder.stop()
    recording = recorder.steps(live)
    steps = [step.node for step in recording.steps if step.node >= 0]
    assert len(steps) == 3 * 19
    assert steps[18] == steps[37] == steps[56] == live.graph.roots[0]
    assert_exact(recording, live)


def test_a_hook_that_fails_in_the_middle_of_a_pass(record):
    weights, loss = model()
    root = loss()
    live = build([root], {})
    recorder = record(live)
    weights[0].data = "wrong"
    with pytest.raises(TypeError):
        root.backward()
    root._backward()
    recorder.stop()
    recording = recorder.steps(live)
    assert recording.steps[-1].node == live.graph.roots[0]
    assert_exact(recording, live)


def test_a_hook_that_does_something_else_every_time(record):
    a, b, ab, _, live = hostile(
        "self.grad += next(numbers); other.grad += 1.0",
        numbers=iter(range(100)),
    )
    recorder = record(live)
    ab._backward.__globals__["numbers"] = iter([1.0, 2.0, 4.0, 8.0])
    before = picture(live)
    ab._backward()
    assert (a.grad, b.grad) == (1.0, 1.0)
    ab._backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
    recording = recorder.steps(live)  # now it adds 4 and 8
    assert (a.grad, b.grad) == (3.0, 2.0)
    assert [name for name, _ in told(recording, live)] == [
        "ab", "write", "ab", "write",
    ]  # fmt: skip
    assert_exact(recording, live, before)


def test_what_hooks_print_is_not_printed_again(record, capsys):
    _, _, ab, _, live = hostile("print('hook'); self.grad += 1.0")
    recorder = record(live)
    ab._backward()
    recorder.steps(live)
    assert capsys.readouterr().out == "hook\n"


def test_an_interrupt_leaves_the_values_as_they_were(record):
    a, _, ab, _, live = hostile(
        "self.grad += 1.0\n"
        "            if globals().get('stop'): raise KeyboardInterrupt"
    )
    recorder = record(live)
    ab._backward()
    ab._backward()
    left = picture(live)
    ab._backward.__globals__["stop"] = True
    with pytest.raises(KeyboardInterrupt):
        recorder.steps(live)
    assert picture(live) == left
    assert a.grad == 2.0
    ab._backward.__globals__["stop"] = False
    assert len(recorder.steps(live).steps) == 2
