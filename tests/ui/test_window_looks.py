"""What the window remembers, how it looks, and what it saves."""

import json
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QToolButton,
)
from windows import CONTROL

from gradviz.ui.dialogs import ShortcutsDialog
from gradviz.ui.panels.steps_model import StepRole
from gradviz.ui.theme import DARK, LIGHT, contrast

DOCKS = ["dock-leaves", "dock-seed-gradients", "dock-steps", "dock-inspector"]


def dock(screen, name):
    return screen.find(QDockWidget, name)


def visible_docks(screen):
    return [name for name in DOCKS if dock(screen, name).isVisible()]


def choose(screen, name):
    """Choose a command as from its menu."""
    screen.window.actions_by_name[name].trigger()


def checked(screen, *names):
    actions = screen.window.actions_by_name
    return [name for name in names if actions[name].isChecked()]


# Memory


def test_a_second_window_is_as_the_first_was_left(new_screen) -> None:
    first = new_screen()
    choose(first, "theme-light")
    dock(first, "dock-steps").close()
    # Not larger than the screen of the tests.
    first.window.resize(790, 650)
    first.until(lambda: first.window.size() == QSize(790, 650))
    first.close()
    second = new_screen()
    assert second.window.size() == QSize(790, 650)
    assert visible_docks(second) == ["dock-leaves", "dock-seed-gradients", DOCKS[3]]
    themes = ("theme-system", "theme-dark", "theme-light")
    assert checked(second, *themes) == ["theme-light"]
    image = second.canvas.grab().toImage()
    assert image.pixelColor(2, 2) == QColor(LIGHT.palette.canvas)


def test_settings_that_make_no_sense_are_passed_over(new_screen) -> None:
    first = new_screen()
    store = first.window._settings._store
    store.setValue("theme", "purple")
    store.setValue("recent", ["/nowhere/at/all.py"])
    store.setValue("window/geometry", "a word")
    store.setValue("window/state", 7)
    # The first window would write its own over them.
    store.sync()
    second = new_screen()
    assert visible_docks(second) == DOCKS
    assert checked(second, "theme-system", "theme-dark", "theme-light") == [
        "theme-system"
    ]
    menu = second.menu("Open Recent")
    assert [action.text() for action in menu.actions()] == ["No file opened yet"]


def test_restore_panels_puts_every_panel_back(lesson) -> None:
    dock(lesson, "dock-leaves").close()
    dock(lesson, "dock-inspector").setFloating(True)
    lesson.window.addDockWidget(
        Qt.DockWidgetArea.LeftDockWidgetArea, dock(lesson, "dock-steps")
    )
    choose(lesson, "reset-layout")
    lesson.until(lambda: visible_docks(lesson) == DOCKS)
    areas = [lesson.window.dockWidgetArea(dock(lesson, name)) for name in DOCKS]
    left, right = (
        Qt.DockWidgetArea.LeftDockWidgetArea,
        Qt.DockWidgetArea.RightDockWidgetArea,
    )
    assert areas == [left, left, right, right]
    assert not dock(lesson, "dock-inspector").isFloating()
    tops = [dock(lesson, name).y() for name in DOCKS]
    assert tops[0] < tops[1]
    assert tops[2] < tops[3]


def test_a_panel_is_closed_and_shown_by_its_menu(screen) -> None:
    menu = screen.menu("Panels")
    texts = [action.text() for action in menu.actions()]
    assert texts == [
        "Leaves",
        "Source",
        "Seed gradients",
        "Steps",
        "Inspector",
        "Paths",
        "Code",
        "Findings",
        "Output",
    ]
    menu.actions()[3].trigger()
    assert "dock-steps" not in visible_docks(screen)
    menu.actions()[3].trigger()
    assert visible_docks(screen) == DOCKS


def test_an_output_that_a_file_opened_closes_with_one_that_prints_nothing(
    screen, script
) -> None:
    graph = "from gradviz import Value\na = Value(2.0) * 3\n"
    screen.open(script(graph + "print(a.data)"))
    screen.until(dock(screen, "dock-output").isVisible)
    screen.open(script(graph, "quiet.py"))
    assert not dock(screen, "dock-output").isVisible()


# Looks


