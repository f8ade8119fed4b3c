"""What a step did, in the words of the screen: whole lines."""

import math

import pytest
from analysis.graphs import by_text, lesson_session, mirrored, session

from gradviz import Value
from gradviz.analysis.explain import (
    Term,
    explain_step,
    listed,
    step_name,
)
from gradviz.analysis.summary import summarize_step
from gradviz.session.facts import Effect, StepFact
from gradviz.session.session import Session


def steps(owner: Session) -> dict[str, tuple[Term, ...]]:
    """Return the terms of every step, by the name of its Value."""
    owner.run_to_end()
    mirror = mirrored(owner)
    return {
        owner.graph.nodes[step.node].name: explain_step(
            mirror.graph, mirror.data, step, mirror.document.rule
        )
        for step in mirror.walk
    }


def lines(terms: tuple[Term, ...]) -> list[str]:
    return [term.text for term in terms]


def test_lesson_17_with_the_assignment_rule() -> None:
    told = steps(lesson_session("assign"))
    assert lines(told["s1"]) == [
        "w11x1: ∇ = 1 · ∇s1 = 1 × 0.25 = 0.25   (0 → 0.25)",
        "w12x2: ∇ = 1 · ∇s1 = 1 × 0.25 = 0.25   (0 → 0.25)",
    ]
    assert lines(told["w11x1"]) == [
        "w11: ∇ = x1 · ∇w11x1 = 1 × 0.25 = 0.25   (0 → 0.25)",
        "x1: ∇ = w11 · ∇w11x1 = −2 × 0.25 = −0.5   (0 → −0.5)",
    ]
    assert lines(told["w21x1"]) == [
        "w21: ∇ = x1 · ∇w21x1 = 1 × (−0.125) = −0.125   (0 → −0.125)",
        "x1: ∇ = w21 · ∇w21x1 = 3 × (−0.125) = −0.375   (−0.5 → −0.375, −0.5 is lost)",
    ]
    lost = told["w21x1"][1]
    assert (lost.lost, lost.flow, lost.before, lost.after) == (
        -0.5,
        -0.375,
        -0.5,
        -0.375,
    )
    assert not lost.wrong


def test_lesson_17_with_the_accumulation_rule() -> None:
    told = steps(lesson_session("accumulate"))
    assert lines(told["w11x1"])[1] == (
        "x1: ∇ += w11 · ∇w11x1 = −2 × 0.25 = −0.5   (0 → −0.5)"
    )
    assert lines(told["w21x1"])[1] == (
        "x1: ∇ += w21 · ∇w21x1 = 3 × (−0.125) = −0.375   (−0.5 → −0.875)"
    )
    assert told["w21x1"][1].lost is None


def test_the_three_parts_make_the_line() -> None:
    for term in steps(lesson_session("assign"))["w21x1"]:
        assert term.text == f"{term.formula} {term.arithmetic}   {term.change}"


def test_pushes_are_counted_when_given() -> None:
    owner = lesson_session("accumulate")
    owner.run_to_end()
    mirror = mirrored(owner)
    x1 = mirror.graph.named("x1")
    step = mirror.walk[1]
    terms = explain_step(
        mirror.graph, mirror.data, step, "accumulate", {x1: (1, 2), 0: (1, 1)}
    )
    assert lines(terms)[1] == (
        "x1: ∇ += w11 · ∇w11x1 = −2 × 0.25 = −0.5   (0 → −0.5, push 1 of 2)"
    )


def product(before: float, after: float, rule: str | None = None) -> str:
    """Return the line for a, where y = a × b = 3 × 4 has gradient 2."""
    graph, data = by_text("×", {"a": 3.0, "b": 4.0}, 12.0)
    step = StepFact(2, "planned", (Effect(0, "grad", before, after),), 2.0)
    return explain_step(graph, data, step, rule)[0].text


def test_with_no_rule_known_the_numbers_tell() -> None:
    assert product(0, 8.0) == "a: ∇ = b · ∇out = 4 × 2 = 8   (0 → 8)"
    assert product(1.0, 9.0) == "a: ∇ += b · ∇out = 4 × 2 = 8   (1 → 9)"
    assert product(1.0, 8.0) == "a: ∇ = b · ∇out = 4 × 2 = 8   (1 → 8, 1 is lost)"


