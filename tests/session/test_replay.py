"""After a leaf was edited, everything is as if the program had been run with it."""

import contextlib
import random
import sys

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from samples import (
    LEAF_NUMBERS,
    SHAPES,
    attributes,
    bits,
    close,
    corpus,
    grown,
    live_of,
    picture,
    recipes,
    slopes,
    visible,
)

from gradviz.graph.build import build
from gradviz.session.report import Reporter
from gradviz.session.session import EditError, Session, StepError
from gradviz.value import Value


def session_over(*roots, variables=None):
    names = {id(value): name for name, value in (variables or {}).items()}
    return Session(build(list(roots), names))


def leaf_values(session):
    return [session.live.values[leaf] for leaf in session.graph.leaves]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_an_edited_graph_equals_one_built_afresh(shape, data):
    recipe = data.draw(recipes(shape))
    values = grown(shape, recipe)
    session = Session(live_of(values))
    identities = list(map(id, session.live.values))
    position = data.draw(st.integers(0, len(recipe.leaves) - 1))
    assume(id(values[position]) in identities)
    leaf = identities.index(id(values[position]))
    assume(session.graph.nodes[leaf].is_leaf)
    number = data.draw(LEAF_NUMBERS)
    playhead = reached(session, data.draw(st.integers(0, len(session.walk))))
    before = picture(session.live)
    try:
        fresh = recipe.grow(shape, {position: number})
    except (ArithmeticError, ValueError):
        with pytest.raises(EditError):
            session.set_leaf(leaf, number)
        assert picture(session.live) == before
        assert session.playhead == playhead
        return
    with contextlib.suppress(StepError):  # a slope can be too large; the edit stands
        session.set_leaf(leaf, number)
    other = Session(live_of(fresh))
    assert session.stuck == {}
    assert list(map(id, session.live.values)) == identities
    for going_to in (playhead, len(session.walk), 0):
        assert reached(session, going_to) == reached(other, going_to)
        assert visible(session.live, "data") == visible(other.live, "data")
        assert visible(session.live, "grad") == visible(other.live, "grad")
    session.undo()
    session.move_to(playhead)
    assert picture(session.live) == before


def reached(session, playhead):
    """Go to a playhead, or as far as the class's own code lets one go."""
    with contextlib.suppress(StepError):
        session.move_to(playhead)
    return session.playhead


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_accumulated_gradients_are_the_derivatives(data):
    """Against dual numbers over fractions, which know nothing of backpropagation."""
    shape = SHAPES["engine"]
    ops = ("add", "mul", "sub", "neg", "pow", "pow3", "number", "relu", "grow")
    recipe = data.draw(recipes(shape, max_ops=6, leaves=st.integers(-2, 2), ops=ops))
    values = grown(shape, recipe)
    root = values[-1]
    session = Session(build([root], {}))
    session.run_to_end()
    for leaf in range(len(recipe.leaves)):
        assume(values[leaf] is not root)
        assert values[leaf].grad == slopes(recipe, leaf)[-1]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_walk_ends_where_the_class_s_own_backward_ends(data):
    shape = SHAPES["engine"]
    recipe = data.draw(recipes(shape, leaves=st.sampled_from([1.5, -0.5, 2.0, 0.75])))
    ours, theirs = grown(shape, recipe), grown(shape, recipe)
    session = Session(build([ours[-1]], {}))
    try:
        session.run_to_end()
    except StepError:
        assume(False)
    theirs[-1].backward()
    for mine, other in zip(ours, theirs, strict=True):
        assert close(mine.grad, other.grad)


def test_variables_of_the_program_stay_valid():
    make = corpus("local_tanh")["Value"]
    x = make(0.5)
    t = x.tanh()
    loss = t * t
    session = session_over(loss, variables={"x": x, "t": t, "loss": loss})
    session.run_to_end()
    session.set_leaf(session.graph.named("x"), -0.9)
    expected = make(-0.9).tanh()
    assert t.data == expected.data
    assert loss.data == expected.data * expected.data
    # A derivative taken with the old t = tanh(0.5) would differ in the first digit.
    assert x.grad == pytest.approx(2 * t.data * (1 - t.data**2), rel=1e-12)


