"""A quick layered placement, shown until graphviz has finished. Qt-free."""

from collections import Counter

import networkx

from gradviz.layout.geometry import (
    Layout,
    LayoutRequest,
    Point,
    drawn_edges,
    meeting_points,
)

_RANK_GAP = 86.0
_NODE_GAP = 26.0
_SWEEPS = 2


def preview_layout(request: LayoutRequest) -> Layout:
    """Place each card one layer right of its last operand, layers sorted by neighbours.

    The layers are topological generations (Kahn); sorting by the mean position of the
    neighbours is the barycentre heuristic of Sugiyama, Tagawa and Toda, 1981.
    """
    graph = networkx.MultiDiGraph()
    folded = frozenset(request.folded)
    edges = drawn_edges(request)
    graph.add_nodes_from(i for i in range(len(request.sizes)) if i not in folded)
    graph.add_edges_from(edge for _, edge in edges)
    layers = [list(layer) for layer in networkx.topological_generations(graph)]
    _pull_leaves(layers, graph)
    for _ in range(_SWEEPS):
        _sort(layers[1:], layers[:-1], graph.predecessors)
        _sort(layers[-2::-1], layers[:0:-1], graph.successors)
    centers, size = _centers(layers, request)
    for node, place in meeting_points(request, centers).items():
        centers[node] = place
    arrivals: Counter[int] = Counter()
    slots = [_next(arrivals, consumer) for _, (_, consumer) in edges]
    curves: list[tuple[Point, ...]] = [()] * len(request.edges)
    for (number, edge), slot in zip(edges, slots, strict=True):
        curves[number] = _curve(edge, slot, arrivals[edge[1]], centers, request)
    return Layout(tuple(centers), tuple(curves), size, False, request.folded)


def _next(arrivals: "Counter[int]", consumer: int) -> int:
    arrivals[consumer] += 1
    return arrivals[consumer]


def _pull_leaves(layers: list[list[int]], graph: "networkx.MultiDiGraph") -> None:
    """Move leaves next to their first consumer, where dot puts them too."""
    layer_of = {node: i for i, layer in enumerate(layers) for node in layer}
    if not layers:
        return
    leaves, layers[0] = layers[0], []
    for leaf in leaves:
        consumers = [layer_of[consumer] for consumer in graph.successors(leaf)]
        layers[max(min(consumers, default=1) - 1, 0)].append(leaf)


def _sort(layers, fixed, neighbours) -> None:  # type: ignore[no-untyped-def]
    """Sort each layer by where the neighbours in the fixed layer beside it stand."""
    for layer, beside in zip(layers, fixed, strict=True):
        place = {node: i for i, node in enumerate(beside)}
        means = {}
        for i, node in enumerate(layer):
            found = [place[n] for n in neighbours(node) if n in place]
            means[node] = sum(found) / len(found) if found else float(i)
        layer.sort(key=means.__getitem__)


def _centers(
    layers: list[list[int]], request: LayoutRequest
) -> tuple[list[Point], Point]:
    centers: list[Point] = [(0.0, 0.0)] * len(request.sizes)
    heights = [
        sum(request.sizes[node][1] + _NODE_GAP for node in layer) - _NODE_GAP
        for layer in layers
    ]
    tallest = max(heights, default=0.0)
    x = 0.0
    for layer, height in zip(layers, heights, strict=True):
        width = max(request.sizes[node][0] for node in layer)
        y = (tallest - height) / 2
        for node in layer:
            card = request.sizes[node][1]
            centers[node] = (x + width / 2, y + card / 2)
            y += card + _NODE_GAP
        x += width + _RANK_GAP
    return centers, (max(x - _RANK_GAP, 0.0), tallest)


def _curve(
    edge: tuple[int, int],
    slot: int,
    slots: int,
    centers: list[Point],
    request: LayoutRequest,
) -> tuple[Point, ...]:
    """Return the curve into one operand slot; slots stand below each other."""
    operand, consumer = edge
    width, height = request.sizes[consumer]
    x1 = centers[operand][0] + request.sizes[operand][0] / 2
    x2 = centers[consumer][0] - width / 2
    y1 = centers[operand][1]
    y2 = centers[consumer][1] + height * (slot / (slots + 1) - 0.5) / 2
    bend = max((x2 - x1) / 2, _RANK_GAP / 2)
    return ((x1, y1), (x1 + bend, y1), (x2 - bend, y2), (x2, y2))
