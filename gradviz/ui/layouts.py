"""Layouts for the canvas, from the cache or from the layout process."""

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal

from gradviz.graph.model import Graph
from gradviz.layout.cache import LayoutCache
from gradviz.layout.geometry import Layout, layout_request
from gradviz.layout.service import LayoutService


class Layouts(QObject):
    """Asks for layouts and hands them to the window's thread.

    Signals:
        ready: A Layout for the graph asked about last: a preview or the final one.
        failed: One sentence on why there is no (better) layout.
        busy_changed: Whether graphviz is at work.
    """

    ready = Signal(object)
    failed = Signal(str)
    busy_changed = Signal(bool)

    _arrived = Signal(int, object)
    _broke = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        # Queued, so that no answer can arrive before its number is known.
        queued = Qt.ConnectionType.QueuedConnection
        self._arrived.connect(self._on_arrived, queued)
        self._broke.connect(self._on_broke, queued)
        self._service = LayoutService(
            LayoutCache(_cache_folder()), self._arrived.emit, self._broke.emit
        )

    def warm_up(self) -> None:
        """Start the layout process now, so that the first graph need not wait."""
        self._service.start()

    def lay_out(self, graph: Graph) -> None:
        """Ask for the layout of a graph; an earlier one not there yet is given up."""
        wanted = layout_request(graph)
        found = self._service.cached(wanted)
        if found is not None:
            self._service.cancel()
            self._number = 0
            self.busy_changed.emit(False)
            self.ready.emit(found)
            return
        self._number = self._service.request(wanted)
        self.busy_changed.emit(True)

    def cancel(self) -> None:
        """Give up the layout under way; a preview shown stays."""
        self._service.cancel()
        self._number = 0
        self.busy_changed.emit(False)

    def close(self) -> None:
        """End the layout process."""
        self._service.close()

    def _on_arrived(self, number: int, layout: Layout) -> None:
        if number != self._number:
            return
        if layout.final:
            self.busy_changed.emit(False)
        self.ready.emit(layout)

    def _on_broke(self, number: int, message: str) -> None:
        if number == self._number:
            self.busy_changed.emit(False)
            self.failed.emit(message)


def _cache_folder() -> Path | None:
    place = QStandardPaths.writableLocation(
        QStandardPaths.StandardLocation.GenericCacheLocation
    )
    return Path(place) / "gradviz" / "layouts" if place else None
