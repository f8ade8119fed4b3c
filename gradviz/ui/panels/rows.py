"""A column of rows with widgets only for what is in view: thousands cost nothing."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

ROW_PX = 33
_TALLEST_PX = 16_000_000
"""Qt's widgets can be no taller than 2 ** 24 − 1 pixels."""


class Row(QWidget):
    """A row that shows one key after the other.

    Attributes:
        key: What it shows now, None while it waits to be used again.
    """

    key: int | None = None

    def bind(self, key: int) -> None:
        """Show another key."""
        self.key = key

    def refresh(self) -> None:
        """Show the numbers of now."""

    def is_held(self) -> bool:
        """Whether a person is at it, so that it must go on showing its key."""
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def tab_stops(self) -> Sequence[QWidget]:
        """Return what Tab reaches in it, in order."""
        return ()


class RowList(QScrollArea):
    """Shows one row per key, all equally tall.

    Attributes:
        keys: What is shown, from the top.
    """

    def __init__(self, make_row: Callable[[QWidget], Row], parent: QWidget) -> None:
        super().__init__(parent)
        self.keys: tuple[int, ...] = ()
        self._make_row = make_row
        self._index: dict[int, int] = {}
        self._bound: dict[int, Row] = {}
        self._spare: list[Row] = []
        self._content = QWidget()
        self.setWidget(self._content)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.verticalScrollBar().setSingleStep(ROW_PX)
        self.verticalScrollBar().valueChanged.connect(self._place)

    @property
    def rows(self) -> Iterable[Row]:
        """The rows that are widgets now, from the top."""
        return [self._bound[key] for key in self.keys if key in self._bound]

    def row(self, key: int) -> Row:
        """Return the row of a key, scrolled into view.

        Raises:
            KeyError: The key is not shown.
        """
        top = self._index[key] * ROW_PX
        self.ensureVisible(0, top + ROW_PX // 2, 0, ROW_PX // 2)
        self._place()
        return self._bound[key]

    def set_keys(self, keys: Iterable[int]) -> None:
        """Show other keys; rows of keys that stay are kept."""
        self.keys = tuple(keys)
        self._index = {key: i for i, key in enumerate(self.keys)}
        for key in [key for key in self._bound if key not in self._index]:
            self._release(key)
        self.updateGeometry()
        self._resize_content()

    def rebind(self) -> None:
        """Let every row show its key as if for the first time."""
        for key, row in self._bound.items():
            row.bind(key)
            row.refresh()

    def refresh(self) -> None:
        """Let every row in view show the numbers of now."""
        for row in self._bound.values():
            row.refresh()

    def all_rows(self) -> Iterable[Row]:
        """Return every row there is, those that wait included."""
        return [*self._bound.values(), *self._spare]

    def _release(self, key: int) -> None:
        row = self._bound.pop(key)
        row.hide()
        row.key = None
        self._spare.append(row)

    def _resize_content(self) -> None:
        height = min(len(self.keys) * ROW_PX, _TALLEST_PX)
        self._content.resize(self.viewport().width(), height)
        self._place()

    def _place(self) -> None:
        """Bind rows to the keys in view, and one above and below for Tab to reach."""
        top = self.verticalScrollBar().value()
        first = max(0, top // ROW_PX - 1)
        last = min(len(self.keys), (top + self.viewport().height()) // ROW_PX + 2)
        wanted = set(self.keys[first:last])
        for key in [key for key in self._bound if key not in wanted]:
            if not self._bound[key].is_held():
                self._release(key)
        previous: QWidget | None = None
        for index in range(first, last):
            row = self._row_at(index)
            for widget in row.tab_stops():
                if previous is not None:
                    QWidget.setTabOrder(previous, widget)
                previous = widget

    def _row_at(self, index: int) -> Row:
        key = self.keys[index]
        row = self._bound.get(key)
        if row is None:
            row = self._spare.pop() if self._spare else self._make_row(self._content)
            self._bound[key] = row
            row.bind(key)
            row.refresh()
        row.setGeometry(0, index * ROW_PX, self._content.width(), ROW_PX)
        row.show()
        return row

    def sizeHint(self) -> QSize:
        """Ask for the room that all rows need."""
        return QSize(230, min(len(self.keys) * ROW_PX, _TALLEST_PX))

    def minimumSizeHint(self) -> QSize:
        """Ask for a few rows at least."""
        return QSize(120, min(len(self.keys), 2) * ROW_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new room."""
        super().resizeEvent(event)
        self._resize_content()
