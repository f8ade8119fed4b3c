"""Opening files in the window: every way in, and everything that can go wrong."""

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QMenu,
    QPushButton,
)
from windows import CONTROL, Screen, children

from gradviz.ui.controller import Controller
from gradviz.ui.settings import Settings

PRODUCT = """
    from gradviz import Value
    a = Value(2.0)
    b = Value(-3.0)
    product = a * b
"""
ENDLESS = """
    while True:
        pass
"""


def fails(lesson, path):
    """Open a file that fails, and wait until the window says so."""
    lesson.window.open(path)
    lesson.until(lambda: lesson.notice and not lesson.controller.busy)


def assert_lesson_is_still_there(lesson):
    assert lesson.window.windowTitle() == "lesson-17 — gradviz"
    assert lesson.text("status-file") == "lesson-17"
    lesson.canvas.setFocus()
    lesson.key(Qt.Key.Key_End)
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    lesson.settle()
    assert lesson.grad("x1") == -0.375


# Ways in


def test_a_script_is_chosen_in_the_dialog(lesson, script, monkeypatch) -> None:
    path, asked = script(PRODUCT), []

    def choose(parent, title, folder, kinds):
        asked.append((title, folder, kinds))
        return str(path), kinds

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    Settings().trust(path.parent)
    lesson.key(Qt.Key.Key_O, CONTROL)
    lesson.until(lambda: lesson.window.windowTitle() == "script — gradviz")
    lesson.settle()
    assert lesson.text("status-size") == "3 Values · 2 operands"
    assert lesson.data("product") == -6
    [(title, folder, kinds)] = asked
    assert title == "Open"
    assert folder == str(Path.home())
    assert "*.ipynb" in kinds
    assert "*.py" in kinds


def test_a_dialog_that_is_cancelled_changes_nothing(lesson, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    lesson.key(Qt.Key.Key_O, CONTROL)
    assert not lesson.controller.busy
    assert_lesson_is_still_there(lesson)


def drop(screen, *urls):
    """Drag something over the window and let go; return whether it was taken."""
    data = QMimeData()
    data.setUrls(list(urls))
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    place = QPointF(400, 300)
    enter = QDragEnterEvent(place, copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(screen.window, enter)
    taken = enter.isAccepted()
    if taken:
        event = QDropEvent(place, copy, data, left, none)
        QApplication.sendEvent(screen.window, event)
    return taken


def test_a_script_is_dropped_onto_the_window(lesson, script) -> None:
    path = script(PRODUCT)
    Settings().trust(path.parent)
    assert drop(lesson, QUrl.fromLocalFile(str(path)))
    lesson.until(lambda: lesson.window.windowTitle() == "script — gradviz")
    lesson.settle()
    assert lesson.data("product") == -6


def test_what_can_not_be_opened_can_not_be_dropped(lesson, tmp_path) -> None:
    assert not drop(lesson, QUrl.fromLocalFile(str(tmp_path / "picture.png")))
    assert not drop(lesson, QUrl("https://example.org/script.py"))
    assert not drop(lesson)
    assert not lesson.controller.busy


def recent(screen):
    return [action.text() for action in screen.menu("Open Recent").actions()]


def test_recent_files_are_listed_opened_and_forgotten(screen, script) -> None:
    assert recent(screen) == ["No file opened yet"]
    path = script(PRODUCT)
    screen.open(path)
    screen.open("neuron")
    first, second, separator, clear = recent(screen)
    assert first.startswith("neuron.ipynb")
    assert second.startswith("script.py")
    assert str(path.parent) in second
    assert (separator, clear) == ("", "&Clear List")
    screen.menu("Open Recent").actions()[1].trigger()
    screen.until(lambda: screen.window.windowTitle() == "script — gradviz")
    screen.settle()
    assert recent(screen)[0].startswith("script.py")
    path.unlink()
    assert [text[:6] for text in recent(screen)[:2]] == ["neuron", ""]
    screen.menu("Open Recent").actions()[-1].trigger()
    assert recent(screen) == ["No file opened yet"]


def test_a_file_that_fails_is_not_a_recent_one(lesson, script) -> None:
    fails(lesson, script("1 / 0"))
    assert recent(lesson)[0].startswith("lesson-17")


def test_running_again_reads_the_file_anew(screen, script) -> None:
    path = script(PRODUCT)
    screen.open(path)
    script(PRODUCT.replace("-3.0", "5.0"))
    screen.key(Qt.Key.Key_F5)
    screen.until(lambda: screen.data("product") == 10)
    screen.settle()
    assert screen.window.windowTitle() == "script — gradviz"


def test_the_second_of_two_files_opened_in_a_row_is_shown(lesson, script) -> None:
    lesson.window.open(script(ENDLESS))
    lesson.open(script(PRODUCT, "second.py"))
    assert lesson.text("status-file") == "second"
    assert lesson.notice == ""


# What goes wrong


def test_a_file_that_fails_is_told_beside_the_last_good_graph(lesson, script) -> None:
    path = script(
        """
        from gradviz import Value
        def deep(x):
            return x / missing
        deep(Value(1.0))
        """
    )
    fails(lesson, path)
    assert lesson.notice == (
        "script.py failed on line 4: NameError: name 'missing' is not defined."
    )
    lesson.press("notice-details")
    lines = lesson.window._notice.details.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1:3] == [
        f'  File "{path}", line 5, in <module>',
        "    deep(Value(1.0))",
    ]
    assert lines[-1] == "NameError: name 'missing' is not defined"
    assert "gradviz/sources" not in lesson.window._notice.details
    assert lesson.window._notice._lines.isVisible()
    assert_lesson_is_still_there(lesson)


def test_a_file_mended_is_run_again_by_the_bars_button(lesson, script) -> None:
    fails(lesson, script("1 / 0"))
    assert lesson.find(QAbstractButton, "notice-action").text() == "Run again"
    script(PRODUCT)
    lesson.press("notice-action")
    lesson.until(lambda: lesson.window.windowTitle() == "script — gradviz")
    lesson.settle()
    assert lesson.notice == ""


def test_a_notice_is_closed(lesson, script) -> None:
    fails(lesson, script("1 / 0"))
    lesson.press("notice-close")
    assert lesson.notice == ""
    assert not lesson.window._notice.isVisible()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "a = (1,\nb = 2\n",
            "script.py failed on line 1: SyntaxError: '(' was never closed.",
        ),
        (
            "a = 1\n",
            "script.py ran to its end and left no Value to draw: call "
            "draw_dot(value) in it, or keep a Value in a variable.",
        ),
        (
            "draw_dot = print\ndraw_dot('a word')\n",
            "script.py draws something, but what it draws is no Value.",
        ),
        (
            "import nothing_of_that_name\n",
            "script.py failed on line 1: it needs the module nothing_of_that_name, "
            "which is not installed here.",
        ),
        ("exit(4)\n", "script.py failed on line 1: it called exit(4)."),
    ],
    ids=["syntax", "nothing", "no Value", "module", "exit"],
)
def test_the_sentence_for_a_file(lesson, script, source, sentence) -> None:
    fails(lesson, script(source))
    assert lesson.notice == sentence
    assert_lesson_is_still_there(lesson)


