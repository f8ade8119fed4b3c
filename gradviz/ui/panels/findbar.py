"""The find bar: Values by name, op or number, one after the other."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from gradviz.numbers import parsed, shown
from gradviz.session.facts import Figure
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import PanelButton
from gradviz.ui.theme import Theme, icon, number_font


class FindBar(QWidget):
    """Finds Values.

    Attributes:
        found: Ids of the Values found, in creation order.
        current: The id of the one gone to, -1 for none.

    Signals:
        found_changed: The list of ids found.
        current_changed: The id of the one gone to, -1 for none.
        chosen: The id of the one that the person has gone to on purpose.
        closed: The person is done.
    """

    found_changed = Signal(list)
    current_changed = Signal(int)
    chosen = Signal(int)
    closed = Signal()

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("find-bar")
        self.found: list[int] = []
        self.current = -1
        self._controller = controller
        self.field = _FindField(self)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.next_wanted.connect(self.find_next)
        self.field.previous_wanted.connect(self.find_previous)
        self.field.left.connect(self.close_bar)
        self._count = QLabel(self)
        self._count.setObjectName("find-count")
        self._count.setProperty("role", "dim")
        self._count.setFont(number_font())
        self._lay_out()
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._on_numbers_changed)
        controller.moved.connect(self._on_numbers_changed)
        self.set_theme(theme)
        self._show_count()

    def _lay_out(self) -> None:
        self._previous = self._button(
            "find-previous", "Previous Value found (Shift+F3)", self.find_previous, "up"
        )
        self._next = self._button(
            "find-next", "Next Value found (F3)", self.find_next, "down"
        )
        self._close = self._button(
            "find-close", "Close the find bar (Escape)", self.close_bar, "close"
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addWidget(self.field, 1)
        layout.addWidget(self._count)
        layout.addWidget(self._previous)
        layout.addWidget(self._next)
        layout.addWidget(self._close)

    def _button(
        self, name: str, says: str, pressed: Callable[[], object], icon_name: str
    ) -> PanelButton:
        button = PanelButton(name, says, pressed, self, icon_name, "text")
        button.setFixedSize(26, 26)
        return button

    def set_theme(self, theme: Theme) -> None:
        """Show the bar in another theme."""
        for button in (self._previous, self._next, self._close):
            button.set_theme(theme)
        self.field.set_theme(theme)

    @property
    def count_text(self) -> str:
        """What stands beside the field."""
        return self._count.text()

    def start(self) -> None:
        """Show the bar, ready to type over what was looked for before."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def find_next(self) -> None:
        """Go to the next Value found, after the last to the first."""
        self._go_by(1)

    def find_previous(self) -> None:
        """Go to the Value found before, before the first to the last."""
        self._go_by(-1)

    def close_bar(self) -> None:
        """Hide the bar and find nothing any more."""
        self.hide()
        self._tell([])
        self.closed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Find again what is still in the field."""
        super().showEvent(event)
        self._on_text_changed()

    def _on_text_changed(self) -> None:
        found = self._matches()
        if found and self._is_named(found[0]):
            self.current = -1
        self._tell(found)

    def _is_named(self, node: int) -> bool:
        """Whether the text is the whole name of a Value."""
        mirror = self._controller.mirror
        assert mirror is not None
        name = mirror.graph.nodes[node].name
        return name.casefold() == self.field.text().strip().casefold()

    def _on_graph_changed(self) -> None:
        self.current = -1
        self._on_numbers_changed()

    def _on_numbers_changed(self) -> None:
        if not self.isVisible():
            return
        matches = self._matches()
        if matches != self.found:
            self._tell(matches)

    def _matches(self) -> list[int]:
        mirror = self._controller.mirror
        return matches(mirror, self.field.text()) if mirror is not None else []

    def _tell(self, found: list[int]) -> None:
        """Show what is found; go to the first, unless the current one is among it."""
        changed, self.found = found != self.found, found
        current = self.current
        if current not in found:
            current = found[0] if found else -1
        if changed:
            self.found_changed.emit(found)
        self._go_to(current)

    def _go_by(self, by: int) -> None:
        if not self.isVisible() or not self.found:
            return
        at = self.found.index(self.current) if self.current in self.found else -by
        self._go_to(self.found[(at + by) % len(self.found)], again=True)
        self.chosen.emit(self.current)

    def _go_to(self, node: int, again: bool = False) -> None:
        changed, self.current = node != self.current, node
        self._show_count()
        if changed or again:
            self.current_changed.emit(node)

    def _show_count(self) -> None:
        text = self.field.text().strip()
        if self.current in self.found:
            position = self.found.index(self.current) + 1
            self._count.setText(f"{position} of {len(self.found)}")
        else:
            self._count.setText("none" if text else "")
        for button in (self._previous, self._next):
            button.setEnabled(bool(self.found))


def matches(mirror: Mirror, text: str) -> list[int]:
    """Return the Values that a text finds: that of just this name, then as created.

    A Value is found by a part of its name or of its op, and by its data or its
    gradient if the text is that number, exactly or as it is shown.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    try:
        number: float | None = parsed(text)
    except ValueError:
        number = None
    found = [
        node
        for node in mirror.graph.nodes
        if wanted in node.name.casefold()
        or wanted in node.op.casefold()
        or (
            number is not None
            and (
                _is(mirror.data[node.id], number)
                or (mirror.grad[node.id] and _is(mirror.grad[node.id], number))
            )
        )
    ]
    found.sort(key=lambda node: node.name.casefold() != wanted)
    return [node.id for node in found]


def _is(figure: Figure, number: float) -> bool:
    if not isinstance(figure, int | float):
        return False
    return figure == number or shown(figure) == shown(number, 17)


class _FindField(QLineEdit):
    """Where the text is typed; Return and Escape are its own."""

    next_wanted = Signal()
    previous_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("find-field")
        self.setAccessibleName("Find a Value by name, op or number")
        self.setPlaceholderText("Find a name, an op or a number")
        self.setToolTip("Return for the next, Shift+Return for the one before")
        self._icon = self.addAction(
            QIcon(),
            QLineEdit.ActionPosition.LeadingPosition,
        )

    def set_theme(self, theme: Theme) -> None:
        """Colour the icon."""
        self._icon.setIcon(icon("find", theme, "dim"))

    def event(self, event: QEvent) -> bool:
        """Keep Return and Escape from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next one found, or the one before, or close."""
        if not _is_own(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.previous_wanted.emit()
        else:
            self.next_wanted.emit()


def _is_own(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() in (
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Escape,
    )
