"""Sizes, positions and curves of a drawing, as plain typed data.

The unit is one screen pixel at actual size; x grows to the right, y downwards.
"""

from collections.abc import Mapping, Sequence

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
        folded: Values without a card of their own: each is drawn at the one consumer
            it has.
    """

    sizes: tuple[Point, ...]
    edges: tuple[tuple[int, int], ...]
    folded: tuple[int, ...] = ()


class Layout(msgspec.Struct, frozen=True, array_like=True):
    """Where everything is.

    Attributes:
        centers: The middle of each card; of a folded Value, where it meets the card of
            its consumer.
        curves: For each edge its cubic Bézier spline: a start point, then three points
            (two controls and an end) for each piece; no points for a folded operand.
        size: Width and height of the whole drawing, which starts at (0, 0) unless it
            has grown to the left or upwards.
        final: Whether it is to stay, as a quick preview is not.
        folded: Values without a card of their own.
    """

    centers: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]
    size: Point
    final: bool
    folded: tuple[int, ...] = ()


def card_size(node: Node) -> Point:
    """Return a card's width and height, which never depend on the numbers shown."""
    wanted = _NUMBER_ROOM + _CHARACTER * len(node.name)
    width = next((w for w in _CARD_WIDTHS if w >= wanted), _CARD_WIDTHS[-1])
    return (width, CARD_HEIGHT)


def foldable(graph: Graph) -> tuple[int, ...]:
    """Return the constants that can be drawn as a part of the op that reads them.

    Those that nobody would look for anywhere else: read once, by an op whose text they
    can stand beside and that reads another Value too, drawn by nobody.
    """
    found = []
    for node in graph.nodes:
        if not node.constant or node.id in graph.roots:
            continue
        uses = graph.consumers[node.id]
        if len(uses) != 1:
            continue
        consumer = graph.nodes[uses[0].consumer]
        others = (graph.nodes[operand] for operand in consumer.operands)
        if (
            consumer.op
            and uses[0].slot not in consumer.unlisted
            and not all(other.constant for other in others)
        ):
            found.append(node.id)
    return tuple(found)


def layout_request(graph: Graph, show_constants: bool = False) -> LayoutRequest:
    """Return what has to be laid out to draw ``graph``.

    Args:
        graph: The graph.
        show_constants: Whether every constant gets a card of its own.
    """
    return LayoutRequest(
        tuple(card_size(node) for node in graph.nodes),
        tuple((edge.operand, edge.consumer) for edge in graph.edges),
        () if show_constants else foldable(graph),
    )


def drawn_edges(request: LayoutRequest) -> list[tuple[int, tuple[int, int]]]:
    """Return the edges that have a curve, with their places in ``request.edges``."""
    folded = frozenset(request.folded)
    return [
        (number, edge)
        for number, edge in enumerate(request.edges)
        if edge[0] not in folded
    ]


def meeting_points(
    request: LayoutRequest, centers: Sequence[Point] | Mapping[int, Point]
) -> dict[int, Point]:
    """Return where folded Values meet the cards of their consumers."""
    folded = frozenset(request.folded)
    return {
        operand: (
            centers[consumer][0] - request.sizes[consumer][0] / 2,
            centers[consumer][1],
        )
        for operand, consumer in request.edges
        if operand in folded
    }
