"""Recording drivers that call themselves, beside looking before and after each call."""

import contextlib
import sys
import threading

import pytest
from test_recording import assert_exact, record, told
from test_recording_drivers import CLASS, CLOSURES, DESIGNS, LEAF
from test_recording_hostile import HOSTILE

from gradviz.graph.build import build
from gradviz.session import descents, sweeps
from gradviz.session.recursions import Recursion

__all__ = ["record"]

METHOD_RECURS = """
    def backward(self):
        {self}
        for child in self._prev:
            child.backward()
"""

FUNCTION_RECURS = """
    def backward(self):
        def run(v):
            {v}
            for child in v._prev:
                run(child)
        run(self)
"""

SWEPT = {
    "method": METHOD_RECURS,
    "function": FUNCTION_RECURS,
    "method, if there are any": """
    def backward(self):
        {self}
        if self._prev:
            for child in self._prev:
                child.backward()
    """,
    "global function": """
    def backward(self):
        run(self)
def run(v):
    {v}
    for child in v._prev:
        run(child)
    return None
    """,
}

OTHERS = {
    "leaves return": """
    def backward(self):
        {self}
        if not self._prev:
            return
        for child in self._prev: child.backward()
    """,
    "visited": """
    def backward(self):
        visited = set()
        def run(v):
            if v in visited:
                return
            visited.add(v)
            {v}
            for child in v._prev: run(child)
        run(self)
    """,
    "visited, given": """
    def backward(self, visited=None):
        visited = set() if visited is None else visited
        if self not in visited:
            visited.add(self)
            {self}
            for child in self._prev: child.backward(visited)
    """,
    "hook last": """
    def backward(self):
        for child in self._prev: child.backward()
        {self}
    """,
    "hook first and last": """
    def backward(self):
        {self}
        for child in self._prev: child.backward()
        {self}
    """,
    "twice": """
    def backward(self):
        {self}
        for child in self._prev:
            child.backward()
            child.backward()
    """,
    "other way round": """
    def backward(self):
        {self}
        for child in reversed(self._prev): child.backward()
    """,
    "up to a depth": """
    def backward(self, depth=0):
        {self}
        if depth < 4:
            for child in self._prev: child.backward(depth + 1)
    """,
    "root is set": """
    def backward(self, first=True):
        if first: self.grad = 1.5
        {self}
        for child in self._prev: child.backward(False)
    """,
    "writes to operands": """
    def backward(self):
        {self}
        for child in self._prev:
            child.grad *= 0.5
            child.backward()
    """,
    "writes to itself": """
    def backward(self):
        {self}
        for child in self._prev: child.backward()
        self.grad = 0.25
    """,
    "catches": """
    def backward(self):
        try:
            {self}
        except TypeError:
            self.grad = 7.0
        for child in self._prev: child.backward()
    """,
    "two that call each other": """
    def backward(self):
        {self}
        for child in self._prev: child.back()
    def back(self):
        {self}
        for child in self._prev: child.backward()
    """,
    "generator": """
    def walk(self):
        {self}
        for child in self._prev: yield from child.walk()
        yield self
    def backward(self):
        for v in self.walk(): v.grad += 0.125
    """,
}

CHANGING = {
    "changes operands": """
    def backward(self):
        {self}
        for child in self._prev: child.backward()
        if len(self._prev) > 1 and self.grad: self._prev = self._prev[:1]
    """,
    "changes what is called": """
    def backward(self):
        {self}
        for child in self._prev: child.backward()
        if self.grad > 0.3: self._backward = LEAF
    """,
}

CALLED = {
    "by name": "y.backward()",
    "by map": "list(map(type(y).backward, (y, s)))",
    "as an attribute": "names.y.backward()",
    "in a loop": "for v in (y, s, y): v.backward()",
    "in a line": "y.backward(), s.backward(), {s}",
    "with writes": "y.backward(); s.grad = 3; s.backward(); w.data = 2; s.backward()",
    "by a function": "(lambda v: v.backward())(y)",
    "in a comprehension": "[v.backward() for v in (s, y)]",
}


class Names:
    """Names as attributes."""


def named(design, driver, hook):
    """Return the names of a program with a class of Values.

    Args:
        design: What the hooks are.
        driver: The source of what calls them.
        hook: What is to be called as the hook, of ``{}``.
    """
    leaf, ops = DESIGNS[design]
    source = driver.replace("{self}", hook.format("self"))
    names = {"LEAF": lambda: None}
    source = source.replace("{v}", hook.format("v"))
    exec(CLASS.format(leaf=leaf, ops=ops, driver=source), names)
    return names


