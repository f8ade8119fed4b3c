"""One finding in the Findings dock: what is wrong, where, and what to write."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gradviz.analysis.diagnosis.findings import Finding, as_lines, counted
from gradviz.ui.panels.common import GAP_PX, PanelButton
from gradviz.ui.panels.wrapping import WrappedLabel
from gradviz.ui.theme import UI_PX, Theme, code_font, ui_font

_GOES = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ENDS = {Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9}


_MOST_NAMES = 8


class FindingEntry(QFrame):
    """Shows a finding; a click or Return goes there, the arrows to its neighbours.

    Attributes:
        finding: The finding.

    Signals:
        activated: The person wants to see it in the graph.
        moved: The person wants another finding; by how many.
        reached: It has got the keyboard.
    """

    activated = Signal()
    moved = Signal(int)
    reached = Signal()

    def __init__(self, finding: Finding, at: int, theme: Theme, parent: QWidget):
        """Show a finding.

        Args:
            finding: The finding.
            at: Its place in the list, from 0.
            theme: Where the colours come from.
            parent: The widget it is in.
        """
        super().__init__(parent)
        self.finding = finding
        self.setObjectName(f"finding-{at}")
        self.setProperty("card", "true")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{finding.title}: {finding.sentence}")
        self.setToolTip("Show it in the graph (Return); copy it (Ctrl+C)")
        self._labels: list[WrappedLabel] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 9, 12, 10)
        self._column.setSpacing(4)
        self._fill(finding)
        self.set_theme(theme)

    def _fill(self, finding: Finding) -> None:
        bold = ui_font(UI_PX, QFont.Weight.DemiBold)
        self._add("finding-title", finding.title, bold)
        where = "  ".join(filter(None, (finding.place, finding.method)))
        self._add("finding-place", where, code_font(), "dim")
        self._column.addSpacing(2)
        self._add("finding-sentence", finding.sentence, ui_font())
        self._copy: PanelButton | None = None
        if finding.suggestion:
            self._column.addSpacing(2)
            self._suggest(finding.suggestion)
        if finding.shown_by > 1:
            said = f"{counted(finding.shown_by, 'Value')} show it."
            self._add("finding-count", said, ui_font(), "dim")
        if finding.smallest:
            self._add("finding-part", _part(finding), ui_font(), "dim")

    def _add(self, name: str, text: str, font: QFont, role: str = "") -> WrappedLabel:
        label = WrappedLabel(name, font, self, role)
        label.setText(text)
        self._labels.append(label)
        self._column.addWidget(label)
        return label

    def _suggest(self, line: str) -> None:
        box = QFrame(self)
        box.setObjectName("finding-write")
        row = QHBoxLayout(box)
        row.setContentsMargins(GAP_PX, 5, 4, 5)
        row.setSpacing(GAP_PX)
        label = WrappedLabel("finding-suggestion", code_font(), box)
        label.setText(f"Write: {line}")
        self._labels.append(label)
        self._copy = PanelButton(
            "finding-copy",
            "Copy the line as it should be",
            lambda: QGuiApplication.clipboard().setText(line),
            box,
            "copy",
        )
        self._copy.setFixedSize(24, 24)
        row.addWidget(label, 1)
        row.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(box)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        colors = theme.palette
        name = self.objectName()
        self.setStyleSheet(
            f"#{name}:hover {{ border-color: {colors.edge}; }}"
            f"#{name}:focus {{ border-color: {colors.accent}; }}"
            f"#finding-write {{ background: {colors.canvas}; border-radius: 5px; }}"
        )
        if self._copy is not None:
            self._copy.set_theme(theme)

    def set_outdated(self, outdated: bool) -> None:
        """Show it dim, as it may not hold any more."""
        always = ("finding-place", "finding-count", "finding-part")
        for label in self._labels:
            dim = outdated or label.objectName() in always
            label.setProperty("role", "dim" if dim else "")
            label.style().unpolish(label)
            label.style().polish(label)

    # Keys and clicks

    def event(self, event: QEvent) -> bool:
        """Keep from the window the keys that it works with."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(
            event, QKeyEvent
        ):
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            own = plain and event.key() in (*_GOES, *_MOVES, *_ENDS)
            if own or event.matches(QKeySequence.StandardKey.Copy):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go there, to a neighbour, or copy all that is said."""
        moves = {**_MOVES, **_ENDS}
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText("\n".join(as_lines(self.finding)))
        elif event.key() in _GOES:
            self.activated.emit()
        elif event.key() in moves:
            self.moved.emit(moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.activated.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Be scrolled into sight."""
        super().focusInEvent(event)
        self.reached.emit()


def _part(finding: Finding) -> str:
    """Return which Values show it."""
    names = ", ".join(finding.smallest[:_MOST_NAMES])
    if (more := len(finding.smallest) - _MOST_NAMES) > 0:
        names += f" and {more:,} more"
    if finding.rule == "not-zeroed":
        return f"Not zeroed: {names}."
    return f"The smallest part that shows it: {names}."