def test_a_theme_changes_every_part_at_once(lesson) -> None:
    choose(lesson, "theme-dark")
    dark = lesson.window.grab().toImage()
    choose(lesson, "theme-light")
    light = lesson.window.grab().toImage()
    assert dark.size() == light.size()
    places = range(0, dark.width(), 7), range(0, dark.height(), 7)
    pixels = [(x, y) for x in places[0] for y in places[1]]
    same = sum(dark.pixel(x, y) == light.pixel(x, y) for x, y in pixels)
    assert same < len(pixels) / 50
    choose(lesson, "theme-dark")
    again = lesson.window.grab().toImage()
    assert sum(dark.pixel(x, y) != again.pixel(x, y) for x, y in pixels) == 0
    assert lesson.canvas.grab().toImage().pixelColor(2, 2) == QColor(
        DARK.palette.canvas
    )


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_icon_of_the_primary_button_stands_out_as_its_word_does(
    lesson, theme
) -> None:
    choose(lesson, f"theme-{theme.name}")
    image = lesson.find(QToolButton, "button-step").grab().toImage()
    left = [
        image.pixelColor(x, y).name()
        for x in range(6, 30)
        for y in range(6, image.height() - 6)
    ]
    furthest = max(left, key=lambda color: contrast(color, theme.palette.accent))
    assert contrast(furthest, theme.palette.accent) > 4.5


def test_full_screen_has_a_mark_whoever_changed_it(screen) -> None:
    screen.key(Qt.Key.Key_F11)
    screen.until(screen.window.isFullScreen)
    screen.until(lambda: checked(screen, "full-screen") == ["full-screen"])
    screen.window.showNormal()
    screen.until(lambda: not screen.window.isFullScreen())
    screen.until(lambda: checked(screen, "full-screen") == [])


def test_the_shortcuts_are_listed(screen) -> None:
    screen.key(Qt.Key.Key_F1)
    dialog = screen.find(ShortcutsDialog, "shortcuts-dialog")
    assert dialog.isVisible()
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"→  Space", "Step", "Run to End", "Double-click a card"} <= texts
    assert {"Ctrl+arrows", "Walk along the edges of the graph"} <= texts
    [close] = dialog.findChildren(QPushButton)
    assert close.icon().isNull()
    for label in dialog.findChildren(QLabel):
        assert label.width() >= label.sizeHint().width(), label.text()
    dialog.reject()
    assert not dialog.isVisible()


def test_about_says_what_this_is(screen, monkeypatch) -> None:
    said = []
    monkeypatch.setattr(QMessageBox, "about", lambda *about: said.append(about[2]))
    choose(screen, "about")
    assert "backpropagation" in said[0]


# Roots


def test_the_roots_of_lesson_17_are_picked_one_by_one(lesson) -> None:
    picker = lesson.find(QComboBox, "root-picker")
    assert picker.isVisible()
    assert [picker.itemText(i) for i in range(picker.count())] == [
        "All roots (2)",
        "s1 · 7 Values · cell 6, line 3",
        "s2 · 7 Values · cell 6, line 7",
    ]
    lesson.key(Qt.Key.Key_Space)
    lesson.settle()
    picker.setFocus()
    lesson.key(Qt.Key.Key_Down)
    lesson.key(Qt.Key.Key_Down)
    lesson.until(lambda: lesson.text("status-size") == "7 Values · 6 operands")
    lesson.settle()
    assert picker.currentText() == "s2 · 7 Values · cell 6, line 7"
    assert lesson.steps == ["s2._backward()", "w21x1._backward()", "w22x2._backward()"]
    lesson.key(Qt.Key.Key_Home)
    lesson.until(lambda: lesson.text("status-size") == "12 Values · 12 operands")


def test_graphs_that_one_line_made_are_told_apart(screen, script) -> None:
    screen.open(
        script(
            """
            from gradviz import Value
            def train():
                for n in (1.0, 2.0, 3.0, 4.0):
                    made = Value(n) * 2.0 + 1.0
                return made
            kept = train()
            """
        )
    )
    picker = screen.find(QComboBox, "root-picker")
    shown = [picker.itemText(i) for i in range(picker.count())]
    assert [text for text in shown if "line 5" in text] == [
        "kept · 5 Values · line 5",
        "v4 · 5 Values · line 5 · 3 of 3",
        "v4 · 5 Values · line 5 · 2 of 3",
        "v4 · 5 Values · line 5 · 1 of 3",
    ]
    first = "v4 · 5 Values · line 5 · 1 of 3"
    picker.setFocus()
    while picker.currentText() != first:
        screen.key(Qt.Key.Key_Down)
    screen.until(lambda: screen.controller.mirror.data[-1] == 3)


