"""The program as a person runs it, offscreen, for measuring."""

import networks
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts
from gradviz.ui.main_window import MainWindow

TODAY = "_with_todays_draw_dot"


@pytest.fixture
def window(qtbot, tmp_path):
    """A window with a graph of some size open, drawn and laid out by dot."""
    opened = []

    def open_window(size):
        path = tmp_path / f"network_{size}.py"
        path.write_text(networks.source(size))
        controller, layouts = Controller(), Layouts()
        window = MainWindow(controller, layouts)
        opened.append((window, controller, layouts))
        window.resize(1280, 800)
        window.show()
        with qtbot.waitSignal(
            layouts.ready, timeout=30_000, check_params_cb=lambda layout: layout.final
        ):
            controller.open(path)
        qtbot.waitUntil(lambda: not controller.busy, timeout=30_000)
        return window

    yield open_window
    for window, controller, layouts in opened:
        window.close()
        window.deleteLater()
        # A window that stays would make every later one slow to dress.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        controller.close()
        layouts.close()


def pytest_terminal_summary(terminalreporter, config):
    """Print medians side by side, as in the README's table."""
    session = getattr(config, "_benchmarksession", None)
    medians, notes = {}, []
    for bench in session.benchmarks if session else ():
        ours, today, size = bench.name.partition(TODAY)
        name = bench.name if not today else ours + size
        medians.setdefault((bench.group, name), {})[bool(today)] = bench["median"]
        notes += [f"{bench.group}: {k} {v}" for k, v in bench.extra_info.items()]
    if medians:
        terminalreporter.section("medians")
    for (group, name), found in medians.items():
        if len(found) == 2:
            size = name.partition("[")[2].rstrip("]")
            group += f", {int(size):,} Values" if size else ""
            terminalreporter.write_line(
                f"| {group} | {_ms(found[False])} | {_ms(found[True])} "
                f"| {found[True] / found[False]:.3g}× |"
            )
    for note in notes:
        terminalreporter.write_line(note)


def _ms(seconds):
    return f"{seconds * 1000:.3g} ms"
