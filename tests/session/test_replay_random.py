"""Random graphs of every design: edited and built afresh are the same, bit for bit."""

import contextlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from samples import LEAF_NUMBERS, Recipe, corpus, grow, picture, visible
from test_replay_designs import LINKED

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.graph.trace import Trace
from gradviz.session.session import EditError, Session, StepError

OPS = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "number": lambda a: a * 2.5,
    **{
        name: lambda a, name=name: getattr(a, name)()
        for name in ("tanh", "exp", "relu", "sigmoid", "reciprocal")
    },
}

DESIGNS = {
    "bound_methods": (),
    "default_capture": ("mul",),
    "partial_hooks": (),
    "dispatch": (),
    "rule_objects": (),
    "microgpt_style": ("add", "mul", "relu", "number"),
    "stale_locals": ("add", "mul", "tanh", "sigmoid"),
    "tanh_rehooked": ("add", "mul", "tanh", "number"),
    "numpy_scalars": ("add", "mul", "tanh", "number"),
    "constants": ("add", "mul", "number"),
    "lazy_forward": ("add", "mul", "tanh"),
    "hook_recurses": (),
    "none_gradients": (),
    "linked": (),
    "hook_on_operand": (),
    "parent_pull": (),
}

ORDER_COUNTS = ("hook_on_operand", "parent_pull")
"""Who read a Value last counts; where that can't be told, an edit is stuck."""


def world(name):
    """Run a class under a trace; return (grow a recipe, read its graph)."""
    adapters = Adapters()
    trace = Trace(adapters)
    if name == "linked":
        names = {"__name__": "linked"}
        exec(compile(LINKED.split("a = Value({a})")[0], "linked.py", "exec"), names)
    else:
        names = corpus(name)
    make = names["Value"]
    trace.watch_class(make)

    def grown(recipe, changed=None):
        trace.start()
        try:
            values = grow(make, OPS, recipe, changed)
        except (ArithmeticError, ValueError):
            assume(False)
        finally:
            trace.stop()
        if name == "lazy_forward":
            for value in values:
                value.forward()
        return values

    def session(values):
        used = {id(o) for v in values for o in _operands(adapters, v)}
        roots = [v for v in values if id(v) not in used]
        return Session(build(roots, {}, adapters, trace))

    return grown, session


def _operands(adapters, value):
    return adapters.adapter(value).operands_of(value)


@pytest.mark.parametrize("name", list(DESIGNS))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_an_edited_graph_equals_one_built_afresh(name, data):
    spot = st.integers(0, 40)
    ops = st.sampled_from(DESIGNS[name] or ("add", "mul"))
    recipe = data.draw(
        st.builds(
            Recipe,
            st.lists(LEAF_NUMBERS, min_size=1, max_size=4).map(tuple),
            st.lists(st.tuples(ops, spot, spot), min_size=1, max_size=8).map(tuple),
        )
    )
    grown, session_over = world(name)
    values = grown(recipe)
    position = data.draw(st.integers(0, len(recipe.leaves) - 1))
    number = data.draw(LEAF_NUMBERS)
    fresh = session_over(grown(recipe, {position: number}))
    session = session_over(values)
    identities = list(map(id, session.live.values))
    leaf = identities.index(id(values[position]))
    go(session, data.draw(st.integers(0, len(session.walk))))
    before, playhead = picture(session.live), session.playhead
    contents = lists_in(session.live)
    with contextlib.suppress(StepError, EditError):
        session.set_leaf(leaf, number)
    if session.stuck:
        assert name in ORDER_COUNTS
    elif session.document.leaves:
        for there in (playhead, len(session.walk), 0):
            assert go(session, there) == go(fresh, there)
            assert visible(session.live, "data") == visible(fresh.live, "data")
            assert visible(session.live, "grad") == visible(fresh.live, "grad")
    session.undo()
    session.move_to(playhead)
    assert list(map(id, session.live.values)) == identities
    assert picture(session.live) == before
    assert lists_in(session.live) == contents


def go(session, playhead):
    with contextlib.suppress(StepError):
        session.move_to(playhead)
    return session.playhead


def lists_in(live):
    return [
        list(map(id, content))
        for value in live.values
        for content in getattr(value, "__dict__", {}).values()
        if isinstance(content, list)
    ]


COUNTING = """
class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self.prev = data, 0.0, prev
        self.seen, self.by, self.names = [], {}, set()
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            for operand, slope in ((self, other.data), (other, self.data)):
                operand.grad += slope * out.grad
                operand.seen.append(out.grad)
                operand.by[len(operand.by)] = out.grad
                operand.names.add(repr(out.data))
        out._backward = _backward
        return out
"""


def test_what_a_step_puts_into_containers_is_taken_back():
    names = {"__name__": "counting"}
    exec(compile(COUNTING, "counting.py", "exec"), names)
    x = names["Value"](3.0)
    y = x * x
    z = y * x
    containers = x.seen, x.by, x.names
    session = Session(build([z], {id(x): "x"}))

    def held():
        return list(x.seen), dict(x.by), set(x.names)

    states = [held()]
    for _ in session.walk:
        session.step()
        states.append(held())
    assert states[1] == ([1.0], {0: 1.0}, {"27.0"})
    assert states[2] == (
        [1.0, 3.0, 3.0],
        {0: 1.0, 1: 3.0, 2: 3.0},
        {"27.0", "9.0"},
    )
    for playhead in (0, 2, 1, 2, 0):
        session.move_to(playhead)
        assert held() == states[playhead]
    session.set_leaf(session.graph.named("x"), 2.0)
    session.run_to_end()
    assert x.seen == [1.0, 2.0, 2.0]
    session.undo()
    session.run_to_end()
    assert held() == states[2]
    session.reset()
    assert held() == states[0]
    assert (x.seen, x.by, x.names) == ([], {}, set())
    assert all(a is b for a, b in zip(containers, (x.seen, x.by, x.names), strict=True))
