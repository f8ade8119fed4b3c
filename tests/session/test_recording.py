"""The calls of ``_backward`` that the person's code makes, as steps."""

import contextlib
import sys
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SHAPES, corpus, grown, live_of, picture, recipes

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.session.attributes import Attributes
from gradviz.session.hooks import hook_beneath
from gradviz.session.recording import Recorder
from gradviz.value import Value


def recorder_of(live, limit=100_000, adapters=None):
    """Return a recorder that runs and watches every hook of a graph."""
    recorder = Recorder(adapters or Adapters(), limit)
    for value, adapter in zip(live.values, live.adapters, strict=True):
        code = getattr(hook_beneath(adapter.hook_of(value)), "__code__", None)
        if code is not None:
            recorder.watch_hook(code, value)
    recorder.place = "cell 1"
    recorder.start()
    return recorder


@pytest.fixture
def record():
    """Start a recorder on a graph; it is stopped at the end."""
    started = []

    def start(live, limit=100_000, adapters=None):
        started.append(recorder_of(live, limit, adapters))
        return started[-1]

    yield start
    for recorder in started:
        recorder.stop()


def product():
    """Return x, y, xy and z = xy + x, with x = 3 and y = -2."""
    x, y = Value(3.0, label="x"), Value(-2.0, label="y")
    xy = x * y
    xy.label = "xy"
    z = xy + x
    z.label = "z"
    return SimpleNamespace(x=x, y=y, xy=xy, z=z, live=build([z], {}))


def told(recording, live):
    """Return what a person would read of each step."""
    names = [node.name for node in live.graph.nodes]
    return [
        (
            names[step.node] if step.node >= 0 else "write",
            {names[c.node]: (c.before, c.after) for c in step.delta},
        )
        for step in recording.steps
    ]


def assert_exact(recording, live, before=None):
    """All deltas undone give what stood before; made again, what stands now."""
    attributes = Attributes(live)
    now = picture(live)
    for step in reversed(recording.steps):
        attributes.undo(step.delta)
    if before is not None:
        assert picture(live) == before
    for step in recording.steps:
        attributes.redo(step.delta)
    assert picture(live) == now


def test_a_backward_pass_is_its_calls_in_order(record):
    g = product()
    recorder = record(g.live)
    g.z.grad = 1.0
    before = picture(g.live)
    g.z._backward()
    g.xy._backward()
    recording = recorder.steps(g.live)
    assert told(recording, g.live) == [
        ("z", {"xy": (0.0, 1.0), "x": (0.0, 1.0)}),
        ("xy", {"x": (1.0, -1.0), "y": (0.0, 3.0)}),
    ]
    assert [step.upstream for step in recording.steps] == [1.0, 1.0]
    assert {step.place for step in recording.steps} == {"cell 1"}
    assert_exact(recording, g.live, before)


def test_a_loop_over_the_gradients_is_one_write_between_two_passes(record):
    g = product()
    recorder = record(g.live)
    g.z.grad = 1.0
    g.z._backward()
    g.xy._backward()
    recorder.place = "cell 2"
    for value in g.live.values:
        value.grad = 0.0
    g.y.data = -1.0
    g.z.grad = 2.0
    g.z._backward()
    g.xy._backward()
    recording = recorder.steps(g.live)
    assert [name for name, _ in told(recording, g.live)] == [
        "z", "xy", "write", "z", "xy",
    ]  # fmt: skip
    write = recording.steps[2]
    assert write.place == "cell 2"
    assert {(g.live.graph.nodes[c.node].name, c.attribute) for c in write.delta} == {
        ("z", "grad"), ("xy", "grad"), ("x", "grad"), ("y", "grad"), ("y", "data"),
    }  # fmt: skip
    assert g.x.grad == 2.0 + 2.0 * -1.0
    assert_exact(recording, g.live)


def test_writes_after_the_last_call_come_last(record):
    g = product()
    recorder = record(g.live)
    g.z._backward()
    g.x.data -= 0.5
    assert told(recorder.steps(g.live), g.live)[-1] == ("write", {"x": (3.0, 2.5)})


def test_only_calls_since_a_mark(record):
    g = product()
    recorder = record(g.live)
    g.z._backward()
    mark = recorder.mark()
    g.xy._backward()
    assert [name for name, _ in told(recorder.steps(g.live, mark), g.live)] == ["xy"]


def test_calls_on_other_graphs_are_no_steps(record):
    g, other = product(), product()
    recorder = record(g.live)
    other.z._backward()
    g.z._backward()
    assert [name for name, _ in told(recorder.steps(g.live), g.live)] == ["z"]


def test_another_graph_that_writes_to_a_shared_leaf_is_a_write(record):
    g = product()
    other = g.x * Value(7.0)
    recorder = record(g.live)
    g.z._backward()
    other.grad = 1.0
    other._backward()
    recording = recorder.steps(g.live)
    assert told(recording, g.live)[-1] == ("write", {"x": (0.0, 7.0)})
    assert_exact(recording, g.live)


def test_nothing_is_seen_when_stopped_or_forgotten(record):
    g = product()
    recorder = record(g.live)
    g.z._backward()
    recorder.forget()
    assert recorder.steps(g.live).steps == ()
    recorder.stop()
    g.z._backward()
    assert recorder.steps(g.live).steps == ()
    recorder.start()
    g.xy._backward()
    assert [name for name, _ in told(recorder.steps(g.live), g.live)] == ["xy"]


def test_the_oldest_calls_are_dropped_and_counted(record):
    g = product()
    recorder = record(g.live, limit=10)
    for _ in range(500):
        g.z.grad = 1.0
        g.z._backward()
    recording = recorder.steps(g.live)
    assert sum(step.node >= 0 for step in recording.steps) == 10
    assert recording.cut == 490
    assert_exact(recording, g.live)


