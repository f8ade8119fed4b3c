"""What is wrong or doubtful about a gradient, in marks and in words."""

import math

import msgspec
from helpers import Play, lesson_17, named, square

from gradviz.analysis.losses import overwriting
from gradviz.analysis.reference import reference
from gradviz.analysis.states import (
    came_too_early,
    conditions,
    too_early,
    where_it_began,
)
from gradviz.analysis.words import state_in_words
from gradviz.session.facts import Effect, StepFact, Update
from gradviz.session.report import column_of
from gradviz.value import Value


def told(play, name):
    node = play.named(name)
    steps = overwriting(play.mirror).get(node, ())
    return {found.kind: found for found in conditions(play.mirror, node, steps)}


def refer(play):
    seeds = dict(play.session.document.seeds)
    found = reference(play.session.live, seeds)
    play.mirror.reference = found.fact(play.graph)


def test_a_right_walk_has_nothing_to_say():
    play = lesson_17("accumulate")
    refer(play)
    for playhead in range(len(play.mirror.walk) + 1):
        play.move_to(playhead)
        assert not any(told(play, node.name) for node in play.graph.nodes)


def test_an_overwritten_gradient():
    play = lesson_17()
    play.run_to_end()
    found = told(play, "x1")["overwritten"]
    assert found.mark == "lost −0.5"
    assert found.words == "overwritten: −0.5 is lost, w21x1 replaced it"


def test_a_gradient_that_disagrees_with_the_reference():
    play = lesson_17()
    refer(play)
    play.move_to(4)
    assert "disagrees" not in told(play, "x1"), "one more path is to come"
    play.run_to_end()
    found = told(play, "x1")["disagrees"]
    assert found.mark == "≠ −0.875"
    assert found.words == "disagrees with the reference: −0.875 is right"
    assert "disagrees" not in told(play, "w11")


def assigned():
    """Return c = a + a x, where assigning loses 1 of ∇a = 3.

    a is x y at x = 2 and y = 3, and y is −z.
    """
    x, z = Value(2.0, "x", rule="assign"), Value(-3.0, "z", rule="assign")
    y = named(-z, "y")
    a = named(x * y, "a")
    play = Play([named(a + named(a * x, "b"), "c")])
    refer(play)
    play.run_to_end()
    assert told(play, "a")["overwritten"].mark == "lost 1"
    return play


def test_a_gradient_that_is_wrong_because_of_another():
    # a has pushed x · 2 = 4 where x · 3 = 6 would be right.
    found = told(assigned(), "y")
    assert list(found) == ["follows"]
    assert found["follows"].mark == "≠ 6"
    assert found["follows"].words == "wrong because a is: 6 is right"


def test_where_it_began_is_what_is_wrong_by_itself():
    play = assigned()
    name = [node.name for node in play.graph.nodes]
    assert told(play, "z")["follows"].words == "wrong because y is: −6 is right"
    first = where_it_began(play.mirror, play.named("z"))
    assert [name[node] for node in first] == ["a"]
    assert where_it_began(play.mirror, play.named("a")) == []


def test_a_gradient_that_is_wrong_because_of_another_and_by_itself():
    play = assigned()
    y, end = play.named("y"), len(play.mirror.walk)
    at = next(i for i, s in enumerate(play.mirror.walk) if s.node == play.named("a"))
    play.mirror.move_to(at)
    step = play.mirror.walk[at]
    other = StepFact(step.node, "planned", (Effect(y, "grad", 0.0, 5.0),), 2.0)
    play.mirror.walk[at] = other
    play.mirror.recorded = end
    play.mirror.move_to(end)
    found = told(play, "y")
    assert list(found) == ["disagrees"]
    assert found["disagrees"].words == "disagrees with the reference: 6 is right"


def test_the_reference_goes_with_the_numbers_it_was_made_of():
    play = lesson_17()
    refer(play)
    play.session.set_leaf(play.named("x2"), 2.0)
    play.update()
    assert play.mirror.reference is None
    assert play.mirror.expected(play.named("x1")) is None


def test_where_there_is_no_derivative_nothing_disagrees():
    x = Value(0.0, "x")
    play = Play([named(x.relu(), "y")])
    refer(play)
    assert play.mirror.expected(play.named("x")) is None
    play.run_to_end()
    assert not told(play, "x")