def test_a_number_the_op_can_t_take_changes_nothing():
    x = Value(2.0, "x")
    y = Value(3.0, "y")
    half = (x * y).log()
    half.label = "L"
    session = session_over(half + x)
    session.run_to_end()
    before = picture(session.live)
    with pytest.raises(EditError) as refused:
        session.set_leaf(session.graph.named("x"), -1.0)
    assert str(refused.value) == (
        "Computing L again failed: log(-3): log needs a number above 0."
    )
    assert picture(session.live) == before
    assert session.history.undo_text == ""
    assert session.document.leaves == {}


def test_a_computed_value_can_t_be_edited():
    x = Value(2.0, "x")
    y = x * x
    y.label = "y"
    session = session_over(y)
    with pytest.raises(EditError) as refused:
        session.set_leaf(session.graph.named("y"), 1.0)
    assert str(refused.value) == "y is computed; only a leaf's data can be edited."


def test_edits_of_one_drag_are_undone_as_one():
    x = Value(2.0, "x")
    session = session_over(x * x)
    node = session.graph.named("x")
    for number in (2.1, 2.2, 2.3):
        session.set_leaf(node, number, "drag 1")
    session.set_leaf(node, 5.0, "drag 2")
    session.undo()
    assert x.data == 2.3
    session.undo()
    assert (x.data, session.history.undo_text) == (2.0, "")
    session.redo()
    assert x.data == 2.3


# Classes that keep their results in unusual places


ODD = """
class Value:
    made = 0

    def __init__(self, data, _prev=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
        self._backward = lambda: None
        Value.made += 1
        self.number = Value.made

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def through_a_helper(self):
        out = Value(self.data ** 3, (self,), "cube")
        def flow():
            return 3 * self.data ** 2 * out.grad
        def _backward():
            self.grad += flow()
        out._backward = _backward
        return out

    def with_a_step_inside(self):
        inner = self * self
        out = Value(inner.data + self.data, (inner, self), "in")
        def _backward():
            inner.grad += out.grad
            self.grad += out.grad
        out._backward = _backward
        return out

    def with_a_list(self):
        pair = [self, self * self]
        out = Value(pair[0].data * pair[1].data, tuple(pair), "list")
        def _backward():
            _ = self
            pair[0].grad += pair[1].data * out.grad
            pair[1].grad += pair[0].data * out.grad
        out._backward = _backward
        return out

    def hooked_again(self):
        out = self * self
        t = 2 * self.data
        def _backward():
            self.grad += t * out.grad
        out._backward = _backward
        return out

    def result_in_out(self, out=None):
        out = Value(self.data + 1, (self,), "+1")
        def _backward():
            self.grad += out.grad
        out._backward = _backward
        return out

    @classmethod
    def made_by_the_class(cls, a, b):
        out = cls(a.data - b.data, (a, b), "-")
        def _backward():
            a.grad += out.grad
            b.grad -= out.grad
        out._backward = _backward
        return out

    def two_branches(self):
        out = Value(abs(self.data), (self,), "abs")
        if self.data < 0:
            def _backward():
                self.grad -= out.grad
        else:
            def _backward():
                self.grad += out.grad
        out._backward = _backward
        return out

    def of_default_arguments(self):
        out = Value(self.data * 5, (self,), "d")
        def _backward(out=out):
            self.grad += 5 * out.grad
        out._backward = _backward
        return out

    def noisy(self):
        import random
        out = Value(self.data + random.random(), (self,), "noise")
        def _backward():
            self.grad += out.grad
        out._backward = _backward
        return out

    def hidden_slope(self, slope=0.5):
        s = slope if self.data < 0 else 1.0
        out = Value(s * self.data, (self,), "hs")
        def _backward():
            self.grad += s * out.grad
        out._backward = _backward
        return out

    def borrowed(self):
        out = Value(self.data + 1, (self,), "b")
        out._backward = Value.push.__get__(out)
        return out

    def push(self):
        for o in self._prev:
            o.grad += self.grad

    def on_the_operand(self):
        out = Value(self.data * 2, (self,), "o")
        def _backward():
            self.grad += 2 * out.grad
        self._backward = _backward
        out._backward = lambda: None
        return out

    def itself_above_zero(self):
        if self.data > 0:
            return self
        out = Value(0.0, (self,), "zero")
        def _backward():
            self.grad += 0 * out.grad
        out._backward = _backward
        return out
"""