def grown(make):
    """Return Values by name, with operands that are shared."""
    values = {"w": make(0.7), "b": make(-0.3)}
    w, b = values.values()
    values["p"] = p = w * b
    values["d"] = d = p + p
    values["t"] = t = d.tanh()
    values["q"] = q = t * d
    values["s"] = s = q + w
    values["y"] = (s * t) ** 2
    values["st"] = values["y"]._prev[0]
    return values


def passes(values, call, names):
    """Run the driver three times, with other numbers; a hook by hand at the end.

    Args:
        values: The Values by name.
        call: What runs it, as source.
        names: What that may use besides.
    """
    held = Names()
    vars(held).update(values)
    names = {**values, **names, "names": held}
    code = compile(call, "call", "exec")
    with contextlib.suppress(TypeError):
        for upstream in (1.0, 2.0, 0.5):
            for value in values.values():
                value.grad = 0.0
            values["b"].data -= 0.25
            values["y"].grad = upstream
            exec(code, names)
    exec("d.grad = 2.0; " + names["hook"].format("d"), names)


def looked_at(design, driver, call, prepare=None):
    """Return what each call changes, and the end, by looking before and after it."""
    names = named(design, driver, "watch({})")
    values = grown(names["Value"])
    by_id = {id(v): name for name, v in values.items()}
    steps = []

    def watch(value):
        before = {name: v.grad for name, v in values.items()}
        has_operands, hook = value._prev, value._backward
        try:
            hook()
        finally:
            after = {name: v.grad for name, v in values.items()}
            changes = {n: (before[n], a) for n, a in after.items() if before[n] != a}
            if has_operands and hook is not names["LEAF"]:
                steps.append((by_id[id(value)], changes))

    names["watch"] = watch
    if prepare is not None:
        prepare(values)
    passes(values, call.format(s="watch(s)"), {"hook": "watch({})", "watch": watch})
    return steps, {name: (v.data, v.grad) for name, v in values.items()}


def recorded(record, design, driver, call, prepare=None):
    """Return what the recorder tells of the second time, and the end."""
    names = named(design, driver, "{}._backward()")
    for is_second in (False, True):
        values = grown(names["Value"])
        live = build([values["y"]], {id(v): name for name, v in values.items()})
        if not is_second:
            recorder = record(live)
        mark = recorder.mark()
        if prepare is not None:
            prepare(values)
        passes(values, call.format(s="s._backward()"), {"hook": "{}._backward()"})
    recorder.stop()
    recording = recorder.steps(live, mark)
    assert_exact(recording, live)
    steps = [
        (called, {name: c for name, c in changes.items() if c[0] != c[1]})
        for called, changes in told(recording, live)
        if called != "write"
    ]
    return steps, {name: (v.data, v.grad) for name, v in values.items()}


@pytest.fixture
def read_at_once(monkeypatch):
    """Tell which recursions were read at once."""
    found, sweep = [], Recursion.sweep

    def spy(self, *read):
        found.append(self.code.co_name)
        return sweep(self, *read)

    monkeypatch.setattr(Recursion, "sweep", spy)
    return found


@pytest.mark.parametrize("call", CALLED)
@pytest.mark.parametrize("driver", SWEPT)
@pytest.mark.parametrize("design", DESIGNS)
def test_calls_of_a_recursion(record, design, driver, call):
    given = design, SWEPT[driver], CALLED[call]
    assert recorded(record, *given) == looked_at(*given)


