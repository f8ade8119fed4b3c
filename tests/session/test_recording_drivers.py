"""Recording what people write to call every hook: loops, generators and recursion."""

import contextlib
import sys
import threading

import pytest
from samples import picture, run_source
from test_recording import assert_exact, product, record, told
from test_recording_hostile import hostile

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.session import log

__all__ = ["record"]

CLASS = """
import math

class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self._prev = data, 0.0, tuple(prev)
        {leaf}
    {ops}
    def ordered(self):
        topo, visited = [], set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        return topo
    {driver}
"""

LEAF = "self._backward = lambda: None"

CLOSURES = """
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
    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out
    def __pow__(self, n):
        out = Value(self.data**n, (self,))
        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad
        out._backward = _backward
        return out
"""

METHOD = """
    rule = None
    def of(rule, *prev):
        out = Value(rule(*[v.data for v in prev])[0], prev)
        out.rule = rule
        return out
    def __add__(self, other):
        return Value.of(lambda a, b: (a + b, 1.0, 1.0), self, other)
    def __mul__(self, other):
        return Value.of(lambda a, b: (a * b, b, a), self, other)
    def tanh(self):
        return Value.of(lambda a: (math.tanh(a), 1 - math.tanh(a) ** 2), self)
    def __pow__(self, n):
        return Value.of(lambda a: (a**n, n * a ** (n - 1)), self)
    def _backward(self):
        if self._prev:
            slopes = self.rule(*[v.data for v in self._prev])[1:]
            for v, slope in zip(self._prev, slopes):
                v.grad += slope * self.grad
"""

BOUND = METHOD.replace("_backward", "push").replace(
    "return out", "out._backward = out.push; return out"
)

DESIGNS = {
    "closures": (LEAF, CLOSURES),
    "method": ("pass", METHOD),
    "bound methods": (LEAF, BOUND),
}

DRIVERS = {
    "reversed": """
    def backward(self):
        topo = self.ordered()
        for v in reversed(topo):
            {call}
    """,
    "reversed call": """
    def backward(self):
        for v in reversed(self.ordered()): {call}
    """,
    "slice": """
    def backward(self):
        topo = self.ordered()
        for v in topo[::-1]: {call}
    """,
    "list": """
    def backward(self):
        topo = self.ordered()
        topo.reverse()
        for v in topo: {call}
        for v in (): v._backward()
    """,
    "loop in a loop": """
    def backward(self):
        topo = self.ordered()[::-1]
        for i in (1, 2):
            for v in topo: {call}
    """,
    "two loops": """
    def backward(self):
        topo = self.ordered()
        for v in reversed(topo): {call}
        for v in reversed(topo): {call}
        v = self; {call}
    """,
    "writes": """
    def backward(self):
        for v in reversed(self.ordered()):
            {call}
            v.grad *= 0.5
    """,
    "catches": """
    def backward(self):
        try:
            for v in reversed(self.ordered()): {call}
        except ValueError:
            pass
    """,
    "generator": """
    def reverse(self):
        yield from reversed(self.ordered())
    def backward(self):
        for v in self.reverse(): {call}
    """,
    "steps": """
    def steps(self):
        for v in reversed(self.ordered()):
            {call}
            yield v
    def backward(self):
        for v in self.steps():
            if v is self:
                {call}
    """,
    "recursion": """
    def backward(self):
        v = self; {call}
        for child in self._prev:
            child.backward()
    """,
    "function that recurs": """
    def backward(self):
        def run(v):
            for child in v._prev:
                {call}
                run(child)
        v = self; {call}
        run(self)
    """,
    "marks": """
    def backward(self):
        def go(v):
            if hasattr(v, "mark"): return
            v.mark = True
            {call}
            for child in v._prev: go(child)
        go(self)
        for v in self.ordered(): del v.mark
    """,
    "marks that stay": """
    flag = False
    def backward(self):
        now = not self.flag
        def go(v):
            if v.flag is now: return
            v.flag = now
            {call}
            for child in v._prev: go(child)
        go(self)
    """,
    "recursion by map": """
    def backward(self):
        v = self; {call}
        list(map(Value.backward, self._prev))
    """,
    "comprehension": """
    def backward(self):
        topo = self.ordered()
        [v._backward() for v in topo[:0]]
        return [{call} for v in reversed(topo)]
    """,
}


def grown(design, driver, call, is_kept=True):
    """Return a root, every Value by name, and what to call to run the driver."""
    leaf, ops = DESIGNS[design]
    source = DRIVERS[driver].replace("{call}", call)
    source = CLASS.format(leaf=leaf, ops=ops, driver=source)
    names = run_source(source, is_kept=is_kept)
    make = names["Value"]
    values = {f"w{i}": make(0.2 * i - 0.5) for i in range(6)}
    total = values["b"] = make(0.25)
    for i in range(6):
        values[f"p{i}"] = product = values[f"w{i}"] * values[f"w{(i + 1) % 6}"]
        values[f"s{i}"] = total = total + product
        values[f"t{i}"] = total = total.tanh()
    values["y"] = total**2
    return values["y"], values, names


