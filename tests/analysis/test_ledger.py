"""A gradient as a sum over its consumers, and as the writes that made it."""

import pytest
from helpers import Play, lesson_17, named, random_graph, square

from gradviz.analysis.ledger import ledger, summands, total
from gradviz.analysis.reference import reference
from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.graph.trace import Trace
from gradviz.session.mirror import Mirror
from gradviz.session.report import Reporter
from gradviz.session.session import Session
from gradviz.value import Value


def parts(play, name):
    return {
        play.graph.nodes[s.consumer].name: s
        for s in summands(play.mirror, play.named(name))
    }


def test_terms_that_were_pushed_and_terms_that_are_missing():
    play = lesson_17("accumulate")
    play.move_to(2)
    first, second = parts(play, "x1").values()
    assert (first.product, first.arithmetic) == ("w11 · ∇w11x1", "−2 × 0.25")
    assert (first.flow, first.pushed) == (-0.5, -0.5)
    assert (second.product, second.arithmetic) == ("w21 · ∇w21x1", "")
    assert (second.flow, second.pushed) == (None, None)
    play.move_to(4)
    missing = parts(play, "x1")["w21x1"]
    assert (missing.arithmetic, missing.flow) == ("3 × (−0.125)", -0.375)
    assert missing.pushed is None


def test_the_terms_add_up_to_the_gradient_under_accumulation():
    play = random_graph(60)
    play.run_to_end()
    for node in play.graph.nodes:
        found = summands(play.mirror, node.id)
        seed = play.mirror.seeds.get(node.id, 0.0)
        sum_ = seed + sum(summand.flow for summand in found)
        assert sum_ == pytest.approx(play.mirror.grad[node.id], rel=1e-12, abs=1e-15)


def test_both_slots_of_x_times_x_are_one_term():
    play = square()
    play.run_to_end()
    (term,) = parts(play, "x").values()
    assert (term.slots, term.product, term.arithmetic, term.flow) == (
        2,
        "(x + x) · ∇y",
        "(3 + 3) × 1",
        6.0,
    )


def test_the_ledger_has_every_write_with_its_step():
    play = lesson_17()
    play.run_to_end()
    entries, earlier = ledger(play.mirror, play.named("x1"), 10)
    assert earlier == 0
    assert [(e.step, e.by, e.arithmetic) for e in entries] == [
        (1, "w11x1._backward()", "−2 × 0.25"),
        (4, "w21x1._backward()", "3 × (−0.125)"),
    ]
    assert [(e.before, e.after, e.lost) for e in entries] == [
        (0.0, -0.5, None),
        (-0.5, -0.375, -0.5),
    ]
    play.move_to(3)
    assert len(ledger(play.mirror, play.named("x1"), 10)[0]) == 1


def test_a_long_ledger_keeps_the_last_and_counts_the_others():
    x = Value(1.0, "x")
    play = Play([named(x * n, f"y{n}") for n in range(2, 9)])
    play.run_to_end()
    entries, earlier = ledger(play.mirror, play.named("x"), 3)
    assert (len(entries), earlier) == (3, 4)
    assert entries[-1].after == sum(range(2, 9))


def test_zeroing_is_in_the_ledger_and_begins_the_sum_anew():
    play = lesson_17("accumulate")
    play.move_to(2)
    play.session.zero_gradients()
    play.update()
    entries, _ = ledger(play.mirror, play.named("x1"), 10)
    assert [(e.by, e.before, e.after) for e in entries][-1] == (
        "zero gradients",
        -0.5,
        0.0,
    )
    assert all(s.pushed is None for s in summands(play.mirror, play.named("x1")))


class Softsign:
    """A class with an op whose formula nobody knows."""

    def __init__(self, data, prev=(), op="", label=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, prev, op
        self.label = label
        self._backward = lambda: None

    def softsign(self):
        out = Softsign(self.data / (1 + abs(self.data)), (self,), "softsign", "y")

        def _backward():
            self.grad += out.grad / (1 + abs(self.data)) ** 2

        out._backward = _backward
        return out


def test_the_number_of_an_unknown_derivative_comes_from_the_reference():
    adapters = Adapters()
    trace = Trace(adapters)
    trace.watch_class(Softsign)
    trace.start()
    y = Softsign(1.0, label="x").softsign()
    trace.stop()
    live = build([y], {}, adapters, trace)
    session = Session(live)
    mirror, reporter = Mirror(live.graph), Reporter(session)
    session.run_to_end()
    mirror.apply(reporter.update())
    x = live.graph.named("x")
    (before,) = summands(mirror, x)
    assert (before.product, before.arithmetic) == ("", "")
    mirror.reference = reference(live, {live.graph.named("y"): 1.0}).fact(live.graph)
    (after,) = summands(mirror, x)
    assert after.product == "∂y/∂x · ∇y"
    assert after.arithmetic == "0.25 × 1"
    assert after.flow == pytest.approx(0.25, rel=1e-9)


def test_sums_are_written_as_people_write_them():
    assert total([-0.5, -0.375], 4) == "−0.5 + (−0.375) = −0.875"
    assert total([1.0, 2.0, 3.0], 2) == "6"
    assert total([4.0], 4) == "4"
