"""Where the Code panel shows lines of code with numbers below them."""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from gradviz.analysis.body.model import Line
from gradviz.ui.panels.code_rows import Row
from gradviz.ui.panels.common import keeps_key
from gradviz.ui.panels.source.colors import Span, lexed
from gradviz.ui.theme import UI_PX, Theme, code_font

_GUTTER_GAP = 2
_TINT = 0.2
"""How much of the attention colour lies behind a line."""


class CodeText(QPlainTextEdit):
    """Rows of code and numbers, which can be selected and copied.

    Signals:
        width_changed: There is room for another number of characters.
    """

    width_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("code-text")
        self.setAccessibleName("The code of the step, with its numbers")
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFont(code_font(UI_PX - 2))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setStyleSheet(
            "QPlainTextEdit { background: transparent; border: none; padding: 0; }"
        )
        self.document().setDocumentMargin(0)
        self._theme = theme
        self._lines: Sequence[Line] = ()
        self._rows: Sequence[Row] = ()
        self._room = 0

    def set_theme(self, theme: Theme) -> None:
        """Show the rows in another theme."""
        self._theme = theme
        self._fill()

    def room(self, lines: Sequence[Line]) -> int:
        """Return how many characters of a line there is room for."""
        advance = QFontMetricsF(self.font()).horizontalAdvance("0" * 100) / 100
        return int((self.viewport().width() - 1) / advance) - _gutter(lines)

    def show_rows(self, lines: Sequence[Line], rows: Sequence[Row]) -> None:
        """Show rows, where they are others; the scroll bars stay as they are."""
        fits = all(len(row.text) <= self.room(lines) for row in rows)
        # Left to itself, Qt counts a margin that is not there.
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )
        if list(rows) != list(self._rows) or list(lines) != list(self._lines):
            self._lines, self._rows = tuple(lines), tuple(rows)
            self._fill()

    def show_first_number(self) -> None:
        """Scroll so that the first line with numbers is seen."""
        bar = self.verticalScrollBar()
        first = next((i for i, row in enumerate(self._rows) if row.line < 0), 0)
        bar.setValue(0 if first < bar.pageStep() else max(0, first - 2))

    def minimumSizeHint(self) -> QSize:
        """Ask for a line with the numbers below it, and the next, at least."""
        return QSize(80, 3 * self.fontMetrics().lineSpacing())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell when lines have to be broken elsewhere."""
        super().resizeEvent(event)
        room = self.room(())
        if room != self._room:
            self._room = room
            self.width_changed.emit()

    def event(self, event: QEvent) -> bool:
        """Leave Space, P and the arrows to the window."""
        return keeps_key(event, self.textCursor()) or super().event(event)

    # Filling

    def _fill(self) -> None:
        gutter = _gutter(self._lines)
        bars = self.verticalScrollBar(), self.horizontalScrollBar()
        before = [bar.value() for bar in bars]
        self.clear()
        cursor = QTextCursor(self.document())
        colors = _colored("\n".join(line.text for line in self._lines))
        # Else every piece of text is laid out when it is put in.
        cursor.beginEditBlock()
        for i, row in enumerate(self._rows):
            number = f"{row.number or '':>{gutter - _GUTTER_GAP}}{' ' * _GUTTER_GAP}"
            cursor.insertText(("\n" if i else "") + number, self._style("dim"))
            if row.line < 0:
                cursor.insertText(
                    row.text, self._style("attention" if row.warns else "dim")
                )
            else:
                self._insert_code(cursor, row, colors[row.line])
        cursor.endEditBlock()
        self.setExtraSelections(self._tints())
        for bar, value in zip(bars, before, strict=True):
            bar.setValue(value)

    def _insert_code(
        self, cursor: QTextCursor, row: Row, spans: Sequence[Span]
    ) -> None:
        """Write a piece of a line in its colours."""
        cursor.insertText(row.text[: row.indent], self._style("text"))
        code = row.text[row.indent :].encode("utf-16-le")
        roles = ["text"] * (len(code) // 2)
        for start, length, role in spans:
            for at in range(start - row.start, start - row.start + length):
                if 0 <= at < len(roles):
                    roles[at] = role
        first = 0
        for at in range(1, len(roles) + 1):
            if at == len(roles) or roles[at] != roles[first]:
                part = code[2 * first : 2 * at].decode("utf-16-le")
                cursor.insertText(part, self._style(roles[first]))
                first = at

    def _style(self, role: str) -> QTextCharFormat:
        style = QTextCharFormat()
        style.setForeground(QColor(getattr(self._theme.palette, role)))
        return style

    def _tints(self) -> list[QTextEdit.ExtraSelection]:
        """Return what lies behind the code of lines that deserve attention."""
        found = []
        color = QColor(self._theme.palette.attention)
        color.setAlphaF(_TINT)
        for i, row in enumerate(self._rows):
            if row.line < 0 or not row.warns:
                continue
            tint = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document().findBlockByNumber(i))
            depth = len(row.text) - len(row.text.lstrip())
            cursor.movePosition(
                QTextCursor.MoveOperation.Right,
                n=_gutter(self._lines) + depth,
            )
            cursor.movePosition(
                QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
            )
            tint.cursor = cursor
            style = QTextCharFormat()
            style.setBackground(color)
            tint.format = style
            found.append(tint)
        return found


@lru_cache(maxsize=64)
def _colored(text: str) -> Sequence[Sequence[Span]]:
    """Return the coloured words of each line; a walk goes over a few hooks' codes."""
    return lexed(text)[0]


def _gutter(lines: Sequence[Line]) -> int:
    """Return how many characters the numbers of lines take, with the gap after them."""
    last = lines[-1].number if lines else 1
    return max(2, len(str(last))) + _GUTTER_GAP