def odd():
    names = {"__name__": "odd"}
    exec(compile(ODD, "odd.py", "exec"), names)
    return names["Value"]


def gradients_after(op, start, edited):
    """Return (edited in place, built afresh): data of all, and the leaf's gradient."""
    found = []
    for number in (start, edited):
        make = odd()
        x = make(number)
        y = op(make, x)
        top = y * x
        session = session_over(top, variables={"x": x})
        if number == start:
            session.run_to_end()
            session.set_leaf(session.graph.named("x"), edited)
            in_place = session
        session.run_to_end()
        found.append((visible(session.live, "data"), visible(session.live, "grad")))
    # The first one edited, the second one built with the number.
    edited_one = (
        visible(in_place.live, "data"),
        visible(in_place.live, "grad"),
    )
    return in_place, edited_one, found[1]


@pytest.mark.parametrize(
    "op",
    [
        lambda make, x: x.through_a_helper(),
        lambda make, x: x.with_a_step_inside(),
        lambda make, x: x.with_a_list(),
        lambda make, x: x.hooked_again(),
        lambda make, x: x.result_in_out(),
        lambda make, x: make.made_by_the_class(x * x, x),
        lambda make, x: x.two_branches(),
    ],
    ids=lambda op: op.__code__.co_names[0],
)
def test_an_unusual_op_is_renewed_like_any_other(op):
    session, in_place, afresh = gradients_after(op, 1.5, -0.75)
    assert session.stuck == {}
    assert in_place == afresh


NOT_KEPT = (
    "{op} was called with an argument, {what}, that its backward function does not keep"
)


@pytest.mark.parametrize(
    ("op", "reason"),
    [
        (
            "noisy",
            "calling its op again on the same operands gave another number",
        ),
        ("hidden_slope", NOT_KEPT.format(op="hidden_slope", what="slope")),
        (
            "borrowed",
            "its backward function does not tell which operation made it",
        ),
    ],
)
def test_an_op_that_can_t_be_renewed_is_said_to_be_stuck(op, reason):
    make = odd()
    x = make(1.5)
    y = getattr(x, op)()
    top = y * x
    session = session_over(top, variables={"x": x, "y": y, "top": top})
    before = (y.data, top.data)
    session.set_leaf(session.graph.named("x"), -0.75)
    assert session.stuck == {
        session.graph.named("y"): reason,
        session.graph.named("top"): "it is computed from y, which kept its own",
    }
    assert (x.data, y.data, top.data) == (-0.75, *before)
    fact = Reporter(session).update().document
    assert fact.stuck == tuple(session.stuck.items())
    session.set_leaf(session.graph.named("x"), None)
    assert session.stuck == {}


def test_numbers_that_would_change_the_graph_are_refused():
    make = odd()
    x = make(-1.5)
    y = x.itself_above_zero()
    session = session_over(y, variables={"x": x, "y": y})
    before = picture(session.live)
    with pytest.raises(EditError) as refused:
        session.set_leaf(session.graph.named("x"), 2.0)
    assert str(refused.value) == (
        "Computing y again failed: with these numbers its op makes another graph. "
        "Change the number in the file and run it again."
    )
    assert picture(session.live) == before