def test_a_file_that_is_gone(lesson, tmp_path) -> None:
    fails(lesson, tmp_path / "gone.py")
    assert lesson.notice == f"There is no file {tmp_path / 'gone.py'}."
    assert_lesson_is_still_there(lesson)


def test_a_first_file_that_fails_leaves_a_window_that_says_so(screen, script) -> None:
    screen.window.open(script("\n1 / 0"))
    screen.until(lambda: screen.notice and not screen.controller.busy)
    assert screen.notice == (
        "script.py failed on line 2: ZeroDivisionError: division by zero."
    )
    assert screen.text("status-file") == "no graph"
    assert screen.text("status-worker") == ""
    assert screen.canvas._hint == "Nothing to show: the file failed, see above."
    source = screen.window.docks.source
    assert source.isVisible()
    assert source.file.cells[0].text == "\n1 / 0"
    assert source.view._line == (0, 2)
    screen.open("lesson-17")
    assert screen.notice == ""


@pytest.mark.parametrize("ignored", ["ValueError", "BaseException"])
def test_a_first_file_that_is_stopped_is_not_said_to_have_failed(
    screen, script, ignored
) -> None:
    loop = f"""\
        print("begun")
        while True:
            try:
                while True: pass
            except {ignored}:
                pass
    """
    screen.window.open(script(loop))
    screen.until(lambda: screen.window.docks.output.text == "begun\n")
    screen.key(Qt.Key.Key_Period, CONTROL)
    screen.until(lambda: screen.notice)
    assert screen.notice == (
        "Your code was stopped. Run it again to go on."
        if ignored == "BaseException"
        else "You stopped the program in script.py, line 4."
    )
    assert screen.canvas._hint == "Nothing to show: the file was stopped, see above."


def test_a_first_file_that_ends_its_process_is_said_to_have_failed(
    screen, script
) -> None:
    screen.window.open(script("import os\nos._exit(3)"))
    screen.until(lambda: screen.notice)
    assert screen.canvas._hint == "Nothing to show: the file failed, see above."


