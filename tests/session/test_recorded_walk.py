"""Two walks: gradviz's own plan, and what the person's code did."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SHAPES, grown, live_of, picture, recipes
from test_exact_undo import ACTIONS, assert_shows, try_to

from gradviz.graph.build import build
from gradviz.session.attributes import Attributes
from gradviz.session.facts import Update
from gradviz.session.mirror import GradientState, Mirror
from gradviz.session.recording import RecordedStep, Recording
from gradviz.session.report import Reporter
from gradviz.session.session import EditError, Session, StepError
from gradviz.value import Value


class Theirs:
    """A person's code at work on live Values, and what a recorder would say of it."""

    def __init__(self, live, place="cell 9"):
        self.live = live
        self.place = place
        self.steps = []
        self._attributes = Attributes(live)

    def call(self, node):
        value, adapter = self.live.values[node], self.live.adapters[node]
        self._note()
        upstream = adapter.gradient(value)
        hook = adapter.hook_of(value)
        if hook is None:
            return
        with suppress(TypeError, ZeroDivisionError, OverflowError):
            hook()
        delta = self._attributes.take()
        self.steps.append(RecordedStep(node, delta, upstream, self.place))

    def write(self, node, what, number):
        attribute = getattr(self.live.adapters[node], what)
        setattr(self.live.values[node], attribute, number)

    @property
    def recording(self):
        self._note()
        return Recording(tuple(self.steps), 0)

    def _note(self):
        """A recorder sees writes only after the first call it has logged."""
        written = self._attributes.take()
        if written and self.steps:
            self.steps.append(RecordedStep(-1, written, None, self.place))


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 30)),
        st.tuples(st.just("grad"), st.integers(0, 30), st.sampled_from([0.25, 1.0])),
        st.tuples(st.just("zero")),
        st.tuples(st.just("data"), st.integers(0, 30), st.sampled_from([0.5, -2.0])),
    ),
    max_size=8,
)


def do(theirs, deeds):
    size, leaves = len(theirs.live.values), theirs.live.graph.leaves
    for deed, *rest in deeds:
        if deed == "call":
            theirs.call(rest[0] % size)
        elif deed == "grad":
            theirs.write(rest[0] % size, "grad", rest[1])
        elif deed == "data":
            theirs.write(leaves[rest[0] % len(leaves)], "data", rest[1])
        else:
            for node in range(size):
                theirs.write(node, "grad", 0.0)


def chain():
    x = Value(3.0, "x", rule="accumulate")
    y = Value(4.0, "y", rule="accumulate")
    z = x * y
    z.label = "z"
    return x, y, z, build([z], {})


def test_their_backward_pass_is_a_walk_beside_the_plan():
    x, y, z, live = chain()
    theirs = Theirs(live)
    z.grad = 2.0
    theirs.call(live.graph.named("z"))
    session = Session(live, recording=theirs.recording)
    assert session.has_recorded
    assert (session.walk_kind, session.playhead) == ("planned", 0)
    assert (x.grad, y.grad, z.grad) == (0.0, 0.0, 2.0)
    session.switch_walk("recorded")
    assert [(s.kind, s.place) for s in session.walk] == [
        ("write", "cell 9"),
        ("recorded", "cell 9"),
    ]
    assert (x.grad, y.grad, z.grad) == (8.0, 6.0, 2.0)
    session.step_back()
    assert (x.grad, y.grad, z.grad) == (0.0, 0.0, 2.0)
    session.step_back()
    assert (x.grad, y.grad, z.grad) == (0.0, 0.0, 0.0)
    session.switch_walk("planned")
    assert (x.grad, y.grad, z.grad) == (0.0, 0.0, 2.0)


def test_a_leaf_edit_makes_the_recorded_calls_again():
    x, y, z, live = chain()
    theirs = Theirs(live)
    z.grad = 2.0
    theirs.call(live.graph.named("z"))
    session = Session(live, recording=theirs.recording)
    session.switch_walk("recorded")
    session.set_leaf(live.graph.named("x"), 5.0)
    assert (z.data, x.grad, y.grad) == (20.0, 8.0, 10.0)
    session.undo()
    assert (z.data, x.grad, y.grad) == (12.0, 8.0, 6.0)


def test_a_training_step_shows_the_numbers_that_the_pass_used():
    x, y, z, live = chain()
    theirs = Theirs(live)
    z.grad = 1.0
    theirs.call(live.graph.named("z"))
    theirs.write(live.graph.named("x"), "data", 2.6)
    session = Session(live, recording=theirs.recording)
    assert x.data == 2.6
    session.switch_walk("recorded")
    assert x.data == 2.6
    session.move_to(2)
    assert (x.data, y.grad) == (3.0, 3.0)
    session.switch_walk("planned")
    assert x.data == 2.6


def test_seeds_of_the_recorded_walk_are_their_codes():
    *_, live = chain()
    theirs = Theirs(live)
    theirs.call(live.graph.named("z"))
    session = Session(live, recording=theirs.recording)
    session.switch_walk("recorded")
    with pytest.raises(EditError) as refused:
        session.set_seed(live.graph.named("z"), 3.0)
    assert str(refused.value) == (
        "The recorded walk has the seeds that your code set; switch to the planned "
        "walk to choose others."
    )


