"""The program as a person runs it, offscreen, for measuring."""

import networks
import pytest

from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts
from gradviz.ui.main_window import MainWindow


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
        controller.close()
        layouts.close()
