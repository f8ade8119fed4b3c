"""How far a gradient has come, as the mirror tells it."""

from helpers import lesson_17

from gradviz.session.mirror import GradientState


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
