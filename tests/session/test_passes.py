"""Passes of which only the beginning was noted, called again when they are told."""

import pytest
from samples import CORPUS, corpus, run_source
from test_recording import assert_exact, record, told

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.session import passes

__all__ = ["record"]

CLASS = """
class Value:
    seen = False
    def __init__(self, data, prev=()):
        self.data, self.grad, self._prev = data, 0.0, tuple(prev)
        self._backward = lambda: None
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def backward(self, seed=1.0):
        self.grad = seed
        stack = [self]
        while stack:
            v = stack.pop()
            v._backward()
            v.seen = True
            stack.extend(v._prev)
"""


def product(record, limit=100_000):
    """Return a, b, ab = a * b, y = ab * a, their graph and a recorder of it."""
    make = run_source(CLASS)["Value"]
    a, b = make(2.0), make(-3.0)
    ab = a * b
    y = ab * a
    names = {id(a): "a", id(b): "b", id(ab): "ab", id(y): "y"}
    live = build([y], names)
    return a, b, ab, y, live, record(live, limit)


Y = ("y", {"ab": (0.0, 2.0), "a": (0.0, -6.0)})
AB = ("ab", {"a": (-6.0, -12.0), "b": (0.0, 4.0)})


def test_what_the_calls_wrote_and_nothing_is_left(record):
    a, b, ab, y, live, recorder = product(record)
    y.backward()
    recording = recorder.steps(live)
    assert told(recording, live) == [Y, AB]
    assert [(v.grad, v.seen) for v in (a, b, ab, y)] == [
        (-12.0, True), (4.0, True), (2.0, True), (1.0, True),
    ]  # fmt: skip
    assert set(vars(y)) == {"data", "grad", "_prev", "_backward", "seen"}
    assert_exact(recording, live)


def test_the_arguments_it_was_given(record):
    *_, y, live, recorder = product(record)
    y.backward(seed=2.0)
    (_, first), _ = told(recorder.steps(live), live)
    assert first == {"ab": (0.0, 4.0), "a": (0.0, -12.0)}


def test_a_list_it_was_given_is_left_alone(record):
    source = CLASS.replace("seed=1.0", "stack=None").replace("= seed", "= 1.0")
    make = run_source(source.replace("stack = [self]", "stack += [self]"))["Value"]
    a, b = make(2.0), make(3.0)
    y = a * b
    live = build([y], {id(a): "a", id(b): "b", id(y): "y"})
    recorder, kept = record(live), []
    y.backward(kept)
    assert told(recorder.steps(live), live) == [
        ("y", {"a": (0.0, 3.0), "b": (0.0, 2.0)})
    ]
    assert kept == []


def test_a_hook_that_is_replaced_afterwards(record):
    *_, ab, y, live, recorder = product(record)
    y.backward()
    mended = ab._backward = lambda: None
    recording = recorder.steps(live)
    assert told(recording, live) == [Y, AB]
    assert ab._backward is mended
    assert_exact(recording, live)


def test_a_method_that_is_replaced_afterwards(record):
    *_, y, live, recorder = product(record)
    y.backward()
    type(y).backward = lambda self: None
    recording = recorder.steps(live)
    assert told(recording, live) == [Y, AB]


def test_values_that_are_not_shown_are_left_alone(record):
    a, b, _, y, live, recorder = product(record)
    z = y * b
    z.backward()
    stands = (z.grad, z.seen, y.grad, b.grad)
    recording = recorder.steps(live)
    assert [name for name, _ in told(recording, live) if name != "write"] == ["y", "ab"]
    assert (z.grad, z.seen, y.grad, b.grad) == stands == (1.0, True, -3.0, -24.0)
    assert_exact(recording, live)
    c = type(a)(1.0)
    mark = recorder.mark()
    (c * c).backward()
    assert not recorder.steps(live, mark).steps
    assert c.grad == 2.0


def test_what_hooks_count_is_counted_once(record):
    count = "other.pushed = getattr(other, 'pushed', 0) + 1; other.grad +="
    source = CLASS.replace("other.grad +=", count)
    make = run_source(source)["Value"]
    a, b = make(2.0), make(-3.0)
    y = a * b
    c = make(5.0)
    z = y * c
    live = build([y], {id(a): "a", id(b): "b", id(y): "y"})
    recorder = record(live)
    z.backward()
    recorder.steps(live)
    assert (b.pushed, c.pushed) == (1, 1)
    assert "pushed" not in vars(a)


