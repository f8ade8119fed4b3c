"""A canvas for each test that asks for one."""

import pytest
from helpers import Play, layout_of
from watching import Watched

from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.theme import DARK, apply_theme


@pytest.fixture
def watch(qtbot, qapp):
    """Put a session on a canvas of 1000 × 700 pixels."""
    apply_theme(qapp, DARK)

    def start(play: Play, size: tuple[int, int] = (1000, 700)) -> Watched:
        view = CanvasView()
        qtbot.addWidget(view)
        view.resize(*size)
        view.set_motion(False)
        view.show_graph(play.mirror, layout_of(play.graph))
        view.show()
        return Watched(view, play)

    return start