@pytest.mark.parametrize("driver", OTHERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_calls_of_what_does_more_than_that(record, read_at_once, design, driver):
    given = design, OTHERS[driver], CALLED["in a line"]
    assert recorded(record, *given) == looked_at(*given)
    assert not read_at_once


@pytest.mark.parametrize("call", ["by name", "in a loop", "in a line", "with writes"])
@pytest.mark.parametrize("driver", SWEPT)
def test_it_is_read_once_for_each_call_of_it(record, read_at_once, driver, call):
    recorded(record, "closures", SWEPT[driver], CALLED[call])
    outer = {"by name": 1, "with writes": 3, "in a loop": 3, "in a line": 2}[call]
    missed = driver == "global function"  # found when it runs for the first time
    assert len(read_at_once) == outer * 6 - missed


def wrong(name, held):
    """Make a hook fail that reads a Value's data."""

    def prepare(values):
        values[name].data = held

    return prepare


@pytest.mark.parametrize("name", ["w", "b", "p", "d", "t", "q", "s", "st"])
@pytest.mark.parametrize("driver", SWEPT)
@pytest.mark.parametrize("design", DESIGNS)
def test_an_exception_that_ends_a_recursion(record, design, driver, name):
    given = design, SWEPT[driver], CALLED["by name"], wrong(name, "wrong")
    assert recorded(record, *given) == looked_at(*given)


@pytest.mark.parametrize("driver", CHANGING)
@pytest.mark.parametrize("design", DESIGNS)
def test_what_changes_what_is_called_is_not_foreseen(
    record, read_at_once, design, driver
):
    given = design, CHANGING[driver], CALLED["by name"]
    assert recorded(record, *given)[1] == looked_at(*given)[1]
    assert not read_at_once


@pytest.mark.parametrize("name", ["p", "d", "t", "s"])
@pytest.mark.parametrize("driver", SWEPT)
def test_a_hook_that_was_replaced(record, driver, name):
    def prepare(values):
        values[name]._backward = values["w"]._backward

    given = "closures", SWEPT[driver], CALLED["by name"], prepare
    steps, end = recorded(record, *given)
    looked, end_looked = looked_at(*given)
    assert end == end_looked
    assert steps == [step for step in looked if step[0] != name]


@pytest.mark.parametrize("name", ["p", "t", "s"])
def test_a_value_that_has_a_driver_of_its_own(record, name):
    def prepare(values):
        values[name].backward = lambda: None

    given = "closures", METHOD_RECURS, CALLED["by name"], prepare
    assert recorded(record, *given) == looked_at(*given)


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
def test_hooks_that_change_what_is_called(record, read_at_once, body):
    names = {}
    exec(HOSTILE_RECURS.format(body=body), names)
    a, b = names["Value"](2.0), names["Value"](3.0)
    y = (a * b) * b
    live = build([y], {})
    recorder = record(live)
    for _ in range(3):
        y.grad = 1.0
        y.backward()
    recorder.stop()
    assert_exact(recorder.steps(live), live)
    assert not read_at_once


def chain(names, length, step):
    """Return every Value of a chain, by name."""
    values = {"v0": names["Value"](1.0)}
    for i in range(length):
        values[f"v{i + 1}"] = step(values[f"v{i}"])
    return values, build([values[f"v{length}"]], {id(v): k for k, v in values.items()})


@pytest.mark.parametrize("driver", SWEPT)
def test_no_stack_is_left(record, read_at_once, driver):
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
    assert read_at_once


@pytest.mark.parametrize("driver", SWEPT)
def test_very_many_calls_are_not_foreseen(record, read_at_once, monkeypatch, driver):
    monkeypatch.setattr(descents, "_MOST", 200)
    descents.walk.cache_clear()
    names = named("closures", SWEPT[driver], "{}._backward()")
    values, live = chain(names, 9, lambda v: v + v)
    few, many = values["v5"], values["v9"]
    recorder = record(live)
    try:
        few.backward(), few.backward()
        count = len(read_at_once)
        mark = recorder.mark()
        many.backward()
    finally:
        descents.walk.cache_clear()
    assert len(read_at_once) == count > 0
    steps = [name for name, _ in told(recorder.steps(live, mark), live)]
    assert [steps.count(f"v{i}") for i in range(6, 10)] == [8, 4, 2, 1]
    assert len(steps) == 2**9 - 1


@pytest.mark.parametrize("many", [10, 5_000])
@pytest.mark.parametrize("driver", SWEPT)
def test_the_oldest_recursions_are_dropped_and_counted(
    record, read_at_once, monkeypatch, driver, many
):
    monkeypatch.setattr(sweeps, "_MANY", many)
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
    assert read_at_once


def test_operands_that_are_taken_out_later(record, read_at_once):
    source = METHOD_RECURS.replace("{self}", "self._backward()")
    names = {}
    exec(
        CLASS.replace("tuple(prev)", "list(prev)").format(
            leaf=LEAF, ops=CLOSURES, driver=source
        ),
        names,
    )
    values, live = chain(names, 4, lambda v: v * v)
    last = values["v4"]
    recorder = record(live)
    last.grad = 1.0
    last.backward()
    values["v3"]._prev.clear()
    recording = recorder.steps(live)
    steps = [name for name, _ in told(recording, live)]
    assert [steps.count(f"v{i}") for i in range(5)] == [0, 8, 4, 2, 1]
    assert_exact(recording, live)
    assert read_at_once


@pytest.mark.parametrize("driver", SWEPT)
def test_another_thread_in_the_same_recursion(record, read_at_once, driver):
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
    assert read_at_once


def test_the_recorder_is_stopped_in_the_middle(record, read_at_once):
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
    mark = recorder.mark()
    last.backward()
    recording = recorder.steps(live, mark)
    assert [name for name, _ in told(recording, live)] == ["v5", "v4", "v3", "v1"]
    assert_exact(recording, live)
    assert read_at_once


def test_nothing_is_left_of_what_was_watched(record, read_at_once):
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
    assert read_at_once