def test_without_their_calls_there_is_no_recorded_walk():
    *_, live = chain()
    session = Session(live)
    with pytest.raises(EditError) as refused:
        session.switch_walk("recorded")
    assert str(refused.value) == (
        "There is no recorded walk: your code has called no _backward of this graph."
    )


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_recorded_walk_ends_where_their_code_left_off(shape, data):
    live = live_of(grown(shape, data.draw(recipes(shape))))
    theirs = Theirs(live)
    do(theirs, data.draw(DEEDS))
    left = picture(live)
    session = Session(live, recording=theirs.recording)
    planned = picture(live)
    if session.has_recorded:
        session.switch_walk("recorded")
        assert picture(live) == left
        session.reset()
        session.run_to_end()
        assert picture(live) == left
        session.move_to(data.draw(st.integers(0, len(session.walk))))
        session.switch_walk("planned")
    assert picture(live) == planned
    session.leave()
    assert picture(live) == left


def go_on(session, deeds, place="cell 4"):
    """Run a cell that does things to the Values shown, as the workspace does."""
    session.lend()
    theirs = Theirs(session.live, place)
    do(theirs, deeds)
    recording = theirs.recording
    changed, left = session.take_changes(), picture(session.live)
    after = Session(
        session.live,
        recording=recording,
        past=session.past(changed, True, place),
        history=session.history,
    )
    return after, changed, left


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_cell_goes_on_from_what_is_shown_and_is_taken_back(shape, data):
    live = live_of(grown(shape, data.draw(recipes(shape))))
    session = Session(live)
    for action in data.draw(st.lists(ACTIONS, max_size=5)):
        try_to(session, action)
    shown = picture(live)
    deeds = data.draw(DEEDS)
    after, changed, left = go_on(session, deeds)
    for action in data.draw(st.lists(ACTIONS, max_size=5)):
        try_to(after, action)
    session.hold()
    assert picture(live) == left
    session.take_back(changed)
    session.return_seeds()
    assert picture(live) == shown


def test_a_cell_sees_what_the_window_shows():
    x, y, _, live = chain()
    session = Session(live)
    session.run_to_end()
    assert (x.grad, y.grad) == (4.0, 3.0)
    after, *_ = go_on(session, [("call", live.graph.named("z"))])
    assert (x.grad, y.grad) == (8.0, 6.0)
    assert [s.kind for s in after.walk] == ["write", "planned", "recorded"]
    after.switch_walk("planned")
    assert (x.grad, y.grad) == (4.0, 3.0)


def test_a_cell_that_only_looks_leaves_the_walk_where_it_was():
    *_, live = chain()
    session = Session(live)
    session.run_to_end()
    after, changed, _ = go_on(session, [])
    assert changed == ()
    assert (after.walk_kind, after.playhead, len(after.walk)) == ("planned", 1, 1)


def test_a_leaf_that_a_cell_sets_is_no_edit_any_more():
    _, _, z, live = chain()
    session = Session(live)
    session.set_leaf(live.graph.named("x"), 10.0)
    assert z.data == 40.0
    after, *_ = go_on(session, [("data", 0, 0.5)])
    leaf = live.graph.leaves[0]
    assert live.values[leaf].data == 0.5
    assert leaf not in after.document.leaves


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_mirror_follows_through_both_walks(shape, data):
    live = live_of(grown(shape, data.draw(recipes(shape))))
    theirs = Theirs(live)
    do(theirs, data.draw(DEEDS))
    session = Session(live, recording=theirs.recording)
    reporter, mirror = Reporter(session), Mirror(session.graph)
    switch = st.tuples(st.just("switch"), st.sampled_from(["planned", "recorded"]))
    nothing = ("nothing",)
    for action in [nothing, *data.draw(st.lists(ACTIONS | switch, max_size=12))]:
        if action[0] == "switch":
            with suppress(StepError, EditError):
                session.switch_walk(action[1])
        elif action is not nothing:
            try_to(session, action)
        packed = msgspec.msgpack.encode(reporter.update())
        mirror.apply(msgspec.msgpack.decode(packed, type=Update))
        assert_shows(mirror, session)
        assert mirror.document.walk == session.walk_kind
    for playhead in data.draw(st.lists(st.integers(0, mirror.recorded), max_size=6)):
        mirror.move_to(playhead)
        session.move_to(playhead)
        assert_shows(mirror, session)


def test_a_recorded_walk_that_may_go_on_waits_for_every_consumer():
    x = Value(3.0, "x", rule="accumulate")
    y = x * x
    z = y * x
    y.label, z.label = "y", "z"
    live = build([z], {})
    theirs = Theirs(live)
    z.grad = 1.0
    theirs.call(live.graph.named("z"))
    session = Session(live, recording=theirs.recording)
    session.switch_walk("recorded")
    mirror = Mirror(session.graph)
    mirror.apply(Reporter(session).update())
    states = {n.name: mirror.progress(n.id) for n in session.graph.nodes}
    assert states["x"] == (GradientState.PARTIAL, 1, 3)
    assert states["y"] == (GradientState.FINAL, 1, 1)
    assert states["z"] == (GradientState.FINAL, 0, 0)
    mirror.move_to(0)
    assert mirror.progress(live.graph.named("z")).state is GradientState.UNREACHED


def test_the_seeds_of_each_walk_are_those_it_starts_from():
    _, _, z, live = chain()
    theirs, node = Theirs(live), live.graph.named("z")
    z.grad = 2.0
    theirs.call(node)
    session = Session(live, recording=theirs.recording)
    session.set_seed(node, 5.0)
    assert session.walked_seeds == {node: 5.0}
    session.switch_walk("recorded")
    assert session.walked_seeds == {node: 2.0}
