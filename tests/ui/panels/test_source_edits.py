"""Cells are edited in place, marked as such, and saved only when that is asked for."""

import json
import os
import stat

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from source_desk import CONTROL, Desk, notebook

from gradviz.worker.messages import Failure

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, window, theme, tmp_path):
    """A way to show a notebook."""

    def show(*cells):
        path = notebook(tmp_path / "own.ipynb", *cells)
        return Desk(qtbot, window, theme, path)

    return show


def sources(path):
    cells = json.loads(path.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells]


# Typing


def test_return_indents_as_python_wants(desk) -> None:
    desk = desk("x")
    desk.focus(1, 0, 1)
    desk.key(Qt.Key.Key_Return)
    desk.type("def f():")
    desk.key(Qt.Key.Key_Return)
    desk.type("g(")
    desk.key(Qt.Key.Key_Return)
    desk.type("1)")
    desk.key(Qt.Key.Key_Return)
    assert desk.code(1) == "x\ndef f():\n    g(\n        1)\n        "
    desk.key(Qt.Key.Key_Backspace)
    desk.type("y")
    assert desk.code(1).endswith("1)\n    y")


def test_return_between_brackets_opens_them(desk) -> None:
    desk = desk("f()")
    desk.focus(1, 0, 2)
    desk.key(Qt.Key.Key_Return)
    assert desk.code(1) == "f(\n    \n)"
    desk.type("1")
    assert desk.code(1) == "f(\n    1\n)"


def test_tab_indents_by_four_and_backtab_takes_it_back(desk) -> None:
    desk = desk("a\nb")
    desk.focus(1)
    desk.key(Qt.Key.Key_Tab)
    assert desk.code(1) == "    a\nb"
    desk.key(Qt.Key.Key_Backtab, SHIFT)
    assert desk.code(1) == "a\nb"
    desk.editor(1).selectAll()
    desk.key(Qt.Key.Key_Tab)
    assert desk.code(1) == "    a\n    b"


def test_undo_is_that_of_the_cell(desk) -> None:
    desk = desk("a = 1")
    desk.focus(1)
    desk.type("zz")
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert desk.code(1) == "a = 1"
    assert desk.window.walked == []


def test_keys_that_walk_are_typed_in_a_cell(desk) -> None:
    desk = desk("a")
    desk.focus(1)
    desk.type("p ")
    desk.key(Qt.Key.Key_Right)
    desk.key(Qt.Key.Key_End)
    assert desk.code(1) == "p a"
    assert desk.window.walked == []


def test_escape_leaves_the_code_for_its_button(desk) -> None:
    desk = desk("a")
    desk.focus(1)
    desk.key(Qt.Key.Key_Escape)
    assert desk.cell(1).gutter.button.hasFocus()


# Scratch


def test_an_edited_cell_is_marked_run_as_it_stands_and_reverted(desk) -> None:
    desk = desk("a = 1", "b = 2")
    assert not desk.panel.has_unsaved
    desk.focus(1)
    desk.type("x")
    assert desk.note(1) == "edited, not saved"
    assert desk.note(2) == ""
    assert desk.panel.has_unsaved
    assert desk.panel.header.save.isVisible()
    desk.key(Qt.Key.Key_Return, CONTROL)
    assert desk.controller.asked == [(0, "xa = 1")]
    desk.press("source-1-revert")
    assert desk.code(1) == "a = 1"
    assert desk.note(1) == ""
    assert not desk.panel.has_unsaved


def test_a_cell_edited_at_the_bottom_shows_that_it_is(desk) -> None:
    desk = desk(*[f"x{n} = {n}" for n in range(40)])
    desk.view.go_to(39)
    desk.settle()
    desk.type(" + 1")
    desk.settle()
    note = desk.cell(40).findChild(QLabel, "source-40-edited")
    assert note.visibleRegion().boundingRect() == note.rect()


def test_running_the_file_again_keeps_edits(desk) -> None:
    desk = desk("a = 1", "b = 2")
    desk.focus(2)
    desk.type("x")
    path = desk.panel.file.path
    notebook(path, "# New", "a = 1", "b = 2")
    desk.controller.opening_began.emit()
    desk.settle()
    assert desk.code(3) == "xb = 2"
    assert desk.note(3) == "edited, not saved"


def test_edits_of_cells_that_say_the_same_each_stay_in_their_own(desk) -> None:
    desk = desk("a = 1", "", "")
    for number, text in ((2, "second"), (3, "third")):
        desk.focus(number)
        desk.type(text)
    desk.controller.opening_began.emit()
    desk.settle()
    assert [desk.code(2), desk.code(3)] == ["second", "third"]


def test_an_edit_follows_its_cell_past_one_that_was_taken_out(desk) -> None:
    desk = desk("", "", "a = 1", "b = 2")
    desk.focus(4)
    desk.type("x")
    notebook(desk.panel.file.path, "", "a = 1", "c = 3", "b = 2")
    desk.controller.opening_began.emit()
    desk.settle()
    assert [desk.code(n) for n in (1, 2, 3, 4)] == ["", "a = 1", "c = 3", "xb = 2"]


def test_an_edit_whose_cell_is_gone_replaces_no_other_and_can_be_copied(desk) -> None:
    desk = desk("a = 1", "b = 2", "c = 3")
    desk.focus(2)
    desk.type("x")
    notebook(desk.panel.file.path, "a = 1", "c = 3")
    desk.controller.opening_began.emit()
    desk.settle()
    assert [desk.code(1), desk.code(2)] == ["a = 1", "c = 3"]
    assert not desk.panel.has_unsaved
    assert desk.left_over == "own.ipynb no longer has a cell that you had edited."
    desk.press("source-left-over-copy")
    assert QApplication.clipboard().text() == "xb = 2"
    assert desk.left_over == ""


