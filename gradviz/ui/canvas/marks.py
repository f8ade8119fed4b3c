"""Draws what is laid around cards and edges: the step, the selection, what is found."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gradviz.layout.geometry import Point
from gradviz.ui.canvas.painting import write
from gradviz.ui.canvas.picture import Picture, samples
from gradviz.ui.canvas.pills import Pill
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.style import (
    BADGE,
    EDGE,
    GLOW,
    PATH_EDGE,
    PILL_PADDING,
    RADIUS,
    RING,
    RING_GAP,
    SLOT_MARK,
    STEP_EDGE,
    Level,
    Style,
    level,
)

_LEAST_RING = 7.0
"""Screen pixels that a ring is wide at least, however small its card is drawn."""


@dataclass(frozen=True)
class Highlights:
    """What the person looks at or looks for.

    Attributes:
        selected: The selected Value.
        hovered: The Value below the pointer.
        found: What a search found.
        path: The operand slots of the path that is lit, as places in ``graph.edges``.
        on_path: The Values on it.
    """

    selected: int | None = None
    hovered: int | None = None
    found: frozenset[int] = frozenset()
    path: tuple[int, ...] = ()
    on_path: frozenset[int] = frozenset()


def paint_below_cards(
    painter: QPainter,
    picture: Picture,
    shown: Shown,
    style: Style,
    marks: Highlights,
    nodes: Set[int],
    edges: Set[int],
    scale: float,
) -> None:
    """Draw rings around cards, and the edges that are lit."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    found = (i for i in marks.found if picture.host.get(i, i) in nodes)
    _paint_found(painter, picture, style, found, scale)
    if shown.next is not None and shown.next not in (shown.last, marks.selected):
        line = Qt.PenStyle.DotLine
        color = style.color("accent")
        _ring(painter, picture, style, shown.next, color, scale, line)
    for node in shown.written.intersection(nodes):
        _ring(painter, picture, style, node, style.color("accent"), scale, gap=RING)
    if shown.last is not None:
        _paint_last(painter, picture, style, shown.last, scale)
    if marks.selected is not None:
        gap = RING_GAP + (3.0 if marks.selected == shown.last else 0.0)
        color = style.color("text")
        _ring(painter, picture, style, marks.selected, color, scale, gap=gap)
    if shown.last is not None:
        pen = style.pen(style.color("accent"), STEP_EDGE, scale, least=1.6)
        painter.setPen(pen)
        listed, unlisted = _by_listing(picture, picture.slots[shown.last])
        _paint_curves(painter, picture, listed)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        _paint_curves(painter, picture, unlisted)
    if marks.hovered is not None:
        _paint_neighbours(painter, picture, style, marks.hovered, scale)
    _paint_path(painter, picture, style, marks, nodes, edges, scale)


def _by_listing(picture: Picture, slots: Iterable[int]) -> tuple[list[int], list[int]]:
    """Return slots as those that the person's class lists, and the others."""
    listed: list[int] = []
    unlisted: list[int] = []
    for slot in slots:
        (unlisted if slot in picture.unlisted else listed).append(slot)
    return listed, unlisted


def paint_above_cards(
    painter: QPainter,
    picture: Picture,
    style: Style,
    marks: Highlights,
    pills: Sequence[Pill],
    scale: float,
) -> None:
    """Draw the changes a step made, and the numbers of operand slots."""
    if level(scale) is not Level.FULL:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pill in pills:
        _paint_pill(painter, style, pill)
    for node in dict.fromkeys((marks.selected, marks.hovered)):
        if node is not None:
            _paint_slots(painter, picture, style, node, pills)


def neighbours(picture: Picture, node: int) -> tuple[list[int], list[int]]:
    """Return the operands and the consumers of a Value, each once."""
    edges = picture.graph.edges
    operands = dict.fromkeys(edges[i].operand for i in picture.slots[node])
    consumers = dict.fromkeys(edges[i].consumer for i in picture.uses[node])
    return list(operands), list(consumers)


def slot_marks(picture: Picture, node: int) -> list[tuple[QRectF, str]]:
    """Return where the numbers of a Value's operand slots stand, and the numbers."""
    result: list[tuple[QRectF, str]] = []
    if len(picture.slots[node]) < 2:
        return result
    badge = picture.badges.get(node)
    limit = badge.left() if badge else picture.cards[node].left()
    for i in picture.slots[node]:
        places = _places(picture.points[i], limit - SLOT_MARK * 0.7)
        rect = next(
            (
                place
                for place in places
                if not any(place.intersects(_grown(other)) for other, _ in result)
            ),
            places[-1],
        )
        result.append((rect, str(picture.graph.edges[i].slot + 1)))
    return result


def _grown(rect: QRectF) -> QRectF:
    return rect.adjusted(-3, -3, 3, 3)


