"""The walk that the person's own code made, in the Steps dock."""

import pytest
from analysis.graphs import lesson_session
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from recorded import show_recorded

from gradviz.analysis.explain import explain_step
from gradviz.session.facts import Effect, StepFact
from gradviz.ui.panels.steps import StepsPanel
from gradviz.ui.panels.steps_model import StepRole
from gradviz.worker.messages import SwitchWalk


@pytest.fixture
def recorded(show):
    panel, controller = show(StepsPanel, lesson_session("assign"), width=340)
    show_recorded(controller)
    return panel, controller


def rows(panel, role=Qt.ItemDataRole.DisplayRole):
    return [panel.model.index(i).data(role) for i in range(panel.model.rowCount())]


def button(panel, kind):
    return panel.findChild(QToolButton, f"steps-{kind}")


def test_calls_and_writes_are_told_in_the_order_of_the_code(recorded):
    panel, _ = recorded
    assert rows(panel) == [
        "cell 9 sets s1.∇ = 0.25, s2.∇ = 0.5",
        "s1._backward()",
        "w11x1._backward()",
        "cell 3 sets x1.∇ = 0, w11.∇ = 0, w11x1.∇ = 0 and 2 more",
        "cell 2 sets x2 = 5",
    ]
    assert rows(panel, StepRole.PLACE) == ["", "cell 7", "cell 5", "", ""]


def test_a_recorded_call_has_its_arithmetic(recorded):
    panel, controller = recorded
    controller.move_to(3)
    assert [line for line, _, _ in panel.model.lines] == [
        "w11: ∇ = x1 · ∇w11x1 = 1 × 0.25 = 0.25",
        "(0 → 0.25)",
        "x1: ∇ = w11 · ∇w11x1 = −2 × 0.25 = −0.5",
        "(0 → −0.5, push 1 of 2)",
    ]


def test_arithmetic_is_that_of_the_numbers_of_its_time(recorded):
    panel, controller = recorded
    controller.move_to(3)
    before = rows(panel, StepRole.RESULT)[2], panel.model.terms(2)[0].text
    controller.move_to(5)
    assert (rows(panel, StepRole.RESULT)[2], panel.model.terms(2)[0].text) == before
    assert not panel.model.index(2).data(StepRole.WARNING)


def test_a_write_opens_everything_it_sets(recorded):
    panel, controller = recorded
    controller.move_to(4)
    assert [line for line, _, _ in panel.model.lines] == [
        "x1.∇ = 0 (it was −0.5)",
        "w11.∇ = 0 (it was 0.25)",
        "w11x1.∇ = 0 (it was 0.25)",
        "s1.∇ = 0 (it was 0.25)",
        "x1 = 5 (it was 1)",
    ]
    tip = panel.model.index(3).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines()[-2] == "Set by your code, outside of any _backward()"


def test_a_colour_that_was_set_first_had_nothing_before(show) -> None:
    _, controller = show(StepsPanel, lesson_session("assign"))
    graph = controller.mirror.graph
    s1 = graph.named("s1")
    effects = (Effect(s1, "grad", 0.0, 0.25), Effect(s1, "color", None, "green"))
    step = StepFact(-1, "write", effects, None, "cell 9")
    terms = explain_step(graph, controller.mirror.data, step, "assign", {})
    assert [term.text for term in terms] == [
        "s1.∇ = 0.25   (it was 0)",
        "s1.color = green   (it had none)",
    ]


def test_going_back_over_a_write_shows_what_was(recorded):
    _, controller = recorded
    x1 = controller.mirror.graph.named("x1")
    controller.move_to(4)
    assert (controller.mirror.grad[x1], controller.mirror.data[x1]) == (0.0, 5)
    controller.move_to(3)
    assert (controller.mirror.grad[x1], controller.mirror.data[x1]) == (-0.5, 1.0)


def test_the_choice_of_walks_is_offered_once_there_are_two(show):
    panel, controller = show(StepsPanel, lesson_session("assign"))
    assert not button(panel, "planned").isVisible()
    show_recorded(controller)
    assert button(panel, "planned").isVisible()
    assert button(panel, "recorded").isChecked()
    assert not button(panel, "planned").isChecked()


def test_a_click_asks_for_the_other_walk_and_the_answer_decides(recorded):
    panel, controller = recorded
    QTest.mouseClick(button(panel, "planned"), Qt.MouseButton.LeftButton)
    assert controller.requests == [SwitchWalk("planned")]
    assert button(panel, "recorded").isChecked()
    QTest.mouseClick(button(panel, "recorded"), Qt.MouseButton.LeftButton)
    assert len(controller.requests) == 1


@pytest.mark.parametrize(
    ("cut", "text"),
    [
        (1200, "The first 1,200 calls were not kept."),
        (1, "The first call was not kept."),
    ],
)
def test_calls_that_were_not_kept_are_told(recorded, cut, text):
    panel, controller = recorded
    label = panel.findChild(QLabel, "steps-cut")
    assert not label.isVisible()
    show_recorded(controller, cut)
    assert label.isVisible()
    assert label.text() == text
    show_recorded(controller, cut, walk="planned")
    assert not label.isVisible()


@pytest.mark.parametrize(
    ("untold", "has_recorded", "text"),
    [
        (0, True, ""),
        (1, False, "1 call of your code is missing: it can't be made again."),
        (12, True, "12 calls of your code are missing: they can't be made again."),
    ],
)
def test_calls_that_can_not_be_told_are_counted(show, untold, has_recorded, text):
    panel, controller = show(StepsPanel, lesson_session("assign"))
    walk = "recorded" if has_recorded else "planned"
    show_recorded(controller, walk=walk, untold=untold, has_recorded=has_recorded)
    label = panel.findChild(QLabel, "steps-cut")
    assert label.text() == text
    assert label.isVisible() is bool(text)
    assert button(panel, "planned").isVisible() is has_recorded