def test_other_threads_are_not_recorded(record):
    g = product()
    recorder = record(g.live)
    g.z.grad = 1.0
    thread = threading.Thread(target=g.z._backward)
    thread.start()
    thread.join()
    g.xy._backward()
    recording = recorder.steps(g.live)
    assert [name for name, _ in told(recording, g.live)] == ["xy"]
    assert_exact(recording, g.live)


def test_a_hook_that_calls_hooks(record):
    names = corpus("hook_recurses")
    live = build([names["L"]], {id(v): k for k, v in names.items() if len(k) == 1})
    recorder = record(live)
    before = picture(live)
    names["L"].grad = 1.0
    names["L"]._backward()
    recording = recorder.steps(live)
    assert [name for name, _ in told(recording, live)] == ["L", "d", "e"]
    assert told(recording, live)[0][1] == {"d": (0.0, -2.0), "f": (0.0, 4.0)}
    assert names["a"].grad == 6.0
    names["L"].grad = 0.0
    assert_exact(recorder.steps(live), live)
    assert len(before) == len(live.values)


RECURSES = """
class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self.prev = data, 0.0, prev
        self._backward = lambda: None
    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))
        def _backward():
            self.grad += out.grad
            self._backward()
            other.grad += out.grad
        out._backward = _backward
        return out
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            if self.data > 90: raise ValueError("too large")
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
"""


def test_what_a_hook_writes_after_a_call_of_its_own_is_the_rest_of_it(record):
    names = {}
    exec(RECURSES, names)
    a, b, c = (names["Value"](n) for n in (2.0, 3.0, 4.0))
    ab = a * b
    y = ab + c
    live = build([y], {id(a): "a", id(b): "b", id(c): "c", id(ab): "ab", id(y): "y"})
    recorder = record(live)
    y.grad = 1.0
    before = picture(live)
    y._backward()
    recording = recorder.steps(live)
    assert told(recording, live) == [
        ("y", {"ab": (0.0, 1.0)}),
        ("ab", {"a": (0.0, 3.0), "b": (0.0, 2.0)}),
        ("write", {"c": (0.0, 1.0)}),
    ]
    assert recording.steps[2].place == "rest of y._backward"
    assert_exact(recording, live, before)


def test_a_hook_that_fails_is_a_step_with_what_it_wrote(record):
    names = {}
    exec(RECURSES, names)
    a, b = names["Value"](100.0), names["Value"](3.0)
    ab = a * b
    live = build([ab], {id(a): "a", id(b): "b", id(ab): "ab"})
    recorder = record(live)
    ab.grad = 1.0
    before = picture(live)
    with pytest.raises(ValueError, match="too large"):
        ab._backward()
    recording = recorder.steps(live)
    assert told(recording, live) == [("ab", {"a": (0.0, 3.0)})]
    assert_exact(recording, live, before)


@pytest.mark.parametrize(
    "name", ["partial_hooks", "decorated", "none_gradients", "slots", "numpy_scalars",
             "dispatch", "bound_methods", "sum_args", "op_factory"]
)  # fmt: skip
def test_shapes_of_classes(record, name):
    names = corpus(name)
    kind = next(v for k, v in names.items() if isinstance(v, type) and "Value" in k)
    variables = {id(v): k for k, v in names.items() if isinstance(v, kind)}
    values = [v for v in names.values() if isinstance(v, kind)]
    live = build([values[-1]], variables, Adapters())
    recorder = record(live)
    setattr(values[-1], live.adapters[-1].grad, 1.0)
    before = picture(live)
    called = 0
    for node in reversed(live.graph.nodes):
        hook = live.adapters[node.id].hook_of(live.values[node.id])
        if hook is not None and node.operands:
            hook()
            called += 1
    recording = recorder.steps(live)
    assert sum(step.node >= 0 for step in recording.steps) == called > 0
    assert any(step.delta for step in recording.steps)
    assert_exact(recording, live, before)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 40), st.just(0.0)),
        st.tuples(st.just("zero"), st.just(0), st.just(0.0)),
        st.tuples(st.just("grad"), st.integers(0, 40), st.floats(-2, 2)),
        st.tuples(st.just("data"), st.integers(0, 40), st.floats(-2, 2)),
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), shape=st.sampled_from(sorted(SHAPES)), actions=ACTIONS)
def test_deltas_lead_exactly_from_the_first_call_to_now(data, shape, actions):
    live = live_of(grown(SHAPES[shape], data.draw(recipes(SHAPES[shape]))))
    recorder = recorder_of(live)
    before, upstreams = None, []
    try:
        for action, spot, number in actions:
            node = spot % len(live.values)
            value, adapter = live.values[node], live.adapters[node]
            if action == "call":
                hook = adapter.hook_of(value)
                if not live.graph.nodes[node].operands or hook is None:
                    continue
                before = before or picture(live)
                upstreams.append((node, adapter.gradient(value)))
                with contextlib.suppress(ArithmeticError, TypeError):
                    hook()
            elif action == "zero":
                for each, its in zip(live.values, live.adapters, strict=True):
                    setattr(each, its.grad, 0.0)
            else:
                setattr(value, getattr(adapter, action), number)
    finally:
        recorder.stop()
    recording = recorder.steps(live)
    calls = [(s.node, s.upstream) for s in recording.steps if s.node >= 0]
    assert repr(calls) == repr(upstreams)
    assert_exact(recording, live)


def test_no_tool_is_kept_when_stopped():
    before = [sys.monitoring.get_tool(i) for i in range(6)]
    recorder = recorder_of(product().live)
    recorder.stop()
    assert [sys.monitoring.get_tool(i) for i in range(6)] == before
