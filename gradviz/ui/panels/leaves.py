"""The Leaves dock: every leaf with a slider and an exact entry."""

from collections.abc import Mapping
from itertools import count

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gradviz.analysis.explain import listed
from gradviz.analysis.words import Change, change_in_words, exact, expression
from gradviz.graph.model import Graph
from gradviz.numbers import shown
from gradviz.session.facts import Figure
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller
from gradviz.ui.names import elide_mode
from gradviz.ui.panels.common import (
    GAP_PX,
    MARGIN_PX,
    ElidedLabel,
    PanelButton,
    hint,
)
from gradviz.ui.panels.dock_header import DockHeader
from gradviz.ui.panels.fields import FieldError, NumberField
from gradviz.ui.panels.leaf_slider import LeafSlider, reach_for
from gradviz.ui.panels.rows import Row, RowList
from gradviz.ui.theme import UI_PX, Theme, ui_font

FIELD_PX = 66
RIGHT_PX = 28
"""What is right of the numbers: a button and some air."""
FILTER_FROM = 16
"""How many leaves there must be for a filter to be of use."""
_UNNAMED = -1
"""The key of the row that says what the rows below it are."""
_FEEDS = 3
_NAME_PX = 48
_REST_PX = 178
"""What a row needs besides the name for its slider to be of use."""


