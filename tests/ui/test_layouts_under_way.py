"""Graphs that graphviz takes long for: what is told, shown and given up."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import until_gone
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QLabel

TANGLED = """
from gradviz import Value
values = [Value(1.0) for _ in range(8)]
for n in range(8, 900):
    a, b = values[n * 7919 % n], values[(n * 7919 + 104729) % n]
    values.append(a + b if n % 2 else a * b)
root = Value(0.0, 'root')
for v in values[-200:]:
    root = root + v
"""


@pytest.fixture
def tangled(screen, script):
    """A window on a graph that dot takes seconds for, as soon as a preview shows."""
    path = script(TANGLED)
    screen.window.open(path)
    screen.until(lambda: screen.canvas.picture is not None)
    assert not screen.canvas.picture.layout.final
    return screen


def test_it_is_told_as_long_as_graphviz_works_and_can_be_cancelled(tangled) -> None:
    doing = tangled.find(QLabel, "progress-text")
    tangled.until(lambda: doing.isVisible())
    assert doing.text() == "Laying the graph out…"
    tangled.press("progress-cancel")
    tangled.until(lambda: not doing.isVisible())
    assert not tangled.canvas.picture.layout.final


def test_a_layout_that_takes_too_long_is_given_up(tangled) -> None:
    tangled._layouts._patience.start(0)
    tangled.until(lambda: tangled.notice)
    count = len(tangled.controller.mirror.graph)
    assert tangled.notice == (
        f"graphviz has not placed {count:,} Values within a minute: the quick "
        "placement stays."
    )
    assert not tangled.find(QLabel, "progress-text").isVisible()


def test_a_graph_too_large_for_an_overview_opens_where_its_walk_starts(
    screen, script
) -> None:
    source = (
        "from gradviz import Value\nrow = [Value(1.0, f'x{i}') for i in range(512)]\n"
    )
    source += "while len(row) > 1: row = [a + b for a, b in zip(row[::2], row[1::2])]\n"
    screen.window.open(script(source))
    screen.until(lambda: screen.canvas.picture is not None)
    canvas = screen.canvas
    start = screen.controller.mirror.next_step.node
    assert QRectF(canvas.rect()).contains(canvas.card_rect(start))
    assert canvas.zoom == pytest.approx(75)


STARTS_GRAPHVIZ = """
import sys, threading
sys.path[:0] = {path!r}
from test_service import Asked, slow
asked = Asked()
asked.service.request(slow(3000))
asked.next()
print(asked.service._child.process.pid, flush=True)
threading.Event().wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends it")
def test_graphviz_ends_with_a_window_that_is_killed() -> None:
    folder = str(Path(__file__).parents[1] / "layout")
    source = STARTS_GRAPHVIZ.format(path=[folder])
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as window:
        graphviz = int(window.stdout.readline())
        window.kill()
    gone = until_gone(graphviz)
    if not gone:
        os.kill(graphviz, signal.SIGKILL)
    assert gone
