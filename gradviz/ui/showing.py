"""Graphs onto the canvas: laid out, where the last one was, with what has changed."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from gradviz.analysis.words import Change
from gradviz.layout.geometry import Layout
from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.controller import Controller
from gradviz.ui.docks import Docks
from gradviz.ui.following import changes_of, data_changes, said_of
from gradviz.ui.kept_view import KeptView
from gradviz.ui.layouts import Layouts
from gradviz.ui.source import Source
from gradviz.worker.messages import Failure
from gradviz.worker.restoring import Restoring


class Showing(QObject):
    """Brings each graph of a controller onto the canvas, as soon as it is laid out.

    Attributes:
        layout: What the canvas shows, None before the first graph.

    Signals:
        shown: Another graph is on the canvas.
        compared: A sentence on what a run after a save has changed.
        grown_unseen: A sentence on new Values that are outside of the view.
    """

    shown = Signal()
    compared = Signal(str)
    grown_unseen = Signal(str)

    def __init__(
        self,
        controller: Controller,
        layouts: Layouts,
        canvas: CanvasView,
        docks: Docks,
    ) -> None:
        super().__init__(canvas)
        self._controller = controller
        self._layouts = layouts
        self._canvas = canvas
        self._docks = docks
        self.layout: Layout | None = None
        self._awaits_layout = False
        self._source: Source | None = None
        self._kept_view: KeptView | None = None
        self._changes: dict[int, Change] = {}
        controller.opening_began.connect(self._on_opening_began)
        controller.opening_failed.connect(self._on_opening_failed)
        controller.worker_ended.connect(self._on_worker_ended)
        layouts.ready.connect(self._on_layout_ready)
        if controller.is_opening:
            self._on_opening_began()

    def begin(self) -> None:
        """Have another graph laid out; it is shown when that is done."""
        controller = self._controller
        mirror, opened = controller.mirror, controller.opened
        assert mirror is not None
        assert opened is not None
        self._awaits_layout = True
        restored = controller.restored
        self._kept_view = KeptView(self._canvas, restored) if restored else None
        if controller.source is not self._source:
            self._source = controller.source
            self._layouts.forget()
        self._changes = {}
        self.set_changes({})
        if opened.classes and not opened.nodes:
            self._canvas.set_hint(
                f"{controller.title} defines {opened.classes[0]} and builds no "
                "graph: build one with File > New Expression (Ctrl+N)."
            )
        self._layouts.lay_out(mirror.graph, opened.kept)

    def _on_opening_began(self) -> None:
        if self._controller.mirror is None:
            self._canvas.set_hint(f"{self._controller.title} is running.")

    def _on_worker_ended(self) -> None:
        if self._controller.mirror is None:
            self._canvas.set_hint(_nothing(self._controller.workers.was_stopped))

    def say_not_run(self) -> None:
        """Say on an empty canvas that a file waits to be run."""
        if self._controller.mirror is None:
            self._canvas.set_hint("Nothing to show: the file has not run yet.")

    def refresh(self, dirty: set[int] | None) -> None:
        """Show new numbers of some Values, or of all."""
        if not self._awaits_layout:
            self._canvas.refresh(dirty)

    def move(self, dirty: set[int]) -> None:
        """Show the numbers after the playhead has moved."""
        if self._changes:
            # Gradients were compared where the playhead stood.
            self.set_changes(data_changes(self._changes))
            self._changes = {}
        self.refresh(dirty)

    def set_changes(self, changes: Mapping[int, Change]) -> None:
        """Mark what is not as it was before the file was run again; {} for nothing."""
        for view in (self._canvas, self._docks.leaves, self._docks.inspector):
            view.set_changes(changes)

    def _on_opening_failed(self, failure: Failure) -> None:
        if self._controller.mirror is None:
            self._canvas.set_hint(
                _nothing(failure.stopped)
                if failure.kind == "code"
                else "Nothing to show, see above."
            )
            if failure.kind == "code":
                self._docks.show_failed_line(failure.place)

    def _mark_changes(self, restored: Restoring) -> None:
        """Mark what a run after a save has changed, and say it."""
        self._changes = changes = changes_of(restored)
        self.set_changes(changes)
        if restored.failure is None:
            self.compared.emit(said_of(restored, changes))

    def _tell_of_unseen(self) -> None:
        """Say that a cell has made Values where the view, which stays, is not."""
        opened, canvas = self._controller.opened, self._canvas
        picture = canvas.picture
        if opened is None or picture is None or not 0 < opened.kept < len(opened.nodes):
            return
        shown = canvas.visible_part()
        new = [card for card in picture.cards[opened.kept :] if not card.isEmpty()]
        unseen = sum(not shown.contains(card.center()) for card in new)
        if unseen:
            values = "1 new Value is" if unseen == 1 else f"{unseen} new Values are"
            self.grown_unseen.emit(
                f"{values} outside of the view: View > Fit shows all."
            )

    def _on_layout_ready(self, layout: Layout) -> None:
        mirror, canvas = self._controller.mirror, self._canvas
        if mirror is None or len(layout.centers) != len(mirror.graph):
            return
        self.layout = layout
        if not self._awaits_layout:
            canvas.set_layout(layout)
            return
        self._awaits_layout = False
        if self._kept_view is None:
            canvas.show_graph(mirror, layout, keep_view=self._layouts.stays)
            self._tell_of_unseen()
        else:
            self._kept_view.show(mirror, layout)
            self._mark_changes(self._kept_view.restored)
        self.shown.emit()


def _nothing(stopped: bool) -> str:
    """Say why there is no graph of a file that has run."""
    how = "was stopped" if stopped else "failed"
    return f"Nothing to show: the file {how}, see above."