def two_passes(values, run, call):
    """Run the driver, change numbers, run it again; call hooks by hand in between."""
    values["y"].grad = 1.0
    run(), call("y")
    for name, value in values.items():
        value.grad = 0.0
        if name.startswith("w"):
            value.data -= 0.01
    values["y"].grad = 2.0
    run()
    call("s3")


def line_of(file, line, function):
    """Return a line of the class that was written for the test, "" for any other."""
    return f"{function}, line {line}" if file.startswith("<source") else ""


def expected(design, driver):
    """Return what each call changes and its line, as seen before and after it."""
    root, values, names = grown(design, driver, "watch(v)")
    steps, lines, by_id = [], [], {id(v): name for name, v in values.items()}

    def watch(value):
        before = {name: v.grad for name, v in values.items()}
        value._backward()
        after = {name: v.grad for name, v in values.items()}
        changes = {n: (before[n], after[n]) for n in values if before[n] != after[n]}
        if value._prev:
            steps.append((by_id[id(value)], changes))
            frame = sys._getframe(1)
            code = frame.f_code
            lines.append(line_of(code.co_filename, frame.f_lineno, code.co_name))

    names["watch"] = watch
    two_passes(values, root.backward, lambda name: watch(values[name]))
    return steps, lines


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_every_call_is_seen_with_what_it_wrote_and_its_line(
    record, design, driver, times, is_kept
):
    root, values, _ = grown(design, driver, "v._backward()", is_kept)
    live = build([root], {id(v): name for name, v in values.items()})
    recorder = record(live)
    first = {name: value.data for name, value in values.items()}
    for _ in range(times):
        for name, value in values.items():
            value.grad, value.data = 0.0, first[name]
        mark = recorder.mark()
        two_passes(values, root.backward, lambda name: values[name]._backward())
    recorder.stop()
    recording = recorder.steps(live, mark)
    steps = [step for step in told(recording, live) if step[0] != "write"]
    lines = [line_of(*step.site) for step in recording.steps if step.node >= 0]
    assert (steps, lines) == expected(design, driver)
    assert_exact(recording, live)


def listed(record, body):
    """Record a loop over z = x y + x and x y, twice; return the graph and what is told.

    Args:
        record: The fixture.
        body: Of a function of the list.
    """
    g = product()
    recorder = record(g.live)
    names = run_source(f"def run(order, g):\n    {body}")
    for _ in range(2):
        g.x.grad = g.y.grad = g.xy.grad = 0.0
        g.z.grad = 1.0
        mark = recorder.mark()
        names["run"]([g.xy, g.z], g)
    recorder.stop()
    recording = recorder.steps(g.live, mark)
    assert_exact(recording, g.live)
    return g, told(recording, g.live)


Z = ("z", {"xy": (0.0, 1.0), "x": (0.0, 1.0)})
XY = ("xy", {"x": (1.0, -1.0), "y": (0.0, 3.0)})


@pytest.mark.parametrize(
    "body",
    [
        "for v in reversed(order): v._backward()",
        "for v in order[::-1]: v._backward()",
        "order.reverse()\n    for v in order: v._backward()",
        "for v in tuple(order)[::-1]: v._backward()",
    ],
)
def test_operands_that_are_not_in_the_list(record, body):
    assert listed(record, body)[1] == [Z, XY]


def test_calls_before_and_after_a_loop(record):
    body = "g.z._backward()\n    for v in reversed(order[:1]): v._backward()\n    "
    _, steps = listed(record, body + "g.x.grad = 5.0; g.xy._backward()")
    assert steps == [
        Z, XY, ("write", {"x": (-1.0, 5.0)}),
        ("xy", {"x": (5.0, 3.0), "y": (3.0, 6.0)}),
    ]  # fmt: skip


def test_numbers_and_nothing_in_the_list(record):
    body = "for v in reversed([*order, 7.0, None][:2]): v._backward()"
    assert listed(record, body)[1] == [Z, XY]
    assert listed(record, "for v in reversed([]): v._backward()")[1] == []


def test_a_name_that_is_not_the_builtin(record):
    body = "reversed = lambda given: given\n    order.reverse()\n    "
    body += "for v in reversed(order): v._backward()"
    assert listed(record, body)[1] == [Z, XY]


def test_a_loop_that_an_exception_ends(record):
    g = product()
    recorder = record(g.live)

    def run(order):
        for value in reversed(order):
            value._backward()

    run([g.z])
    g.x.grad = g.xy.grad = 0.0
    mark = recorder.mark()
    wrong = product()
    wrong.xy.data = wrong.y.data = "wrong"
    wrong.xy.grad = 1.0
    before = picture(g.live)
    with pytest.raises(TypeError):
        run([g.xy, wrong.xy, g.z])
    recorder.stop()
    recording = recorder.steps(g.live, mark)
    assert [name for name, _ in told(recording, g.live)] == ["z"]
    assert_exact(recording, g.live, before)
    g.xy._backward()


