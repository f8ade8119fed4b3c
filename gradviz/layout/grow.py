"""Placing new Values beside those that are shown, which stay where they are. Qt-free.

The drawing a person has learnt to read is worth more than a tidier one: nothing moves,
each new card goes right of its operands, a new leaf left of its first consumer, to the
nearest height at which it covers nothing.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from gradviz.layout.geometry import (
    Layout,
    LayoutRequest,
    Point,
    drawn_edges,
    meeting_points,
)

Box = tuple[float, float, float, float]
Curve = tuple[Point, ...]

_RANK_GAP = 86.0
"""As far as dot keeps ranks apart."""
_NODE_GAP = 26.0
_BADGE = 68.0
"""How far the badge of an op reaches out of its card to the left at most."""
_BUCKET = 120.0
_CLEAR = 9.0
"""How far from a card a curve should stay."""
_LANES = 6
"""How many cards in the way of a curve it may try to go around."""
_SAMPLES = 24
_OFF = 1.5
"""How far from its card dot may let a curve end."""


def grown(old: Layout, request: LayoutRequest, kept: int) -> Layout:
    """Return a layout in which what was shown keeps its place.

    Args:
        old: The layout of what was shown.
        request: All that is to be shown now.
        kept: How many Values of ``request`` were shown: its first ones, which have the
            operands they had. More may have been shown than that.
    """
    grower = _Grower(old, request, kept)
    grower.place_all()
    centers = grower.centers | meeting_points(request, grower.centers)
    ordered = tuple(centers[node] for node in range(len(request.sizes)))
    curves = _curves(old, request, kept, ordered, grower.boxes)
    return Layout(ordered, curves, _size(grower.boxes), True, request.folded)


class _Grower:
    """Finds places for cards.

    Attributes:
        centers: The middle of each card placed.
        boxes: The cards placed, as left, top, right, bottom.
    """

    def __init__(self, old: Layout, request: LayoutRequest, kept: int) -> None:
        self.centers: dict[int, Point] = {}
        self.boxes: dict[int, Box] = {}
        self._request = request
        self._taken = _Taken()
        self._folded = frozenset(request.folded)
        self._operands: list[list[int]] = [[] for _ in request.sizes]
        self._consumers: list[list[int]] = [[] for _ in request.sizes]
        for _, (operand, consumer) in drawn_edges(request):
            self._operands[consumer].append(operand)
            self._consumers[operand].append(consumer)
        had_no_card = self._folded.union(old.folded)
        for node in range(kept):
            if node not in had_no_card:
                self._put(node, old.centers[node])

    def place_all(self) -> None:
        """Place every card that has no place; operands come before consumers."""
        for node in range(len(self._request.sizes)):
            if self._operands[node]:
                if node not in self.boxes:
                    self._place_op(node)
                self._place_leaves_of(node)
        for node in range(len(self._request.sizes)):
            if node not in self.boxes and node not in self._folded:
                left, _, _, bottom = self._bounds()
                self._place(node, left, bottom + _NODE_GAP + self._height(node) / 2)

    def _place_op(self, node: int) -> None:
        known = [self.boxes[i] for i in self._operands[node] if i in self.boxes]
        if known:
            left = max(box[2] for box in known) + _RANK_GAP
            y = sum((box[1] + box[3]) / 2 for box in known) / len(known)
        else:
            # Nothing it reads is shown: it starts a part of its own, below the rest.
            start, _, _, bottom = self._bounds()
            widest = max(self._request.sizes[i][0] for i in self._operands[node])
            left = start + widest + _RANK_GAP
            count = len(set(self._operands[node]))
            y = bottom + _NODE_GAP + count * (self._height(node) + _NODE_GAP) / 2
        self._place(node, left, y)

    def _place_leaves_of(self, node: int) -> None:
        """Place what ``node`` reads and has no place yet: it is its first consumer."""
        new = [i for i in dict.fromkeys(self._operands[node]) if i not in self.boxes]
        left, top, _, bottom = self.boxes[node]
        pitch = self._height(node) + _NODE_GAP
        first = (top + bottom) / 2 - pitch * (len(new) - 1) / 2
        for place, leaf in enumerate(new):
            x = left - _RANK_GAP - self._request.sizes[leaf][0]
            self._place(leaf, x, first + place * pitch)

    def _place(self, node: int, left: float, y: float) -> None:
        """Place a card as near to a height as there is room for it."""
        width, height = self._request.sizes[node]
        badge = _BADGE if self._operands[node] else 0.0
        # Cards to the right may have a badge, which must not touch this one.
        y = self._taken.nearest(left - badge, left + width, y, height)
        self._put(node, (round(left + width / 2, 2), round(y, 2)))

    def _put(self, node: int, center: Point) -> None:
        (x, y), (width, height) = center, self._request.sizes[node]
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        self.centers[node], self.boxes[node] = center, box
        badge = _BADGE if self._operands[node] else 0.0
        self._taken.add(box[0] - badge, box[2], box[1], box[3])

    def _height(self, node: int) -> float:
        return self._request.sizes[node][1]

    def _bounds(self) -> Box:
        if not self.boxes:
            return (0.0, 0.0, 0.0, -_NODE_GAP)
        return _hull(self.boxes.values())


class _Taken:
    """What is taken of the plane, by columns."""

    def __init__(self) -> None:
        self._columns: dict[int, list[tuple[float, float, float, float]]] = {}

    def add(self, left: float, right: float, top: float, bottom: float) -> None:
        """Take a rectangle."""
        for column in _columns(left, right):
            insort(self._columns.setdefault(column, []), (top, bottom, left, right))

    def nearest(self, left: float, right: float, y: float, height: float) -> float:
        """Return the middle nearest to ``y`` at which a card covers nothing."""
        reach = height / 2 + _NODE_GAP
        banned = sorted(
            (top - reach, bottom + reach)
            for top, bottom, start, end in self._between(left, right)
            if start < right + 1 and end > left - 1
        )
        merged: list[tuple[float, float]] = []
        for top, bottom in banned:
            if merged and top < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], bottom))
            else:
                merged.append((top, bottom))
        at = bisect_left(merged, (y, y))
        for top, bottom in merged[max(at - 1, 0) : at + 1]:
            if top < y < bottom:
                return top if y - top < bottom - y else bottom
        return y

    def _between(
        self, left: float, right: float
    ) -> Iterator[tuple[float, float, float, float]]:
        for column in _columns(left, right):
            yield from self._columns.get(column, ())


def _columns(left: float, right: float) -> range:
    return range(int(left // _BUCKET), int(right // _BUCKET) + 1)


# Curves


def _curves(
    old: Layout,
    request: LayoutRequest,
    kept: int,
    centers: tuple[Point, ...],
    boxes: dict[int, Box],
) -> tuple[Curve, ...]:
    """Return the old curves as they were, and new ones that go around cards."""
    folded = frozenset(request.folded)
    among_old = sum(consumer < kept for _, consumer in request.edges)
    shrunk = kept < len(old.centers)
    stay = old.curves if shrunk or among_old == len(old.curves) else ()
    around = _Around(boxes)
    found: list[Curve] = []
    for number, (operand, consumer) in enumerate(request.edges):
        if operand in folded:
            found.append(())
        elif number < min(len(stay), among_old) and stay[number]:
            found.append(_attached(stay[number], boxes[operand], boxes[consumer]))
        else:
            found.append(around.curve(operand, consumer))
    return tuple(found)


def _attached(curve: Curve, left: Box, right: Box) -> Curve:
    """Return a curve that ends at its cards, which a new name may have widened."""
    (x1, y1), *between, (x2, y2) = curve
    if abs(x1 - left[2]) > _OFF:
        x1 = left[2]
    if abs(x2 - right[0]) > _OFF:
        x2 = right[0]
    return ((x1, y1), *between, (x2, y2))


class _Around:
    """Draws curves from card to card, around others as far as that is cheap."""

    def __init__(self, boxes: dict[int, Box]) -> None:
        self._boxes = boxes
        self._columns: dict[int, list[int]] = {}
        for node, (left, _, right, _) in boxes.items():
            for column in _columns(left - _CLEAR, right + _CLEAR):
                self._columns.setdefault(column, []).append(node)

    def curve(self, operand: int, consumer: int) -> Curve:
        """Return a curve from a card's right side to another's left side."""
        _, top, x1, bottom = self._boxes[operand]
        y1 = (top + bottom) / 2
        x2, top, _, bottom = self._boxes[consumer]
        y2 = (top + bottom) / 2
        best = _simple((x1, y1), (x2, y2))
        hit = self._hits(best, operand, consumer)
        least = len(hit)
        for lane in _lanes(hit, (y1 + y2) / 2):
            if not least:
                break
            curve = _by_lane((x1, y1), (x2, y2), lane)
            found = len(self._hits(curve, operand, consumer))
            if found < least:
                best, least = curve, found
        return best

    def _hits(self, curve: Curve, *but: int) -> set[Box]:
        """Return the cards that a curve runs through, but its own."""
        return {
            box
            for x, y in _points(curve)
            for node in self._columns.get(int(x // _BUCKET), ())
            if _is_in(x, y, box := self._boxes[node]) and node not in but
        }


def _is_in(x: float, y: float, box: Box) -> bool:
    left, top, right, bottom = box
    return left - _CLEAR < x < right + _CLEAR and top - _CLEAR < y < bottom + _CLEAR


def _lanes(hit: Iterable[Box], middle: float) -> list[float]:
    """Return heights at which a curve may pass cards, the nearest first."""
    heights = {
        height
        for box in hit
        for height in (box[1] - _NODE_GAP / 2, box[3] + _NODE_GAP / 2)
    }
    return sorted(heights, key=lambda y: (abs(y - middle), y))[: 2 * _LANES]


def _by_lane(start: Point, end: Point, lane: float) -> Curve:
    """Return a curve that leaves, runs along a height, and arrives."""
    turn = min(_RANK_GAP, (end[0] - start[0]) / 2)
    one, other = (start[0] + turn, lane), (end[0] - turn, lane)
    third = (other[0] - one[0]) / 3
    return (
        *_simple(start, one),
        (one[0] + third, lane),
        (other[0] - third, lane),
        other,
        *_simple(other, end)[1:],
    )


def _simple(start: Point, end: Point) -> Curve:
    pull = max(abs(end[0] - start[0]) / 2, 20.0)
    return (start, (start[0] + pull, start[1]), (end[0] - pull, end[1]), end)


def _points(curve: Curve) -> Iterator[Point]:
    for i in range(0, len(curve) - 3, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve[i : i + 4]
        for step in range(1, _SAMPLES):
            t = step / _SAMPLES
            a, b = (1 - t) ** 3, 3 * t * (1 - t) ** 2
            c, d = 3 * t * t * (1 - t), t**3
            yield (a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy)


def _hull(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _size(boxes: dict[int, Box]) -> Point:
    if not boxes:
        return (0.0, 0.0)
    left, top, right, bottom = _hull(boxes.values())
    return (right - left, bottom - top)
