"""Recording drivers that call themselves, beside looking before and after each call."""

import contextlib
from functools import partial

import pytest
from samples import run_source
from test_recording import assert_exact, record, told
from test_recording_drivers import CLASS, DESIGNS

from gradviz.graph.build import build
from gradviz.session.passes import Start

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

WATCHED = {"catches"}
"""Drivers that can't be called again."""

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
    "by C code in a Value": "y.go = both(type(y).backward, y, s); y.go()",
    "as an attribute": "names.y.backward()",
    "in a loop": "for v in (y, s, y): v.backward()",
    "in a line": "y.backward(), s.backward(), {s}",
    "with writes": "y.backward(); s.grad = 3; s.backward(); w.data = 2; s.backward()",
    "by a function": "(lambda v: v.backward())(y)",
    "in a comprehension": "[v.backward() for v in (s, y)]",
}


def both(function, *values):
    """Return what calls a function for several Values, with no code of Python's."""
    return partial(list, map(function, values))


class Names:
    """Names as attributes."""


def named(design, driver, hook, is_kept=True):
    """Return the names of a program with a class of Values.

    Args:
        design: What the hooks are.
        driver: The source of what calls them.
        hook: What is to be called as the hook, of ``{}``.
        is_kept: Whether its source can be looked up.
    """
    leaf, ops = DESIGNS[design]
    source = driver.replace("{self}", hook.format("self"))
    names = {"LEAF": lambda: None}
    source = source.replace("{v}", hook.format("v"))
    source = CLASS.format(leaf=leaf, ops=ops, driver=source)
    return run_source(source, names, is_kept=is_kept)


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
    names = {**values, **names, "names": held, "both": both}
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


def recorded(record, design, driver, call, prepare=None, is_kept=True):
    """Return what the recorder tells of the second time, and the end."""
    names = named(design, driver, "{}._backward()", is_kept)
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
def noted(monkeypatch):
    """Tell the functions of which only the beginning was noted."""
    found, note = [], Start.note

    def spy(self, names):
        passed = note(self, names)
        if passed is not None:
            found.append(self.driver.code.co_name)
        return passed

    monkeypatch.setattr(Start, "note", spy)
    return found


@pytest.mark.parametrize("call", CALLED)
@pytest.mark.parametrize("driver", SWEPT)
@pytest.mark.parametrize("design", DESIGNS)
def test_calls_of_a_recursion(record, design, driver, call):
    given = design, SWEPT[driver], CALLED[call]
    assert recorded(record, *given) == looked_at(*given)


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("driver", OTHERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_calls_of_what_does_more_than_that(record, noted, design, driver, is_kept):
    given = design, OTHERS[driver], CALLED["in a line"]
    assert recorded(record, *given, is_kept=is_kept) == looked_at(*given)
    assert bool(noted) is (is_kept and driver not in WATCHED)


@pytest.mark.parametrize("call", ["by name", "in a loop", "in a line", "with writes"])
@pytest.mark.parametrize("driver", SWEPT)
def test_it_is_read_once_for_each_call_of_it(record, noted, driver, call):
    recorded(record, "closures", SWEPT[driver], CALLED[call])
    outer = {"by name": 1, "with writes": 3, "in a loop": 3, "in a line": 2}[call]
    assert len(noted) == outer * 6


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
def test_what_changes_what_is_called_is_not_foreseen(record, noted, design, driver):
    given = design, CHANGING[driver], CALLED["by name"]
    assert recorded(record, *given)[1] == looked_at(*given)[1]
    assert not noted


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
    steps, end = recorded(record, *given)
    assert end == looked_at(*given)[1]
    assert [name for name, _ in steps] == ["d"]  # that which was called by hand
