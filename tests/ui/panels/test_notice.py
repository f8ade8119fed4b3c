"""The notice bar as a person uses it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from gradviz.ui.panels.notice import NoticeBar
from gradviz.worker.messages import Failure

LINES = (
    'Traceback (most recent call last):\n  File "lesson.py", line 3, in <module>\n'
    "    1 / 0\nZeroDivisionError: division by zero\n"
)
FAILED = Failure("code", "Cell 3 failed.", LINES, "lesson.py:3")


@pytest.fixture
def bar(window, theme):
    bar = NoticeBar(theme, window)
    window.layout_.addWidget(bar)
    window.resize(700, 300)
    window.show()
    return bar


def test_it_is_not_there_until_there_is_something_to_say(bar) -> None:
    assert not bar.isVisible()


def test_a_failure_says_what_and_opens_its_traceback(bar, qtbot) -> None:
    bar.show_failure(FAILED)
    assert bar.isVisible()
    assert (bar.kind, bar.text) == ("error", "Cell 3 failed.")
    assert bar._icon.accessibleName() == "error"
    assert not bar._lines.isVisible()
    qtbot.mouseClick(bar._more, Qt.MouseButton.LeftButton)
    assert bar._lines.isVisible()
    assert bar.details == LINES.rstrip()
    assert bar._more.text() == "Hide details"
    qtbot.mouseClick(bar._more, Qt.MouseButton.LeftButton)
    assert not bar._lines.isVisible()


def test_the_traceback_can_be_copied(bar, qtbot) -> None:
    bar.show_failure(FAILED)
    qtbot.mouseClick(bar._more, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar._copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == f"Cell 3 failed.\n\n{LINES}"


def test_what_was_refused_is_only_a_warning(bar) -> None:
    bar.show_failure(Failure("request", "The rule can't be chosen here."))
    assert bar.kind == "warning"
    assert not bar._more.isVisible()


def test_an_action_can_be_offered(bar, qtbot) -> None:
    done = []
    bar.show_failure(FAILED, "Run again", lambda: done.append(1))
    qtbot.mouseClick(bar._action, Qt.MouseButton.LeftButton)
    assert bar._action.text() == "Run again"
    assert done == [1]
    bar.show_info("Two roots were found.")
    assert not bar._action.isVisible()
    assert (bar.kind, bar.text) == ("info", "Two roots were found.")


def test_it_can_be_closed_and_cleared(bar, qtbot) -> None:
    bar.show_info("Two roots were found.")
    with qtbot.waitSignal(bar.dismissed):
        qtbot.mouseClick(bar._close, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    bar.show_failure(FAILED)
    bar.clear()
    assert not bar.isVisible()
    assert (bar.kind, bar.text, bar.details) == ("", "", "")


def test_a_moments_work_is_not_mentioned(bar, qtbot) -> None:
    bar.set_busy("Running lesson.py")
    assert not bar.isVisible()
    bar.set_busy("")
    assert not bar._timer.isActive()
    assert not bar.isVisible()


def test_longer_work_says_what_it_is_and_can_be_cancelled(bar, qtbot) -> None:
    bar.set_busy("Running lesson.py")
    bar.set_busy("Running cell 3 of 9")
    qtbot.waitUntil(bar.isVisible, timeout=2000)
    assert bar._doing.text() == "Running cell 3 of 9…"
    with qtbot.waitSignal(bar.cancel_requested):
        qtbot.mouseClick(bar._cancel, Qt.MouseButton.LeftButton)
    bar.set_busy("")
    assert not bar.isVisible()


def test_a_notice_outlives_the_work_beside_it(bar, qtbot) -> None:
    bar.show_failure(FAILED)
    bar.set_busy("Running lesson.py")
    qtbot.waitUntil(bar._progress.isVisible, timeout=2000)
    bar.set_busy("")
    assert bar.isVisible()
    assert bar.text == "Cell 3 failed."


def test_a_long_sentence_is_wrapped_not_cut(bar, window) -> None:
    window.resize(420, 300)
    bar.show_failure(Failure("code", "A long sentence about what failed. " * 8))
    window.layout_.activate()
    label = bar._sentence
    assert label.height() >= label.heightForWidth(label.width())
