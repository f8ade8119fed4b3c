"""A text that is broken anywhere rather than cut: paths and code have no blanks."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gradviz.ui.panels.common import ElidedLabel


class WrappedLabel(QLabel):
    """A label that is as tall as its text needs at the width it is given."""

    def __init__(self, name: str, font: QFont, parent: QWidget, role: str = "") -> None:
        """Make an empty label.

        Args:
            name: Its objectName.
            font: The font; a style sheet has no say in it.
            parent: The widget it is in.
            role: What the style sheet colours it by.
        """
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._font = font
        if role:
            self.setProperty("role", role)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Answer that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how tall the text is at a width."""
        return self._laid_out(width)[1]

    def sizeHint(self) -> QSize:
        """Ask for the height that the width there is needs."""
        width = max(self.width(), 1)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Ask for one line at least."""
        return QSize(1, self.heightForWidth(100_000))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw every line."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        layout, _ = self._laid_out(self.width())
        layout.draw(painter, QPointF(0, 0))

    def _laid_out(self, width: int) -> tuple[QTextLayout, int]:
        return _laid_out(self.text(), self._font, width)


class ElidedLines(ElidedLabel):
    """A label of a few lines; what has no room in the last is left out."""

    def __init__(self, most: int, parent: QWidget) -> None:
        """Make an empty label.

        Args:
            most: How many lines there may be.
            parent: The widget it is in.
        """
        super().__init__(parent)
        self._most = most

    @property
    def shown_text(self) -> str:
        """As much of the text as fits, line by line."""
        layout, _ = _laid_out(self.text(), self.font(), self.width())
        count = min(layout.lineCount(), self._most)
        starts = [layout.lineAt(i).textStart() for i in range(count)]
        pieces = [
            self.text()[start:end].strip()
            for start, end in zip(starts, [*starts[1:], None], strict=True)
        ]
        last = self.fontMetrics().elidedText(pieces[-1], self.elide, self.width())
        return "\n".join([*pieces[:-1], last])


def _laid_out(text: str, font: QFont, width: int) -> tuple[QTextLayout, int]:
    """Lay a text out and return how tall it is."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        line.setPosition(QPointF(0, height))
        height += line.height()
    layout.endLayout()
    return layout, max(1, round(height + 0.5))
