"""The window on a real display: mouse, menus, dialogs, files, and what it remembers."""

import sys

from desktop import until
from PySide6.QtGui import QColor

from gradviz.ui.theme import DARK, LIGHT

CANVAS = (275, 100, 640, 600)
"""A part of the screen that only the canvas is in, at 1280 × 800."""


def place_of(app, name):
    """Return the middle of a card: what changes when it is selected."""

    def marked():
        app.keys("Escape")
        app.desktop.keep(*CANVAS)
        app.select(name)
        until(lambda: app.copied().startswith(f"{name} |"), f"{name} is selected")
        left, top, right, bottom = until(
            lambda: app.desktop.changed(*CANVAS) or app.desktop.keep(*CANVAS),
            "a card is marked",
        )
        # While a graph still glides to its place, more than a card changes.
        is_card = right - left < 220 and bottom - top < 110
        return is_card and ((left + right) // 2, (top + bottom) // 2)

    return until(marked, f"{name} is marked and nothing else moves")


def shows_canvas(app, theme, y=110, count=400):
    wanted = QColor(theme.palette.canvas).rgb() & 0xFFFFFF
    return app.desktop.row(y, count)[-1] == wanted


def test_cards_are_clicked_and_double_clicked(program):
    app = program("lesson-17")
    place = place_of(app, "s2")
    app.keys("Escape")
    app.click(*place)
    app.shows("s2 | 3 | ∇ −0.125")
    app.select("w21x1")
    app.shows("w21x1 | 3 | ∇ 0")
    app.click(*place, times=2)
    app.shows("s2 | 3 | ∇ −0.125")
    app.select("w21x1")
    app.shows("w21x1 | 3 | ∇ −0.125")
    app.click(*place, button=3)
    app.screenshot("card-menu")
    app.keys("Escape")
    app.keys("Left")
    app.shows("s2 | 3 | ∇ −0.125")
    app.select("w21x1")
    app.shows("w21x1 | 3 | ∇ 0")
    assert app.stderr == ""


def test_a_script_in_the_dark_and_what_the_next_start_remembers(program, tmp_path):
    path = tmp_path / "perceptron.py"
    path.write_text(
        "from gradviz import Value\n"
        "xs = [Value(0.5), Value(-1.0), Value(2.0)]\n"
        "ws = [Value(0.1), Value(0.7), Value(-0.4)]\n"
        "total = sum((w * x for w, x in zip(ws, xs)), Value(0.25, 'bias'))\n"
        "out = total.tanh()\n"
        "loss = (out - 1.0) ** 2\n"
    )
    app = program(path, size=(1920, 1080))
    assert app.title == "perceptron — gradviz"
    app.keys("alt+v", "d")
    until(lambda: shows_canvas(app, DARK), "the canvas is dark")
    app.keys("End")
    app.select("loss")
    until(lambda: app.copied().endswith("∇ 1"), "the walk is at its end")
    app.screenshot("script-dark-1920")
    app.quit()
    app = program(path, size=(1920, 1080))
    until(lambda: shows_canvas(app, DARK), "the canvas is dark again")
    app.keys("alt+v", "l")
    until(lambda: shows_canvas(app, LIGHT), "the canvas is light")
    app.quit()


def test_a_file_that_fails_stands_beside_the_last_good_graph(program, tmp_path):
    path = tmp_path / "mine.py"
    good = "from gradviz import Value\na = Value(2.0)\nb = Value(-3.0)\nc = a * b\n"
    path.write_text(good)
    app = program(path)
    path.write_text(good + "def loss(of):\n    return of / zero\n\nloss(c)\n")
    app.desktop.keep(*CANVAS)
    app.keys("F5")
    left, top, right, _ = until(
        lambda: app.desktop.changed(275, 85, 640, 60), "the notice is shown"
    )
    assert right - left > 300, "a sentence is shown"
    assert top < 140
    app.screenshot("file-failed")
    app.keys("End")
    app.select("a")
    app.shows("a | 2 | ∇ −3")
    path.write_text(good.replace("-3.0", "7.0"))
    app.keys("F5")
    until(lambda: _read_at_the_end(app, "a") == "a | 2 | ∇ 7", "the file runs again")


def _read_at_the_end(app, name):
    app.keys("End")
    return app.read(name)


def test_the_shortcuts_dialog(program):
    app = program("lesson-17")
    before = app.desktop.look()
    app.keys("F1")
    until(lambda: app.desktop.look() != before, "the dialog is shown")
    until(_still(app), "the dialog is painted")
    app.screenshot("shortcuts")


def _still(app):
    """Return a condition: two looks at the screen are the same."""
    seen = []

    def condition():
        seen.append(app.desktop.look())
        return len(seen) > 3 and seen[-1] == seen[-2] == seen[-3]

    return condition


def test_show_opens_the_window_on_a_programs_own_values(program, tmp_path):
    path = tmp_path / "own.py"
    path.write_text(
        "import gradviz\n"
        "x = gradviz.Value(3.0)\n"
        "y = x * x\n"
        "gradviz.show(y)\n"
        "print('x.grad is', x.grad)\n"
    )
    app = program(path, command=(sys.executable,), title_end="gradviz")
    app.keys("End")
    until(lambda: app.read("x") == "x | 3 | ∇ 6", "the walk is at its end")
    app.screenshot("show-live")
    assert app.quit() == "x.grad is 6.0\n"
    assert app.stderr == ""