def test_what_the_person_gave_a_result_stays():
    make = odd()
    x = make(1.5)
    y = x.through_a_helper()
    y.note, y.label = "mine", "y"
    number, prev = y.number, y._prev
    session = session_over(y)
    session.set_leaf(0, 2.0)
    assert y.data == 8.0
    assert (y.note, y.label, y.number, y._prev) == ("mine", "y", number, prev)


def test_trying_the_ops_leaves_no_trace():
    make = odd()
    x = make(1.5)
    y = x.through_a_helper() * x.two_branches()
    session = session_over(y)
    session.run_to_end()
    before = picture(session.live)
    session.set_leaf(0, 2.0)
    session.undo()
    session.run_to_end()
    assert [
        {k: v for k, v in of.items() if v[0] != "object"}
        for of in picture(session.live)
    ] == [{k: v for k, v in of.items() if v[0] != "object"} for of in before]
    session.reset()
    session.set_leaf(0, 1.5)
    assert x.grad == 0.0


def test_trying_the_ops_prints_nothing(capsys):
    make = odd()
    plain = make.__mul__

    def talking(self, other):
        sys.stdout.write("multiplying")
        return plain(self, other)

    make.__mul__ = talking
    x = make(1.5)
    y = x * x
    capsys.readouterr()
    session = session_over(y)
    session.set_leaf(0, 2.0)
    assert "multiplying" not in capsys.readouterr().out


def test_a_class_that_checks_its_numbers_can_refuse_one():
    class Strict:
        def __init__(self, data, _prev=()):
            self.data, self.grad, self._prev = data, 0.0, _prev
            self._backward = lambda: None

        def __setattr__(self, name, content):
            if name == "data" and content > 10:
                raise ValueError("too large")
            object.__setattr__(self, name, content)

    x = Strict(1.0)
    session = session_over(x, variables={"x": x})
    before = attributes(x)
    with pytest.raises(EditError) as refused:
        session.set_leaf(0, 11)
    assert str(refused.value) == "Computing x again failed: ValueError: too large."
    assert attributes(x) == before


def test_random_graphs_of_a_thousand_values_follow_an_edit():
    def program(number):
        r = random.Random(5)
        values = [Value(number if i == 0 else r.uniform(-1, 1)) for i in range(300)]
        for _ in range(700):
            a, b = r.choice(values[-300:]), r.choice(values[-300:])
            values.append(r.choice((a + b, a * b, (a - b).tanh())))
        used = {id(o) for v in values for o in v._prev}
        return [v for v in values if id(v) not in used], values[0]

    roots, leaf = program(0.25)
    session = session_over(*roots)
    session.run_to_end()
    node = next(i for i, v in enumerate(session.live.values) if v is leaf)
    session.set_leaf(node, -0.5)
    fresh = session_over(*program(-0.5)[0])
    fresh.run_to_end()
    assert visible(session.live, "data") == visible(fresh.live, "data")
    assert visible(session.live, "grad") == visible(fresh.live, "grad")
    assert bits(leaf.data) == bits(-0.5)


@pytest.mark.parametrize("calls_before", [0, 1])
def test_stopping_an_edit_half_way_changes_nothing(calls_before):
    """At trying the ops first, or at computing them again."""
    make = odd()
    x = make(1.5)
    first = x * x
    second = first.through_a_helper()
    plain, calls = make.__mul__, []

    def counted(self, other):
        calls.append(1)
        if len(calls) > calls_before:
            raise KeyboardInterrupt
        return plain(self, other)

    session = session_over(second, variables={"x": x, "first": first})
    session.run_to_end()
    before = picture(session.live)
    counting = session.live.origins[1].call
    object.__setattr__(counting, "function", counted)
    leaf = session.graph.named("x")
    with pytest.raises(EditError) as refused:
        session.set_leaf(leaf, 2.0)
    assert str(refused.value) == "Computing first again failed: you stopped it."
    assert picture(session.live) == before
    calls_before = 99
    session.set_leaf(leaf, 2.0)
    assert (first.data, second.data) == (4.0, 64.0)
    session.undo()
    assert picture(session.live) == before
