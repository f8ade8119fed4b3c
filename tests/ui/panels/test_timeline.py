"""The timeline as a person uses it."""

import pytest
from analysis.graphs import lesson_session, session
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from recorded import show_recorded

from gradviz import Value
from gradviz.ui.panels.timeline import TimelineBar


@pytest.fixture
def lesson(show):
    return show(TimelineBar, lesson_session("assign"), width=900)


def place(track, playhead):
    return QPoint(round(track.x_of(playhead)), track.height() // 2)


def test_it_says_where_the_playhead_stands_and_what_was_done(lesson) -> None:
    bar, controller = lesson
    assert bar.position_text == "step 0 of 6"
    assert bar.sentence == "s1._backward() comes next"
    controller.move_to(5)
    assert bar.position_text == "step 5 of 6"
    assert bar.sentence == "w21x1 pushed −0.125 to w21 and −0.375 to x1"
    controller.step_back()
    assert bar.position_text == "step 4 of 6"
    controller.reset()
    assert bar.sentence == "s1._backward() comes next"


def test_the_handle_can_be_dragged(lesson) -> None:
    bar, controller = lesson
    track = bar.track
    seen = []
    controller.moved.connect(lambda: seen.append(controller.mirror.playhead))
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=place(track, 0))
    for playhead in (1, 3, 5, 2):
        QTest.mouseMove(track, place(track, playhead))
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=place(track, 2))
    assert seen == [1, 3, 5, 2]
    assert controller.mirror.playhead == 2
    assert controller.mirror.recorded == 5


def test_a_click_goes_there_and_moving_the_pointer_alone_does_not(lesson) -> None:
    bar, controller = lesson
    QTest.mouseClick(bar.track, Qt.MouseButton.LeftButton, pos=place(bar.track, 4))
    assert controller.mirror.playhead == 4
    QTest.mouseMove(bar.track, place(bar.track, 1))
    assert controller.mirror.playhead == 4


def test_the_track_keeps_its_place_while_walking(lesson) -> None:
    bar, controller = lesson
    before = bar.track.geometry()
    for playhead in range(7):
        controller.move_to(playhead)
        bar.layout().activate()
        assert bar.track.geometry() == before


def test_steps_have_dots_as_long_as_there_is_room(lesson, window) -> None:
    bar, _ = lesson
    assert bar.track.has_dots
    bar.track.set_position(0, 500)
    assert not bar.track.has_dots
    assert bar.track.playhead_at(bar.track.x_of(321)) == 321


def test_page_keys_are_its_own_and_arrows_are_the_windows(lesson, window) -> None:
    bar, controller = lesson
    bar.track.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bar.track, Qt.Key.Key_PageDown)
    assert controller.mirror.playhead == 1
    QTest.keyClick(bar.track, Qt.Key.Key_Right)
    assert window.walked == ["Right"]


def test_a_long_sentence_ends_in_its_tooltip(show) -> None:
    names = [Value(1.0, label=f"a rather long name {i}") for i in range(2)]
    y = names[0] * names[1]
    y.label = "another name"
    bar, controller = show(TimelineBar, session([y]), width=500)
    controller.run_to_end()
    assert bar._sentence.toolTip() == (
        "another name pushed 1 to a rather long name 0 and a rather long name 1"
    )
    assert bar._sentence.width() <= 140


def test_without_steps_it_says_so(show) -> None:
    bar, controller = show(TimelineBar, None)
    assert bar.position_text == "no steps"
    assert not bar.track.isEnabled()
    controller.show_session(session([Value(1.0, label="x")]))
    assert bar.sentence == "Seed a Value to get a walk"


def test_writes_of_the_persons_code_have_squares_and_sentences(lesson) -> None:
    bar, controller = lesson
    show_recorded(controller)
    assert bar.sentence == "Next, cell 9 sets s1.∇ = 0.25, s2.∇ = 0.5"
    track = bar.track

    def corner(playhead):
        """The colour where a square has its corner and a disc has none."""
        at = place(track, playhead) - QPoint(4, 4)
        return track.grab().toImage().pixelColor(at).name()

    controller.move_to(5)
    assert [corner(playhead) == corner(1) for playhead in (2, 3, 4)] == [
        False,
        False,
        True,
    ]
    assert bar.sentence == "cell 2 sets x2 = 5"


def test_what_came_too_early_is_said_in_full(lesson, window) -> None:
    bar, controller = lesson
    window.resize(1280, 60)
    controller.run_step(controller.mirror.graph.named("w21x1"))
    assert bar._sentence.shown_text.replace("\n", " ") == (
        "Too early: s2 has not pushed to w21x1 yet. w21x1 has pushed 0 and misses the "
        "rest."
    )
    assert bar._sentence.fontMetrics().lineSpacing() * 2 <= bar.height()


def test_a_sentence_too_long_for_two_lines_ends_in_dots(show) -> None:
    operands = [Value(1.0, label=f"layer[0].neuron[{i}].weight") for i in range(2)]
    y = operands[0] * operands[1]
    bar, controller = show(TimelineBar, session([y]), width=500)
    controller.run_to_end()
    lines = bar._sentence.shown_text.split("\n")
    assert len(lines) == 2
    assert lines[1].endswith("…")
