"""The Seeds dock: the gradients a person sets before the backward pass."""

from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gradviz.graph.model import Graph
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import (
    GAP_PX,
    MARGIN_PX,
    ElidedLabel,
    PanelButton,
    hint,
)
from gradviz.ui.panels.fields import FieldError, NumberField
from gradviz.ui.panels.leaves import FIELD_PX, RIGHT_PX
from gradviz.ui.panels.rows import Row, RowList
from gradviz.ui.theme import UI_PX, Theme, ui_font

DEFAULT_SEED = 1.0


class SeedsPanel(QWidget):
    """Lists the seed gradients in the order their paths are walked."""

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("seeds-panel")
        self._controller, self._theme = controller, theme
        self._selected = -1
        self._rows = RowList(self._make_row, self)
        self._hint = hint("seeds-hint", "", self)
        self._error = FieldError(self)
        self._add = PanelButton(
            "seed-add", "Set the gradient of another Value by hand", self.begin, self
        )
        self._add.setText("+ Seed another Value")
        self._add.setProperty("link", True)
        self._form = _SeedForm(self._plant, self._end, self)
        self._error.watch(self._form.number)
        self._lay_out()
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._refresh)
        controller.failed.connect(self._on_refused)
        controller.worker_ended.connect(self._on_refused)
        self.set_theme(theme)
        self._on_graph_changed()

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setContentsMargins(MARGIN_PX, 2, RIGHT_PX, 0)
        # Its text begins where the names begin; a tool button pads it.
        self._add.setStyleSheet("padding: 2px 0; margin-left: -6px;")
        below.addWidget(self._add)
        below.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, GAP_PX)
        layout.setSpacing(0)
        layout.addWidget(self._hint)
        # Only as tall as its rows, so that the link stands right below the last one.
        layout.addWidget(self._rows, 1000)
        layout.addWidget(self._form)
        layout.addLayout(below)
        layout.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self._theme = theme
        self._error.set_theme(theme)
        for row in self._rows.all_rows():
            assert isinstance(row, _SeedRow)
            row.set_theme(theme)
        self._form.set_theme(theme)

    def set_selected(self, node: int) -> None:
        """Remember which Value is selected: the one a person is likely to seed."""
        self._selected = node

    @property
    def shown(self) -> tuple[int, ...]:
        """Ids of the Values listed, from the top."""
        return self._rows.keys

    def begin(self) -> None:
        """Ask for a Value and its seed gradient."""
        mirror = self._controller.mirror
        if mirror is None:
            return
        free = self._selected not in mirror.seeds and self._selected >= 0
        self._form.begin(
            mirror.graph, set(mirror.seeds), self._selected if free else -1
        )
        self._add.hide()

    def _plant(self, name: str, number: float) -> bool:
        """Seed the Value of this name; say why not if there is none."""
        mirror = self._controller.mirror
        if mirror is None:
            return False
        try:
            node = mirror.graph.named(name)
        except LookupError as error:
            self._error.show_at(self._form.name, error.args[0])
            return False
        self._error.hide()
        self._controller.set_seed(node, number)
        return True

    def _end(self) -> None:
        self._error.hide()
        self._form.hide()
        self._add.show()

    def _on_graph_changed(self) -> None:
        self._end()
        self._refresh()
        self._rows.rebind()

    def _on_refused(self, _why: object) -> None:
        """Show the numbers that stand, not those that were asked for."""
        self._rows.refresh()

    def _refresh(self) -> None:
        mirror = self._controller.mirror
        seeds = tuple(mirror.seeds) if mirror else ()
        if mirror is None:
            self._hint.setText("Seed gradients are listed here once there is a graph.")
        elif mirror.document.walk == "recorded":
            self._hint.setText("The recorded walk has the seeds that your code set.")
        else:
            self._hint.setText("No Value is seeded: there is nothing to walk.")
        self._hint.setVisible(not seeds)
        self._add.setText("+ Seed another Value" if seeds else "+ Seed a Value")
        planned = mirror is not None and mirror.document.walk == "planned"
        self._add.setEnabled(planned and bool(mirror and len(mirror.graph)))
        self._add.setVisible(mirror is None or planned)
        if seeds != self._rows.keys:
            self._rows.set_keys(seeds)
            self._rows.setMaximumHeight(self._rows.sizeHint().height())
        self._rows.refresh()

    def _make_row(self, parent: QWidget) -> Row:
        row = _SeedRow(self._controller, parent)
        row.set_theme(self._theme)
        self._error.watch(row.field)
        return row


