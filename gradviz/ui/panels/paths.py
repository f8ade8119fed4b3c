"""The Paths dock: how the seeds reach one Value, path by path."""

import time
from collections.abc import Generator

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gradviz.analysis.paths import (
    Slots,
    gradient_in_words,
    head_in_words,
    local_slots,
    none_in_words,
    seed_numbers,
    slopes,
    sum_in_words,
)
from gradviz.graph.model import Graph
from gradviz.graph.paths import Path, Paths, Slopes, find_paths
from gradviz.session.facts import Figure
from gradviz.session.mirror import Mirror
from gradviz.session.seeding import data_of_pass
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, hint
from gradviz.ui.panels.dock_header import DockHeader
from gradviz.ui.panels.paths_drawing import PathDelegate
from gradviz.ui.panels.paths_list import PathsView
from gradviz.ui.panels.paths_model import PathsModel
from gradviz.ui.theme import Theme

_AT_ONCE_S = 0.03
"""How long the search may keep the window waiting when it begins."""
_SLICE_S = 0.015
_EMPTY = "Paths from the seeds are listed here once there is a graph."
_UNSELECTED = "Click a Value in the graph to see how the seeds reach it."


class PathsPanel(QWidget):
    """Lists the paths to the selected Value; with none, to that of the step made last.

    Attributes:
        list: The paths.
        model: What it lists.

    Signals:
        lit: The path to light in the graph, None for none.
    """

    lit = Signal(object)

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("paths-panel")
        self._controller, self._theme = controller, theme
        self._selected = -1
        self._seen = True
        self._asked: _Question | None = None
        self._found: Paths | None = None
        self._found_of = -1
        self._work: Generator[None, None, Paths] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(lambda: self._search(_SLICE_S))
        self.model = PathsModel(self)
        self._build()
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._refresh)
        controller.moved.connect(self._refresh)
        self._refresh()

    def _build(self) -> None:
        self.header = DockHeader("paths", self._theme, self)
        self._hint = hint("paths-hint", "", self)
        self._head = QWidget(self)
        lines = QVBoxLayout(self._head)
        lines.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, GAP_PX)
        lines.setSpacing(GAP_PX // 4)
        self._sum = _line("paths-sum", self._head)
        self._gradient = _line("paths-gradient", self._head)
        for label in (self._sum, self._gradient):
            lines.addWidget(label)
        self.list = PathsView(self)
        self._delegate = PathDelegate(self._theme, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setModel(self.model)
        self.list.clicked.connect(self._on_clicked)
        self.list.wished.connect(self._light)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.header, self._hint, self._head, self.list):
            layout.addWidget(widget, stretch=int(widget is self.list))

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self._theme = self._delegate.theme = theme
        self.header.set_theme(theme)
        self._color_gradient()
        self.list.viewport().update()

    def set_selected(self, node: int) -> None:
        """Show the paths to a Value; -1 for that of the step made last."""
        if node != self._selected:
            self._selected = node
            self._light(-1)
            self._refresh()

    def set_seen(self, seen: bool) -> None:
        """Tell whether it is in front; Qt calls a panel behind another visible too."""
        self._seen = seen
        if seen:
            self._refresh()
        else:
            self._light(-1)

    def start(self) -> None:
        """Let the arrow keys choose a path."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def shown(self) -> int:
        """The id of the Value shown, -1 for none."""
        mirror = self._controller.mirror
        return -1 if mirror is None else mirror.subject(self._selected)

    # What has changed

    def _on_graph_changed(self) -> None:
        self._selected = -1
        self._forget()
        self._refresh()

    def _refresh(self) -> None:
        """Show what holds now; nothing is worked out for a panel that is covered."""
        if not self.isVisible() or not self._seen:
            return
        mirror, node = self._controller.mirror, self.shown
        if mirror is None or node < 0:
            self._forget()
            self._show_hint(_EMPTY if mirror is None else _UNSELECTED)
            return
        if self._asked is None or not self._asked.holds(mirror, node, self._found):
            self._ask(mirror, node)
        elif self._found is not None:
            self._tell_gradient(mirror, self._found)

    def _ask(self, mirror: Mirror, node: int) -> None:
        """Begin to search; what takes long goes on between the window's events."""
        question = _Question(mirror, node, self._asked)
        if self._asked is None or self._asked.node != node:
            self._light(-1)
        self._asked, self._found = question, None
        self._work = find_paths(mirror.graph, node, question.seeds, question.slopes)
        self._search(_AT_ONCE_S)
        if self._work is not None:
            name = mirror.graph.nodes[node].name
            self._show_hint(f"Looking for the paths to {name} …")
            self._timer.start()

    def _search(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while self._work is not None and time.perf_counter() < until:
            try:
                next(self._work)
            except StopIteration as done:
                self._stop()
                self._show(done.value)

    def _stop(self) -> None:
        self._work = None
        self._timer.stop()

    def _forget(self) -> None:
        self._stop()
        self._light(-1)
        self._asked = self._found = None
        self.model.clear()

    # Showing

    def _show_hint(self, text: str) -> None:
        self.header.say("")
        self._hint.setText(text)
        self._hint.show()
        self._head.hide()
        self.list.hide()

    def _show(self, paths: Paths) -> None:
        mirror, asked = self._controller.mirror, self._asked
        if mirror is None or asked is None:
            return
        another = self._found_of != paths.node
        self._found, self._found_of = paths, paths.node
        lit = self._lit_path
        if not paths.totals.count:
            self._light(-1)
            self._show_hint(none_in_words(mirror, paths.node))
            return
        self.model.show_paths(asked.graph, paths, asked.seeds, asked.slots)
        self._delegate.fit(self.model.products)
        self.header.say(head_in_words(asked.graph, paths), keep_end=True)
        self._sum.setText(sum_in_words(asked.graph, paths))
        self._tell_gradient(mirror, paths)
        self._hint.hide()
        self._head.show()
        self.list.show()
        if another:
            self.list.scrollToTop()
        self._light_again(lit)

    def _tell_gradient(self, mirror: Mirror, paths: Paths) -> None:
        if paths.totals.count:
            said, self._warns = gradient_in_words(mirror, paths)
            self._gradient.setText(said)
            self._color_gradient()

    def _color_gradient(self) -> None:
        color = self._theme.palette
        role = color.attention if self._warns else color.dim
        self._gradient.setStyleSheet(f"color: {role};")

    _warns = False

    # Lighting

    @property
    def _lit_path(self) -> Path | None:
        row = self.model.lit
        return self.model.paths[row] if row >= 0 else None

    def _on_clicked(self, index: QModelIndex) -> None:
        self._light(-1 if index.row() == self.model.lit else index.row())

    def _light(self, row: int) -> None:
        """Light the path of a row, or none; there is nothing to light below them."""
        if row >= len(self.model.paths) or row == self.model.lit:
            return
        self.model.set_lit(row)
        self.list.show_row(row)
        self.lit.emit(self._lit_path)

    def _light_again(self, path: Path | None) -> None:
        """Light the same way through the graph as before, if it is listed still."""
        if path is None:
            return
        same = (
            row
            for row, other in enumerate(self.model.paths)
            if (other.nodes, other.slots) == (path.nodes, path.slots)
        )
        row = next(same, -1)
        if row < 0:
            self.lit.emit(None)
        self._light(row)

    def showEvent(self, event: QShowEvent) -> None:
        """Work out what was not, while the panel was covered."""
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Light nothing from behind another panel."""
        super().hideEvent(event)
        self._light(-1)


class _Question:
    """What the paths shown depend on.

    Attributes:
        graph: The graph.
        node: The Value.
        seeds: The seed gradients.
        slots: The local derivatives.
        slopes: Their numbers.
    """

    def __init__(self, mirror: Mirror, node: int, before: "_Question | None") -> None:
        self.graph: Graph = mirror.graph
        self.node = node
        self.seeds = seed_numbers(mirror)
        self._data: tuple[Figure, ...] = tuple(data_of_pass(mirror))
        self._reference = mirror.reference
        self.slots: Slots
        self.slopes: Slopes
        if before is not None and before._has_slopes_of(mirror):
            self.slots, self.slopes = before.slots, before.slopes
        else:
            self.slots = local_slots(mirror)
            self.slopes = slopes(self.slots)

    def _has_numbers_of(self, mirror: Mirror) -> bool:
        return self.graph is mirror.graph and self._data == tuple(data_of_pass(mirror))

    def _has_slopes_of(self, mirror: Mirror) -> bool:
        """Whether local derivatives worked out for it hold still."""
        return self._has_numbers_of(mirror) and self._reference is mirror.reference

    def holds(self, mirror: Mirror, node: int, found: Paths | None) -> bool:
        """Whether its answer, if there is one, is what is to be shown now."""
        if node != self.node or repr(self.seeds) != repr(seed_numbers(mirror)):
            return False
        if found is not None and not found.unknown:
            # What was measured says nothing new of ops whose formula is known.
            return self._has_numbers_of(mirror)
        return self._has_slopes_of(mirror)


def _line(name: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
