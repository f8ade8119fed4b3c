"""The Source dock in the whole window, on a real worker."""

import json

import nbformat
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDockWidget, QMessageBox
from windows import CONTROL, SHIFT

CELLS = (
    "# An own *notebook*",
    "from gradviz import Value, draw_dot",
    "a = Value(2.0)\nb = Value(-3.0)",
    "c = a * b\nprint('made')\nc",
    "draw_dot(c)",
)


def own_notebook(folder, *cells):
    made = [
        (
            nbformat.v4.new_markdown_cell
            if cell.startswith("# ")
            else nbformat.v4.new_code_cell
        )(cell)
        for cell in cells or CELLS
    ]
    path = folder / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def panel(screen):
    return screen.window.docks.source


def cell(screen, number):
    """Return a cell on the screen, laid out."""
    view = panel(screen).view
    screen.until(lambda: not view._soon.isActive() and number - 1 in view.made)
    return view.made[number - 1]


def gutter(screen, number):
    return cell(screen, number).gutter.text


def focus(screen, number):
    editor = cell(screen, number).editor
    editor.setFocus()
    screen.until(editor.hasFocus)
    return editor


def answer(button):
    """Press a button of the message box that opens next."""

    def press():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(10, press)
            return
        found = [b for b in box.buttons() if button in b.text().replace("&", "")]
        found[0].click()

    QTimer.singleShot(0, press)


def test_an_own_notebook_is_in_front_and_a_lesson_is_not(lesson, tmp_path) -> None:
    assert panel(lesson).visibleRegion().isEmpty()
    lesson.open(own_notebook(tmp_path))
    assert not panel(lesson).visibleRegion().isEmpty()
    assert panel(lesson).width() < 0.4 * lesson.window.width()


def test_ctrl_u_shows_the_code_of_a_lesson(lesson) -> None:
    lesson.key(Qt.Key.Key_U, CONTROL)
    assert not panel(lesson).visibleRegion().isEmpty()
    assert cell(lesson, 1).isVisible()
    assert panel(lesson).file.path.name == "lesson-17.ipynb"


def test_cells_that_ran_on_opening_show_what_they_did(screen, tmp_path) -> None:
    screen.open(own_notebook(tmp_path))
    assert [gutter(screen, n) for n in (2, 3, 4)] == ["[1] ✓", "[2] ✓", "[3] ✓"]
    printed, result = cell(screen, 4).outputs
    assert printed.text == "made"
    assert "-6" in result.text
    assert not screen.find(QDockWidget, "dock-output").isVisible()


def test_a_cell_edited_and_run_changes_the_graph(screen, tmp_path) -> None:
    path = own_notebook(tmp_path)
    screen.open(path)
    focus(screen, 3).setPlainText("a = Value(5.0)\nb = Value(-3.0)")
    screen.key(Qt.Key.Key_Return, SHIFT)
    screen.until(lambda: gutter(screen, 3) == "[5] ✓")
    assert cell(screen, 4).editor.hasFocus()
    screen.key(Qt.Key.Key_Return, SHIFT)
    screen.key(Qt.Key.Key_Return, CONTROL)
    screen.until(lambda: gutter(screen, 5) == "[7] ✓")
    screen.until(lambda: screen.data("c") == -15)
    screen.settle()
    assert "5.0" not in path.read_text()
    screen.key(Qt.Key.Key_S, CONTROL)
    saved = json.loads(path.read_text())["cells"][2]["source"]
    assert "".join(saved) == "a = Value(5.0)\nb = Value(-3.0)"


def test_a_cell_that_fails_is_marked_and_the_graph_stays(screen, tmp_path) -> None:
    screen.open(own_notebook(tmp_path))
    focus(screen, 4).setPlainText("1 / 0")
    screen.key(Qt.Key.Key_Return, CONTROL)
    screen.until(lambda: gutter(screen, 4) == "[5] ✗")
    text = cell(screen, 4).outputs[-1].text
    assert text.endswith("ZeroDivisionError: division by zero")
    assert screen.data("c") == -6
    cell(screen, 4).revert()


RUNS = (
    "from gradviz import Value, draw_dot",
    "a = Value(2.0)",
    "draw_dot(a * 3.0)",
    "a.data += 1\nprint('a is', a.data)",
    "print('other')",
    "1 / 0",
    "draw_dot(Value(7.0) * 2.0)",
)


def run_cell(screen, number, source=None):
    """Run a cell, leave it, and wait until all is done."""
    editor = focus(screen, number)
    if source is not None:
        editor.setPlainText(source)
    screen.key(Qt.Key.Key_Return, CONTROL)
    screen.until(lambda: "[∗]" != gutter(screen, number) != "[…]")
    screen.until(lambda: not screen.controller.busy)
    screen.canvas.setFocus()


def looks(screen, *numbers):
    """Return what is read beside and below some cells."""
    screen.until(lambda: not screen.controller.busy)
    return [
        (gutter(screen, n), *(output.text for output in cell(screen, n).outputs))
        for n in numbers
    ]


def undo(screen):
    screen.key(Qt.Key.Key_Z, CONTROL)


