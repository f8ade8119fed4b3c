"""The Source dock shows a file as Jupyter does, and runs its cells in any order."""

import base64

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from source_desk import ALT, CONTROL, SHIFT, Desk, colors_of, notebook, shows, stream

from gradviz.ui.theme import DARK, LIGHT
from gradviz.worker.messages import Failure


@pytest.fixture
def desk(qtbot, window, theme, tmp_path):
    """A way to show a notebook."""
    made = []

    def show(*cells, **options):
        path = notebook(tmp_path / "own.ipynb", *cells) if cells else None
        made.append(Desk(qtbot, window, theme, path, **options))
        return made[-1]

    return show


def png(width, height):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    raw = QByteArray()
    buffer = QBuffer(raw)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return base64.b64encode(raw.data()).decode()


# Reading


def test_markdown_is_rendered_and_code_is_shown(desk) -> None:
    desk = desk("# Own *title*\n\n- one `two`", "a = 1\nb = 2")
    page = desk.cell(1).page
    assert page.toPlainText() == "Own title\none two"
    assert "##" not in page.toHtml()
    assert desk.code(2) == "a = 1\nb = 2"
    assert desk.gutter(2) == "[ ]"
    heading, item = page.document().begin(), page.document().lastBlock()
    heights = [block.layout().boundingRect().height() for block in (heading, item)]
    assert heights[0] > 1.3 * heights[1]


def test_code_has_the_colours_of_the_theme(desk) -> None:
    desk = desk('def f(x):  # half\n    return "a" + 12')
    dark = colors_of(desk.editor(1))
    assert dark["def"] == dark["return"] == DARK.palette.consumer
    assert dark["f"] == DARK.palette.accent
    assert dark["12"] == DARK.palette.negative
    assert dark["# half"] == DARK.palette.dim
    assert "x" not in dark
    desk.panel.set_theme(LIGHT)
    light = colors_of(desk.editor(1))
    assert light["def"] == LIGHT.palette.consumer
    assert light.keys() == dark.keys()


def test_a_string_that_is_opened_colours_the_lines_below(desk) -> None:
    desk = desk("x = 1\ny = 2")
    desk.focus(1)
    desk.type('"""')
    assert colors_of(desk.editor(1))["y = 2"] == DARK.palette.positive


def test_a_script_is_one_piece_with_line_numbers(qtbot, window, theme, tmp_path):
    path = tmp_path / "own.py"
    path.write_text("a = 1\n\nb = 2\n")
    desk = Desk(qtbot, window, theme, path)
    assert desk.code(1) == "a = 1\n\nb = 2\n"
    gutter = desk.cell(1).gutter
    assert gutter.numbered
    assert not gutter.button.isVisible()
    assert desk.panel.header.run_all.text() == "Run"
    desk.press("source-run-all")
    assert desk.controller.asked == [(0, "a = 1\n\nb = 2\n")]


def test_without_a_file_it_says_what_to_do(desk) -> None:
    desk = desk()
    assert desk.hint == "Open a notebook or a script to read its code here."
    assert not desk.view.isVisible()


def test_what_is_shown_without_a_file_has_no_source_to_read(desk) -> None:
    desk = desk()
    desk.controller.opening_began.emit()
    desk.controller.show_nodes(("a", ""))
    assert desk.hint == "What is shown was not opened from a notebook or a script."


def test_a_file_that_can_not_be_read_is_told(qtbot, window, theme, tmp_path) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text("{")
    desk = Desk(qtbot, window, theme, path)
    assert desk.hint == "broken.ipynb is no readable notebook: it is not JSON."


# Outputs


def test_saved_outputs_are_dimmed_until_the_cell_is_run(desk) -> None:
    desk = desk(("print(1)", stream("1\n")))
    assert desk.outputs(1) == ["1"]
    assert DARK.palette.dim in desk.cell(1).outputs[0]._head.styleSheet()
    desk.controller.begin(0)
    assert desk.outputs(1) == []
    desk.controller.printed.emit("stdout", "2\n", 0)
    desk.controller.end(0)
    assert desk.outputs(1) == ["2"]
    assert DARK.palette.text in desk.cell(1).outputs[0]._head.styleSheet()