def test_a_gradient_of_none_counts_as_zero() -> None:
    assert product(None, 8.0, "accumulate") == (
        "a: ∇ += b · ∇out = 4 × 2 = 8   (0 → 8)"
    )


def test_a_wrong_result_says_what_the_chain_rule_gives() -> None:
    assert product(0, 7.0) == (
        "a: ∇ is 7, not 8 (0 → 7, the chain rule gives b · ∇out = 4 × 2 = 8)"
    )
    assert product(0, math.nan) == (
        "a: ∇ is nan, not 8 (0 → nan, the chain rule gives b · ∇out = 4 × 2 = 8)"
    )
    graph, data = by_text("×", {"a": 3.0, "b": 4.0}, 12.0)
    step = StepFact(2, "planned", (Effect(0, "grad", 0, 7.0),), 2.0)
    a, b = explain_step(graph, data, step)
    assert a.wrong
    assert b.text == "b: ∇ (unchanged, the chain rule gives a · ∇out = 3 × 2 = 6)"
    # It may have assigned what stood there already; who accumulates has no such excuse.
    assert not b.wrong
    assert explain_step(graph, data, step, "accumulate")[1].wrong


def test_assigning_what_stands_there_already_is_no_error() -> None:
    graph, data = by_text("+", {"a": 3.0, "b": 4.0}, 7.0)
    step = StepFact(2, "manual", (), 0.25)
    a, b = explain_step(graph, data, step, "assign", held={0: 0.25, 1: 0.5})
    assert a.text == "a: ∇ = 1 · ∇out = 1 × 0.25 = 0.25   (unchanged)"
    assert not a.wrong
    assert b.text == (
        "b: ∇ is 0.5, not 0.25 (unchanged, the chain rule gives 1 · ∇out = 1 × 0.25 = "
        "0.25)"
    )
    assert b.wrong


def test_rounding_is_no_error() -> None:
    assert "chain rule" not in product(0.1, 0.1 + 8.0 + 1e-12)
    assert "chain rule" not in product(-8.0, 1e-15)
    assert "chain rule" not in product(0, 8.0000001)  # single precision


def test_an_unknown_op_tells_only_the_change() -> None:
    graph, data = by_text("gelu", {"x": 1.0}, 0.84)
    made = StepFact(1, "planned", (Effect(0, "grad", 0, 1.08),), 1.0)
    assert lines(explain_step(graph, data, made)) == ["x: ∇ (0 → 1.08)"]
    nothing = StepFact(1, "planned", (), 1.0)
    assert lines(explain_step(graph, data, nothing)) == ["x: ∇ (unchanged)"]
    assert explain_step(graph, data, made)[0].flow is None


def test_a_step_not_made_yet_has_its_formula() -> None:
    mirror = mirrored(lesson_session("accumulate"))
    terms = explain_step(mirror.graph, mirror.data, mirror.walk[1], "accumulate")
    assert lines(terms) == [
        "w11: ∇ += x1 · ∇w11x1   (not made yet)",
        "x1: ∇ += w11 · ∇w11x1   (not made yet)",
    ]


def test_nothing_to_push_leaves_a_gradient_unchanged() -> None:
    graph, data = by_text("relu", {"x": -1.0}, 0.0)
    step = StepFact(1, "planned", (), 2.0)
    assert lines(explain_step(graph, data, step)) == [
        "x: ∇ += (1 if x > 0 else 0) · ∇out = 0 × 2 = 0   (unchanged)"
    ]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("accumulate", "x: ∇ += (x + x) · ∇y = (3 + 3) × 1 = 6   (0 → 6)"),
        ("assign", "x: ∇ = x · ∇y = 3 × 1 = 3   (0 → 3, 3 is lost)"),
    ],
)
def test_an_operand_read_twice_is_one_term(rule: str, line: str) -> None:
    x = Value(3.0, label="x", rule=rule)
    y = x * x
    y.label = "y"
    assert lines(steps(session([y]))["y"]) == [line]


