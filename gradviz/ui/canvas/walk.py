"""Walking the graph by keyboard: to operands, to consumers, and to their siblings."""

from enum import Enum

from gradviz.graph.model import Graph
from gradviz.ui.canvas.marks import neighbours
from gradviz.ui.canvas.picture import Picture


class Direction(Enum):
    """Where to go from a Value."""

    OPERAND = "operand"
    CONSUMER = "consumer"
    PREVIOUS = "previous"
    NEXT = "next"


class Walker:
    """Remembers where one came from, so that going there and back returns."""

    def __init__(self) -> None:
        self._trail: dict[tuple[int, Direction], int] = {}
        self._came: tuple[int, Direction] | None = None

    def step(self, picture: Picture, node: int | None, to: Direction) -> int | None:
        """Return the Value next to ``node``, or None where there is none."""
        if node is None:
            return _first(picture.graph)
        if to in (Direction.PREVIOUS, Direction.NEXT):
            return self._sibling(picture, node, 1 if to is Direction.NEXT else -1)
        if node in picture.host:
            return picture.host[node] if to is Direction.CONSUMER else None
        operands, consumers = neighbours(picture, node)
        choice = operands if to is Direction.OPERAND else consumers
        if not choice:
            return None
        remembered = self._trail.get((node, to))
        target = remembered if remembered in choice else choice[0]
        back = Direction.CONSUMER if to is Direction.OPERAND else Direction.OPERAND
        self._trail[target, back] = node
        self._came = (node, to)
        return target

    def _sibling(self, picture: Picture, node: int, by: int) -> int | None:
        family: list[int] = []
        if self._came is not None:
            operands, consumers = neighbours(picture, self._came[0])
            family = operands if self._came[1] is Direction.OPERAND else consumers
        if node in family and len(family) > 1:
            origin, to = self._came or (node, Direction.OPERAND)
            target = family[(family.index(node) + by) % len(family)]
            self._trail[origin, to] = target
            back = Direction.CONSUMER if to is Direction.OPERAND else Direction.OPERAND
            self._trail[target, back] = origin
            return target
        return _in_column(picture, node, by)


def _first(graph: Graph) -> int | None:
    return graph.roots[0] if graph.roots else None


def _in_column(picture: Picture, node: int, by: int) -> int | None:
    """Return the nearest card above or below."""
    left, top, right, _ = picture.boxes[node]
    column = [
        other
        for other, box in enumerate(picture.boxes)
        if other not in picture.host
        and box[0] < right
        and box[2] > left
        and (box[1] - top) * by > 0
    ]
    return min(
        column, key=lambda other: abs(picture.boxes[other][1] - top), default=None
    )