def test_what_a_cell_prints_shows_and_returns_stands_below_it(desk) -> None:
    desk = desk("a", "b")
    run = desk.controller
    run.begin(0)
    run.printed.emit("stdout", "one\n", 0)
    run.printed.emit("stdout", "two\n", 0)
    run.printed.emit("stderr", "careful\n", 0)
    run.display(0, text_html="<b>bold</b>", text_plain="plain")
    run.display(0, result=True, text_plain="Value(3)")
    run.end(0, count=7)
    printed, warned, page, result = desk.cell(1).outputs
    assert printed.text == "one\ntwo"
    assert warned.text == "careful"
    assert DARK.palette.error in warned._head.styleSheet()
    assert page.toPlainText() == "bold"
    assert result.text == "Value(3)"
    assert desk.gutter(1) == "[7] ✓"
    assert desk.outputs(2) == []
    bottoms = [o.geometry().bottom() for o in desk.cell(1).outputs]
    assert bottoms == sorted(bottoms)
    assert desk.cell(2).y() > desk.cell(1).y() + bottoms[-1]


def test_pictures_are_no_wider_than_the_panel(desk) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"/>'
    desk = desk(
        ("a", shows(image_png=png(1000, 500))),
        ("b", shows(image_png=png(40, 20), text_plain="<Figure>")),
        ("c", nb_svg(svg)),
    )
    [large], [small], [drawn] = (desk.cell(n).outputs for n in (1, 2, 3))
    assert large.shown_size.width() == large.width() < 400
    assert large.shown_size.height() == round(large.width() / 2)
    assert (small.shown_size.width(), small.shown_size.height()) == (40, 20)
    assert (drawn.shown_size.width(), drawn.shown_size.height()) == (90, 30)
    assert small.toolTip() == "Picture of 40 × 20 pixels"


def nb_svg(svg):
    output = shows(text_plain="svg")
    output["data"]["image/svg+xml"] = svg
    return output


def test_html_that_needs_a_script_is_shown_as_text(desk) -> None:
    html = "<div id='x'></div><script>draw()</script>"
    desk = desk(("a", shows(text_html=html, text_plain="<Chart>")))
    assert desk.outputs(1) == ["<Chart>"]


def test_an_error_is_told_with_its_traceback(desk) -> None:
    desk = desk("1 / 0")
    desk.controller.begin(0)
    desk.controller.fail(0, "ZeroDivisionError: division by zero", count=2)
    assert desk.gutter(1) == "[2] ✗"
    assert desk.cell(1).gutter.toolTip() == "Failed, run 2"
    assert desk.outputs(1) == [
        "Traceback (most recent call last):\nZeroDivisionError: division by zero"
    ]


def test_long_outputs_are_cut_until_all_is_asked_for(desk) -> None:
    text = "\n".join(f"line {n}" for n in range(1000))
    desk = desk(("a", stream(text)))
    lines = desk.outputs(1)[0].split("\n")
    assert lines[0] == "line 0"
    assert lines[20] == "… 968 more lines · Show all"
    assert lines[-1] == "line 999"
    assert len(lines) == 33
    desk.press("source-1-output-1-all")
    assert desk.outputs(1)[0] == text
    assert desk.cell(1).outputs[0].height() <= 420


def test_terminal_codes_and_progress_bars_are_read_as_meant(desk) -> None:
    desk = desk(("a", stream("\x1b[31mred\x1b[0m\n10 %\r50 %\r100 %\ndone")))
    assert desk.outputs(1) == ["red\n100 %\ndone"]


# Running


def test_a_cell_is_run_by_its_button_and_marked(desk) -> None:
    desk = desk("a = 1", "b = 2")
    desk.press("source-run-2")
    assert desk.controller.asked == [(1, "b = 2")]
    assert desk.gutter(2) == "[…]"
    desk.controller.begin(1)
    assert desk.gutter(2) == "[∗]"
    desk.controller.end(1, count=1, seconds=2.5)
    assert desk.gutter(2) == "[1] ✓"
    assert desk.cell(2).gutter.toolTip() == "Done, run 1 in 2.5 s"
    assert desk.gutter(1) == "[ ]"


def test_shift_return_goes_on_and_ctrl_return_stays(desk) -> None:
    desk = desk("a = 1", "b = 2")
    desk.focus(1)
    desk.key(Qt.Key.Key_Return, CONTROL)
    assert desk.editor(1).hasFocus()
    desk.controller.begin(0)
    desk.controller.end(0)
    desk.key(Qt.Key.Key_Return, SHIFT)
    assert desk.editor(2).hasFocus()
    assert desk.controller.asked == [(0, "a = 1"), (0, "a = 1")]
    assert desk.code(1) == "a = 1"


def test_alt_and_arrows_go_from_cell_to_cell(desk) -> None:
    desk = desk("a = 1", "b = 2", "c = 3")
    desk.focus(1)
    desk.key(Qt.Key.Key_Down, ALT)
    desk.key(Qt.Key.Key_Down, ALT)
    assert desk.editor(3).hasFocus()
    desk.key(Qt.Key.Key_Up, ALT)
    assert desk.editor(2).hasFocus()


