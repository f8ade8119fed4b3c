"""Files run without asking where they are trusted; elsewhere they are read first."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QListWidget,
    QPushButton,
)
from windows import CONTROL, write_script

from gradviz.ui.preferences import PreferencesDialog
from gradviz.ui.settings import Settings
from gradviz.ui.trust import TrustDialog

PRODUCT = """
    import pathlib
    from gradviz import Value
    pathlib.Path("ran").touch()
    a = Value(2.0)
    b = Value(-3.0)
    product = a * b
"""
SENTENCE = (
    "mine.py will run as a program on this computer, with your permissions. Run it "
    "only if you trust who wrote it."
)
NOTICE = (
    "mine.py has not run yet: its source is in the Source panel. Run it only if you "
    "trust who wrote it."
)


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "homework"
    folder.mkdir()
    return write_script(folder, PRODUCT, "mine.py")


def drop(screen, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    place = QPointF(400, 300)
    for kind in (QDragEnterEvent, QDropEvent):
        QApplication.sendEvent(screen.window, kind(place, copy, data, left, none))


def asked(screen):
    """Return the dialog that asks, None while none is shown."""
    found = screen.window.findChildren(TrustDialog)
    return next((dialog for dialog in found if dialog.isVisible()), None)


def press(dialog, name):
    dialog.findChild(QPushButton, name).click()


def test_a_dropped_file_is_asked_about_and_runs_when_allowed(lesson, mine) -> None:
    drop(lesson, mine)
    dialog = asked(lesson)
    assert dialog.windowTitle() == "Run mine.py?"
    assert dialog.text() == SENTENCE
    assert lesson.notice == NOTICE
    assert not lesson.controller.busy
    press(dialog, "trust-run")
    lesson.until(lambda: lesson.window.windowTitle() == "mine — gradviz")
    lesson.settle()
    assert lesson.notice == ""
    assert lesson.data("product") == -6
    # Once allowed, for as long as the window is there.
    lesson.open("neuron")
    drop(lesson, mine)
    assert asked(lesson) is None
    lesson.until(lambda: lesson.window.windowTitle() == "mine — gradviz")
    assert Settings().trusted == []


def test_a_file_that_is_not_allowed_is_read_and_not_run(lesson, mine) -> None:
    drop(lesson, mine)
    source = lesson.window.docks.source
    assert source.isVisible()
    assert source.file.path == mine
    assert not source.can_run
    # The window is alive meanwhile.
    lesson.window.activateWindow()
    lesson.controller.run_to_end()
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    press(asked(lesson), "trust-refuse")
    assert asked(lesson) is None
    assert lesson.notice == NOTICE
    mine.write_text(mine.read_text() + "\n")
    assert lesson.window._following.path != mine
    assert not (mine.parent / "ran").exists()
    lesson.press("notice-action")
    lesson.until(lambda: lesson.window.windowTitle() == "mine — gradviz")
    assert (mine.parent / "ran").exists()


def test_one_question_at_a_time_and_none_that_is_answered(lesson, mine) -> None:
    drop(lesson, write_script(mine.parent, PRODUCT, "other.py"))
    drop(lesson, mine)
    questions = lesson.window.findChildren(TrustDialog)
    assert [d.windowTitle() for d in questions if d.isVisible()] == ["Run mine.py?"]
    lesson.press("notice-action")
    assert asked(lesson) is None
    lesson.until(lambda: lesson.window.windowTitle() == "mine — gradviz")


def test_escape_does_not_run_it_and_enter_neither(lesson, mine) -> None:
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        drop(lesson, mine)
        dialog = asked(lesson)
        lesson._qtbot.keyClick(dialog, key)
        lesson.until(lambda: asked(lesson) is None)
        assert not lesson.controller.busy
        assert lesson.window.windowTitle() == "lesson-17 — gradviz"


def test_a_folder_is_trusted_with_all_below_it_and_no_link_out_of_it(
    lesson, mine, tmp_path
) -> None:
    drop(lesson, mine)
    dialog = asked(lesson)
    box = dialog.findChild(QCheckBox, "trust-folder")
    assert box.text().startswith("Trust every file in ")
    assert str(mine.parent) in box.toolTip()
    assert not box.isChecked()
    box.setChecked(True)
    press(dialog, "trust-run")
    lesson.until(lambda: lesson.window.windowTitle() == "mine — gradviz")
    assert Settings().trusted == [mine.parent.resolve()]
    trust = lesson.window._opening.trust
    below = mine.parent / "week 2"
    below.mkdir()
    assert trust.trusts(write_script(below, PRODUCT, "other.py"))
    outside = write_script(tmp_path, PRODUCT, "outside.py")
    (mine.parent / "link.py").symlink_to(outside)
    (tmp_path / "in.py").symlink_to(mine)
    assert not trust.trusts(outside)
    assert not trust.trusts(mine.parent / "link.py")
    assert not trust.trusts(mine.parent / ".." / "outside.py")
    assert trust.trusts(tmp_path / "in.py")
    drop(lesson, below / "other.py")
    assert asked(lesson) is None
    lesson.until(lambda: lesson.window.windowTitle() == "other — gradviz")


def test_files_of_the_recent_list_and_the_dialog_are_asked_about(
    screen, mine, monkeypatch
) -> None:
    Settings().remember(mine)
    [recent, *_] = screen.menu("Open Recent").actions()
    recent.trigger()
    press(asked(screen), "trust-refuse")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(mine), ""))
    screen.window.activateWindow()
    screen.until(screen.window.isActiveWindow)
    screen.key(Qt.Key.Key_O, CONTROL)
    assert asked(screen).text() == SENTENCE
    press(asked(screen), "trust-refuse")
    assert screen.canvas._hint == "Nothing to show: the file has not run yet."
    assert not (mine.parent / "ran").exists()


def test_lessons_are_trusted(screen) -> None:
    for action in screen.menu("Open Lesson").actions()[:1]:
        action.trigger()
    assert asked(screen) is None
    assert screen.controller.busy


def test_what_was_named_on_the_command_line_runs_again(new_screen, mine) -> None:
    from gradviz.ui.controller import Controller

    controller = Controller()
    controller.open(mine)
    screen = new_screen(controller)
    screen.until(lambda: screen.window.windowTitle() == "mine — gradviz")
    screen.open("neuron")
    screen.menu("Open Recent").actions()[1].trigger()
    assert asked(screen) is None
    screen.until(lambda: screen.window.windowTitle() == "mine — gradviz")


def preferences(screen):
    screen.key(Qt.Key.Key_Comma, CONTROL)
    [dialog] = screen.window.findChildren(PreferencesDialog)
    return dialog


def choose(dialog, name, text):
    box = dialog.findChild(QComboBox, name)
    box.setCurrentText(text)
    box.activated.emit(box.currentIndex())


def test_trusted_folders_are_seen_and_removed(screen, mine, monkeypatch) -> None:
    Settings().trust(mine.parent)
    dialog = preferences(screen)
    shown = dialog.findChild(QListWidget, "preferences-folders")
    assert [shown.item(i).text() for i in range(shown.count())] == [str(mine.parent)]
    remove = dialog.findChild(QPushButton, "preferences-remove")
    assert not remove.isEnabled()
    shown.setCurrentRow(0)
    remove.click()
    assert shown.item(0).text() == "No folder is trusted yet"
    shown.setCurrentRow(0)
    assert not remove.isEnabled()
    drop(screen, mine)
    press(asked(screen), "trust-refuse")
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_: str(mine.parent)
    )
    press(dialog, "preferences-add")
    assert shown.item(0).text() == str(mine.parent)
    drop(screen, mine)
    assert asked(screen) is None


def test_a_file_that_runs_too_long_is_stopped(lesson, tmp_path) -> None:
    dialog = preferences(lesson)
    box = dialog.findChild(QComboBox, "preferences-time")
    options = [box.itemText(i) for i in range(box.count())]
    assert options == ["No limit", "10 s", "1 min", "10 min"]
    choose(dialog, "preferences-time", "10 s")
    dialog.reject()
    assert lesson.controller.workers.time_limit.seconds == 10
    lesson.controller.workers.time_limit.seconds = 1
    lesson.window.open(write_script(tmp_path, "while True: pass", "loop.py"))
    lesson.until(lambda: lesson.notice)
    assert lesson.notice == (
        "loop.py ran longer than 1 s and was stopped; the limit is set in Preferences."
    )
    assert lesson.window.windowTitle() == "lesson-17 — gradviz"
    # The next file has all of its time, and nothing is said of a limit.
    lesson.window.open(write_script(tmp_path, "1 / 0", "bad.py"))
    lesson.until(lambda: lesson.notice.startswith("bad.py"))
    assert (
        lesson.notice == "bad.py failed on line 1: ZeroDivisionError: division by zero."
    )


def test_a_file_that_will_not_stop_in_time_is_ended(lesson, tmp_path) -> None:
    lesson.controller.workers.time_limit.seconds = 1
    source = """
        while True:
            try: sum(range(10**8))
            except BaseException: pass
    """
    lesson.window.open(write_script(tmp_path, source, "loop.py"))
    lesson.until(lambda: lesson.notice)
    assert lesson.notice == (
        "loop.py ran longer than 1 s and was stopped; the limit is set in Preferences. "
        "Run it again to go on."
    )
    assert lesson.text("status-file") == "lesson-17"


def test_the_memory_limit_is_that_of_the_preferences(lesson, tmp_path) -> None:
    choose(preferences(lesson), "preferences-memory", "1 GB")
    path = write_script(tmp_path, "bytearray(2 * 10**9)", "large.py")
    lesson.window.open(path)
    lesson.until(lambda: lesson.notice)
    assert lesson.notice == (
        "large.py failed on line 1: it needed more memory than the 1 GB that it may "
        "use; the limit is set in Preferences."
    )
    assert Settings().memory_limit == 10**9
