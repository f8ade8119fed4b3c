"""A fault of our own, and what is left behind when windows close."""

import sys

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMessageBox
from windows import children

from gradviz import Value
from gradviz.sources.lessons import resolve
from gradviz.ui.crash import ExceptionReporter
from gradviz.ui.live import LiveController
from gradviz.worker.opened import Drawn, Reader


@pytest.fixture
def reporter(lesson):
    made = ExceptionReporter(lesson.window)
    yield made
    made.close()


def dialogs(screen):
    boxes = screen.window.findChildren(QMessageBox, "fault-dialog")
    return [box for box in boxes if box.isVisible()]


def fail(words):
    raise LookupError(words)


def raise_in_a_slot(words):
    """Let an exception reach the hook, as PySide does with one in a slot."""
    try:
        fail(words)
    except LookupError as error:
        sys.excepthook(type(error), error, error.__traceback__)


@pytest.mark.usefixtures("reporter")
def test_a_fault_is_told_with_a_report_and_the_window_lives(lesson, capsys) -> None:
    raise_in_a_slot("first fault")
    raise_in_a_slot("second fault")
    lesson.until(lambda: dialogs(lesson))
    [box] = dialogs(lesson)
    assert box.text().startswith("gradviz did something wrong.")
    report = box.detailedText()
    assert report.startswith("gradviz 0.")
    assert "LookupError: first fault" in report
    assert "in fail" in report
    assert "second fault" in capsys.readouterr().err
    box.close()
    lesson.until(lambda: not dialogs(lesson))
    lesson.window.activateWindow()
    lesson.until(lesson.window.isActiveWindow)
    lesson.key(Qt.Key.Key_End)
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    raise_in_a_slot("third fault")
    lesson.until(lambda: dialogs(lesson))
    assert "third fault" in dialogs(lesson)[0].detailedText()
    dialogs(lesson)[0].close()


def test_a_fault_in_a_slot_reaches_the_dialog(lesson, qtbot) -> None:
    with qtbot.captureExceptions():
        reporter = ExceptionReporter(lesson.window)
        QTimer.singleShot(0, lambda: fail("from a slot"))
        lesson.until(lambda: dialogs(lesson))
        assert "LookupError: from a slot" in dialogs(lesson)[0].detailedText()
        dialogs(lesson)[0].close()
        reporter.close()


def test_the_hook_is_given_back(lesson) -> None:
    before = sys.excepthook
    ExceptionReporter(lesson.window).close()
    assert sys.excepthook is before


def test_closed_reports_leave_no_dialogs_behind(lesson, reporter) -> None:
    for words in ("one", "two", "three"):
        raise_in_a_slot(words)
        lesson.until(lambda: dialogs(lesson))
        dialogs(lesson)[0].close()
        lesson.until(lambda: not dialogs(lesson))
    lesson.until(
        lambda: len(lesson.window.findChildren(QMessageBox, "fault-dialog")) == 0
    )


def test_a_closed_window_leaves_no_process(new_screen) -> None:
    before = children()
    screen = new_screen()
    screen.open("lesson-17")
    screen.open("neuron")
    screen.until(lambda: screen.controller.workers.has_spare)
    assert len(children() - before) == 3, "a worker, one for the next save, a layouter"
    screen.close()
    assert children() <= before


def test_a_window_closed_before_anything_is_shown(new_screen) -> None:
    before = children()
    screen = new_screen()
    screen.window.open(resolve("lesson-17"))
    screen.close()
    assert children() <= before


# Live Values


def test_a_window_on_live_values_works_on_the_programs_own(new_screen) -> None:
    x = Value(3.0, "x")
    y = x * x
    drawn = Drawn([[y]], {id(y): "y"}, Reader())
    screen = new_screen(LiveController(drawn))
    screen.controller.present()
    screen.settle()
    assert screen.text("status-size") == "2 Values · 2 operands"
    assert screen.window.windowTitle() == "live Values — gradviz"
    assert screen.text("status-file") == "live Values"
    screen.key(Qt.Key.Key_End)
    screen.until(lambda: screen.playhead == "step 1 of 1")
    assert x.grad == 6
    assert screen.controller.mirror.data == [3.0, 9.0]
    screen.key(Qt.Key.Key_Home)
    screen.until(lambda: screen.playhead == "step 0 of 1")
    assert x.grad == 0
