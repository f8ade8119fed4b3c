"""Draws cards and edges: the same for the window and for pictures on disk.

Everything of one colour is drawn in one go, and nothing that would be too small to see
is drawn at all: ten thousand cards in view are one frame.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gradviz.ui.canvas.picture import Picture
from gradviz.ui.canvas.shown import WARNED, Card, Shown, Sign
from gradviz.ui.canvas.style import (
    BORDER,
    EDGE,
    GAP,
    HAIRLINE,
    LEAF_LEFT,
    LEFT,
    LOWER,
    RADIUS,
    RIGHT,
    TAG,
    UPPER,
    Level,
    Style,
    Writing,
    level,
)

_TAG_PADDING = 6.0
_CHANGE = 8.5
"""The radius of the mark of a change."""
_BorderKey = tuple[str, str | None]


def write(
    painter: QPainter, style: Style, font: Writing, x: float, middle: float, text: str
) -> None:
    """Write a text with the pen's colour; its capitals are centred on ``middle``."""
    at = QPointF(x, middle + font.drop)
    if style.write_elsewhere is not None:
        style.write_elsewhere(at, font.font, text, painter.pen().color())
        return
    painter.setFont(font.font)
    painter.drawText(at, text)


def paint_edges(
    painter: QPainter,
    picture: Picture,
    shown: Shown,
    style: Style,
    edges: Sequence[int],
    scale: float,
) -> None:
    """Draw operand slots: at rest, or as those that a gradient went through."""
    slots = picture.graph.edges
    rest: list[int] = []
    pushed: list[int] = []
    missing: list[int] = []
    for edge in edges:
        if edge in picture.unlisted:
            missing.append(edge)
        else:
            (pushed if slots[edge].consumer in shown.made else rest).append(edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for group, role in ((rest, "edge"), (pushed, "done")):
        # A line one device pixel wide and opaque is drawn twenty times as fast.
        thin = EDGE * scale <= 1.0
        color = style.thin(role) if thin else style.color(role)
        painter.setPen(QPen(color, 0) if thin else style.pen(color, EDGE))
        for edge in group:
            painter.drawPath(picture.curves[edge])
    dashes = Qt.PenStyle.DashLine
    painter.setPen(style.pen(style.color("attention"), EDGE, scale, dashes))
    for edge in missing:
        painter.drawPath(picture.curves[edge])


def paint_cards(
    painter: QPainter,
    picture: Picture,
    shown: Shown,
    style: Style,
    nodes: Sequence[int],
    scale: float,
) -> None:
    """Draw cards with as much detail as can be read at this scale."""
    detail = level(scale)
    if detail is Level.PLAIN:
        _paint_plain(painter, picture, shown, style, nodes)
        return
    cards = [shown.card(node) for node in nodes]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_bodies(painter, picture, style, nodes, cards, scale)
    _paint_badges(painter, picture, style, nodes, cards, detail)
    if detail is Level.FULL:
        _paint_texts(painter, picture, style, nodes, cards)
    elif detail is Level.NAMES:
        _paint_names(painter, picture, style, nodes, cards)


def _groups(
    nodes: Iterable[int], cards: Iterable[Card]
) -> dict[tuple[_BorderKey, bool], list[int]]:
    """Return the Values by the border they have."""
    groups: dict[tuple[_BorderKey, bool], list[int]] = {}
    for node, card in zip(nodes, cards, strict=True):
        key = ((card.border_role, card.color), card.stuck)
        groups.setdefault(key, []).append(node)
    return groups


def _paint_plain(
    painter: QPainter,
    picture: Picture,
    shown: Shown,
    style: Style,
    nodes: Sequence[int],
) -> None:
    groups: dict[_BorderKey, list[int]] = {}
    color = shown.mirror.color
    for node in nodes:
        groups.setdefault((shown.border(node), color[node]), []).append(node)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    for border, group in groups.items():
        painter.setBrush(style.plain_fill(*border))
        painter.drawRects([picture.cards[node] for node in group])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _paint_bodies(
    painter: QPainter,
    picture: Picture,
    style: Style,
    nodes: Sequence[int],
    cards: Sequence[Card],
    scale: float,
) -> None:
    painter.setBrush(style.color("card"))
    for (border, stuck), group in _groups(nodes, cards).items():
        line = Qt.PenStyle.DashLine if stuck else Qt.PenStyle.SolidLine
        painter.setPen(style.pen(style.border(*border), BORDER, scale, line))
        for node in group:
            painter.drawRoundedRect(picture.cards[node], RADIUS, RADIUS)


def _paint_badges(
    painter: QPainter,
    picture: Picture,
    style: Style,
    nodes: Sequence[int],
    cards: Sequence[Card],
    detail: Level,
) -> None:
    painter.setBrush(style.color("button"))
    for node, card in zip(nodes, cards, strict=True):
        badge = picture.badges.get(node)
        if badge is not None:
            color = style.border(card.border_role, card.color)
            painter.setPen(style.pen(color, BORDER))
            painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
    if detail is not Level.FULL:
        return
    painter.setPen(style.color("text"))
    for node in nodes:
        if node in picture.badges:
            badge, op = picture.badges[node], picture.ops[node]
            left = badge.center().x() - style.op.width(op) / 2
            write(painter, style, style.op, left, badge.center().y(), op)


def _paint_names(
    painter: QPainter,
    picture: Picture,
    style: Style,
    nodes: Sequence[int],
    cards: Sequence[Card],
) -> None:
    """Write names alone, large: from afar they tell where one is."""
    painter.setPen(style.color("text"))
    font = style.large_name
    for node, card in zip(nodes, cards, strict=True):
        rect = picture.cards[node]
        left = rect.left() + (LEFT if node in picture.badges else LEAF_LEFT)
        text = card.data if card.constant else card.name
        name = font.elided(text, rect.right() - RIGHT - left)
        write(painter, style, font, left, rect.center().y(), name)
    for node, card in zip(nodes, cards, strict=True):
        if card.changed:
            _paint_change(painter, style, picture.cards[node])


def _paint_texts(
    painter: QPainter,
    picture: Picture,
    style: Style,
    nodes: Sequence[int],
    cards: Sequence[Card],
) -> None:
    lines = []
    for node, card in zip(nodes, cards, strict=True):
        rect = picture.cards[node]
        left = rect.left() + (LEFT if node in picture.badges else LEAF_LEFT)
        right = rect.right() - RIGHT
        top = rect.top()
        lines.append(QLineF(left, top + HAIRLINE, right, top + HAIRLINE))
        _paint_upper(painter, style, card, left, right, top + UPPER)
        _paint_lower(painter, style, card, left, right, top + LOWER)
        if card.seeded:
            _paint_seed(painter, style, rect)
        if _is_warned(card):
            _paint_tag(painter, style, card, rect)
        if card.changed:
            _paint_change(painter, style, rect)
    painter.setPen(style.pen(style.color("line"), 1.0))
    painter.drawLines(lines)


def _paint_upper(
    painter: QPainter, style: Style, card: Card, left: float, right: float, y: float
) -> None:
    font = style.constant if card.constant else style.name
    data_width = style.number.width(card.data)
    name = font.elided(card.name, right - left - data_width - GAP)
    painter.setPen(style.color("dim" if card.constant else "text"))
    write(painter, style, font, left, y, name)
    if card.constant:
        painter.setPen(style.color("text"))
    write(painter, style, style.number, right - data_width, y, card.data)


def _paint_lower(
    painter: QPainter, style: Style, card: Card, left: float, right: float, y: float
) -> None:
    painter.setPen(style.color("dim"))
    write(painter, style, style.mark, left, y, "∇")
    after = left + 21.0
    start = right - style.number.width(card.grad)
    if card.sign:
        _SIGNS[card.sign](painter, style, after, y)
        after += _SIGN_WIDTH
    if card.mark and not _is_warned(card):
        painter.setPen(style.color("dim" if card.sign else "text"))
        write(painter, style, style.mark, after, y, card.mark)
    painter.setPen(style.color(card.grad_role))
    write(painter, style, style.number, start, y, card.grad)


def _paint_check(painter: QPainter, style: Style, x: float, y: float) -> None:
    painter.setPen(style.pen(style.color("done"), 2.0))
    corners = (QPointF(x, y + 0.5), QPointF(x + 3.6, y + 4.0), QPointF(x + 11, y - 4))
    painter.drawPolyline(QPolygonF(corners))


def _paint_warning(painter: QPainter, style: Style, x: float, y: float) -> None:
    painter.setPen(style.pen(style.color("attention"), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    corners = (QPointF(x + 6, y - 5.2), QPointF(x + 12, y + 5), QPointF(x, y + 5))
    painter.drawPolygon(QPolygonF(corners))
    painter.drawLine(QPointF(x + 6, y - 1.4), QPointF(x + 6, y + 1.4))
    painter.drawPoint(QPointF(x + 6, y + 3.2))


def _paint_cross(
    painter: QPainter, style: Style, x: float, y: float, role: str = "error"
) -> None:
    painter.setPen(style.pen(style.color(role), 2.0))
    painter.drawLine(QPointF(x + 1.5, y - 4), QPointF(x + 9.5, y + 4))
    painter.drawLine(QPointF(x + 1.5, y + 4), QPointF(x + 9.5, y - 4))


_SIGNS: dict[Sign, Callable[[QPainter, Style, float, float], None]] = {
    "check": _paint_check,
    "warning": _paint_warning,
    "cross": _paint_cross,
    "follows": partial(_paint_cross, role="dim"),
}
_SIGN_WIDTH = 17.0


def _is_warned(card: Card) -> bool:
    """Whether the mark of a card stands in a tag of its own."""
    return card.sign in WARNED


def _paint_tag(painter: QPainter, style: Style, card: Card, rect: QRectF) -> None:
    """Say on the card's lower border what is wrong: in it there is no room."""
    color = style.color(WARNED[card.sign])
    width = style.slot.width(card.mark) + 2 * _TAG_PADDING
    tag = QRectF(rect.left() + LEAF_LEFT, rect.bottom() - TAG / 2 + 2, width, TAG)
    painter.setPen(style.pen(color, 1.0))
    painter.setBrush(style.color("card"))
    painter.drawRoundedRect(tag, TAG / 2, TAG / 2)
    painter.setPen(color)
    left = tag.left() + _TAG_PADDING
    write(painter, style, style.slot, left, tag.center().y(), card.mark)


def _paint_change(painter: QPainter, style: Style, rect: QRectF) -> None:
    """Draw the mark of a change: a Δ in a disc on the card's upper right corner."""
    middle = QPointF(rect.right() - 3, rect.top() + 2)
    painter.setPen(style.pen(style.color("attention"), BORDER))
    painter.setBrush(style.color("canvas"))
    painter.drawEllipse(middle, _CHANGE, _CHANGE)
    painter.setPen(style.color("attention"))
    left = middle.x() - style.slot.width("Δ") / 2
    write(painter, style, style.slot, left, middle.y(), "Δ")


def _paint_seed(painter: QPainter, style: Style, rect: QRectF) -> None:
    """Draw the mark of a seed: an arrow head that enters the card from outside."""
    x, y = rect.right(), rect.top() + LOWER
    painter.setPen(style.pen(style.color("canvas"), 2.0))
    painter.setBrush(style.color("accent"))
    corners = (QPointF(x - 6, y), QPointF(x + 5, y - 6.5), QPointF(x + 5, y + 6.5))
    painter.drawPolygon(QPolygonF(corners))