def redo(screen):
    screen.key(Qt.Key.Key_Z, CONTROL | SHIFT)


def test_a_run_taken_back_leaves_the_cell_as_it_was(screen, tmp_path) -> None:
    screen.open(own_notebook(tmp_path, *RUNS))
    assert looks(screen, 4) == [("[ ]",)]
    run_cell(screen, 4)
    run_cell(screen, 4)
    assert looks(screen, 4) == [("[5] ✓", "a is 4.0")]
    undo(screen)
    screen.until(lambda: screen.data("a") == 3)
    assert looks(screen, 4) == [("[4] ✓", "a is 3.0")]
    undo(screen)
    screen.until(lambda: screen.data("a") == 2)
    assert looks(screen, 4) == [("[ ]",)]
    assert cell(screen, 4).gutter.toolTip() == "Not run yet"
    redo(screen)
    screen.until(lambda: screen.data("a") == 3)
    assert looks(screen, 4) == [("[4] ✓", "a is 3.0")]
    redo(screen)
    screen.until(lambda: screen.data("a") == 4)
    assert looks(screen, 4) == [("[5] ✓", "a is 4.0")]
    undo(screen)
    screen.until(lambda: screen.data("a") == 3)
    run_cell(screen, 4)
    assert looks(screen, 4) == [("[6] ✓", "a is 4.0")]
    undo(screen)
    screen.until(lambda: screen.data("a") == 3)
    assert looks(screen, 4) == [("[4] ✓", "a is 3.0")]


def test_runs_of_several_cells_are_taken_back_one_by_one(screen, tmp_path) -> None:
    screen.open(own_notebook(tmp_path, *RUNS))
    for number in (4, 5, 6, 7):
        run_cell(screen, number)
    screen.controller.set_leaf(0, 9.0)
    failed, replaced = looks(screen, 6, 7)
    assert (failed[0], replaced[0]) == ("[6] ✗", "[7] ✓")
    seen = []
    for _ in range(5):
        undo(screen)
        seen.append([look[0] for look in looks(screen, 4, 5, 6, 7)])
    assert seen == [
        ["[4] ✓", "[5] ✓", "[6] ✗", "[7] ✓"],
        ["[4] ✓", "[5] ✓", "[6] ✗", "[ ]"],
        ["[4] ✓", "[5] ✓", "[ ]", "[ ]"],
        ["[4] ✓", "[ ]", "[ ]", "[ ]"],
        ["[ ]", "[ ]", "[ ]", "[ ]"],
    ]
    assert looks(screen, 6, 7) == [("[ ]",), ("[ ]",)]
    for _ in range(4):
        redo(screen)
    assert looks(screen, 6, 7) == [failed, replaced]


def test_a_run_taken_back_leaves_what_was_typed(screen, tmp_path) -> None:
    path = own_notebook(tmp_path, *RUNS)
    screen.open(path)
    run_cell(screen, 5, "print('edited')")
    focus(screen, 5).setPlainText("print('edited again')")
    screen.canvas.setFocus()
    undo(screen)
    screen.until(lambda: gutter(screen, 5) == "[ ]")
    assert looks(screen, 5) == [("[ ]",)]
    assert cell(screen, 5).editor.toPlainText() == "print('edited again')"
    redo(screen)
    screen.until(lambda: gutter(screen, 5) == "[4] ✓")
    assert looks(screen, 5) == [("[4] ✓", "edited")]
    cell(screen, 5).revert()


def test_a_stopped_run_is_taken_back(screen, tmp_path) -> None:
    loop = "a.data = 5.0\nprint('on')\nwhile True: pass"
    screen.open(own_notebook(tmp_path, *RUNS[:3], loop))
    focus(screen, 4)
    screen.key(Qt.Key.Key_Return, CONTROL)
    screen.until(lambda: cell(screen, 4).outputs)
    screen.controller.interrupt()
    screen.until(lambda: gutter(screen, 4) == "[4] ✗")
    screen.until(lambda: screen.data("a") == 5)
    screen.canvas.setFocus()
    undo(screen)
    screen.until(lambda: screen.data("a") == 2)
    assert looks(screen, 4) == [("[ ]",)]


def test_edits_are_asked_about_before_the_window_closes(screen, tmp_path) -> None:
    screen.open(own_notebook(tmp_path))
    focus(screen, 3)
    screen.type("x")
    answer("Cancel")
    screen.window.close()
    assert screen.window.isVisible()
    answer("Cancel")
    screen.window.open(screen.controller.path.with_name("other.ipynb"))
    assert screen.controller.path.name == "own.ipynb"
    screen.settle()
    assert not screen.controller.busy
    answer("Discard")
    screen.window.close()
    assert not screen.window.isVisible()


def test_a_file_that_fails_can_be_read_beside_the_last_graph(lesson, tmp_path) -> None:
    path = own_notebook(tmp_path, "a = 1", "1 / 0")
    lesson.window.open(path)
    lesson.until(lambda: lesson.notice and not lesson.controller.busy)
    assert panel(lesson).isVisible()
    assert gutter(lesson, 2) == "[2] ✗"
    assert lesson.controller.mirror is not None