def test_edits_outlive_a_file_that_is_only_half_written(desk) -> None:
    desk = desk("a = 1", "b = 2")
    path = desk.panel.file.path
    whole = path.read_bytes()
    desk.focus(2)
    desk.type("x")
    path.write_bytes(whole[:40])
    desk.controller.opening_began.emit()
    desk.controller.opening_failed.emit(Failure("request", "It is not JSON."))
    desk.settle()
    assert desk.hint == "own.ipynb is no readable notebook: it is not JSON."
    assert desk.code(2) == "xb = 2"
    path.write_bytes(whole)
    desk.controller.opening_began.emit()
    desk.settle()
    assert desk.hint == ""
    assert desk.code(2) == "xb = 2"
    assert desk.note(2) == "edited, not saved"


def test_markdown_is_edited_by_a_double_click(desk) -> None:
    desk = desk("# Old", "a")
    desk.cell(1).page.double_clicked.emit()
    desk.settle()
    editor = desk.editor(1)
    assert editor.isVisible()
    assert editor.toPlainText() == "# Old"
    desk.focus(1, 0, 5)
    desk.type("er")
    desk.key(Qt.Key.Key_Return, SHIFT)
    desk.settle()
    assert desk.cell(1).page.isVisible()
    assert desk.cell(1).page.toPlainText() == "Older"
    assert desk.editor(2).hasFocus()
    assert desk.note(1) == "edited, not saved"


# Saving


def test_saving_changes_the_cell_and_nothing_else(desk) -> None:
    desk = desk("a = 1", "b = 2")
    path = desk.panel.file.path
    os.chmod(path, 0o640)
    before = path.read_bytes()
    desk.focus(1)
    desk.type("x")
    assert path.read_bytes() == before
    desk.press("source-save")
    assert path.read_bytes() == before.replace(b"a = 1", b"xa = 1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(path.parent) == [path.name]
    assert desk.note(1) == ""
    assert not desk.panel.has_unsaved


def test_a_script_keeps_its_line_ends_and_its_coding(qtbot, window, theme, tmp_path):
    path = tmp_path / "own.py"
    path.write_bytes("# -*- coding: latin-1 -*-\r\na = 'é'\r\n".encode("latin-1"))
    desk = Desk(qtbot, window, theme, path)
    desk.focus(1, 1, 0)
    desk.type("b")
    assert desk.panel.save()
    expected = "# -*- coding: latin-1 -*-\r\nba = 'é'\r\n".encode("latin-1")
    assert path.read_bytes() == expected


def test_text_that_its_coding_lacks_is_told(qtbot, window, theme, tmp_path) -> None:
    path, said = tmp_path / "own.py", []
    path.write_bytes(b"# -*- coding: latin-1 -*-\na = 1\n")
    desk = Desk(qtbot, window, theme, path)
    desk.panel.failed.connect(said.append)
    desk.editor(1).appendPlainText("# ∇")
    assert not desk.panel.save()
    assert said == [
        "own.py was not saved: '∇' can't be written in iso-8859-1, the encoding the "
        "file names."
    ]


CHANGED = "own.ipynb was changed by another program after gradviz read it."


def test_a_file_changed_outside_is_overwritten_only_when_told(desk) -> None:
    desk = desk("a = 1", "b = 2")
    path, said = desk.panel.file.path, []
    desk.focus(1)
    desk.type("x")
    notebook(path, "a = 1", "b = 3")
    desk.answer("Cancel", said)
    assert not desk.panel.save()
    assert sources(path) == ["a = 1", "b = 3"]
    desk.answer("Overwrite", said)
    assert desk.panel.save()
    assert sources(path) == ["xa = 1", "b = 2"]
    assert said == [CHANGED, CHANGED]


def test_a_file_changed_outside_is_reloaded_below_the_edits(desk) -> None:
    desk = desk("a = 1", "b = 2")
    path, said = desk.panel.file.path, []
    desk.focus(1)
    desk.type("x")
    notebook(path, "a = 1", "b = 3")
    desk.answer("Reload", said)
    assert not desk.panel.save()
    desk.settle()
    assert desk.code(1) == "xa = 1"
    assert desk.code(2) == "b = 3"
    assert desk.panel.save()
    assert sources(path) == ["xa = 1", "b = 3"]


@pytest.mark.parametrize(
    ("button", "leaves", "first"),
    [("Save", True, "xa"), ("Discard", True, "a"), ("Cancel", False, "a")],
)
def test_leaving_asks_what_becomes_of_edits(desk, button, leaves, first) -> None:
    desk, said = desk("a", "b"), []
    assert desk.panel.ask_to_leave()
    desk.focus(1)
    desk.type("x")
    desk.answer(button, said)
    assert desk.panel.ask_to_leave() is leaves
    assert said == ["You have edited 1 cell of own.ipynb."]
    assert sources(desk.panel.file.path) == [first, "b"]


def test_a_folder_that_can_not_be_written_to_is_told(desk, monkeypatch) -> None:
    desk, said = desk("a"), []
    desk.panel.failed.connect(said.append)
    desk.focus(1)
    desk.type("x")

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)
    assert not desk.panel.save()
    path = desk.panel.file.path
    assert said == [f"{path} can't be written: Permission denied."]
    assert os.listdir(path.parent) == [path.name]
    assert desk.panel.has_unsaved