def test_tanh_and_its_brackets() -> None:
    n = Value(0.5, label="n")
    o = n.tanh()
    o.label = "o"
    assert lines(steps(session([o]))["o"]) == [
        "n: ∇ += (1 − o²) · ∇o = 0.7864 × 1 = 0.7864   (0 → 0.7864)"
    ]


def test_signs_in_names_and_constants() -> None:
    a = Value(3.0, label="a + b")
    y = a * -2
    y.label = "2 * c"
    graph = session([y]).graph
    assert step_name(graph, StepFact(len(graph) - 1, "planned")) == (
        "(2 * c)._backward()"
    )
    assert lines(steps(session([y]))["2 * c"])[0] == (
        "a + b: ∇ += −2 · ∇(2 * c) = −2 × 1 = −2   (0 → −2)"
    )


def test_writing_elsewhere_is_told() -> None:
    graph, data = by_text("+", {"a": 3.0, "b": 4.0}, 7.0)
    effects = (
        Effect(0, "grad", 0, 1.0),
        Effect(1, "grad", 0, 1.0),
        Effect(2, "grad", 1.0, 0.0),
    )
    terms = explain_step(graph, data, StepFact(2, "manual", effects, 1.0))
    assert [term.operand for term in terms] == [0, 1, 2]
    assert terms[2].text == "out: ∇ (1 → 0, its own gradient)"


def test_zeroing_has_no_arithmetic_but_a_sentence() -> None:
    graph, data = by_text("+", {"a": 3.0, "b": 4.0}, 7.0)
    zero = StepFact(-1, "zero", ())
    assert explain_step(graph, data, zero) == ()
    assert step_name(graph, zero) == "zero gradients"
    assert summarize_step(graph, data, zero) == (
        "Every gradient was zeroed and the seeds set again"
    )


def test_sentences_for_the_timeline() -> None:
    owner = lesson_session("assign")
    owner.move_to(5)
    mirror = mirrored(owner)

    def said(index: int) -> str:
        return summarize_step(mirror.graph, mirror.data, mirror.walk[index])

    made = {owner.graph.nodes[s.node].name: i for i, s in enumerate(mirror.walk)}
    assert said(made["w21x1"]) == "w21x1 pushed −0.125 to w21 and −0.375 to x1"
    assert said(made["s1"]) == "s1 pushed 0.25 to w11x1 and w12x2"
    assert said(5) == "w22x2._backward() comes next"
    idle = StepFact(6, "planned", (), 0.25)
    name = owner.graph.nodes[6].name
    assert summarize_step(mirror.graph, mirror.data, idle) == (
        f"{name}._backward() changed no gradient"
    )


def test_lists_in_words() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(list("abcdef")) == "a, b, c and 3 more"


def said(a: float, b: float | None) -> str:
    """Return the sentence on y = a × b = 3 × 4, which is to push 8 to a and 6 to b."""
    graph, data = by_text("×", {"a": 3.0, "b": 4.0}, 12.0)
    pushed = {0: a, 1: b}
    effects = [Effect(n, "grad", 0, p) for n, p in pushed.items() if p is not None]
    step = StepFact(2, "planned", tuple(effects), 2.0)
    return summarize_step(graph, data, step, held={0: 0.0, 1: 0.0})


def test_a_wrong_push_is_told_beside_the_right_one() -> None:
    assert said(8.0, 5.0) == "out pushed 8 to a and 5 to b, not 6"
    assert said(7.0, 6.0) == "out pushed 6 to b and 7 to a, not 8"
    assert said(7.0, 5.0) == "out pushed 7 to a (not 8) and 5 to b (not 6)"
    assert said(8.0, None) == "out pushed 8 to a and nothing to b, not 6"


def test_a_step_that_should_have_pushed_and_changed_nothing_says_what() -> None:
    graph, data = by_text("relu", {"n": 4.0}, 4.0)
    step = StepFact(1, "planned", (), 1.0)
    assert summarize_step(graph, data, step, held={0: 0.0}) == (
        "out pushed 0 to n, not 1"
    )
    (term,) = explain_step(graph, data, step, held={0: 0.0})
    assert term.text == (
        "n: ∇ is 0, not 1 (unchanged, the chain rule gives (1 if n > 0 else 0) "
        "· ∇out = 1 × 1 = 1)"
    )
