"""Recording recursions that end early, or that something interferes with."""

import contextlib
import dis
import sys
import threading

import pytest
from samples import run_source
from test_recording import assert_exact, record, told
from test_recording_drivers import CLASS, CLOSURES, LEAF
from test_recording_hostile import HOSTILE
from test_recording_recursion import (
    METHOD_RECURS,
    SWEPT,
    grown,
    named,
    noted,
    passes,
)

from gradviz.graph.build import build
from gradviz.session import log, noting

__all__ = ["noted", "record"]

HOSTILE_RECURS = (
    HOSTILE
    + """
    def backward(self):
        self._backward()
        for child in self.prev:
            child.backward()
"""
)


@pytest.mark.parametrize(
    "body",
    [
        "self.grad += out.grad; other.grad += 1.0; self._backward = out._backward",
        "self.grad += out.grad; other.grad += 1.0; out.prev = out.prev[:1]",
        "self.grad += out.grad; other.grad += 1.0; out.backward = lambda: None",
        "self.grad += out.grad; other.grad += 1.0; out.prev[0].grad = 2.0",
    ],
)
def test_hooks_that_change_what_is_called(record, noted, body):
    names = {}
    run_source(HOSTILE_RECURS.format(body=body), names)
    a, b = names["Value"](2.0), names["Value"](3.0)
    y = (a * b) * b
    live = build([y], {})
    recorder = record(live)
    for _ in range(3):
        y.grad = 1.0
        y.backward()
    recorder.stop()
    assert_exact(recorder.steps(live), live)
    assert bool(noted) is body.endswith("out.prev[0].grad = 2.0")


def chain(names, length, step):
    """Return every Value of a chain, by name."""
    values = {"v0": names["Value"](1.0)}
    for i in range(length):
        values[f"v{i + 1}"] = step(values[f"v{i}"])
    return values, build([values[f"v{length}"]], {id(v): k for k, v in values.items()})


@pytest.mark.parametrize("driver", SWEPT)
def test_no_stack_is_left(record, noted, driver):
    names = named("closures", SWEPT[driver], "{}._backward()")
    values, live = chain(names, 1_200, lambda v: v.tanh())
    last = values["v1200"]
    recorder = record(live)
    few = values["v9"]
    few.backward()
    mark = recorder.mark()
    last.grad = 1.0
    with pytest.raises(RecursionError):
        last.backward()
    called = sum(value.grad != 0.0 for value in values.values()) - 1
    values["v5"]._backward()
    values["v3"].backward()
    steps = [name for name, _ in told(recorder.steps(live, mark), live)]
    made = [f"v{1200 - i}" for i in range(len(steps) - 4)]
    assert steps == [*made, "v5", "v3", "v2", "v1"]
    assert 0 <= len(made) - called <= 1
    assert_exact(recorder.steps(live, mark), live)
    assert noted


@pytest.mark.parametrize("driver", SWEPT)
def test_very_many_calls_or_values(record, noted, monkeypatch, driver):
    monkeypatch.setattr(noting, "MOST", 200)
    names = named("closures", SWEPT[driver], "{}._backward()")
    values, live = chain(names, 9, lambda v: v + v)
    recorder = record(live)
    values["v5"].backward()
    mark = recorder.mark()
    values["v9"].backward()
    steps = [name for name, _ in told(recorder.steps(live, mark), live)]
    assert [steps.count(f"v{i}") for i in range(6, 10)] == [8, 4, 2, 1]
    assert len(steps) == 2**9 - 1
    count = 2 + (driver == "global function")  # found when it runs
    assert len(noted) == count
    values, live = chain(names, 250, lambda v: v.tanh())
    recorder = record(live)
    mark = recorder.mark()
    values["v250"].backward()
    steps = [name for name, _ in told(recorder.steps(live, mark), live)]
    assert steps == [f"v{i}" for i in range(250, 0, -1)]
    assert len(noted) < 2 + 2 * 200


@pytest.mark.parametrize("many", [10, 5_000])
@pytest.mark.parametrize("driver", SWEPT)
def test_the_oldest_recursions_are_dropped_and_counted(
    record, noted, monkeypatch, driver, many
):
    monkeypatch.setattr(log, "_MANY", many)
    names = named("closures", SWEPT[driver], "{}._backward()")
    values, live = chain(names, 4, lambda v: v + v)
    last = values["v4"]
    recorder = record(live, limit=100)
    for _ in range(300):
        last.backward()
    recording = recorder.steps(live)
    calls = sum(step.node >= 0 for step in recording.steps)
    assert calls + recording.cut == 300 * 15
    assert 100 <= calls <= 100 + 15
    assert_exact(recording, live)
    assert noted


def test_operands_that_are_taken_out_later(record, noted):
    source = METHOD_RECURS.replace("{self}", "self._backward()")
    source = CLASS.replace("tuple(prev)", "list(prev)").format(
        leaf=LEAF, ops=CLOSURES, driver=source
    )
    names = run_source(source)
    values, live = chain(names, 4, lambda v: v * v)
    last = values["v4"]
    recorder = record(live)
    last.grad = 1.0
    last.backward()
    values["v3"]._prev.clear()
    recording = recorder.steps(live)
    steps = [name for name, _ in told(recording, live)]
    assert [steps.count(f"v{i}") for i in range(5)] == [0, 0, 0, 2, 1]
    assert recording.untold == 12
    assert_exact(recording, live)
    assert noted