def test_a_window_that_comes_after_its_file_has_begun_says_what_runs(
    qtbot, script
) -> None:
    """``gradviz FILE`` starts the file before there is a window."""
    controller = Controller()
    controller.open(script("print('on')\nwhile True: pass"))
    screen = Screen(qtbot, controller)
    try:
        assert screen.canvas._hint == "script is running."
        source, said = screen.window.docks.source, []
        source.failed.connect(said.append)
        source.run_all()
        assert said == ["Cells can be run as soon as the file has been opened."]
        screen.until(lambda: screen.window.docks.output.text == "on\n")
        screen.key(Qt.Key.Key_Period, CONTROL)
        stopped = "You stopped the program in script.py, line 2."
        screen.until(lambda: screen.notice == stopped)
    finally:
        screen.close()


def test_what_a_program_prints_changes_nothing(screen, script) -> None:
    screen.open(
        script(
            PRODUCT
            + """
    import os, sys
    print("\\x1b[31mred\\x1b[0m " * 20000)
    sys.stderr.write("to stderr")
    os.write(1, b"past every stream\\n")
    """
        )
    )
    assert screen.notice == ""
    assert screen.data("product") == -6


# What never ends


def test_an_endless_loop_is_cancelled(lesson, script) -> None:
    path = script("    print('begun')\n" + ENDLESS)
    lesson.window.open(path)
    cancel = lesson.find(QPushButton, "progress-cancel")
    lesson.until(cancel.isVisible)
    lesson.until(lambda: lesson.window.docks.output.text == "begun\n")
    assert lesson.text("progress-text") == "Running script.py…"
    assert lesson.text("status-worker") == "running"
    lesson.press("progress-cancel")
    lesson.until(lambda: lesson.notice)
    assert lesson.notice.startswith(f"You stopped the program in {path.name}, line ")
    assert not cancel.isVisible()
    assert lesson.text("status-worker") == "worker ready"
    assert_lesson_is_still_there(lesson)


def test_code_that_will_not_stop_is_ended(lesson, script) -> None:
    path = script(
        """
        print("begun")
        while True:
            try:
                while True:
                    pass
            except KeyboardInterrupt:
                pass
        """
    )
    lesson.window.open(path)
    lesson.until(lambda: lesson.window.docks.output.text == "begun\n")
    lesson.key(Qt.Key.Key_Period, CONTROL)
    lesson.until(lambda: lesson.notice)
    assert lesson.notice == "Your code was stopped. Run it again to go on."
    assert_lesson_is_still_there(lesson)


def test_a_cell_asked_for_without_a_process_still_offers_to_run_again(
    screen, script
) -> None:
    screen.open(script(PRODUCT))
    os.kill(screen.controller.workers.shown.pid, signal.SIGKILL)
    screen.until(lambda: screen.notice)
    screen.window.docks.source.run_all()
    assert screen.notice == "Cells can be run once the file has run: run it again (F5)."
    screen.press("notice-action")
    screen.until(lambda: not screen.notice and screen.controller.alive)
    screen.settle()


def test_a_worker_that_is_killed_is_brought_back_by_the_bars_button(lesson) -> None:
    lesson.key(Qt.Key.Key_Space)
    lesson.key(Qt.Key.Key_Space)
    lesson.settle()
    os.kill(lesson.controller.workers.shown.pid, signal.SIGKILL)
    lesson.until(lambda: lesson.notice)
    assert lesson.notice == (
        "The process that ran your code was ended by SIGKILL. Run it again to go on."
    )
    assert lesson.text("status-worker") == "worker ended"
    lesson.key(Qt.Key.Key_Left)
    assert lesson.grad("x1") == 0
    lesson.press("notice-action")
    lesson.until(lambda: lesson.text("status-worker") == "worker ready")
    lesson.until(lambda: lesson.playhead == "step 0 of 6")
    lesson.settle()
    assert lesson.notice == ""
    assert_lesson_is_still_there(lesson)


def test_code_that_ends_its_process_while_another_is_shown(lesson, script) -> None:
    fails(lesson, script("import os; os._exit(3)"))
    assert lesson.notice == (
        "The process that ran your code ended with exit code 3. Run it again to go on."
    )
    assert_lesson_is_still_there(lesson)


def test_closing_the_window_ends_a_file_that_runs(new_screen, script) -> None:
    before = children()
    screen = new_screen()
    path = script(
        """
        import pathlib, time
        pathlib.Path("started").touch()
        while True:
            try:
                time.sleep(1000)
            except BaseException:
                pass
        """
    )
    screen.window.open(path)
    screen.until((path.parent / "started").exists)
    screen.close()
    assert children() <= before


def test_the_recent_menu_is_in_the_file_menu(screen) -> None:
    titles = [menu.title() for menu in screen.menu("File").findChildren(QMenu)]
    inside = [a.menu().title() for a in screen.menu("File").actions() if a.menu()]
    assert "Open &Recent" in titles + inside
