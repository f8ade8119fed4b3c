"""Steps: what they change, whatever the person's ``_backward`` does."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SHAPES, attributes, bits, corpus, grown, live_of, picture, recipes

from gradviz.graph.build import build
from gradviz.session.mirror import Mirror
from gradviz.session.report import Reporter
from gradviz.session.session import Session, StepError
from gradviz.value import Value


def session_of(*roots, seeds=None):
    live = build(list(roots), {})
    chosen = None
    if seeds is not None:
        chosen = {live.graph.named(name): seed for name, seed in seeds.items()}
    return Session(live, chosen)


def named(session, name):
    return session.live.values[session.graph.named(name)]


def grads(session, names):
    return {name: named(session, name).grad for name in names.split()}


def step_names(session):
    return [session.graph.nodes[step.node].name for step in session.walk]


def playheads(session):
    """Every picture on the way, made by going there step by step."""
    session.reset()
    found = [picture(session.live)]
    while session.playhead < len(session.walk):
        session.step()
        found.append(picture(session.live))
    return found


# The lessons' numbers


def lesson_17(rule):
    leaf = {"rule": rule}
    x1, x2 = Value(1, "x1", **leaf), Value(0, "x2", **leaf)
    w11, w12 = Value(-2, "w11", **leaf), Value(4, "w12", **leaf)
    w21, w22 = Value(3, "w21", **leaf), Value(-1, "w22", **leaf)
    w11x1, w12x2 = w11 * x1, w12 * x2
    s1 = w11x1 + w12x2
    w21x1, w22x2 = w21 * x1, w22 * x2
    s2 = w21x1 + w22x2
    for name, value in list(locals().items()):
        if isinstance(value, Value):
            value.label = name
    return s1, s2


def test_lesson_17_assigned_keeps_the_path_walked_last():
    s1, s2 = lesson_17("assign")
    session = session_of(s1, s2, seeds={"s1": 0.25, "s2": -0.125})
    session.run_to_end()
    assert named(session, "x1").grad == -0.375
    session = session_of(s1, s2, seeds={"s2": -0.125, "s1": 0.25})
    session.run_to_end()
    assert named(session, "x1").grad == -0.5


def test_lesson_17_by_hand_either_path_can_come_last():
    s1, s2 = lesson_17("assign")
    session = session_of(s1, s2, seeds={"s1": 0.25, "s2": -0.125})
    for name in ("s2", "w21x1", "s1", "w11x1"):
        session.run_step(session.graph.named(name))
    assert named(session, "x1").grad == -0.5
    for name in ("s1", "w11x1", "s2", "w21x1"):
        session.run_step(session.graph.named(name))
    assert named(session, "x1").grad == -0.375
    session.reset()
    assert grads(session, "x1 s1 s2") == {"x1": 0, "s1": 0.25, "s2": -0.125}


def test_lesson_17_accumulated_is_the_truth():
    s1, s2 = lesson_17("assign")
    session = session_of(s1, s2, seeds={"s1": 0.25, "s2": -0.125})
    session.run_to_end()
    session.set_rule("accumulate")
    assert grads(session, "x1 x2 w11 w12 w21 w22") == {
        "x1": -0.875,
        "x2": 1.125,
        "w11": 0.25,
        "w12": 0,
        "w21": -0.125,
        "w22": 0,
    }
    session.undo()
    assert named(session, "x1").grad == -0.375


def test_lesson_17_walks_one_path_to_its_end_before_the_next():
    s1, s2 = lesson_17("accumulate")
    session = session_of(s1, s2, seeds={"s1": 0.25, "s2": -0.125})
    assert step_names(session) == ["s1", "w11x1", "w12x2", "s2", "w21x1", "w22x2"]


def test_lesson_16():
    x1, x2, y = Value(1, "x1"), Value(0, "x2"), Value(1, "y")
    w11, w12, w21, w22 = (
        Value(n, w) for n, w in ((-2, "w11"), (4, "w12"), (3, "w21"), (-1, "w22"))
    )
    w1, w2 = Value(-1, "w1"), Value(1 / 12, "w2")
    h1, h2 = (w11 * x1 + w12 * x2).relu(), (w21 * x1 + w22 * x2).relu()
    cost = (y - (w1 * h1 + w2 * h2)) ** 2
    session = session_of(cost)
    session.run_to_end()
    # s = (-2, 3), h = (0, 3), ỹ = 1/4, C = 9/16; ∂C/∂ỹ = -2(1 - 1/4) = -3/2.
    assert cost.data == 0.5625
    assert grads(session, "w1 y w11 w12 w22") == {
        "w1": 0,
        "y": 1.5,
        "w11": 0,
        "w12": 0,
        "w22": 0,
    }
    found = grads(session, "w2 w21 x1 x2")
    expected = {"w2": -4.5, "w21": -0.125, "x1": -0.375, "x2": 0.125}
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_neuron_of_the_lecture():
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    w1, w2 = Value(-3.0, "w1"), Value(1.0, "w2")
    b = Value(6.8813735870195432, "b")
    o = (x1 * w1 + x2 * w2 + b).tanh()
    session = session_of(o)
    session.run_to_end()
    assert o.data == pytest.approx(0.7071067811865477)
    assert grads(session, "x1 w1 x2 w2") == pytest.approx(
        {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0}, abs=1e-12
    )


def test_the_colour_that_a_step_paints_goes_with_the_step():
    make = corpus("lesson")["Value"]
    a, b = make(2, label="a"), make(3, label="b")
    product = a * b
    product.label = "ab"
    session = session_of(product)
    session.step()
    assert (a.color, b.color, a.grad, b.grad) == ("green", "green", 3.0, 2.0)
    session.step_back()
    assert (a.color, b.color, a.grad, b.grad) == (None, None, 0, 0)


# Hooks that write where they should not


def stray(write):
    """a → b = 2a → c = 3b; the hook of c is the person's own."""
    a = corpus("engine")["Value"](1.5)
    b = a * 2
    c = b * 3
    right = c._backward

    elsewhere = {"a": a}  # not a Value of its own among what the closure holds

    def _backward():
        right()
        write(elsewhere["a"])

    c._backward = _backward
    return a, b, c