@pytest.mark.parametrize("driver", SWEPT)
def test_another_thread_in_the_same_recursion(record, noted, driver):
    names = named("closures", SWEPT[driver], "{}._backward()")
    values, live = chain(names, 4, lambda v: v + v)
    last = values["v4"]
    recorder = record(live)
    last.grad = 1.0

    def aside():
        if threading.current_thread() is threading.main_thread():
            thread = threading.Thread(target=values["v3"].backward)
            thread.start()
            thread.join()

    values["v0"]._backward = aside
    recorder.watch_hook(aside.__code__, values["v0"])
    for _ in range(3):
        mark = recorder.mark()
        aside()
        last.backward()
        aside()
        values["v2"].backward()
    recording = recorder.steps(live, mark)
    steps = [name for name, _ in told(recording, live) if name != "write"]
    assert len(steps) == 15 + 3
    assert_exact(recording, live)
    assert not noted


def test_the_recorder_is_stopped_in_the_middle(record, noted):
    names = named("closures", METHOD_RECURS, "{}._backward()")
    values, live = chain(names, 5, lambda v: v.tanh())
    last = values["v5"]
    recorder = record(live)
    last.grad = 1.0
    for _ in range(2):
        mark = recorder.mark()
        last.backward()

    def stop():
        recorder.stop()
        recorder.start()

    values["v3"]._prev[0]._backward = stop
    recorder.watch_hook(stop.__code__, values["v2"])
    mark = recorder.mark()
    last.backward()
    recording = recorder.steps(live, mark)
    assert [name for name, _ in told(recording, live)] == ["v5", "v4", "v3", "v1"]
    assert_exact(recording, live)
    assert noted


def test_nothing_is_left_of_what_was_watched(record, noted):
    def run():
        last.backward()

    names = named("closures", METHOD_RECURS, "{}._backward()")
    values, live = chain(names, 4, lambda v: v + v)
    last = values["v4"]
    recorder = record(live)
    for _ in range(3):
        run()
    tool = next(t for t in range(6) if sys.monitoring.get_tool(t) == "gradviz recorder")
    assert sys.monitoring.get_local_events(tool, run.__code__) == 0
    recorder.stop()
    assert noted


INTERRUPTED = HOSTILE_RECURS.replace("def backward", "def run").replace(
    "child.backward", "child.run"
)


@pytest.mark.parametrize("at", range(1, 180))
def test_it_is_interrupted_anywhere(record, noted, at):
    names = {"made": []}
    body = "made.append(out); self.grad += out.grad; other.grad += self.data * out.grad"
    run_source(INTERRUPTED.format(body=body), names)
    a, b, c = (names["Value"](n) for n in (2.0, 3.0, 4.0))
    y = (a * b) * ((b * c) * a)
    live = build([y], {})
    recorder = record(live)
    y.grad = 1.0
    y.run()
    mark = recorder.mark()
    names["made"].clear()
    left, where = at, 0

    def interrupt(code, offset):
        nonlocal left, where
        left, where = left - 1, offset
        if left == 0:
            raise KeyboardInterrupt

    events, code = sys.monitoring.events, names["Value"].run.__code__
    sys.monitoring.use_tool_id(5, "interrupts")
    sys.monitoring.register_callback(5, events.INSTRUCTION, interrupt)
    sys.monitoring.set_local_events(5, code, events.INSTRUCTION)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            y.run()
    finally:
        sys.monitoring.set_local_events(5, code, 0)
        sys.monitoring.register_callback(5, events.INSTRUCTION, None)
        sys.monitoring.free_tool_id(5)
    made = [live.values.index(value) for value in names["made"]]
    recorder.stop()
    recording = recorder.steps(live, mark)
    steps = [step.node for step in recording.steps if step.node >= 0]
    calls = (i.offset for i in dis.get_instructions(code) if i.opname == "CALL")
    is_at_hook = left <= 0 and where == next(calls)  # as if interrupted in the hook
    assert steps[: len(made)] == made
    assert len(steps) <= len(made) + is_at_hook
    assert_exact(recording, live)


def test_a_class_of_which_nothing_is_known_yet(record):
    names = named("closures", METHOD_RECURS, "{}._backward()")
    values = grown(names["Value"])
    live = build([values["y"]], {id(v): name for name, v in values.items()})
    recorder = record(live)
    passes(values, "y.backward()", {"hook": "{}._backward()"})
    mark = recorder.mark()

    class Other(names["Value"]):
        def backward(self):
            names["seen"] = names.get("seen", 0) + 1

    values["t"].__class__ = Other
    values["y"].grad = 1.0
    values["y"].backward()
    y = values["y"]
    y.backward()
    recorder.stop()
    recording = recorder.steps(live, mark)
    assert not recording.steps
    assert recording.untold == 2 * 7
    assert names["seen"] == 4
    assert_exact(recording, live)
    recorder.start()
    mark = recorder.mark()
    y.backward()
    recording = recorder.steps(live, mark)
    assert recording.untold == 0
    steps = [name for name, _ in told(recording, live) if name != "write"]
    assert steps == ["y", "st", "s", "q", "d", "p", "p"]
    assert_exact(recording, live)