def test_one_value_is_not_told_as_many(screen, script) -> None:
    screen.open(script("from gradviz import Value\na, b = Value(1.0), Value(2.0)"))
    picker = screen.find(QComboBox, "root-picker")
    assert [picker.itemText(i) for i in range(picker.count())] == [
        "All roots (2)",
        "a · 1 Value · line 2",
        "b · 1 Value · line 2",
    ]
    picker.setFocus()
    screen.key(Qt.Key.Key_Down)
    screen.until(lambda: screen.text("status-size") == "1 Value · 0 operands")


def test_one_operand_is_not_told_as_many(screen, script) -> None:
    screen.open(script("from gradviz import Value\na = Value(1.0).tanh()"))
    assert screen.text("status-size") == "2 Values · 1 operand"


def test_one_root_is_nothing_to_choose(screen) -> None:
    screen.open("neuron")
    assert not screen.find(QComboBox, "root-picker").isVisible()


# Pictures


@pytest.fixture
def save_as(lesson, monkeypatch):
    """Export under a name typed into the dialog; return what it was asked."""

    def save(name, kind):
        asked = []

        def choose(parent, title, suggested, filters):
            asked.append((suggested, filters))
            return str(name), f"{kind.upper()} (*.{kind})"

        monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
        lesson.key(Qt.Key.Key_E, CONTROL)
        return asked[0]

    return save


def test_exporting_each_kind_of_picture(lesson, save_as, tmp_path) -> None:
    lesson.key(Qt.Key.Key_End)
    lesson.until(lambda: lesson.playhead == "step 6 of 6")
    lesson.settle()
    suggested, filters = save_as(tmp_path / "a.svg", "svg")
    assert suggested.endswith("lesson-17.svg")
    assert filters == "SVG (*.svg);;PNG (*.png);;PDF (*.pdf);;JSON (*.json)"
    assert lesson.notice == f"Saved {tmp_path / 'a.svg'}."
    assert "−0.375" in ElementTree.parse(tmp_path / "a.svg").getroot()[1].text
    save_as(tmp_path / "a.png", "png")
    assert QImage(str(tmp_path / "a.png")).width() > 500
    save_as(tmp_path / "a.pdf", "pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    save_as(tmp_path / "a.json", "json")
    values = json.loads((tmp_path / "a.json").read_text())["values"]
    assert {v["label"]: v["grad"] for v in values}["x1"] == -0.375


@pytest.mark.parametrize("kind", ["svg", "png", "pdf", "json"])
def test_a_name_without_an_ending_gets_that_of_the_kind_chosen(
    lesson, save_as, tmp_path, kind
) -> None:
    save_as(tmp_path / "my.picture", kind)
    assert [path.name for path in tmp_path.glob("my*")] == [f"my.picture.{kind}"]


def test_a_picture_that_can_not_be_saved_is_told(lesson, save_as, tmp_path) -> None:
    save_as(tmp_path / "no folder" / "a.svg", "svg")
    assert lesson.notice == (
        f"There is no folder {tmp_path / 'no folder'} to write a.svg to: "
        "make it first, or name another."
    )


def test_a_dialog_that_is_cancelled_saves_nothing(lesson, save_as) -> None:
    save_as("", "svg")
    assert lesson.notice == ""


def test_nothing_that_is_shown_is_cut_off(lesson) -> None:
    QApplication.processEvents()
    for label in lesson.window.findChildren(QLabel):
        if label.isVisible() and not label.wordWrap() and type(label) is QLabel:
            assert label.width() >= label.sizeHint().width(), label.text()


@pytest.mark.parametrize("height", [720, 800, 880])
def test_the_arithmetic_of_the_last_step_is_seen_to_its_end(screen, height) -> None:
    screen.window.resize(1280, height)
    screen.open("lesson-17")
    screen.settle()
    screen.controller.run_to_end()
    screen.settle()
    steps = screen.window.docks.steps
    for _ in range(20):  # a scroll bar comes, lines are broken anew, rows change
        QApplication.processEvents()
    last = steps.model.index(steps.model.rowCount() - 1)
    assert last.data(StepRole.LAST)
    assert steps.list.viewport().rect().contains(steps.list.visualRect(last))


def test_the_shortcuts_scroll_where_the_screen_is_too_low(screen, monkeypatch) -> None:
    class Low:
        """A screen of 800 × 600."""

        @staticmethod
        def availableSize() -> QSize:
            return QSize(800, 600)

    monkeypatch.setattr(QScrollArea, "screen", lambda _self: Low)
    choose(screen, "shortcuts")
    dialog = screen.find(ShortcutsDialog, "shortcuts-dialog")
    assert dialog.isVisible()
    assert dialog.height() <= 570
    area = dialog.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() > 0
    assert area.viewport().width() >= area.widget().minimumSizeHint().width()
    dialog.close()
