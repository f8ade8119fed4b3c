"""What the commands of the View menu do to the canvas."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from gradviz.ui.actions import Actions
from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.layouts import Layouts
from gradviz.ui.settings import Settings


class Viewing(QObject):
    """Zooms the canvas and says what is drawn on it."""

    def __init__(
        self, canvas: CanvasView, layouts: Layouts, settings: Settings, actions: Actions
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._layouts = canvas, layouts
        self._settings = settings
        self._show_constants = actions["show-constants"]
        shown = layouts.show_constants = settings.show_constants
        self._show_constants.setChecked(shown)

    @property
    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        canvas = self._canvas
        return {
            "fit": canvas.fit,
            "actual-size": self._show_actual_size,
            "zoom-in": canvas.zoom_in,
            "zoom-out": canvas.zoom_out,
            "show-constants": self._toggle_constants,
            "lay-out-anew": self._layouts.lay_out_anew,
        }

    def go_to(self, node: int) -> None:
        """Select a Value and bring it into sight; -1 for none."""
        if node >= 0:
            self._canvas.select(node)
            self._canvas.center_on(node)

    def _show_actual_size(self) -> None:
        """Zoom to 100 %, and keep what is selected in sight."""
        self._canvas.actual_size()
        if self._canvas.selected_node is not None:
            self._canvas.center_on(self._canvas.selected_node)

    def _toggle_constants(self) -> None:
        """Draw constants as cards of their own, or at the ops that read them."""
        shown = self._show_constants.isChecked()
        self._settings.show_constants = self._layouts.show_constants = shown
        self._layouts.lay_out_anew()
