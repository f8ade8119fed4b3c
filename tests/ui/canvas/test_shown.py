"""What cards say, apart from how it is drawn."""

import math

import pytest
from helpers import Play, lesson_17, named, square

from gradviz.analysis.words import value_in_words as in_words
from gradviz.ui.canvas.shown import Shown
from gradviz.value import Value


def test_a_gradient_nobody_has_pushed_is_a_dash_and_no_zero():
    play = lesson_17()
    card = Shown(play.mirror).card(play.named("x1"))
    assert (card.grad, card.mark, card.sign) == ("—", "", "")
    assert card.border_role == "card_line"


def test_a_partial_gradient_says_how_many_have_pushed():
    play = lesson_17()
    play.move_to(2)
    card = Shown(play.mirror).card(play.named("x1"))
    assert (card.grad, card.mark, card.sign) == ("−0.5", "1/2", "")
    assert card.grad_role == "negative"


def test_a_final_gradient_has_a_check_mark_even_if_it_is_zero():
    play = lesson_17("accumulate")
    play.run_to_end()
    card = Shown(play.mirror).card(play.named("w12"))
    assert (card.grad, card.mark, card.sign) == ("0", "zero", "check")
    assert card.grad_role == "text"
    assert card.border_role == "done"


@pytest.mark.parametrize(
    ("number", "text"),
    [(math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "nan"), (1e-5, "1e−5")],
)
def test_numbers_are_honest(number, text):
    play = square()
    play.mirror.data[0] = number
    assert Shown(play.mirror).card(0).data == text


def test_a_seeded_value_is_marked():
    play = lesson_17()
    shown = Shown(play.mirror)
    seeded = {n.name for n in play.graph.nodes if shown.card(n.id).seeded}
    assert seeded == {"s1", "s2"}


def test_a_step_tells_what_each_operand_saw_once():
    play = square()
    play.move_to(1)
    (flow,) = Shown(play.mirror).flows
    assert (flow.text, flow.changed) == ("0 → 6", True)


def test_an_operand_whose_gradient_did_not_change_is_told_too():
    play = lesson_17()
    play.move_to(3)
    texts = {play.graph.nodes[f.operand].name: f for f in Shown(play.mirror).flows}
    assert not texts["w12"].changed
    assert texts["w12"].text == "stays 0"


def test_cards_are_kept_until_they_are_dirty():
    play = lesson_17()
    shown = Shown(play.mirror)
    node = play.named("s1")
    card = shown.card(node)
    play.mirror.data[node] = 99.0
    assert shown.card(node) is card
    shown.refresh({node})
    assert shown.card(node).data == "99"


def test_words_say_the_state_and_every_digit():
    third = Value(1 / 3, "a<b>&c")
    play = Play([named(third * 2, "y")])
    words = in_words(play.mirror, play.named("a<b>&c"))
    assert "a<b>&c: a leaf" in words
    assert "0.3333333333333333" in words
    assert "not reached: no consumer has pushed" in words
    constant = next(n.id for n in play.graph.nodes if n.constant)
    assert "c1: a leaf without a name" in in_words(play.mirror, constant)


def test_an_overwritten_gradient_says_what_is_lost_and_is_not_called_done():
    play = lesson_17()
    play.move_to(5)
    x1 = play.named("x1")
    card = Shown(play.mirror).card(x1)
    assert (card.grad, card.mark, card.sign) == ("−0.375", "lost −0.5", "warning")
    assert card.border_role == "attention"
    assert "overwritten: −0.5 is lost, w21x1 replaced it" in in_words(play.mirror, x1)
    play.move_to(4)
    assert Shown(play.mirror).card(x1).mark == "1/2"


def test_an_accumulated_gradient_has_lost_nothing():
    play = lesson_17("accumulate")
    play.run_to_end()
    cards = [Shown(play.mirror).card(node.id) for node in play.graph.nodes]
    assert {card.sign for card in cards} == {"check"}


@pytest.mark.parametrize("rule", ["assign", "accumulate"])
def test_from_afar_a_card_has_the_border_it_has_near_by(rule):
    play = lesson_17(rule)
    play.session.run_step(play.named("w21x1"))
    play.update()
    for playhead in range(len(play.mirror.walk) + 1):
        play.move_to(playhead)
        far, near = Shown(play.mirror), Shown(play.mirror)
        for node in play.graph.nodes:
            assert far.border(node.id) == near.card(node.id).border_role