def test_cells_wait_for_each_other_and_a_failure_ends_the_rest(desk) -> None:
    desk = desk("a", "# Title", "b", "c")
    desk.press("source-run-all")
    run = desk.controller
    assert run.asked == [(0, "a")]
    assert [desk.gutter(n) for n in (1, 3, 4)] == ["[…]"] * 3
    run.begin(0)
    run.end(0, 1)
    assert run.asked[1:] == [(2, "b")]
    run.begin(2)
    run.fail(2, "NameError: b", 2)
    assert [desk.gutter(n) for n in (1, 3, 4)] == ["[1] ✓", "[2] ✗", "[ ]"]
    assert len(run.asked) == 2


def test_a_cell_that_waits_no_more_shows_how_it_went_before(desk) -> None:
    desk = desk("a", "b")
    desk.press("source-run-2")
    desk.controller.begin(1)
    desk.controller.fail(1, "NameError: b", 1)
    desk.press("source-run-all")
    assert desk.gutter(2) == "[…]"
    desk.controller.begin(0)
    desk.controller.fail(0, "NameError: a", 2)
    assert [desk.gutter(n) for n in (1, 2)] == ["[2] ✗", "[1] ✗"]


def test_a_run_taken_back_shows_what_the_file_holds(desk) -> None:
    desk = desk(("print(1)", stream("1\n")))
    desk.press("source-run-1")
    desk.controller.begin(0)
    desk.controller.printed.emit("stdout", "2\n", 0)
    desk.controller.end(0, 4)
    desk.controller.undo_run(0, 4)
    assert (desk.gutter(1), desk.outputs(1)) == ("[ ]", ["1"])
    assert DARK.palette.dim in desk.cell(1).outputs[0]._head.styleSheet()
    desk.controller.undo_run(0, 4, redone=True)
    assert (desk.gutter(1), desk.outputs(1)) == ("[4] ✓", ["2"])
    assert DARK.palette.text in desk.cell(1).outputs[0]._head.styleSheet()


def test_a_run_taken_back_leaves_a_cell_that_waits_waiting(desk) -> None:
    desk = desk("a", "b")
    for name in ("source-run-2", "source-run-1", "source-run-2"):
        desk.press(name)
    desk.controller.begin(1)
    desk.controller.end(1, 1)
    desk.controller.undo_run(1, 1)
    assert desk.gutter(2) == "[…]"
    desk.controller.begin(0)
    desk.controller.fail(0, "NameError: a", 2)
    assert desk.gutter(2) == "[ ]"


def test_a_run_of_a_file_that_could_not_be_opened_is_not_taken_back(desk) -> None:
    desk = desk("a")
    desk.controller.begin(0)
    desk.controller.fail(0, "NameError: a", 1)
    desk.controller.opening_failed.emit(Failure("code", "It failed."))
    desk.controller.undo_run(0, 1)
    assert desk.gutter(1) == "[1] ✗"


def test_the_menu_runs_what_is_above_or_below(desk) -> None:
    desk = desk("a", "b", "c")

    def choose(number, text):
        for action in desk.panel.menu_of(number - 1).actions():
            if action.text().replace("&", "") == text:
                action.trigger()

    choose(3, "Run All Above")
    for cell in (0, 1):
        desk.controller.begin(cell)
        desk.controller.end(cell)
    assert desk.controller.asked == [(0, "a"), (1, "b")]
    choose(2, "Run This and All Below")
    for cell in (1, 2):
        desk.controller.begin(cell)
        desk.controller.end(cell)
    assert desk.controller.asked[2:] == [(1, "b"), (2, "c")]


def test_a_worker_that_ends_leaves_no_cell_waiting(desk) -> None:
    desk = desk("a", "b")
    desk.press("source-run-all")
    desk.controller.begin(0)
    desk.controller.worker_ended.emit("Your code was stopped.")
    assert [desk.gutter(n) for n in (1, 2)] == ["[ ] ✗", "[ ]"]


def test_cells_of_a_file_that_is_not_what_runs_can_not_be_run(desk, tmp_path) -> None:
    desk = desk("a")
    other = notebook(tmp_path / "other.ipynb", "b")
    said = []
    desk.panel.failed.connect(said.append)
    desk.panel.show_path(other)
    desk.settle()
    desk.press("source-run-1")
    assert desk.controller.asked == []
    assert said == ["Cells can be run once the file has run: run it again (F5)."]


# The graph