def test_pushed_twice_and_pushed_to_more_than_once():
    play = lesson_17("accumulate")
    play.run_to_end()
    play.session.run_step(play.named("w21x1"))
    play.update()
    assert told(play, "w21x1")["pushed-twice"].words == (
        "pushed twice: w21x1._backward() has been called that often in one backward "
        "pass"
    )
    found = told(play, "x1")["repeated"]
    assert found.mark == "got 2×"
    assert found.words == "pushed to more than once: by w21x1 2 times"


def test_pushed_too_early():
    play = lesson_17("accumulate")
    play.session.run_step(play.named("w21x1"))
    play.update()
    assert not told(play, "w21x1")
    play.run_to_end()
    found = told(play, "w21x1")["too-early"]
    assert found.mark == "early"
    assert found.words == (
        "pushed too early: its gradient has changed after it had pushed"
    )


def chain():
    """y = a·a + a with a = 2·x, so that a has three slots that push to it."""
    x = Value(3.0, "x")
    a = named(x * 2, "a")
    return Play([named(named(a * a, "b") + a, "y")])


def test_what_a_push_would_miss_is_told_before_and_after():
    play = chain()
    refer(play)
    play.move_to(1)
    a = play.named("a")
    assert play.mirror.grad[a] == 1.0
    assert too_early(play.mirror, a) == (
        "b has not pushed to a yet: a would push 1 and miss 12."
    )
    assert came_too_early(play.mirror) == ""
    play.session.run_step(a)
    play.update()
    assert came_too_early(play.mirror) == (
        "Too early: b has not pushed to a yet. a has pushed 1 and misses 12."
    )
    assert state_in_words(play.mirror, a) == (
        "partial: 1 of 3 consumers have pushed; it has pushed already and will miss "
        "the rest"
    )


def test_without_a_reference_it_says_that_something_is_missed():
    play = chain()
    play.move_to(1)
    assert too_early(play.mirror, play.named("a")) == (
        "b has not pushed to a yet: a would push 1 and miss the rest."
    )


def test_nothing_is_too_early_when_all_have_pushed_or_for_a_leaf():
    play = chain()
    assert too_early(play.mirror, play.named("x")) == ""
    play.run_to_end()
    assert too_early(play.mirror, play.named("a")) == ""


def test_what_an_earlier_pass_has_left():
    play = square()
    node = play.named("x")
    play.mirror.pushes.begin(frozenset({node}))
    found = told(play, "x")["left-over"]
    assert found.mark == "old ∇"
    assert found.words == "left over: it holds a gradient of an earlier backward pass"


def test_what_an_edit_does_not_reach_and_what_it_has_outdated():
    play = chain()
    facts = msgspec.structs.replace(
        play.mirror.document,
        stuck=((play.named("b"), "its op can't be called again"),),
        stale=((play.named("a"), "The 3 in a came from x.data, perhaps."),),
    )
    start = column_of(play.session.live)
    play.mirror.apply(Update(0, start=start, document=facts, walk_kept=3))
    assert told(play, "b")["not-propagated"].words == (
        "not propagated: its op can't be called again"
    )
    assert told(play, "a")["stale"].words == (
        "stale: The 3 in a came from x.data, perhaps."
    )
    assert told(play, "y")["stale"].words == "stale: computed from b, which is stale"


def test_seeded_zero_and_unseeded_are_told_apart():
    x, z = Value(3.0, "x"), Value(0.0, "z")
    y, other = named(x * z, "y"), named(x + 1, "other")
    play = Play([y, other], {"y": 1.0})
    assert state_in_words(play.mirror, play.named("other")) == (
        "not seeded: no seed is above it"
    )
    assert state_in_words(play.mirror, play.named("x")) == (
        "not reached: no consumer has pushed"
    )
    play.run_to_end()
    assert state_in_words(play.mirror, play.named("x")) == (
        "final and zero: its one consumer has pushed"
    )
    assert state_in_words(play.mirror, play.named("z")) == (
        "final: its one consumer has pushed"
    )


def test_nan_is_not_called_wrong_where_nobody_knows_better():
    play = square()
    refer(play)
    play.mirror.reference = msgspec.structs.replace(
        play.mirror.reference, gradients=(math.nan,) * len(play.graph)
    )
    play.run_to_end()
    assert not told(play, "x")


def test_a_nan_where_a_number_is_right_disagrees():
    play = square()
    refer(play)
    x, y = play.named("x"), play.named("y")
    wrong = StepFact(y, "planned", (Effect(x, "grad", 0.0, math.nan),), 1.0)
    play.mirror.walk[0] = wrong
    play.mirror.recorded = 1
    play.mirror.move_to(1)
    assert told(play, "x")["disagrees"].mark == "≠ 6"
