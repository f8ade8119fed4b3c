"""What is where: rectangles found by place without looking at all of them."""

from collections.abc import Iterable

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def meets(one: Box, other: Box) -> bool:
    """Tell whether two boxes overlap or touch."""
    return (
        one[0] <= other[2]
        and other[0] <= one[2]
        and one[1] <= other[3]
        and other[1] <= one[3]
    )


class Grid:
    """A uniform grid over boxes; a thing may be put in as several boxes."""

    def __init__(self, boxes: Iterable[tuple[int, Box]], cell: float = 240.0) -> None:
        self._cell = cell
        self._cells: dict[tuple[int, int], list[tuple[int, Box]]] = {}
        self._all: set[int] = set()
        self._bounds: Box | None = None
        for entry in boxes:
            self._put(entry)

    def near(self, box: Box) -> list[int]:
        """Return what has a box that meets this one, in ascending order."""
        bounds = self._bounds
        if bounds is None or not meets(box, bounds):
            return []
        if _covers(box, bounds):
            return sorted(self._all)
        inside = (
            max(box[0], bounds[0]),
            max(box[1], bounds[1]),
            min(box[2], bounds[2]),
            min(box[3], bounds[3]),
        )
        found = {
            thing
            for cell in self._covered(inside)
            for thing, its in self._cells.get(cell, ())
            if meets(its, box)
        }
        return sorted(found)

    def _put(self, entry: tuple[int, Box]) -> None:
        thing, box = entry
        self._all.add(thing)
        known = self._bounds or box
        self._bounds = (
            min(known[0], box[0]),
            min(known[1], box[1]),
            max(known[2], box[2]),
            max(known[3], box[3]),
        )
        for cell in self._covered(box):
            self._cells.setdefault(cell, []).append(entry)

    def _covered(self, box: Box) -> list[tuple[int, int]]:
        left, top, right, bottom = (int(side // self._cell) for side in box)
        return [
            (column, row)
            for column in range(left, right + 1)
            for row in range(top, bottom + 1)
        ]


def _covers(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )
