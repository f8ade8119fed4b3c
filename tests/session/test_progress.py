"""How far a gradient has come, as the mirror tells it."""

from helpers import lesson_17

from gradviz.session.facts import Column, DocumentFact, Effect, StepFact, Update
from gradviz.session.mirror import GradientState, Mirror


def progress(play, name):
    found = play.mirror.progress(play.named(name))
    return found.state, found.pushed, found.expected


def test_a_gradient_is_final_when_every_use_has_pushed():
    play = lesson_17("accumulate")
    assert progress(play, "x1") == (GradientState.UNREACHED, 0, 2)
    assert progress(play, "s1") == (GradientState.FINAL, 0, 0)
    play.move_to(2)
    assert progress(play, "x1") == (GradientState.PARTIAL, 1, 2)
    play.run_to_end()
    assert progress(play, "x1") == (GradientState.FINAL, 2, 2)


def test_a_use_that_pushed_twice_is_not_final():
    play = lesson_17("accumulate")
    play.run_to_end()
    play.session.run_step(play.named("w21x1"))
    play.update()
    assert play.mirror.grad[play.named("x1")] == -1.25
    assert progress(play, "x1") == (GradientState.REPEATED, 3, 2)
    play.session.step_back()
    play.update()
    assert progress(play, "x1") == (GradientState.FINAL, 2, 2)
    play.session.zero_gradients()
    play.update()
    assert progress(play, "x1") == (GradientState.UNREACHED, 0, 2)


def test_an_edit_after_some_steps_counts_no_push_twice():
    play = lesson_17("accumulate")
    play.move_to(2)
    play.session.set_leaf(play.named("x2"), 2.0)
    play.update()
    assert progress(play, "x1") == (GradientState.PARTIAL, 1, 2)


def recorded_walk(play):
    """A first pass, a write that zeroes x1, and a second push to it."""
    x1, w11x1 = play.named("x1"), play.named("w11x1")
    push = (Effect(x1, "grad", 0.0, -0.5),)
    return (
        StepFact(w11x1, "recorded", push, 0.25, "cell 3"),
        StepFact(-1, "write", (Effect(x1, "grad", -0.5, 0.0),), None, "cell 4"),
        StepFact(w11x1, "recorded", push, 0.25, "cell 5"),
    )


def test_a_write_to_a_gradient_forgets_what_was_pushed_to_it():
    play = lesson_17()
    mirror = Mirror(play.graph)
    start = Column((1.0,) * len(play.graph), (0.0,) * len(play.graph), (None,) * 13)
    walk = recorded_walk(play)
    document = DocumentFact(walk="recorded", has_recorded=True)
    mirror.apply(Update(0, walk=walk, start=start, document=document))
    x1 = play.named("x1")
    assert mirror.move_to(1) == {x1, play.named("w11x1"), play.named("w11")}
    assert mirror.progress(x1).pushed == 1
    assert mirror.move_to(2) == {x1}
    assert (mirror.grad[x1], mirror.progress(x1).pushed) == (0.0, 0)
    mirror.move_to(3)
    assert mirror.progress(x1) == (GradientState.FINAL, 1, 1)
    mirror.move_to(1)
    assert (mirror.grad[x1], mirror.progress(x1).pushed) == (-0.5, 1)
    mirror.move_to(0)
    assert mirror.progress(x1).pushed == 0