def test_a_selected_value_marks_the_line_that_made_it(desk) -> None:
    desk = desk("a = 1", "b = 2\nc = 3\nd = 4")
    desk.controller.show_nodes(
        ("a", "own.ipynb, cell 1:1"), ("c", "own.ipynb, cell 2:2")
    )
    desk.panel.set_selected(1)
    assert (desk.editor(1).line, desk.editor(2).line) == (0, 2)
    marked = desk.editor(2).viewport().grab().toImage()
    row = desk.editor(2).line_top(2) + 8
    assert marked.pixelColor(300, row).name() == DARK.palette.selection
    desk.panel.set_selected(-1)
    assert desk.editor(2).line == 0


def test_a_selected_value_far_away_is_scrolled_to(desk) -> None:
    desk = desk(*[f"x{n} = {n}" for n in range(100)])
    desk.controller.show_nodes(("x", "own.ipynb, cell 90:1"))
    desk.panel.set_selected(0)
    assert desk.sees(desk.editor(90))
    assert desk.editor(90).line == 1


def test_a_clicked_line_selects_the_one_value_it_made(desk) -> None:
    desk = desk("a = 1\nb, c = 2, 3\nprint()")
    desk.controller.show_nodes(
        ("a", "own.ipynb, cell 1:1"),
        ("b", "own.ipynb, cell 1:2"),
        ("c", "own.ipynb, cell 1:2"),
    )
    chosen = []
    desk.panel.node_activated.connect(chosen.append)
    for line in (1, 2, 3):
        desk.click_line(1, line)
    assert chosen == [0]


def test_lines_of_a_cell_edited_since_it_ran_are_not_marked(desk) -> None:
    desk = desk("a = 1\nb = 2")
    desk.controller.show_nodes(("b", "own.ipynb, cell 1:2"))
    desk.focus(1)
    desk.type("x")
    desk.panel.set_selected(0)
    assert desk.editor(1).line == 0


# Many cells


def test_only_cells_near_those_in_sight_are_made(desk) -> None:
    desk = desk(*[f"x{n} = {n}" for n in range(300)])
    assert len(desk.view.made) < 60
    desk.view.verticalScrollBar().setValue(desk.view.verticalScrollBar().maximum())
    desk.settle()
    assert desk.sees(desk.editor(300))
    assert len(desk.view.made) < 120


def test_what_is_looked_at_stays_when_something_above_grows(desk) -> None:
    desk = desk(*[f"x{n} = {n}" for n in range(60)])
    desk.view.go_to(40)
    desk.settle()
    editor = desk.editor(41)
    before = editor.mapTo(desk.panel, editor.rect().topLeft()).y()
    desk.controller.begin(2)
    desk.controller.printed.emit("stdout", "line\n" * 20, 2)
    desk.controller.end(2)
    desk.settle()
    QApplication.processEvents()
    assert editor.mapTo(desk.panel, editor.rect().topLeft()).y() == before


def test_the_cell_one_is_in_stays_when_a_cell_in_sight_prints(desk) -> None:
    desk = desk(*[f"x{n} = {n}" for n in range(30)])
    desk.focus(6)
    desk.settle()
    editor = desk.editor(6)
    assert desk.sees(editor)
    before = editor.mapTo(desk.panel, editor.rect().topLeft()).y()
    desk.controller.begin(2)
    desk.controller.printed.emit("stdout", "line\n" * 30, 2)
    desk.controller.end(2)
    desk.settle()
    QApplication.processEvents()
    assert editor.mapTo(desk.panel, editor.rect().topLeft()).y() == before


def test_what_the_last_cell_says_comes_into_sight(desk) -> None:
    desk = desk(*[f"a = {n}" for n in range(30)])
    desk.panel.go(30)
    desk.settle()
    desk.focus(30)
    desk.panel.run_current(go_on=False)
    desk.controller.begin(29)
    desk.controller.fail(29, "ZeroDivisionError: division by zero")
    desk.settle()
    [output] = desk.cell(30).outputs
    assert output.visibleRegion().boundingRect() == output.rect()
    assert desk.sees(desk.editor(30))


def test_a_long_cell_stays_where_its_cursor_is_when_it_has_run(desk) -> None:
    desk = desk("\n".join(f"a = {n}" for n in range(90)), "b = 1")
    desk.focus(1, 45)
    desk.settle()
    before = desk.view.verticalScrollBar().value()
    desk.panel.run_current(go_on=False)
    desk.controller.begin(0)
    desk.controller.fail(0, "ZeroDivisionError: division by zero")
    desk.settle()
    assert desk.view.verticalScrollBar().value() == before
