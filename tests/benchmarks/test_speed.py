"""Speed beside what a person would do today, on the same graph in the same run.

Run with ``make bench``. Within a group, the number in brackets is the ratio to the
fastest.
"""

import os
import subprocess
import sys
import threading
import time

import networks
import pytest
import todays_way
from PySide6.QtCore import QEvent, QEventLoop, QObject

from gradviz.graph.build import build
from gradviz.layout.cache import LayoutCache
from gradviz.layout.geometry import layout_request
from gradviz.layout.service import LayoutService

AT_SIZES = pytest.mark.parametrize("size", networks.SIZES)


class Painted(QObject):
    """Waits until the canvas has painted a state, as a person would see it."""

    def __init__(self, window):
        super().__init__(window)
        self._canvas = window.canvas
        self._paints = 0
        self._canvas.installEventFilter(self)

    def eventFilter(self, watched, event):
        self._paints += event.type() == QEvent.Type.Paint
        return False

    def until(self, condition):
        """Let events happen until a condition holds and was painted."""
        loop, wait = QEventLoop(), QEventLoop.ProcessEventsFlag.WaitForMoreEvents
        while not condition():
            self._paints = 0
            loop.processEvents(wait)
        while not self._paints:
            loop.processEvents(wait)


@AT_SIZES
@pytest.mark.benchmark(group="one step, repainted")
def test_step(benchmark, window, size):
    window = window(size)
    controller, painted = window.controller, Painted(window)

    def step():
        wanted = controller.mirror.playhead + 1
        controller.step()
        painted.until(lambda: controller.mirror.playhead == wanted)

    rounds = min(len(controller.mirror.walk), 100)
    benchmark.pedantic(step, rounds=rounds, warmup_rounds=0)
    assert controller.mirror.playhead > 0


@AT_SIZES
@pytest.mark.benchmark(group="one step, repainted")
def test_step_with_todays_draw_dot(benchmark, size):
    root = networks.values(size)
    root.grad = 1.0

    def step():
        root._backward()
        todays_way.draw_dot(root)

    benchmark.pedantic(step, rounds=3 if size == 1000 else 10, warmup_rounds=1)


@AT_SIZES
@pytest.mark.benchmark(group="one leaf edited, every number repainted")
def test_leaf_edit(benchmark, window, size):
    window = window(size)
    controller, painted = window.controller, Painted(window)
    controller.run_to_end()
    painted.until(lambda: not controller.busy)
    leaf = controller.mirror.graph.named("x1")
    numbers = iter(range(1, 10_000))

    def edit():
        wanted = next(numbers) / 100
        controller.set_leaf(leaf, wanted)
        painted.until(lambda: controller.mirror.data[leaf] == wanted)

    benchmark.pedantic(edit, rounds=30, warmup_rounds=2)


@AT_SIZES
@pytest.mark.benchmark(group="one leaf edited, every number repainted")
def test_leaf_edit_with_todays_draw_dot(benchmark, size):
    def edit():
        root = networks.values(size)
        root.backward()
        todays_way.draw_dot(root)

    benchmark.pedantic(edit, rounds=3 if size == 1000 else 10, warmup_rounds=1)


@AT_SIZES
@pytest.mark.benchmark(group="layout")
def test_layout(benchmark, size):
    live = build([networks.values(size)], {})
    request = layout_request(live.graph)
    done = threading.Event()
    service = LayoutService(
        LayoutCache(None),
        lambda number, layout: layout.final and done.set(),
        lambda number, message: pytest.fail(message),
    )
    service.start()

    def lay_out():
        done.clear()
        service.request(request)
        assert done.wait(60)
        service._cache = LayoutCache(None)

    try:
        benchmark.pedantic(lay_out, rounds=5, warmup_rounds=1)
    finally:
        service.close()


@AT_SIZES
@pytest.mark.benchmark(group="layout")
def test_layout_with_todays_draw_dot(benchmark, size):
    root = networks.values(size)
    rounds = 3 if size == 1000 else 5
    benchmark.pedantic(todays_way.draw_dot, (root,), rounds=rounds, warmup_rounds=1)


@pytest.mark.benchmark(group="the window answers while 1,000 Values are laid out")
def test_longest_silence_during_layout(benchmark, window, qtbot):
    """The longest time between two turns of the event loop while dot works."""
    window = window(1000)
    layouts, graph = window._layouts, window.controller.mirror.graph
    silences = []

    def lay_out():
        layouts._service._cache = LayoutCache(None)
        layouts.forget()
        ready = []
        layouts.ready.connect(lambda layout: layout.final and ready.append(layout))
        loop, longest, last = QEventLoop(), 0.0, time.perf_counter()
        layouts.lay_out(graph)
        assert not ready
        while not ready:
            loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        silences.append(longest)

    benchmark.pedantic(lay_out, rounds=3)
    benchmark.extra_info["longest silence, ms"] = round(max(silences) * 1000, 1)


_STARTED = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gradviz.cli import main
from gradviz.ui.canvas.view import CanvasView

show_graph = CanvasView.show_graph

def show_and_quit(self, *arguments, **options):
    show_graph(self, *arguments, **options)
    self.repaint()
    QTimer.singleShot(0, QApplication.quit)

CanvasView.show_graph = show_and_quit
sys.exit(main(["lesson-17"]))
"""

_TODAY = """
import sys
sys.path.insert(0, {folder!r})
import networks, todays_way
sys.stdout.buffer.write(todays_way.draw_dot(networks.values(13)))
"""


@pytest.mark.benchmark(group="cold start to the lesson painted")
def test_cold_start(benchmark, tmp_path):
    environ = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
    }

    def start():
        subprocess.run([sys.executable, "-c", _STARTED], env=environ, check=True)

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="cold start to the lesson painted")
def test_cold_start_with_todays_draw_dot(benchmark):
    program = _TODAY.format(folder=os.path.dirname(__file__))

    def start():
        subprocess.run(
            [sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL
        )

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)
