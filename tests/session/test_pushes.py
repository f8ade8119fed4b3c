"""Which Values have pushed, pass by pass."""

from helpers import lesson_17, square
from hypothesis import given
from hypothesis import strategies as st

from gradviz.session.facts import Column, DocumentFact, Effect, StepFact, Update
from gradviz.session.mirror import Mirror
from gradviz.session.pushes import Pushes

GRAPH = lesson_17().graph
OPS = [node.id for node in GRAPH.nodes if not node.is_leaf]


def counts(pushes):
    nodes = range(len(GRAPH))
    return (
        list(pushes.received),
        list(pushes.repeated),
        list(pushes.twice),
        [late > 0 for late in pushes.late],
        set(pushes.left),
        [pushes.times(node) for node in nodes],
    )


def recorded(mirror, walk):
    count = len(mirror.graph)
    start = Column((1.0,) * count, (0.0,) * count, (None,) * count)
    document = DocumentFact(walk="recorded", has_recorded=True)
    mirror.apply(Update(0, walk=walk, start=start, document=document))


@st.composite
def walks(draw):
    """Return steps in any order: hooks, writes of gradients, zeroing."""
    held, walk = dict.fromkeys(range(len(GRAPH)), 0.0), []
    for _ in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(["recorded", "recorded", "write", "zero"]))
        if kind == "recorded":
            node = draw(st.sampled_from(OPS))
            written = set(GRAPH.nodes[node].operands)
        elif kind == "write":
            node, written = -1, {draw(st.sampled_from(range(len(GRAPH))))}
        else:
            node, written = -1, set(range(len(GRAPH)))
        effects = []
        for other in sorted(written):
            after = 0.0 if kind == "zero" else float(draw(st.integers(-2, 2)))
            effects.append(Effect(other, "grad", held[other], after))
            held[other] = after
        walk.append(StepFact(node, kind, tuple(effects), held.get(node), "cell 1"))
    return tuple(walk)


@given(walks(), st.data())
def test_the_counts_depend_on_the_playhead_alone(walk, data):
    mirror = Mirror(GRAPH)
    recorded(mirror, walk)
    straight = [counts(mirror.pushes)]
    for playhead in range(1, len(walk) + 1):
        mirror.move_to(playhead)
        straight.append(counts(mirror.pushes))
    for playhead in data.draw(st.lists(st.integers(0, len(walk)), max_size=8)):
        mirror.move_to(playhead)
        assert counts(mirror.pushes) == straight[playhead]


def test_a_push_before_the_gradient_was_complete_is_late():
    play = lesson_17("accumulate")
    early = play.named("w21x1")
    play.session.run_step(early)
    play.update()
    assert play.mirror.pushes.late[early] == 0
    play.run_to_end()
    assert play.mirror.pushes.late[early] == 1
    play.move_to(0)
    assert play.mirror.pushes.late[early] == 0


def test_what_was_not_zeroed_before_a_second_pass_is_left_over():
    play = square()
    x, y = play.named("x"), play.named("y")
    seed = StepFact(-1, "write", (Effect(y, "grad", 0.0, 1.0),), None, "cell 2")
    again = StepFact(-1, "write", (Effect(y, "grad", 1.0, 1.0),), None, "cell 3")
    walk = (
        seed,
        StepFact(y, "recorded", (Effect(x, "grad", 0.0, 6.0),), 1.0, "cell 2"),
        again,
        StepFact(y, "recorded", (Effect(x, "grad", 6.0, 12.0),), 1.0, "cell 3"),
    )
    mirror = Mirror(play.graph)
    recorded(mirror, walk)
    mirror.move_to(2)
    assert mirror.pushes.left == set()
    mirror.move_to(4)
    assert mirror.pushes.left == {x}
    assert (mirror.pushes.received[x], mirror.pushes.twice[y]) == (2, 0)
    mirror.move_to(2)
    assert mirror.pushes.left == set()


def test_zeroed_gradients_leave_nothing_over():
    play = square()
    x, y = play.named("x"), play.named("y")
    push = StepFact(y, "recorded", (Effect(x, "grad", 0.0, 6.0),), 1.0, "cell 2")
    zero = StepFact(
        -1,
        "write",
        (Effect(x, "grad", 6.0, 0.0), Effect(y, "grad", 1.0, 1.0)),
        None,
        "cell 3",
    )
    mirror = Mirror(play.graph)
    recorded(mirror, (push, zero, push))
    mirror.move_to(3)
    assert mirror.pushes.left == set()
    assert mirror.pushes.twice == [0, 0]


def test_a_leaf_that_holds_a_gradient_before_the_pass_has_kept_it():
    play = square()
    x, y = play.named("x"), play.named("y")
    walk = (
        StepFact(-1, "write", (Effect(x, "grad", 0.0, -3.0),), None, "cell 4"),
        StepFact(-1, "write", (Effect(y, "grad", 0.0, 1.0),), None, "cell 4"),
        StepFact(y, "recorded", (Effect(x, "grad", -3.0, 3.0),), 1.0, "cell 4"),
        StepFact(-1, "write", (Effect(x, "grad", 3.0, 1.0),), None, "cell 4"),
    )
    mirror = Mirror(play.graph)
    recorded(mirror, walk)
    seen = []
    for playhead in range(5):
        mirror.move_to(playhead)
        seen.append(set(mirror.pushes.left))
    # What is set after the pass, as clipping does, is none of an earlier one.
    assert seen == [set(), {x}, {x}, {x}, set()]


def test_gradients_that_are_there_before_the_first_step_are_left_over():
    pushes = Pushes(GRAPH)
    pushes.begin(frozenset({1, 3}))
    write = StepFact(-1, "write", (Effect(1, "grad", 5.0, 0.0),), None, "cell 1")
    pushes.make((write,), 0, [0.0] * len(GRAPH))
    assert pushes.left == {3}
    pushes.take_back((write,), 0)
    assert pushes.left == {1, 3}


def test_a_root_whose_hook_their_code_calls_again_begins_a_pass():
    play = square()
    x, y = play.named("x"), play.named("y")
    walk = (
        StepFact(y, "recorded", (Effect(x, "grad", 0.0, 6.0),), 1.0, "cell 2"),
        StepFact(y, "recorded", (Effect(x, "grad", 6.0, 12.0),), 1.0, "cell 3"),
    )
    mirror = Mirror(play.graph)
    recorded(mirror, walk)
    mirror.move_to(2)
    assert mirror.pushes.left == {x}
    assert mirror.pushes.twice[y] == 0
    mirror.move_to(1)
    assert mirror.pushes.left == set()
    assert mirror.pushes.times(y) == 1


def test_a_root_whose_hook_one_cell_calls_twice_in_a_row_has_pushed_twice():
    play = square()
    x, y = play.named("x"), play.named("y")
    walk = (
        StepFact(y, "recorded", (Effect(x, "grad", 0.0, 6.0),), 1.0, "cell 2"),
        StepFact(y, "recorded", (Effect(x, "grad", 6.0, 12.0),), 1.0, "cell 2"),
    )
    mirror = Mirror(play.graph)
    recorded(mirror, walk)
    mirror.move_to(2)
    assert mirror.pushes.left == set()
    assert (mirror.pushes.twice[y], mirror.pushes.repeated[x]) == (1, 1)


def test_a_root_that_is_pushed_twice_by_hand_is_just_that():
    play = square()
    x, y = play.named("x"), play.named("y")
    for _ in range(2):
        play.session.run_step(y)
    play.update()
    assert play.mirror.pushes.left == set()
    assert play.mirror.pushes.twice[y] == 1
    assert play.mirror.pushes.repeated[x] == 1