class LeavesPanel(QWidget):
    """Lists the leaves; those without a name come last.

    Attributes:
        header: The title of its dock.
        file_numbers: What the file gave each leaf, by its id.
        reaches: How far each leaf's slider goes.
        changes: What each leaf held before the file was run again.
        name_px: The width of the column of names.
    """

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("leaves-panel")
        self.file_numbers: dict[int, Figure] = {}
        self.reaches: dict[int, float] = {}
        self.changes: Mapping[int, Change] = {}
        self.name_px = 46
        self._controller, self._theme = controller, theme
        self._gestures = count(1)
        self.header = DockHeader("leaves", theme, self)
        self._filter = QLineEdit(self)
        self._filter.setObjectName("leaves-filter")
        self._filter.setClearButtonEnabled(True)
        self._filter.setAccessibleName("Filter the leaves by name")
        self._filter.textChanged.connect(self._on_filter_changed)
        self._rows = RowList(self._make_row, self)
        self._hint = hint("leaves-hint", "", self)
        self._error = FieldError(self)
        self._lay_out()
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._rows.refresh)
        controller.failed.connect(self._on_refused)
        controller.worker_ended.connect(self._on_refused)
        self.set_theme(theme)
        self._on_graph_changed()

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setContentsMargins(MARGIN_PX, 0, RIGHT_PX, 0)
        filters.addWidget(self._filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, GAP_PX)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(filters)
        layout.addWidget(self._hint)
        layout.addWidget(self._rows, 1)
        self._filters = filters

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self._theme = theme
        self.header.set_theme(theme)
        self._error.set_theme(theme)
        for row in self._rows.all_rows():
            assert isinstance(row, _LeafRow)
            row.set_theme(theme)

    def set_changes(self, changes: Mapping[int, Change]) -> None:
        """Mark what is not as it was before the file was run again; {} for nothing."""
        self.changes = dict(changes)
        self._measure_names()
        self._rows.rebind()

    def said(self, mirror: Mirror, node: int) -> str:
        """Return what stands left of a leaf's slider: its name, marked if changed."""
        return ("Δ " if node in self.changes else "") + label(mirror, node)

    @property
    def shown(self) -> tuple[int, ...]:
        """Ids of the leaves listed, from the top; -1 is the heading."""
        return self._rows.keys

    def show_leaf(self, node: int) -> bool:
        """Scroll to a leaf and put the cursor into its field; False if not listed."""
        if node not in self._rows.keys:
            self._filter.clear()
        if node not in self._rows.keys:
            return False
        row = self._rows.row(node)
        assert isinstance(row, _LeafRow)
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    # What is listed

    def _on_graph_changed(self) -> None:
        mirror = self._controller.mirror
        leaves = mirror.graph.leaves if mirror else ()
        edited = {node for node, _ in mirror.document.leaves} if mirror else set()
        numbers = mirror.data if mirror else []
        self.file_numbers = {i: numbers[i] for i in leaves if i not in edited}
        self.reaches = {i: _reach(numbers[i]) for i in leaves}
        named = sum(not mirror.graph.nodes[i].constant for i in leaves) if mirror else 0
        self.header.say(_counted(named, len(leaves) - named))
        wanted = len(leaves) >= FILTER_FROM
        self._filter.setVisible(wanted)
        bottom = 6 if wanted else 0
        self._filters.setContentsMargins(MARGIN_PX, 0, RIGHT_PX, bottom)
        self._filter.setPlaceholderText(f"Filter {len(leaves)} leaves")
        self._filter.clear()
        self._list()
        self._rows.rebind()

    def _on_filter_changed(self) -> None:
        self._list()

    def _list(self) -> None:
        mirror = self._controller.mirror
        if mirror is None:
            self._say("Leaves are listed here once there is a graph.")
            self._rows.set_keys(())
            return
        nodes, text = mirror.graph.nodes, self._filter.text().strip().casefold()
        found = [
            i
            for i in mirror.graph.leaves
            if text in nodes[i].name.casefold() or text in label(mirror, i).casefold()
        ]
        named = [i for i in found if not nodes[i].constant]
        unnamed = [i for i in found if nodes[i].constant]
        unnamed.sort(key=lambda i: _first_use(mirror.graph, i))
        if text and not found:
            self._say(f"No leaf is called {self._filter.text()!r}.")
        else:
            self._say("" if found else "There is no graph yet.")
        self._measure_names()
        self._rows.set_keys((*named, *((_UNNAMED,) if unnamed else ()), *unnamed))

    def _say(self, text: str) -> None:
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def _measure_names(self) -> None:
        """Make the column of names as wide as they need, or a third of the panel."""
        mirror = self._controller.mirror
        if mirror is None:
            return
        names = sorted((self.said(mirror, i) for i in mirror.graph.leaves), key=len)
        metrics = QFontMetrics(_name_font())
        widest = max((metrics.horizontalAdvance(n) for n in names[-50:]), default=0)
        room = max(_NAME_PX, min(round(self.width() * 0.34), self.width() - _REST_PX))
        self.name_px = max(24, min(widest + 4, room))
        for row in self._rows.all_rows():
            assert isinstance(row, _LeafRow)
            row.set_name_px(self.name_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names their share of the new width."""
        super().resizeEvent(event)
        self._measure_names()

    def _on_refused(self, _why: object) -> None:
        """Show the numbers that stand, not those that were asked for."""
        self._rows.refresh()

    # What rows ask for

    def _make_row(self, parent: QWidget) -> Row:
        row = _LeafRow(self, self._controller, parent)
        row.set_theme(self._theme)
        row.set_name_px(self.name_px)
        self._error.watch(row.field)
        return row

    def new_gesture(self, node: int) -> str:
        """Return a name for an edit that is undone as one."""
        return f"leaf-{node}-{next(self._gestures)}"


class _LeafRow(Row):
    """One leaf: name, slider, exact entry, and back to the file's number."""

    def __init__(
        self, panel: LeavesPanel, controller: Controller, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._panel, self._controller = panel, controller
        self._gesture = ""
        self._wanted: float | None = None
        # Names that differ often do so at the end: weight_1, weight_2.
        self.name = ElidedLabel(self)
        self.name.setFont(_name_font())
        self.heading = QLabel("Constants", self)
        self.heading.setToolTip("Numbers that an op made Values of")
        self.heading.setProperty("role", "heading")
        self.slider = LeafSlider("leaf-slider", self)
        self.field = NumberField("leaf-field", "", self)
        self.field.setFixedWidth(FIELD_PX)
        self.reset = PanelButton(
            "leaf-reset", "", self._on_reset, self, icon_name="reset-value"
        )
        self.reset.setFixedSize(22, 22)
        self.slider.gesture_started.connect(self._on_gesture_started)
        self.slider.dragged.connect(self._on_dragged)
        self.slider.released.connect(self.refresh)
        self.field.committed.connect(self._on_committed)
        self._lay_out()

    def _lay_out(self) -> None:
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, 0, 4, 0)
        layout.setSpacing(0)
        layout.addWidget(self.heading, 1, Qt.AlignmentFlag.AlignBottom)
        layout.addWidget(self.name)
        layout.addSpacing(GAP_PX)
        layout.addWidget(self.slider, 1)
        layout.addSpacing(GAP_PX)
        layout.addWidget(self.field)
        layout.addSpacing(2)
        layout.addWidget(self.reset)

    def set_theme(self, theme: Theme) -> None:
        """Show the row in another theme."""
        self.reset.set_theme(theme)

    def set_name_px(self, width: int) -> None:
        """Give the name its column."""
        self.name.setFixedWidth(width)

    def tab_stops(self) -> tuple[QWidget, ...]:
        """Return what Tab reaches, in order."""
        return (self.slider, self.field, self.reset)

    def is_held(self) -> bool:
        """Whether a person is at it."""
        return super().is_held() or self.slider.is_held()

    def bind(self, key: int) -> None:
        """Show another leaf."""
        super().bind(key)
        self._wanted = None
        is_leaf = key != _UNNAMED
        for widget in (self.name, self.slider, self.field, self.reset):
            widget.setVisible(is_leaf)
        self.heading.setVisible(not is_leaf)
        mirror = self._controller.mirror
        if not is_leaf or mirror is None:
            return
        node = mirror.graph.nodes[key]
        self._show_name(mirror)
        self.name.setProperty("role", "dim" if node.constant else "")
        self.name.style().polish(self.name)
        for widget, part in (
            (self.slider, "slider"),
            (self.field, "field"),
            (self.reset, "reset"),
        ):
            widget.setObjectName(f"leaf-{part}-{node.name}")
        self.slider.set_reach(self._panel.reaches[key])
        self.slider.setAccessibleName(f"{node.name}, slider")
        self.slider.setToolTip(f"Drag to change {node.name}")
        self.field.setAccessibleName(f"{node.name}, exact number")
        self.field.restore()

    def _show_name(self, mirror: Mirror) -> None:
        assert self.key is not None
        said = self._panel.said(mirror, self.key)
        self.name.elide = elide_mode(said, Qt.TextElideMode.ElideMiddle)
        self.name.setText(said)
        lines = [_use(mirror, self.key)]
        if change := self._panel.changes.get(self.key):
            lines += change_in_words(mirror, self.key, change)
        self.name.setToolTip("\n".join(lines))

    def refresh(self) -> None:
        """Show the leaf's number; one on its way to the worker is shown already."""
        mirror, node = self._controller.mirror, self.key
        if node is None or node == _UNNAMED or mirror is None:
            return
        self._show_name(mirror)
        if self.slider.is_held():
            return
        if not self._controller.busy:
            self._wanted = None
        current = mirror.data[node] if self._wanted is None else self._wanted
        self.field.set_number(current)
        self.slider.show_number(current)
        self._panel.reaches[node] = self.slider.reach
        edited = dict(mirror.document.leaves)
        self.reset.setVisible(node in edited)
        if node in edited:
            from_file = self._panel.file_numbers.get(node)
            name = label(mirror, node)
            number = "" if from_file is None else f", {exact(from_file)}"
            self.reset.say(f"Reset {name} to the file's number{number}")

    def _on_gesture_started(self) -> None:
        if self.key is not None:
            self._gesture = self._panel.new_gesture(self.key)

    def _on_dragged(self, number: float) -> None:
        if self.key is None:
            return
        self.field.restore()
        self.field.set_number(number)
        self._ask(number, self._gesture)

    def _on_committed(self, number: float) -> None:
        self._ask(number, "")
        self.slider.show_number(number)

    def _ask(self, number: float, gesture: str) -> None:
        assert self.key is not None
        self._wanted = number
        self._controller.set_leaf(self.key, number, gesture)
        if not self._controller.busy:
            self.refresh()

    def _on_reset(self) -> None:
        if self.key is not None:
            self._wanted = None
            self._controller.set_leaf(self.key, None)


def _counted(named: int, constants: int) -> str:
    """Return how many leaves there are: ``2 leaves, 1 constant``."""
    parts = ((named, "leaf", "leaves"), (constants, "constant", "constants"))
    said = [f"{n} {one if n == 1 else many}" for n, one, many in parts if n]
    return ", ".join(said) or "Leaves"


def _name_font() -> QFont:
    return ui_font(UI_PX, QFont.Weight.DemiBold)


def _reach(number: Figure) -> float:
    return reach_for(number) if isinstance(number, int | float) else reach_for(0.0)


def label(mirror: Mirror, node: int) -> str:
    """Return what a leaf is called: a constant by the op that reads it, ``a × 2``."""
    uses = mirror.graph.consumers[node]
    if mirror.graph.nodes[node].constant and len(uses) == 1:
        return expression(mirror, uses[0].consumer)
    return mirror.graph.nodes[node].name


def _first_use(graph: Graph, node: int) -> tuple[int, int]:
    uses = graph.consumers[node]
    return (uses[0].consumer, uses[0].slot) if uses else (len(graph), node)


def _use(mirror: Mirror, node: int) -> str:
    """Return a sentence on what reads a leaf."""
    graph = mirror.graph
    readers = dict.fromkeys(edge.consumer for edge in graph.consumers[node])
    made = graph.nodes[node]
    name = f"The constant {shown(mirror.data[node])}" if made.constant else made.name
    if not readers:
        return f"{name}: nothing reads it"
    return f"{name}: read by {listed([graph.nodes[i].name for i in readers], _FEEDS)}"