def add_to_grandchild(a):
    a.grad += 10


def give_it_a_new_attribute(a):
    a.visited = True


def swap_attributes(a):
    del a._op
    a.note = ""


@pytest.mark.parametrize(
    "write", [add_to_grandchild, give_it_a_new_attribute, swap_attributes]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_write_out_of_reach_belongs_to_the_step_that_made_it(write, at_once):
    a, _, c = stray(write)
    session = session_of(c)
    opened = picture(session.live)
    if at_once:
        session.run_to_end()
        assert session.playhead == 2
    truth = playheads(session)
    a2, _, c2 = stray(write)
    # The same program, its steps made by hand.
    c2.grad = 1.0
    c2._backward()
    expected = {k: bits(v) for k, v in attributes(a2).items() if not callable(v)}
    session.move_to(1)
    found = {k: bits(v) for k, v in attributes(a).items() if not callable(v)}
    assert {**found, "_prev": 0} == {**expected, "_prev": 0}
    for playhead in (2, 1, 0, 1, 2, 0):
        session.move_to(playhead)
        assert picture(session.live) == truth[playhead]
    assert picture(session.live) == opened


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_hooks_that_write_anywhere_are_taken_back_exactly(data):
    """Some hooks write to Values picked at random, far from their own operands."""
    shape, ops = SHAPES["engine"], ("add", "mul", "sub", "grow", "relu", "number")
    values = grown(shape, data.draw(recipes(shape, max_ops=10, ops=ops)))
    live = live_of(values)
    for node in live.graph.nodes:
        if node.operands and data.draw(st.booleans()):
            victim = live.values[data.draw(st.integers(0, len(live.values) - 1))]
            what = data.draw(st.sampled_from(["grad", "data", "mark", "replace"]))
            _wrap(live.values[node.id], victim, what)
    session = Session(live)
    truth = playheads(session)
    session.reset()
    assert picture(live) == truth[0]
    session = Session(live)
    session.run_to_end()
    for playhead in data.draw(
        st.lists(st.integers(0, len(session.walk)), min_size=1, max_size=8)
    ):
        session.move_to(playhead)
        assert picture(live) == truth[playhead]
    session.reset()
    session.run_to_end()
    mirror = Mirror(session.graph)
    mirror.apply(Reporter(session).update())
    for playhead in range(len(session.walk), -1, -1):
        mirror.move_to(playhead)
        session.move_to(playhead)
        assert [bits(n) for n in mirror.grad] == [bits(v.grad) for v in live.values]
        assert [bits(n) for n in mirror.data] == [bits(v.data) for v in live.values]


def _wrap(value, victim, what):
    right, elsewhere = value._backward, {"victim": victim}

    def _backward():
        right()
        victim = elsewhere["victim"]
        if what == "grad":
            victim.grad += 0.5
        elif what == "data":
            victim.data = victim.data + 1
        elif what == "mark":
            victim.mark = getattr(victim, "mark", 0) + 1
        else:
            victim.__dict__ = {**victim.__dict__, "grad": 7.0}

    value._backward = _backward


# Hooks that fail


class Pressed:
    """Raises the first time it is called, as an interrupt does."""

    def __init__(self, error):
        self.errors = [error]
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.errors:
            raise self.errors.pop()


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("no"), KeyboardInterrupt(), SystemExit(1), RecursionError()],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("out_of_reach", [False, True])
def test_a_step_that_fails_half_way_leaves_nothing_behind(error, out_of_reach):
    fails = Pressed(error)

    def write(a):
        a.grad += 10 if out_of_reach else 0
        a.note = "half done"
        fails()

    a, b, c = stray(write)
    d = c * 5
    session = session_of(d)
    session.step()
    before = picture(session.live)
    with pytest.raises(StepError) as caught:
        session.run_to_end()
    name = session.graph.nodes[session.live.values.index(c)].name
    assert str(caught.value) == f"{name}._backward() failed; the step was taken back."
    assert caught.value.__cause__ is error
    assert fails.calls == 1
    assert session.playhead == 1
    assert picture(session.live) == before
    session.run_to_end()
    assert session.playhead == 3
    assert a.grad == (40 if out_of_reach else 30)
    session.reset()
    assert (a.grad, b.grad, hasattr(a, "note")) == (0, 0, False)


