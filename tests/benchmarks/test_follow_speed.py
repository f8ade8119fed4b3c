"""From a save to the picture, beside running the file and drawing it by hand."""

import subprocess
import sys
from pathlib import Path

import nbformat
import networks
import pytest
from test_speed import Painted

from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts
from gradviz.ui.main_window import MainWindow

SIZE = 300
GROUP = f"from a save to the picture, a notebook of {SIZE} Values"
AT_ONCE = f"{GROUP}, saved again at once"
_TODAY = """
import sys
sys.path.insert(0, {folder!r})
import json, todays_way
namespace = {{"__name__": "__main__"}}
for cell in json.load(open({path!r}))["cells"]:
    exec("".join(cell["source"]), namespace)
namespace["root"].backward()
sys.stdout.buffer.write(todays_way.draw_dot(namespace["root"]))
"""


def write(path, number):
    """Save the notebook; its number is the first input of the network."""
    define, build = networks.source(SIZE).split("layer = [", 1)
    notebook = nbformat.v4.new_notebook()
    build = f"layer = [{build}".replace("0.5", repr(number), 1)
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in (define, build)]
    path.write_text(nbformat.writes(notebook))


@pytest.fixture
def followed(qtbot, tmp_path):
    """A window on the notebook, at the end of its walk."""
    path = tmp_path / "network.ipynb"
    write(path, 0.5)
    controller, layouts = Controller(), Layouts()
    window = MainWindow(controller, layouts)
    window.resize(1280, 800)
    window.show()
    with qtbot.waitSignal(
        layouts.ready, timeout=30_000, check_params_cb=lambda layout: layout.final
    ):
        controller.open(path)
    controller.run_to_end()
    qtbot.waitUntil(lambda: not controller.busy, timeout=30_000)
    yield window, path
    window.close()
    controller.close()
    layouts.close()


def save_and_wait(benchmark, followed, before=None):
    """Measure from a save to the numbers painted."""
    window, path = followed
    mirror, painted = window.controller.mirror, Painted(window)
    leaf = mirror.graph.named("x1")
    numbers = iter(range(1, 1000))

    def save():
        number = next(numbers) / 1000
        write(path, number)
        painted.until(lambda: window.controller.mirror.data[leaf] == number)

    benchmark.pedantic(save, setup=before, rounds=7, warmup_rounds=1)
    mirror = window.controller.mirror
    assert mirror.playhead == len(mirror.walk) > 0
    assert window.canvas._changes


@pytest.mark.benchmark(group=GROUP)
def test_follow(benchmark, followed, qtbot):
    """The window runs the file, walks to the end and marks what has changed."""
    workers = followed[0].controller.workers

    def look():
        """Take as long as it takes to look at a picture."""
        qtbot.waitUntil(lambda: workers.has_spare, timeout=30_000)

    save_and_wait(benchmark, followed, look)


@pytest.mark.benchmark(group=AT_ONCE)
def test_follow_at_once(benchmark, followed):
    """The same where the next save comes before a worker is ready for it."""
    save_and_wait(benchmark, followed)


@pytest.mark.benchmark(group=GROUP)
def test_follow_with_todays_draw_dot(benchmark, tmp_path):
    """The same file run by Python, its backward pass and its picture."""
    run_by_python(benchmark, tmp_path)


@pytest.mark.benchmark(group=AT_ONCE)
def test_follow_at_once_with_todays_draw_dot(benchmark, tmp_path):
    """The same."""
    run_by_python(benchmark, tmp_path)


def run_by_python(benchmark, tmp_path):
    """Measure a process that runs the file and draws its picture."""
    path = tmp_path / "network.ipynb"
    write(path, 0.5)
    program = _TODAY.format(folder=str(Path(__file__).parent), path=str(path))

    def run():
        subprocess.run(
            [sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL
        )

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
