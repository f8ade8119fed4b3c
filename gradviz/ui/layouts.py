"""Layouts for the canvas, from the cache or from the layout process."""

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, QTimer, Signal

from gradviz.graph.model import Graph
from gradviz.layout.cache import LayoutCache
from gradviz.layout.geometry import Layout, LayoutRequest, layout_request
from gradviz.layout.grow import grown
from gradviz.layout.service import LayoutService

_PATIENCE_MS = 60_000
"""How long graphviz may take."""
_REMEMBERED = 32
"""How many layouts are kept for stepping back over what made a graph grow."""


class Layouts(QObject):
    """Asks for layouts and hands them to the window's thread.

    Attributes:
        show_constants: Whether every constant gets a card of its own.
        stays: Whether what was shown keeps its place in the layout asked for last.

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
        self.show_constants = self.stays = False
        self._number = 0
        self._graph: Graph | None = None
        self._wanted: LayoutRequest | None = None
        self._shown: OrderedDict[LayoutRequest, Layout] = OrderedDict()
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)
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

    def lay_out(self, graph: Graph, kept: int = 0) -> None:
        """Ask for the layout of a graph; an earlier one not there yet is given up.

        Args:
            graph: The graph.
            kept: How many Values of the graph asked about last are its first ones:
                they stay where they are.
        """
        before = self._wanted
        self._graph = graph
        self._wanted = wanted = layout_request(graph, self.show_constants)
        old = self._shown.get(before) if before is not None else None
        there = self._shown.get(wanted)
        if there is None and old is not None and 0 < kept <= len(old.centers):
            there = grown(old, wanted, kept)
        self.stays = there is not None
        if there is None:
            self._ask(wanted)
        else:
            self._found(there)

    def lay_out_anew(self) -> None:
        """Ask for graphviz's own layout of the graph asked about last."""
        if self._graph is not None:
            self._wanted = layout_request(self._graph, self.show_constants)
            self._ask(self._wanted)

    def forget(self) -> None:
        """Let no card stay where it is: something else is shown from now on."""
        self._shown.clear()
        self._wanted = None

    def _ask(self, wanted: LayoutRequest) -> None:
        found = self._service.cached(wanted)
        if found is not None:
            self._found(found)
            return
        self._number = self._service.request(wanted)
        self._set_busy(True)

    def _found(self, layout: Layout) -> None:
        """Hand over a layout that is here; none is waited for any more."""
        self.cancel()
        self._hand_over(layout)

    def _hand_over(self, layout: Layout) -> None:
        if layout.final and self._wanted is not None:
            self._shown[self._wanted] = layout
            self._shown.move_to_end(self._wanted)
            if len(self._shown) > _REMEMBERED:
                self._shown.popitem(last=False)
        self.ready.emit(layout)

    def cancel(self) -> None:
        """Give up the layout under way; a preview shown stays."""
        self._service.cancel()
        self._number = 0
        self._set_busy(False)

    def close(self) -> None:
        """End the layout process."""
        self._patience.stop()
        self._service.close()

    def _set_busy(self, busy: bool) -> None:
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
        self.busy_changed.emit(busy)

    def _give_up(self) -> None:
        """Keep the preview: the time that graphviz takes grows without bound."""
        count = len(self._graph) if self._graph is not None else 0
        self.cancel()
        self.failed.emit(
            f"graphviz has not placed {count:,} Values within a minute: the quick "
            "placement stays."
        )

    def _on_arrived(self, number: int, layout: Layout) -> None:
        if number != self._number:
            return
        if layout.final:
            self._set_busy(False)
        self._hand_over(layout)

    def _on_broke(self, number: int, message: str) -> None:
        if number == self._number:
            self._set_busy(False)
            self.failed.emit(message)


def _cache_folder() -> Path | None:
    place = QStandardPaths.writableLocation(
        QStandardPaths.StandardLocation.GenericCacheLocation
    )
    return Path(place) / "gradviz" / "layouts" if place else None
