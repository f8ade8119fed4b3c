"""Whatever is done, stepping back to the start restores every bit."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import LEAF_NUMBERS, SHAPES, bits, grown, live_of, picture, recipes

from gradviz.session.facts import Update
from gradviz.session.mirror import Mirror
from gradviz.session.report import Reporter
from gradviz.session.session import EditError, Session, StepError

SPOT = st.integers(0, 60)
NUMBER = LEAF_NUMBERS | st.sampled_from([7.0, -4, 1e9])

ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["step", "back", "end", "reset", "undo", "redo"])),
    st.tuples(st.just("jump"), SPOT),
    st.tuples(st.just("manual"), SPOT),
    st.tuples(st.just("zero")),
    st.tuples(st.just("leaf"), SPOT, NUMBER | st.none(), st.sampled_from(["", "a"])),
    st.tuples(st.just("seed"), SPOT, NUMBER | st.none()),
    st.tuples(st.just("rule"), st.sampled_from(["assign", "accumulate"])),
)


def act(session, action):
    kind, *rest = action
    size = len(session.graph)
    leaves = session.graph.leaves
    match kind:
        case "step":
            session.step()
        case "back":
            session.step_back()
        case "end":
            session.run_to_end()
        case "reset":
            session.reset()
        case "undo":
            session.undo()
        case "redo":
            session.redo()
        case "jump":
            session.move_to(rest[0] % (len(session.walk) + 1))
        case "manual":
            session.run_step(rest[0] % size)
        case "zero":
            session.zero_gradients()
        case "leaf":
            session.set_leaf(leaves[rest[0] % len(leaves)], rest[1], rest[2])
        case "seed":
            session.set_seed(rest[0] % size, rest[1])
        case "rule":
            session.set_rule(rest[0])


def try_to(session, action):
    try:
        act(session, action)
    except (EditError, StepError):
        return


def figures(live, what):
    names = [getattr(adapter, what) for adapter in live.adapters]
    return [
        bits(getattr(value, name) or None if what == "color" else getattr(value, name))
        if name
        else bits(None)
        for name, value in zip(names, live.values, strict=True)
    ]


def assert_shows(mirror, session):
    """The mirror shows what the live Values hold."""
    assert mirror.playhead == session.playhead
    assert [bits(n) for n in mirror.data] == figures(session.live, "data")
    assert [bits(n) for n in mirror.grad] == figures(session.live, "grad")
    assert [bits(n) for n in mirror.color] == figures(session.live, "color")


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_way_back_leads_to_the_same_bits(shape, data):
    values = grown(shape, data.draw(recipes(shape)))
    session = Session(live_of(values))
    opened = picture(session.live)
    for action in data.draw(st.lists(ACTIONS, max_size=15)):
        # What the state is depends on the document alone once the walk is back.
        before = (session.document, session.playhead)
        start = _at_start(session) if action[0] in ("step", "end", "jump") else None
        try_to(session, action)
        if start is not None and session.document is before[0]:
            assert _at_start(session) == start
    session.reset()
    while session.history.undo_text:
        session.undo()
    session.reset()
    assert picture(session.live) == opened


def _at_start(session):
    here = session.playhead
    session.reset()
    start = picture(session.live)
    session.move_to(here)
    return start


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_stepping_back_and_forth_repeats_the_same_bits(shape, data):
    session = Session(live_of(grown(shape, data.draw(recipes(shape)))))
    for action in data.draw(st.lists(ACTIONS, max_size=8)):
        try_to(session, action)
    session.reset()
    on_the_way = [picture(session.live)]
    try:
        for _ in session.walk:
            session.step()
            on_the_way.append(picture(session.live))
    except StepError:  # a gradient of None, in one of the classes
        assert picture(session.live) == on_the_way[-1]
    last = len(on_the_way) - 1
    for playhead in data.draw(st.lists(st.integers(0, last), max_size=8)):
        session.move_to(playhead)
        assert picture(session.live) == on_the_way[playhead]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_mirror_shows_the_live_numbers(shape, data):
    session = Session(live_of(grown(shape, data.draw(recipes(shape)))))
    reporter, mirror = Reporter(session), Mirror(session.graph)
    nothing = st.just(("nothing",))
    for action in [("nothing",), *data.draw(st.lists(ACTIONS | nothing, max_size=12))]:
        if action[0] != "nothing":
            try_to(session, action)
        packed = msgspec.msgpack.encode(reporter.update())
        mirror.apply(msgspec.msgpack.decode(packed, type=Update))
        assert_shows(mirror, session)
        assert [step.node for step in mirror.walk] == [s.node for s in session.walk]
    here = session.playhead
    for playhead in data.draw(st.lists(st.integers(0, mirror.recorded), max_size=6)):
        mirror.move_to(playhead)
        session.move_to(playhead)
        assert_shows(mirror, session)
    # The window may have scrubbed elsewhere when the next update comes.
    mirror.move_to(data.draw(st.integers(0, mirror.recorded)))
    session.move_to(here)
    mirror.apply(reporter.update())
    assert_shows(mirror, session)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_undo_and_redo_go_through_the_same_states(data):
    shape = data.draw(st.sampled_from(list(SHAPES.values())))
    session = Session(live_of(grown(shape, data.draw(recipes(shape)))))

    def state():
        here = session.playhead
        session.reset()
        found = (picture(session.live), session.document)
        session.move_to(here)
        return found

    states, texts = [state()], [session.history.undo_text]
    kinds = ("leaf", "seed", "rule")
    for action in data.draw(st.lists(ACTIONS, max_size=12)):
        if action[0] == "leaf":
            action = (*action[:3], "")
        if action[0] not in kinds:
            continue
        document = session.document
        try_to(session, action)
        if session.document is not document:
            states.append(state())
            texts.append(session.history.undo_text)
    for expected in reversed(states[:-1]):
        session.undo()
        assert state() == expected
    for expected, text in zip(states[1:], texts[1:], strict=True):
        session.redo()
        assert state() == expected
        assert session.history.undo_text == text
    assert session.history.redo_text == ""
