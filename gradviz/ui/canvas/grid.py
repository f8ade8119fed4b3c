"""What is where: rectangles found by place without looking at all of them."""

import math
from collections.abc import Iterable, Iterator

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""

_Cell = tuple[int, int]
_Entries = list[tuple[int, Box]]


def meets(one: Box, other: Box) -> bool:
    """Tell whether two boxes overlap or touch."""
    return (
        one[0] <= other[2]
        and other[0] <= one[2]
        and one[1] <= other[3]
        and other[1] <= one[3]
    )


class Grid:
    """Uniform grids over boxes; a thing may be put in as several boxes.

    Each box is in the finest grid of which it covers four cells at most, as in a
    hierarchical spatial hash (Ericson, Real-Time Collision Detection, 2004, 7.2): in
    one grid alone, a curve across a large graph would cover a million cells.
    """

    def __init__(self, boxes: Iterable[tuple[int, Box]], cell: float = 240.0) -> None:
        self._cell = cell
        self._levels: dict[int, dict[_Cell, _Entries]] = {}
        """Grids by the power of two by which their cells are larger."""
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
            for level in self._levels
            for entries in self._entries(level, inside)
            for thing, its in entries
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
        longest = max(box[2] - box[0], box[3] - box[1])
        level = max(0, math.frexp(longest / self._cell)[1])
        cells = self._levels.setdefault(level, {})
        left, top, right, bottom = self._corners(level, box)
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                cells.setdefault((column, row), []).append(entry)

    def _entries(self, level: int, box: Box) -> Iterator[_Entries]:
        """Yield what is in the cells of one grid that a box covers."""
        cells = self._levels[level]
        left, top, right, bottom = self._corners(level, box)
        if (right - left + 1) * (bottom - top + 1) > len(cells):
            for (column, row), entries in cells.items():
                if left <= column <= right and top <= row <= bottom:
                    yield entries
            return
        for column in range(left, right + 1):
            for row in range(top, bottom + 1):
                if (column, row) in cells:
                    yield cells[column, row]

    def _corners(self, level: int, box: Box) -> tuple[int, int, int, int]:
        """Return the first and the last column and row of the cells of a box."""
        cell = math.ldexp(self._cell, level)
        left, top, right, bottom = (int(side // cell) for side in box)
        return left, top, right, bottom


def _covers(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )
