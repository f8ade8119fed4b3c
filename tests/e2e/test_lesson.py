"""Lesson 17 as a person walks it, on a real display, with real keys and clicks."""

import os
import signal
from pathlib import Path

from desktop import until
from PySide6.QtGui import QColor

from gradviz.numbers import shown
from gradviz.ui.theme import LIGHT


def test_lesson_17_is_walked_with_each_rule(program):
    app = program("lesson-17")
    until(lambda: app.title == "lesson-17 — gradviz", "the lesson is open")
    app.screenshot("lesson-17-start")
    app.select("x1")
    app.shows("x1 | 1 | ∇ 0")
    app.keys("Right", "Right", "Right", "Right")
    app.screenshot("lesson-17-step-4")
    app.keys("End")
    app.shows("x1 | 1 | ∇ −0.375")
    app.screenshot("lesson-17-end-assign")
    app.keys("ctrl+2")
    app.shows("x1 | 1 | ∇ −0.875")
    app.screenshot("lesson-17-end-accumulate")
    app.keys("Home")
    app.shows("x1 | 1 | ∇ 0")
    for name, text in (
        ("x2", "x2 | 0 | ∇ 1.125"),
        ("w11", "w11 | −2 | ∇ 0.25"),
        ("w12", "w12 | 4 | ∇ 0"),
        ("w21", "w21 | 3 | ∇ −0.125"),
        ("w22", "w22 | −1 | ∇ 0"),
    ):
        app.keys("End")
        app.select(name)
        app.shows(text)
    assert app.stderr == ""


def test_stepping_back_one_by_one_ends_at_zero(program):
    app = program("lesson-17")
    app.keys("space", "space", "space", "space", "space", "space")
    app.select("x1")
    app.shows("x1 | 1 | ∇ −0.375")
    app.keys("Left", "Left")
    app.shows("x1 | 1 | ∇ −0.5")
    app.keys("Left", "Left", "Left", "Left")
    app.shows("x1 | 1 | ∇ 0")
    app.keys("space", "space")
    app.shows("x1 | 1 | ∇ −0.5")


def test_the_other_path_last_leaves_the_other_gradient(program):
    app = program("lesson-17")
    app.select("s2")
    app.keys("Return")
    app.select("w21x1")
    app.keys("Return", "End")
    app.select("x1")
    app.shows("x1 | 1 | ∇ −0.5")
    app.screenshot("lesson-17-manual-steps")


def test_the_neuron_and_lesson_16(program):
    app = program("neuron")
    app.keys("End")
    for name, text in (
        ("o", "o | 0.7071 | ∇ 1"),
        ("x1", "x1 | 2 | ∇ −1.5"),
        ("w1", "w1 | −3 | ∇ 1"),
        ("x2", "x2 | 0 | ∇ 0.5"),
        ("w2", "w2 | 1 | ∇ 0"),
    ):
        app.select(name)
        app.shows(text)
    app.screenshot("neuron-end")
    app.close()
    app = program("lesson-16", size=(1920, 1080))
    app.keys("End")
    app.select("C")
    app.shows("C | 0.5625 | ∇ 1")
    app.select("w2")
    app.shows("w2 | 0.08333 | ∇ −4.5")
    app.screenshot("lesson-16-end-1920")


def test_dragging_a_slider_changes_data_and_gradient(program):
    app = program("lesson-17")
    app.keys("ctrl+2", "End")
    app.select("x1")
    app.shows("x1 | 1 | ∇ −0.875")
    x, y = _handle_of_the_first_slider(app)
    app.drag(x, y, x + 30, y)
    until(lambda: app.copied() != "x1 | 1 | ∇ −0.875", "the slider moves x1")
    data = float(app.copied().split(" | ")[1])
    assert 1 < data < 20
    app.screenshot("lesson-17-slider")
    app.select("w11")
    app.shows(f"w11 | −2 | ∇ {shown(0.25 * data)}")
    app.keys("ctrl+z")
    app.shows("w11 | −2 | ∇ 0.25")
    app.select("x1")
    app.shows("x1 | 1 | ∇ −0.875")


def _handle_of_the_first_slider(app):
    """Return where the handle of x1's slider is: where its accent colour ends."""
    accent = QColor(LIGHT.palette.accent).rgb() & 0xFFFFFF
    # Below the line that marks the tab.
    for y in range(130, 220):
        row = app.desktop.row(y, 200)
        lit = [x for x, color in enumerate(row) if color == accent]
        if len(lit) > 20:
            break
    assert len(lit) > 20, "a slider's track is lit"
    return lit[-1] - 7, y


def test_the_window_survives_its_worker(program):
    app = program("lesson-17")
    app.keys("Right", "Right")
    app.select("x1")
    app.shows("x1 | 1 | ∇ −0.5")
    # A spare one is started after it.
    worker = min(_children(app.process.pid, "gradviz.worker"))
    os.kill(worker, signal.SIGKILL)
    before = app.desktop.look()
    until(lambda: app.desktop.look() != before, "the window says so")
    app.screenshot("worker-killed")
    app.keys("Left")
    app.shows("x1 | 1 | ∇ 0")
    app.keys("Right", "Right")
    app.shows("x1 | 1 | ∇ −0.5")
    app.keys("F5")
    until(lambda: _children(app.process.pid, "gradviz.worker"), "a worker is back")
    until(lambda: _at_the_end(app, "x1") == "x1 | 1 | ∇ −0.375", "the walk goes on")


def _at_the_end(app, name):
    app.keys("End")
    return app.read(name)


def _children(pid, module):
    """Return the processes that run a module of ours for a program."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(parent) == pid and module.encode() in command:
            found.append(int(entry.name))
    return found
