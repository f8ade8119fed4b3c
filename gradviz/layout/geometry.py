"""Sizes, positions and curves of a drawing, as plain typed data.

The unit is one screen pixel at actual size; x grows to the right, y downwards.
"""

import msgspec

from gradviz.graph.model import Graph, Node

Point = tuple[float, float]

CARD_HEIGHT = 60.0
_CARD_WIDTHS = (156.0, 180.0, 204.0, 228.0)
_CHARACTER = 9.0
"""Room for one character of a name, as wide as an average capital."""
_NUMBER_ROOM = 108.0
"""Room for the number beside the name, with the card's paddings."""


class LayoutRequest(msgspec.Struct, frozen=True, array_like=True):
    """A drawing to lay out. Equal requests get equal layouts.

    Attributes:
        sizes: Width and height of each card; index is the Value's id.
        edges: (operand, consumer) of each operand slot, in the graph's order.
    """

    sizes: tuple[Point, ...]
    edges: tuple[tuple[int, int], ...]


class Layout(msgspec.Struct, frozen=True, array_like=True):
    """Where everything is.

    Attributes:
        centers: The middle of each card.
        curves: For each edge its cubic Bézier spline: a start point, then three points
            (two controls and an end) for each piece.
        size: Width and height of the whole drawing, which starts at (0, 0).
        final: Whether this is graphviz's layout and not the quick preview.
    """

    centers: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]
    size: Point
    final: bool


def card_size(node: Node) -> Point:
    """Return a card's width and height, which never depend on the numbers shown."""
    wanted = _NUMBER_ROOM + _CHARACTER * len(node.name)
    width = next((w for w in _CARD_WIDTHS if w >= wanted), _CARD_WIDTHS[-1])
    return (width, CARD_HEIGHT)


def layout_request(graph: Graph) -> LayoutRequest:
    """Return what has to be laid out to draw ``graph``."""
    return LayoutRequest(
        tuple(card_size(node) for node in graph.nodes),
        tuple((edge.operand, edge.consumer) for edge in graph.edges),
    )
