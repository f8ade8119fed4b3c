"""A person's own notebooks and scripts on a real display, cell by cell."""

import json
import subprocess
from pathlib import Path

import pytest
from desktop import until

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
LAST = 10
"""More cells than any notebook here has below the one shown first."""

GROWING = (
    "from gradviz.value import Value\nfrom gradviz import draw_dot",
    "a = Value(2.0, label='a')\nb = Value(-3.0, label='b')\nc = a * b\nc.label = 'c'",
    "draw_dot(c)",
    "d = c + a\nd.label = 'd'",
)

SCRIPT = """
from pathlib import Path
from gradviz.value import Value
Path(__file__).with_name("has-run").touch()
a = Value(2.0, label="a")
b = Value({b}, label="b")
c = a * b{end}
c.label = "c"
"""


@pytest.fixture
def seed(tmp_path):
    """A copy of the notebook that gradviz grew out of."""
    original = SEEDS / "lesson_17.ipynb"
    if not original.exists():
        pytest.skip("the seed notebook is in ../shared, which is not here")
    copy = tmp_path / "files" / original.name
    copy.parent.mkdir()
    copy.write_bytes(original.read_bytes())
    return copy


def notebook(path, *cells):
    """Write a notebook of cells of code."""
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": text.splitlines(keepends=True),
        }
        for number, text in enumerate(cells)
    ]
    text = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(text, indent=1))
    return path


def run_from_below(app, number):
    """Run a cell, counted from the last one, 0, upwards."""
    app.keys("ctrl+u", *["alt+Down"] * LAST, *["alt+Up"] * number, "ctrl+Return")


def expect(app, **numbers):
    """Wait until each Value has this gradient; it is given as the window writes it."""
    for name, grad in numbers.items():
        app.select(name)
        until(lambda g=grad: app.copied().endswith(f"∇ {g}"), f"{name} has ∇ {grad}")


def test_the_seed_notebook_is_run_from_the_last_cell_to_the_first(program, seed):
    app = program(seed)
    app.screenshot("seed-opened")
    after = (
        {"s1": "0.25", "s2": "−0.125", "w11x1": "0", "x1": "0"},
        {"w11x1": "0.25", "w12x2": "0.25", "x1": "0"},
        {"w11": "0.25", "x1": "−0.5", "w21x1": "0"},
        {"w21x1": "−0.125", "w22x2": "−0.125", "x1": "−0.5"},
        {"w21": "−0.125", "x1": "−0.375", "x2": "0"},
    )
    for number, gradients in enumerate(after):
        run_from_below(app, number)
        expect(app, **gradients)
        app.screenshot(f"seed-{number + 1}-run")
    app.shows("x2 | 0 | ∇ 0")
    # Each cell is taken back as one, from the one run last.
    for gradients in (*reversed(after[:-1]), {"s1": "0", "s2": "0", "x1": "0"}):
        app.keys("ctrl+z")
        expect(app, **gradients)
    app.keys("ctrl+shift+z", "ctrl+shift+z", "ctrl+shift+z")
    expect(app, x1="−0.5", w11="0.25")
    assert app.stderr == ""


def test_the_recorded_walk_of_the_seed_notebook_is_scrubbed(program, seed):
    app = program(seed)
    for number in range(5):
        run_from_below(app, number)
        app.select("x1")
        lost = {2: "−0.5", 3: "−0.5", 4: "−0.375"}.get(number, "0")
        app.shows(f"x1 | 1 | ∇ {lost}")
    app.keys("Left")
    app.shows("x1 | 1 | ∇ −0.5")
    app.keys("Home")
    app.shows("x1 | 1 | ∇ 0")
    app.keys("End")
    app.shows("x1 | 1 | ∇ −0.375")
    app.screenshot("seed-recorded-end")


def test_a_cell_that_builds_values_grows_the_graph(program, tmp_path):
    app = program(notebook(tmp_path / "growing.ipynb", *GROWING))
    app.select("c")
    app.shows("c | −6 | ∇ 1")
    run_from_below(app, 0)
    app.select("d")
    until(lambda: app.read("d").startswith("d | −4"), "the sum is shown")
    app.screenshot("grown")
    app.select("a")
    assert app.copied().startswith("a | 2 |")
    app.keys("ctrl+z")
    until(lambda: not app.read("d").startswith("d |"), "the sum is gone")


def test_a_cell_edited_as_scratch_is_saved_and_nothing_else_changes(program, seed):
    before = seed.read_bytes()
    app = program(seed)
    app.keys("ctrl+u", *["alt+Down"] * LAST, "ctrl+End")
    app.type("; x1.grad = 7")
    app.keys("ctrl+Return")
    app.screenshot("seed-edited")
    expect(app, x1="7")
    assert seed.read_bytes() == before
    app.keys("ctrl+s")
    until(lambda: seed.read_bytes() != before, "the file is written")
    line = b"s2.grad = -0.125;  s2.color = 'green'"
    assert before.count(line) == 1
    assert seed.read_bytes() == before.replace(line, line + b"; x1.grad = 7")


def test_a_file_saved_elsewhere_is_followed(program, tmp_path):
    file = tmp_path / "followed.py"
    file.write_text(SCRIPT.format(b="-3.0", end=""))
    app = program(file)
    app.keys("End")
    app.select("a")
    app.shows("a | 2 | ∇ −3")
    file.write_text(SCRIPT.format(b="-3.0", end=" * ("))
    app.keys("ctrl+f", "Escape")
    app.shows("a | 2 | ∇ −3")
    file.write_text(SCRIPT.format(b="5.0", end=""))
    app.shows("a | 2 | ∇ 5")
    app.screenshot("followed")


def test_a_recent_file_is_read_before_it_may_run(program, tmp_path):
    file = tmp_path / "files" / "mine.py"
    file.parent.mkdir()
    file.write_text(SCRIPT.format(b="-3.0", end=""))
    mark = file.with_name("has-run")
    program(file).quit()
    assert mark.exists()
    mark.unlink()
    app = program("neuron")
    for key in ("alt+f", "r"):
        count = len(_windows(app))
        app.keys(key)
        until(lambda: len(_windows(app)) > count, "a menu opens")  # noqa: B023
    app.keys("Down", "Return")
    dialog = until(lambda: _window(app, "Run mine.py?"), "it is asked about")
    app.screenshot("trust")
    assert not mark.exists()
    assert app.title == "neuron — gradviz"
    app.desktop.tool("windowfocus", "--sync", dialog)
    app.keys("shift+Tab", "space")
    until(mark.exists, "it has run")
    until(lambda: app.title == "mine — gradviz", "its graph is shown")


def _windows(app):
    """Return all windows of the program, its menus too."""
    return subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--pid", str(app.process.pid)],
        env=app.desktop.environ,
        capture_output=True,
        text=True,
    ).stdout.split()


def _window(app, title):
    """Return the window of this title, None where there is none."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", f"^{title[:-1]}.$"],
        env=app.desktop.environ,
        capture_output=True,
        text=True,
    ).stdout.split()
    return found[0] if found else None