class _SeedRow(Row):
    """One seed gradient: name, exact entry, remove."""

    def __init__(self, controller: Controller, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller = controller
        self.name = ElidedLabel(self)
        self.name.setFont(ui_font(UI_PX, QFont.Weight.DemiBold))
        self.field = NumberField("seed-field", "", self)
        self.field.setFixedWidth(FIELD_PX)
        self.field.committed.connect(self._on_committed)
        self.remove = PanelButton(
            "seed-remove", "", self._on_removed, self, icon_name="close"
        )
        self.remove.setFixedSize(22, 22)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, 0, 4, 0)
        layout.setSpacing(0)
        layout.addWidget(self.name, 1)
        layout.addSpacing(GAP_PX)
        layout.addWidget(self.field)
        layout.addSpacing(2)
        layout.addWidget(self.remove)

    def set_theme(self, theme: Theme) -> None:
        """Show the row in another theme."""
        self.remove.set_theme(theme)

    def tab_stops(self) -> tuple[QWidget, ...]:
        """Return what Tab reaches, in order."""
        return (self.field, self.remove)

    def bind(self, key: int) -> None:
        """Show another seed."""
        super().bind(key)
        if (mirror := self._controller.mirror) is None:
            return
        name = mirror.graph.nodes[key].name
        self.name.setText(name)
        self.field.setObjectName(f"seed-field-{name}")
        self.remove.setObjectName(f"seed-remove-{name}")
        self.field.setAccessibleName(f"Seed gradient of {name}")
        self.field.restore()
        self.remove.say(f"Remove the seed of {name}")

    def refresh(self) -> None:
        """Show the seed's number."""
        mirror = self._controller.mirror
        if mirror is None or self.key not in mirror.seeds or self._controller.busy:
            return
        self.field.set_number(mirror.seeds[self.key])

    def _on_committed(self, number: float) -> None:
        if self.key is not None:
            self._controller.set_seed(self.key, number)

    def _on_removed(self) -> None:
        if self.key is not None:
            self._controller.set_seed(self.key, None)


class _SeedForm(QWidget):
    """Asks for a Value by name and for its gradient."""

    def __init__(
        self,
        plant: Callable[[str, float], bool],
        end: Callable[[], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._plant, self._end = plant, end
        self.name = QComboBox(self)
        self.name.setObjectName("seed-name")
        self.name.setAccessibleName("Value to seed")
        self.name.setToolTip("Which Value to seed")
        self.name.setLineEdit(QLineEdit(self.name))
        self.name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.name.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.name.setMinimumContentsLength(3)
        self.number = NumberField("seed-number", "Its seed gradient", self)
        self.number.setFixedWidth(FIELD_PX)
        completer = self.name.completer()
        if completer is not None:
            # A name taken from the list is complete: the number comes next.
            completer.activated.connect(
                lambda: self.number.setFocus(Qt.FocusReason.TabFocusReason)
            )
        self.take = PanelButton(
            "seed-take",
            "Seed this Value (Return)",
            self.take_it,
            self,
            "check",
            "accent",
        )
        self.take.setFixedSize(22, 22)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, 3, 4, 3)
        layout.setSpacing(0)
        layout.addWidget(self.name, 1)
        layout.addSpacing(GAP_PX)
        layout.addWidget(self.number)
        layout.addSpacing(2)
        layout.addWidget(self.take)
        for field in (self.name, self.number):
            field.installEventFilter(self)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Show the form in another theme."""
        self.take.set_theme(theme)

    def begin(self, graph: Graph, seeded: set[int], selected: int) -> None:
        """Show the form, with every Value that can be seeded."""
        times = Counter(node.name for node in graph.nodes)

        def called(node: int) -> str:
            name = graph.nodes[node].name
            return name if times[name] == 1 else f"#{node}"

        free = (n for n in reversed(graph.nodes) if not n.constant)
        self.name.clear()
        self.name.addItems([called(n.id) for n in free if n.id not in seeded])
        completer = self.name.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        name = called(selected) if selected >= 0 else ""
        self.name.setEditText(name)
        self.number.set_number(DEFAULT_SEED)
        self.show()
        (self.number if name else self.name).setFocus(Qt.FocusReason.OtherFocusReason)

    def take_it(self) -> None:
        """Seed the Value, or say what is missing."""
        if self.number.isModified() and not self.number.commit():
            return
        number = self.number.number
        if isinstance(number, int | float) and self._plant(
            self.name.currentText().strip(), float(number)
        ):
            self._end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Return in either field plant the seed, and Escape give up."""
        if not isinstance(event, QKeyEvent):
            return False
        given_up = event.key() == Qt.Key.Key_Escape
        taken = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.type() == QEvent.Type.ShortcutOverride and (given_up or taken):
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress or not (given_up or taken):
            return False
        if given_up:
            self._end()
        else:
            self.take_it()
        return True