def _places(points: Sequence[Point], limit: float) -> list[QRectF]:
    """Return places for a mark on a curve, from its end backwards."""
    half = SLOT_MARK / 2
    along = reversed(samples(points, 16))
    places = [
        QRectF(x - half, y - half, SLOT_MARK, SLOT_MARK) for x, y in along if x <= limit
    ]
    return places or [QRectF(limit - half, points[-1][1] - half, *(SLOT_MARK,) * 2)]


def _paint_found(
    painter: QPainter,
    picture: Picture,
    style: Style,
    found: Iterable[int],
    scale: float,
) -> None:
    color = style.color("attention")
    for node in sorted(found):
        _glow(painter, picture, node, color, scale)
        _ring(painter, picture, style, node, color, scale, gap=RING)


def _paint_last(
    painter: QPainter, picture: Picture, style: Style, node: int, scale: float
) -> None:
    color = style.color("accent")
    _glow(painter, picture, node, color, scale)
    _ring(painter, picture, style, node, color, scale, gap=RING - 0.25)


def _paint_path(
    painter: QPainter,
    picture: Picture,
    style: Style,
    marks: Highlights,
    nodes: Set[int],
    edges: Set[int],
    scale: float,
) -> None:
    """Light the curves of a path, and ring the cards that it joins."""
    color = style.color("accent")
    painter.setPen(style.pen(color, PATH_EDGE, scale, least=2.6))
    _paint_curves(painter, picture, (i for i in marks.path if i in edges))
    for node in marks.on_path.intersection(nodes):
        _ring(painter, picture, style, node, color, scale, gap=RING)


def _glow(
    painter: QPainter, picture: Picture, node: int, color: QColor, scale: float
) -> None:
    rect = _around(picture, node, RING + GLOW, scale)
    faded = QColor(color)
    faded.setAlphaF(0.22)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded)
    radius = _radius(picture, node) + GLOW
    painter.drawRoundedRect(rect, radius, radius)


def _ring(
    painter: QPainter,
    picture: Picture,
    style: Style,
    node: int,
    color: QColor,
    scale: float,
    line: Qt.PenStyle = Qt.PenStyle.SolidLine,
    gap: float = RING_GAP,
) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.pen(color, RING, scale, line, least=1.5))
    radius = _radius(picture, node) + gap
    painter.drawRoundedRect(_around(picture, node, gap, scale), radius, radius)


def _radius(picture: Picture, node: int) -> float:
    """Return how round a card is; a constant in a badge is as round as the badge."""
    return BADGE / 2 if node in picture.host else RADIUS


def _around(picture: Picture, node: int, gap: float, scale: float) -> QRectF:
    card = picture.cards[node]
    least = _LEAST_RING / scale
    gap_x = max(gap, (least - card.width()) / 2)
    gap_y = max(gap, (least - card.height()) / 2)
    return card.adjusted(-gap_x, -gap_y, gap_x, gap_y)


def _paint_curves(painter: QPainter, picture: Picture, edges: Iterable[int]) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for edge in edges:
        painter.drawPath(picture.curves[edge])


def _paint_neighbours(
    painter: QPainter, picture: Picture, style: Style, node: int, scale: float
) -> None:
    """Light operands with solid lines and consumers with dashed ones."""
    operands, consumers = neighbours(picture, node)
    for edges, cards, role, line in (
        (picture.slots[node], operands, "text", Qt.PenStyle.SolidLine),
        (picture.uses[node], consumers, "consumer", Qt.PenStyle.DashLine),
    ):
        color = style.color(role)
        painter.setPen(style.pen(color, STEP_EDGE, scale, line, least=1.5))
        _paint_curves(painter, picture, edges)
        for card in cards:
            _ring(painter, picture, style, card, color, scale, line, gap=RING)


def _paint_pill(painter: QPainter, style: Style, pill: Pill) -> None:
    rect = pill.rect
    line = style.color("accent" if pill.changed else "edge")
    painter.setPen(style.pen(line, EDGE))
    if pill.leader is not None:
        painter.drawLine(pill.leader, rect.center())
    painter.setBrush(style.color("pill"))
    radius = min(rect.height() / 2, 11.5)
    painter.drawRoundedRect(rect, radius, radius)
    painter.setPen(style.color("text" if pill.changed else "dim"))
    height = rect.height() / len(pill.lines)
    inset = 2.5 if len(pill.lines) > 1 else 0.0
    for i, text in enumerate(pill.lines):
        middle = rect.top() + height * (i + 0.5) + (inset if i == 0 else -inset)
        left = rect.right() - PILL_PADDING - style.pill.width(text)
        write(painter, style, style.pill, left, middle, text)


def _paint_slots(
    painter: QPainter,
    picture: Picture,
    style: Style,
    node: int,
    pills: Sequence[Pill],
) -> None:
    for rect, text in slot_marks(picture, node):
        if any(pill.rect.intersects(rect) for pill in pills):
            continue
        painter.setPen(style.pen(style.color("text"), 1.0))
        painter.setBrush(style.color("canvas"))
        painter.drawEllipse(rect)
        left = rect.center().x() - style.slot.width(text) / 2
        write(painter, style, style.slot, left, rect.center().y(), text)
