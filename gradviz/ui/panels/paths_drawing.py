"""Draws the rows of the Paths panel."""

from collections.abc import Callable, Sequence, Set

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gradviz.ui.panels.paths_model import Chain, PathRole
from gradviz.ui.theme import UI_PX, Theme, number_font, ui_font

ROW_PX = 46
_LINE_PX = 18
_TOP_PX = 5
_SIDE_PX = 16
_GAP_PX = 10
_ROUND = (6, 6)
_BAR_PX = 3
_MOST_TRIED = 24
AnyIndex = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def elided(
    parts: Sequence[str],
    separator: str,
    fits: Callable[[str], bool],
    first: Sequence[int] = (),
    silent: str = "",
) -> str | None:
    """Return a chain of parts, with its ends and as many others as have room.

    Args:
        parts: The parts.
        separator: What stands between two of them.
        fits: Whether there is room for a text.
        first: Which parts to keep first; then the others, from the end.
        silent: A part that may be left out without an ellipsis.

    Returns:
        None where not even the ends fit.
    """
    if len(parts) <= _MOST_TRIED and fits(whole := separator.join(parts)):
        return whole
    last = len(parts) - 1
    others = range(last - 1, max(0, last - _MOST_TRIED), -1)
    kept = {0} if parts[last] == silent else {0, last}
    best = None
    for more in (0, *first[:_MOST_TRIED], *others):
        text = _chained(parts, separator, kept | {more}, silent)
        if fits(text):
            kept.add(more)
            best = text
        elif best is None:
            break
    return best


def _chained(parts: Sequence[str], separator: str, kept: Set[int], silent: str) -> str:
    texts, before = list[str](), -1
    for i in sorted(kept):
        gap = parts[before + 1 : i]
        if any(part != silent for part in gap) and parts[before] != "…":
            texts.append("…")
        texts.append(parts[i])
        before = i
    if any(part != silent for part in parts[before + 1 :]):
        texts.append("…")
    return separator.join(texts)


class PathDelegate(QStyledItemDelegate):
    """Draws a path: its route, and below it the factors and their product.

    Attributes:
        theme: Where the colours come from.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._places = 0

    def fit(self, products: Sequence[str]) -> None:
        """Keep room so that the points of these products stand below each other."""
        self._places = max(
            (_advance(_after_point(text)) for text in products), default=0
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the size of a row; all are equally tall."""
        return QSize(120, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        """Draw a row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(_SIDE_PX, 0, -_SIDE_PX, 0)
        if index.data(PathRole.ROUTE) is None:
            painter.setFont(ui_font(UI_PX))
            painter.setPen(self._color("dim"))
            area.setHeight(2 * _LINE_PX)
            wrapped = _LEFT | Qt.TextFlag.TextWordWrap
            painter.drawText(area, wrapped, str(index.data()))
        else:
            self._paint_ground(painter, option, bool(index.data(PathRole.LIT)))
            self._paint_path(painter, area, index)
        painter.restore()

    def _color(self, role: str) -> QColor:
        return QColor(getattr(self.theme.palette, role))

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, lit: bool
    ) -> None:
        rect = QRectF(option.rect).adjusted(8, 1, -8, -1)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus) and not lit
        if focused:
            painter.setPen(self._color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), *_ROUND)
        painter.setPen(Qt.PenStyle.NoPen)
        if lit or (hovered and not focused):
            painter.setBrush(self._color("selection" if lit else "hover"))
            painter.drawRoundedRect(rect, *_ROUND)
        if lit:
            painter.setBrush(self._color("accent"))
            bar = QRectF(rect.left(), rect.top() + 8, _BAR_PX, rect.height() - 16)
            painter.drawRoundedRect(bar, _BAR_PX / 2, _BAR_PX / 2)

    def _paint_path(self, painter: QPainter, area: QRect, index: AnyIndex) -> None:
        lit = bool(index.data(PathRole.LIT))
        upper = QRect(area.left(), area.top() + _TOP_PX, area.width(), _LINE_PX)
        lower = upper.translated(0, _LINE_PX)
        weight = QFont.Weight.DemiBold if lit else QFont.Weight.Normal
        painter.setFont(ui_font(UI_PX, weight))
        painter.setPen(self._color("text"))
        _write(painter, upper, index.data(PathRole.ROUTE), " → ")
        lower.setRight(self._paint_product(painter, lower, index) - _GAP_PX)
        painter.setFont(number_font(UI_PX - 1))
        painter.setPen(self._color("dim"))
        _write(painter, lower, index.data(PathRole.FACTORS), " × ", silent="1")

    def _paint_product(self, painter: QPainter, area: QRect, index: AnyIndex) -> int:
        """Draw a product so that its point is below the others'; return its left."""
        product = str(index.data(PathRole.PRODUCT))
        painter.setFont(number_font(UI_PX))
        painter.setPen(self._color(str(index.data(PathRole.SIGN))))
        if any(digit in product for digit in "0123456789"):
            room = self._places - _advance(_after_point(product))
            area = area.adjusted(0, 0, -max(0, room), 0)
        painter.drawText(area, _RIGHT, product)
        return area.right() - max(_advance(product), _advance("−0.0000"))


def _write(
    painter: QPainter, area: QRect, chain: Chain, separator: str, silent: str = ""
) -> None:
    metrics, parts = painter.fontMetrics(), chain.parts

    def fits(text: str) -> bool:
        return metrics.horizontalAdvance(text) <= area.width()

    text = elided(parts, separator, fits, chain.telling, silent)
    if text is None:
        ends = separator.join([parts[0], "…", parts[-1]] if len(parts) > 2 else parts)
        text = metrics.elidedText(ends, Qt.TextElideMode.ElideMiddle, area.width())
    painter.drawText(area, _LEFT, text)


def _after_point(number: str) -> str:
    """Return a number's part from the point on, which is what lines it up."""
    return number[number.index(".") :] if "." in number else ""


def _advance(text: str) -> int:
    return QFontMetrics(number_font(UI_PX)).horizontalAdvance(text)
