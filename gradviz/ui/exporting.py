"""Taking what is shown out of the window: the clipboard and files."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gradviz.export.render import FORMATS, write
from gradviz.export.target import ExportError
from gradviz.numbers import shown
from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.controller import Controller
from gradviz.ui.looks import Looks
from gradviz.ui.opening import working_folder
from gradviz.ui.panels.notice import NoticeBar
from gradviz.ui.showing import Showing
from gradviz.worker.messages import Failure


class Exporting(QObject):
    """Copies Values and saves pictures."""

    def __init__(
        self,
        controller: Controller,
        showing: Showing,
        canvas: CanvasView,
        notice: NoticeBar,
        looks: Looks,
    ) -> None:
        super().__init__(canvas)
        self._controller = controller
        self._showing = showing
        self._canvas = canvas
        self._notice = notice
        self._looks = looks

    @property
    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command that takes something out of the window does."""
        return {"copy": self.copy_value, "export": self.export_picture}

    def copy_value(self) -> None:
        """Put the selected Value's name, data and gradient on the clipboard."""
        node, mirror = self._canvas.selected_node, self._controller.mirror
        if node is None or mirror is None:
            return
        name = mirror.graph.nodes[node].name
        data, grad = shown(mirror.data[node]), shown(mirror.grad[node])
        QGuiApplication.clipboard().setText(f"{name} | {data} | ∇ {grad}")

    def export_picture(self) -> None:
        """Ask for a file name and save what the canvas shows."""
        target = _ask_for_target(self._controller.path, self._canvas.window())
        mirror, layout = self._controller.mirror, self._showing.layout
        if target is None or mirror is None or layout is None:
            return
        try:
            write(mirror, layout, target, self._looks.theme.name)
        except ExportError as error:
            self._notice.show_failure(Failure("request", str(error)))
        else:
            self._notice.show_info(f"Saved {target}.")


def _ask_for_target(path: Path | None, window: QWidget) -> Path | None:
    """Let the person choose a file to save to; None when they don't.

    A name typed without one of our suffixes gets that of the format chosen.
    """
    name = f"{path.stem if path else 'graph'}.svg"
    filters = ";;".join(f"{kind.upper()} (*.{kind})" for kind in FORMATS)
    typed, chosen = QFileDialog.getSaveFileName(
        window, "Export Picture", str(working_folder(path) / name), filters
    )
    if not typed:
        return None
    target = Path(typed)
    if target.suffix.lower().removeprefix(".") in FORMATS:
        return target
    return target.with_name(f"{target.name}.{chosen[:4].strip().lower()}")
