"""Finds places for the changes that a step made: on their edges, over nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from gradviz.layout.geometry import Point
from gradviz.ui.canvas.grid import Box, meets
from gradviz.ui.canvas.picture import Picture, samples
from gradviz.ui.canvas.shown import Flow
from gradviz.ui.canvas.style import PILL_HEIGHT, PILL_PADDING, Style

MOST = 24
"""A step with more operands than this shows the changes of the first ones only."""
_AIRY = (4.0, 9.0)
"""Room kept from cards, and from the card whose step it is: that one has a glow."""
_TIGHT = (2.0, 4.0)
_Shape = tuple[tuple[str, ...], float, float]
"""Lines, width and height."""
_SAMPLES = 8
_SHIFTS = tuple(
    (dx, dy) for dx in (0.0, -0.22, 0.22, -0.42, 0.42) for dy in (0.0, -0.3, 0.3)
)


@dataclass(frozen=True, slots=True)
class Pill:
    """A change with the place where it is written.

    Attributes:
        rect: Its place.
        lines: What it says, in one line or two.
        changed: Whether the gradient is another one now.
        leader: Where on its curve a line to it starts, if it is not on the curve.
    """

    rect: QRectF
    lines: tuple[str, ...]
    changed: bool
    leader: QPointF | None = None


def place_pills(
    picture: Picture, node: int, flows: Sequence[Flow], style: Style
) -> tuple[Pill, ...]:
    """Return a pill for each change that a step of ``node`` made.

    A pill lies on a curve of its operand and over no card, badge or other pill. Where
    the cards leave no such place it stands beside the curve, joined to it by a line;
    where there is none at all it is left out.
    """
    curves = {
        flow.operand: [
            samples(picture.points[slot], _SAMPLES)
            for slot in picture.slots[node]
            if picture.graph.edges[slot].operand == flow.operand
        ]
        for flow in flows[:MOST]
    }
    placed: list[Pill] = []
    taken: list[Box] = []
    for flow in flows[:MOST]:
        others = [
            point
            for operand, lines in curves.items()
            if operand != flow.operand
            for line in lines
            for point in line
        ]
        shapes = [_shape(lines, style) for lines in _wordings(flow)]
        around = _around(picture, curves[flow.operand], shapes)
        pill = None
        for clearance in (_AIRY, _TIGHT):
            obstacles = [*_obstacles(picture, around, node, clearance), *taken]
            pill = pill or _on_curve(
                flow, curves[flow.operand], shapes, obstacles, others
            )
        pill = pill or _beside(flow, curves[flow.operand], shapes, obstacles)
        if pill is not None:
            placed.append(pill)
            taken.append(_grown(_box(pill.rect), _AIRY[0]))
    return tuple(placed)


def _on_curve(
    flow: Flow,
    curves: Sequence[Sequence[Point]],
    shapes: Sequence[_Shape],
    obstacles: Sequence[Box],
    others: Sequence[Point],
) -> Pill | None:
    """Return the pill at the best free place on its curve."""
    best = float("inf")
    pill = None
    for cost, (lines, width, height) in zip((0.0, 0.45), shapes, strict=False):
        for score, x, y in _candidates(curves, width, height):
            if score + cost >= best:
                continue
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if any(meets(box, obstacle) for obstacle in obstacles):
                continue
            crossed = any(_inside(point, box) for point in others)
            hidden = sum(_covered(curve, box) for curve in curves) - 1
            total = score + cost + (0.6 if crossed else 0.0) + 0.4 * max(hidden, 0)
            if total < best:
                best = total
                rect = QRectF(box[0], box[1], width, height)
                pill = Pill(rect, lines, flow.changed)
    return pill


def _wordings(flow: Flow) -> tuple[tuple[str, ...], ...]:
    before, arrow, after = flow.text.partition(" → ")
    if not arrow:
        return ((flow.text,),)
    return ((flow.text,), (f"{before} →", after))


def _shape(lines: tuple[str, ...], style: Style) -> _Shape:
    width = max(style.pill.width(line) for line in lines) + 2 * PILL_PADDING
    return lines, width, PILL_HEIGHT + 15.0 * (len(lines) - 1)


def _candidates(
    curves: Sequence[Sequence[Point]], width: float, height: float
) -> Iterator[tuple[float, float, float]]:
    """Yield places whose pill covers a bit of the curve, with how bad each is."""
    for curve in curves:
        last = max(len(curve) - 1, 1)
        for i, (x, y) in enumerate(curve):
            off_middle = abs(i / last - 0.42)
            for dx, dy in _SHIFTS:
                score = off_middle + 0.5 * abs(dx) + 0.3 * abs(dy)
                yield score, x + dx * width, y + dy * height


def _beside(
    flow: Flow,
    curves: Sequence[Sequence[Point]],
    shapes: Sequence[_Shape],
    obstacles: Sequence[Box],
) -> Pill | None:
    """Return the pill at the nearest free place, with a line to its curve."""
    if not curves or not curves[0]:
        return None
    free = [
        point
        for point in curves[0]
        if not any(_inside(point, obstacle) for obstacle in obstacles)
    ]
    seen = free or curves[0]
    x, y = seen[len(seen) // 2]
    lines, width, height = shapes[-1]
    steps = [
        (column * 14.0, row * 12.0) for column in range(-9, 10) for row in range(-9, 10)
    ]
    for dx, dy in sorted(steps, key=lambda step: step[0] ** 2 + step[1] ** 2):
        left, top = x + dx - width / 2, y + dy - height / 2
        box = (left, top, left + width, top + height)
        if not any(meets(box, obstacle) for obstacle in obstacles):
            rect = QRectF(left, top, width, height)
            return Pill(rect, lines, flow.changed, QPointF(x, y))
    return None


def _around(
    picture: Picture, curves: Sequence[Sequence[Point]], shapes: Sequence[_Shape]
) -> list[int]:
    """Return the Values whose cards may be in the way."""
    xs = [x for curve in curves for x, _ in curve]
    ys = [y for curve in curves for _, y in curve]
    if not xs:
        return []
    room = max(width for _, width, _ in shapes) + 130
    left, top = min(xs) - room, min(ys) - 160
    right, bottom = max(xs) + room, max(ys) + 160
    return picture.cards_in(QRectF(left, top, right - left, bottom - top))


def _obstacles(
    picture: Picture, nodes: Sequence[int], step: int, clearance: tuple[float, float]
) -> list[Box]:
    found = []
    for node in nodes:
        room = clearance[1] if node == step else clearance[0]
        found.append(_grown(picture.boxes[node], room))
        if badge := picture.badges.get(node):
            found.append(_grown(_box(badge), 1.0))
    return found


def _covered(curve: Sequence[Point], box: Box) -> bool:
    return any(_inside(point, box) for point in curve)


def _inside(point: Point, box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _box(rect: QRectF) -> Box:
    return (rect.left(), rect.top(), rect.right(), rect.bottom())