def test_a_failing_step_after_a_stray_write_keeps_the_stray_write():
    a, b, c = stray(add_to_grandchild)
    fails = Pressed(ValueError("no"))
    right = b._backward

    def _backward():
        right()
        fails()

    b._backward = _backward
    session = session_of(c)
    with pytest.raises(StepError):
        session.run_to_end()
    assert (session.playhead, a.grad, b.grad) == (1, 10, 3.0)
    session.reset()
    assert (a.grad, b.grad) == (0, 0)


def test_a_step_by_hand_that_fails_is_not_in_the_walk():
    fails = Pressed(ValueError("no"))
    _, _, c = stray(lambda a: fails())
    session = session_of(c)
    walk = session.walk
    with pytest.raises(StepError):
        session.run_step(len(session.graph) - 1)
    assert session.walk == walk
    assert session.history.undo_text == ""


def test_a_leaf_s_backward_does_nothing():
    x = Value(2.0, "x")
    session = session_of(x * x)
    session.run_step(session.graph.named("x"))
    assert x.grad == 0
    assert session.walk[0].kind == "manual"


# Large


@pytest.mark.long
def test_a_chain_of_100_000_values_is_walked_and_taken_back():
    x = Value(1.0, "x")
    total = x
    for _ in range(100_000):
        total = total + x
    started = time.perf_counter()
    session = session_of(total)
    session.run_to_end()
    assert x.grad == 100_001
    session.step_back()
    session.reset()
    assert x.grad == 0
    assert time.perf_counter() - started < 40