def test_a_method_of_a_base_class(record):
    source = CLASS.replace("out = Value(", "out = type(self)(")
    make = run_source(source + "class Own(Value): pass\n")["Own"]
    a, b = make(2.0), make(-3.0)
    y = a * b
    live = build([y], {id(a): "a", id(b): "b", id(y): "y"})
    recorder = record(live)
    y.backward()
    step = "y", {"a": (0.0, -3.0), "b": (0.0, 2.0)}
    assert told(recorder.steps(live), live) == [step]


def test_of_many_calls_the_last_are_kept(record):
    *_, y, live, recorder = product(record, limit=3)
    y.backward()
    for value in live.values:
        value.grad = 0.0
    y.backward()
    recording = recorder.steps(live)
    assert recording.cut == 1
    assert told(recording, live)[-2:] == [Y, AB]
    assert_exact(recording, live)


@pytest.mark.parametrize("name", ["ab", "y"])
def test_a_hook_that_fails(record, name):
    a, b, ab, y, live, recorder = product(record)
    wrong = {"ab": b, "y": ab}[name]
    wrong.data = None
    with pytest.raises(TypeError):
        y.backward()
    recording = recorder.steps(live)
    names = [step for step, _ in told(recording, live)]
    assert names == {"ab": ["y", "ab"], "y": ["y"]}[name]
    assert recording.untold == 0
    assert a.grad == {"ab": -6.0, "y": 0.0}[name]
    assert_exact(recording, live)


def test_a_leaf_whose_hook_does_something_is_not_called_again(record):
    a, _, _, y, live, recorder = product(record)
    called = []

    def hook():
        called.append(1)

    a._backward = hook
    recorder.watch_hook(hook.__code__, a)
    for _ in range(2):
        mark = recorder.mark()
        y.backward()
        recording = recorder.steps(live, mark)
        assert [name for name, _ in told(recording, live)][-2:] == ["y", "ab"]
        assert recording.untold == 0
    assert len(called) == 4
    assert_exact(recording, live)


def test_what_it_looks_up_has_changed(record):
    *_, y, live, recorder = product(record)
    y.backward()
    operands, y._prev = y._prev, ()
    recording = recorder.steps(live)
    rest = "write", {"b": (0.0, 4.0), "a": (-6.0, -12.0)}
    assert told(recording, live) == [Y, rest]
    assert recording.untold == 1
    assert_exact(recording, live)
    # From now on it is watched.
    mark = recorder.mark()
    y._prev = operands
    y.backward()
    y._prev = ()
    recording = recorder.steps(live, mark)
    assert [name for name, _ in told(recording, live) if name != "write"] == ["y", "ab"]
    assert recording.untold == 0


@pytest.mark.parametrize("limit", [100_000, 3, 2])
def test_hooks_that_call_hooks(record, limit):
    names = corpus("hook_recurses")
    live = build([names["L"]], {id(v): name for name, v in names.items()})
    recorder = record(live, limit)
    names["L"].backward()
    recording = recorder.steps(live)
    steps = [
        ("L", {"d": (0.0, -2.0), "f": (0.0, 4.0)}),
        ("d", {"e": (0.0, -2.0), "c": (0.0, -2.0)}),
        ("e", {"a": (0.0, 6.0), "b": (0.0, -4.0)}),
    ]
    assert told(recording, live) == steps[-limit:]
    assert recording.cut == max(3 - limit, 0)
    assert (names["d"].grad, names["a"].grad) == (-2.0, 6.0)
    assert_exact(recording, live)


OTHERS = {
    "asks_for_input": "waits for an answer",
    "own_draw": "imports graphviz",
    "engine": "has a class and no Values",
    "graph_in_function": "keeps its Values in a function",
    "guarded_main": "makes its Values only when it is run as a program",
}
WITH_DRIVERS = sorted(
    path.stem
    for path in CORPUS.glob("*.py")
    if "def backward(self" in path.read_text() and path.stem not in OTHERS
)


def two_passes(name, record):
    """Run a file's ``backward`` twice; return the steps, and how many are missing."""
    names, adapters = corpus(name), Adapters()
    values = [v for v in names.values() if adapters.is_value(v)]
    root = [v for v in values if hasattr(v, "backward")][-1]
    live = build([root], {id(v): key for key, v in names.items()}, adapters)
    recorder = record(live, adapters=adapters)
    root.backward()
    root.backward()
    recording = recorder.steps(live)
    assert_exact(recording, live)
    return told(recording, live), recording.untold


@pytest.mark.parametrize("name", WITH_DRIVERS)
def test_noted_passes_tell_what_watching_tells(record, monkeypatch, name):
    steps, untold = two_passes(name, record)
    monkeypatch.setattr(passes, "pure", lambda *_: None)
    watched, _ = two_passes(name, record)
    assert steps == watched
    assert untold == 0
