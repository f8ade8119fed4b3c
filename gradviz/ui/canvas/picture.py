"""The geometry of a drawing: cards, curves, badges, and what is where."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from math import hypot

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from gradviz.graph.model import Edge, Graph, Node
from gradviz.layout.geometry import Layout, Point, card_size
from gradviz.ui.canvas.badges import Badge, badge_of
from gradviz.ui.canvas.grid import Box, Grid
from gradviz.ui.canvas.style import BADGE_MOST, Style

_APART = 14.0
"""Least distance in the middle between curves that join the same two cards."""
_BOW = 40.0
"""What they are bent apart by; a pill on one of them leaves the other to be seen."""


class Picture:
    """Where everything of a graph is. Only the numbers in its badges ever change.

    Attributes:
        graph: The graph drawn.
        layout: Where dot or the preview put it.
        cards: The rectangle of each card, by Value; of a folded one, that of the badge
            it is drawn in.
        boxes: The same as plain numbers.
        host: For each folded Value the one in whose badge it is drawn.
        curves: The curve of each operand slot, as in ``graph.edges``; empty for one
            that is not drawn.
        points: The same as Bézier points.
        badges: The rectangle of the badge of each Value that has an op.
        ops: The text in each badge, cut where it is too long.
        slots: The operand slots drawn of each Value, as places in ``graph.edges``.
        uses: The slots drawn that read each Value, as places in ``graph.edges``.
        unlisted: The slots drawn that the person's own class does not list.
    """

    def __init__(self, graph: Graph, layout: Layout, style: Style) -> None:
        self.graph = graph
        self.layout = layout
        self.cards: list[QRectF] = []
        self.boxes: list[Box] = []
        for node, (x, y) in zip(graph.nodes, layout.centers, strict=True):
            width, height = card_size(node)
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            self.boxes.append(box)
            self.cards.append(QRectF(box[0], box[1], width, height))
        self.host = {node: graph.consumers[node][0].consumer for node in layout.folded}
        self.badges: dict[int, QRectF] = {}
        self.ops: dict[int, str] = {}
        self._style = style
        self._badges: dict[int, Badge] = {}
        self._guests: dict[int, list[int]] = {}
        self._numbers: dict[int, Sequence[str]] = {}
        for guest, host in self.host.items():
            self._guests.setdefault(host, []).append(guest)
        for made in graph.nodes:
            if made.op:
                self._add_badge(made, {})
        self.points = _bowed(graph, layout.curves)
        self.curves = [_path(points) for points in self.points]
        self.slots: list[list[int]] = [[] for _ in graph.nodes]
        self.uses: list[list[int]] = [[] for _ in graph.nodes]
        self.unlisted: set[int] = set()
        for i, edge in enumerate(graph.edges):
            if edge.operand in self.host:
                continue
            self.slots[edge.consumer].append(i)
            self.uses[edge.operand].append(i)
            if edge.slot in graph.nodes[edge.consumer].unlisted:
                self.unlisted.add(i)

    def write_numbers(self, numbers: Mapping[int, Sequence[str]]) -> set[int]:
        """Write the numbers of folded Values into the badges they are drawn in.

        Args:
            numbers: What may be written for each of them, the best first.

        Returns:
            The Values whose badges have changed.
        """
        news = [i for i, texts in numbers.items() if self._numbers.get(i) != texts]
        self._numbers.update(numbers)
        changed = set()
        for host in {self.host[node] for node in news}:
            before, guests = self._badges[host], self._guests[host]
            texts = {i: self._numbers[i] for i in guests if i in self._numbers}
            badge = self._add_badge(self.graph.nodes[host], texts)
            for node in guests:
                self.cards[node] = QRectF(badge.rect)
                self.boxes[node] = _box(badge.rect)
            if badge != before:
                changed.add(host)
        return changed

    @cached_property
    def bounds(self) -> QRectF:
        """The smallest rectangle around everything."""
        found = QRectF()
        cards = (c for i, c in enumerate(self.cards) if i not in self.host)
        for rect in (*cards, *self.badges.values()):
            found = found.united(rect)
        for box in (box for boxes in self._edge_boxes for box in boxes):
            found = found.united(QRectF(QPointF(*box[:2]), QPointF(*box[2:])))
        return found

    def node_at(self, point: QPointF) -> int | None:
        """Return the Value whose card or badge is at a point."""
        x, y = point.x(), point.y()
        near = self._card_grid.near((x, y, x + BADGE_MOST, y))
        for node in reversed(near):
            badge = self.badges.get(node)
            if self.cards[node].contains(point) or (badge and badge.contains(point)):
                return node
        return None

    def constant_at(self, point: QPointF) -> int | None:
        """Return the folded Value whose number is at a point."""
        node = self.node_at(point)
        badge = None if node is None else self._badges.get(node)
        return None if badge is None else badge.constant_at(point)

    def unlisted_at(self, point: QPointF, reach: float) -> int | None:
        """Return the slot that its class does not list whose curve is at a point."""
        around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        for slot in self.edges_in(around):
            if slot in self.unlisted and self.curves[slot].intersects(around):
                return slot
        return None

    def cards_in(self, rect: QRectF) -> list[int]:
        """Return the Values whose card or badge meets a rectangle."""
        left, top, right, bottom = _box(rect)
        return self._card_grid.near((left, top, right + BADGE_MOST, bottom))

    def edges_in(self, rect: QRectF) -> list[int]:
        """Return the slots whose curve may meet a rectangle."""
        return self._edge_grid.near(_box(rect))

    def slots_of(self, edges: Iterable[Edge]) -> tuple[int, ...]:
        """Return the places in ``graph.edges`` of those slots that are drawn."""
        every = self.graph.edges
        return tuple(
            i
            for edge in edges
            for i in self.slots[edge.consumer]
            if every[i].slot == edge.slot
        )

    def edge_rects(self, edge: int) -> list[QRectF]:
        """Return rectangles that cover the curve of a slot."""
        return [
            QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
            for box in self._edge_boxes[edge]
        ]

    def full_rect(self, node: int) -> QRectF:
        """Return the rectangle around a card with its badge."""
        badge = self.badges.get(node)
        return self.cards[node].united(badge) if badge else QRectF(self.cards[node])

    def nearest(self, point: QPointF) -> int | None:
        """Return the Value whose middle is nearest to a point."""
        x, y = point.x(), point.y()
        centers = self.layout.centers
        return min(
            (node for node in range(len(centers)) if node not in self.host),
            key=lambda i: (centers[i][0] - x) ** 2 + (centers[i][1] - y) ** 2,
            default=None,
        )

    def _add_badge(self, node: Node, numbers: Mapping[int, Sequence[str]]) -> Badge:
        card = self.cards[node.id]
        badge = self._badges[node.id] = badge_of(node, card, numbers, self._style)
        self.badges[node.id], self.ops[node.id] = badge.rect, badge.text
        return badge

    @cached_property
    def _card_grid(self) -> Grid:
        return Grid(
            (node, box) for node, box in enumerate(self.boxes) if node not in self.host
        )

    @cached_property
    def _edge_boxes(self) -> list[list[Box]]:
        return [
            [_hull(points[i : i + 4]) for i in range(0, len(points) - 1, 3)]
            for points in self.points
        ]

    @cached_property
    def _edge_grid(self) -> Grid:
        return Grid(
            (edge, box) for edge, boxes in enumerate(self._edge_boxes) for box in boxes
        )


def _box(rect: QRectF) -> Box:
    return (rect.left(), rect.top(), rect.right(), rect.bottom())


def _hull(points: Sequence[Point]) -> Box:
    xs = [x for x, _ in points]
    ys = [y for _, y in points]
    return (min(xs), min(ys), max(xs), max(ys))


def _path(points: Sequence[Point]) -> QPainterPath:
    path = QPainterPath()
    if not points:
        return path
    path.moveTo(*points[0])
    for i in range(1, len(points) - 2, 3):
        path.cubicTo(*points[i], *points[i + 1], *points[i + 2])
    return path


def _bowed(graph: Graph, curves: Sequence[Sequence[Point]]) -> list[tuple[Point, ...]]:
    """Return the curves, those of ``x * x`` bent apart where they coincide."""
    result = [tuple(points) for points in curves]
    same: dict[tuple[int, int], list[int]] = {}
    for i, edge in enumerate(graph.edges):
        same.setdefault((edge.operand, edge.consumer), []).append(i)
    for edges in same.values():
        if len(edges) > 1 and _coincide([result[i] for i in edges]):
            for place, i in enumerate(edges):
                away = (place - (len(edges) - 1) / 2) * _BOW
                result[i] = _bent(result[i], away)
    return result


def _coincide(curves: Sequence[Sequence[Point]]) -> bool:
    middles = sorted(_middle(points)[1] for points in curves if points)
    return any(high - low < _APART for low, high in pairwise(middles))


def _middle(points: Sequence[Point]) -> Point:
    at = _path(points).pointAtPercent(0.5) if points else QPointF()
    return (at.x(), at.y())


def _bent(points: tuple[Point, ...], away: float) -> tuple[Point, ...]:
    """Return a curve moved sideways, except where it starts and ends."""
    if len(points) < 4:
        return points
    # A single piece moves by three quarters of what its two controls move.
    by = away * (4 / 3 if len(points) == 4 else 1)
    along = (points[-1][0] - points[0][0], points[-1][1] - points[0][1])
    length = hypot(*along) or 1.0
    dx, dy = -by * along[1] / length, by * along[0] / length
    return (points[0], *((x + dx, y + dy) for x, y in points[1:-1]), points[-1])


def samples(points: Sequence[Point], count: int) -> list[Point]:
    """Return points along a Bézier spline, ``count`` for each of its pieces."""
    found: list[Point] = []
    for i in range(0, len(points) - 3, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = points[i : i + 4]
        for step in range(count):
            t = (step + 0.5) / count
            a, b = (1 - t) ** 3, 3 * t * (1 - t) ** 2
            c, d = 3 * t * t * (1 - t), t**3
            found.append(
                (a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy)
            )
    return found