def test_a_loop_in_another_thread_is_not_recorded(record):
    g = product()
    recorder = record(g.live)

    def run(order):
        for value in reversed(order):
            value._backward()

    run([g.z])
    mark = recorder.mark()
    thread = threading.Thread(target=run, args=([g.xy, g.z],))
    thread.start()
    thread.join()
    run([g.xy])
    recording = recorder.steps(g.live, mark)
    assert [name for name, _ in told(recording, g.live)] == ["xy"]
    assert_exact(recording, g.live)


@pytest.mark.parametrize("loop", ["reversed(order)", "order[::-1]"])
@pytest.mark.parametrize("fails", [False, True])
def test_another_thread_in_the_same_loop_changes_nothing(record, loop, fails):
    names = {"threads": 1}
    run_source(f"def run(order):\n    for v in {loop}: v._backward()\n", names)
    a, b, ab, y, live = hostile(
        "other.grad += 1.0; aside(out); self.grad += out.grad", aside=lambda out: None
    )

    def aside(out):
        if out is y and names["threads"]:
            names["threads"] -= 1
            thread = threading.Thread(target=run_aside)
            thread.start()
            thread.join()

    def run_aside():
        with contextlib.suppress(ValueError):
            names["run"]([b if fails else ab])

    def fail_aside():
        if threading.current_thread() is not threading.main_thread():
            raise ValueError

    b._backward = fail_aside
    recorder = record(live)
    names["run"]([a, ab])
    a.grad = b.grad = 0.0
    ab._backward.__globals__["aside"] = aside
    mark = recorder.mark()
    y.grad = 1.0
    names["run"]([a, ab, b, y])
    ab._backward()
    recorder.stop()
    recording = recorder.steps(live, mark)
    assert [s for s, _ in told(recording, live) if s != "write"] == ["y", "ab", "ab"]
    assert_exact(recording, live)


@pytest.mark.parametrize("many", [10, 5_000])
def test_the_oldest_loops_are_dropped_and_counted(record, monkeypatch, many):
    monkeypatch.setattr(log, "_MANY", many)
    root, values, _ = grown("closures", "reversed", "v._backward()")
    live = build([root], {id(v): name for name, v in values.items()})
    recorder = record(live, limit=100)
    for _ in range(300):
        for value in values.values():
            value.grad = 0.0
        root.grad = 1.0
        root.backward()
    recording = recorder.steps(live)
    calls = [step.node for step in recording.steps if step.node >= 0]
    assert len(calls) + recording.cut == 300 * 19
    assert 100 <= len(calls) <= 100 + 19
    assert_exact(recording, live)


def test_an_exception_that_ends_a_recursion(record):
    root, values, _ = grown("closures", "recursion", "v._backward()")
    live = build([root], {id(v): name for name, v in values.items()})
    recorder = record(live)
    root.grad = 1.0
    root.backward()
    data, values["w0"].data = values["w0"].data, "wrong"
    mark = recorder.mark()
    with pytest.raises(TypeError):
        root.backward()
    root._backward()
    recorder.stop()
    values["w0"].data = data
    names = [name for name, _ in told(recorder.steps(live, mark), live)]
    assert names[0] == names[-2] == "y"
    assert "p0" in names or "p5" in names


def test_a_recursion_that_goes_through_another_class(record):
    root, values, names = grown("closures", "recursion", "v._backward()")
    run_source(
        "class Other(Value):\n"
        "    def backward(self):\n"
        "        for child in (*self._prev[1:], *self._prev[:1]): child.backward()\n"
        "        v = self; v._backward()\n",
        names,
    )
    live = build([root], {id(v): name for name, v in values.items()})
    adapters = Adapters()
    recorder = record(live, adapters=adapters)
    root.grad = 1.0
    root.backward()
    for name in ("s2", "p4", "s0"):
        values[name].__class__ = names["Other"]
        assert adapters.is_value(values[name])
    mark = recorder.mark()
    root.backward()
    recorder.stop()
    called = [name for name, _ in told(recorder.steps(live, mark), live)]
    assert called == [
        "y", "t5", "s5", "t4", "s4", "t3", "s3", "t2", "p2", "t1", "s1", "t0", "p0",
        "s0", "p1", "s2", "p3", "p4", "p5",
    ]  # fmt: skip


def test_nothing_is_left_of_what_was_watched(record):
    def run(value):
        root.backward()
        return value

    for driver in ("reversed", "recursion", "steps"):
        root, *_ = grown("closures", driver, "v._backward()")
        recorder = record(build([root], {}))
        for _ in range(3):
            assert run(1) == 1
        tool = next(t for t in range(6) if sys.monitoring.get_tool(t) == _NAME)
        assert sys.monitoring.get_local_events(tool, run.__code__) == 0
        recorder.stop()
        assert _NAME not in map(sys.monitoring.get_tool, range(6))


_NAME = "gradviz recorder"
