"""Layout by graphviz ``dot``. Runs in the layout process: it holds the GIL."""

from collections import Counter
from collections.abc import Sequence

import pygraphviz

from gradviz.layout.geometry import (
    Layout,
    LayoutRequest,
    Point,
    drawn_edges,
    meeting_points,
)

Curve = tuple[Point, ...]

_POINTS_PER_INCH = 72.0
_APART = 14.0
"""How far from each other the bends of parallel curves are."""


def dot_layout(request: LayoutRequest) -> Layout:
    """Lay out left to right with ``dot``; edges run from card to card, side to side."""
    if not request.sizes:
        return Layout((), (), (0.0, 0.0), True)
    graph = pygraphviz.AGraph(
        strict=False,
        directed=True,
        rankdir="LR",
        nodesep="0.36",
        ranksep="1.2",
        outputorder="nodesfirst",
    )
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    graph.edge_attr.update(tailport="e", headport="w", arrowhead="none")
    folded = frozenset(request.folded)
    for node, (width, height) in enumerate(request.sizes):
        if node in folded:
            continue
        graph.add_node(
            node,
            width=f"{width / _POINTS_PER_INCH:.4f}",
            height=f"{height / _POINTS_PER_INCH:.4f}",
        )
    edges = drawn_edges(request)
    for number, (operand, consumer) in edges:
        graph.add_edge(operand, consumer, key=number)
    graph.layout(prog="dot")
    left, bottom, right, top = map(float, graph.graph_attr["bb"].split(","))

    def place(x: str, y: str) -> Point:
        return (round(float(x) - left, 2), round(top - float(y), 2))

    centers = {
        node: place(*graph.get_node(node).attr["pos"].split(","))
        for node in range(len(request.sizes))
        if node not in folded
    }
    centers |= meeting_points(request, centers)
    curves: list[Curve] = [()] * len(request.edges)
    for number, (operand, consumer) in edges:
        points = graph.get_edge(operand, consumer, number).attr["pos"].split()
        curves[number] = tuple(place(*point.split(",")) for point in points)
    return Layout(
        tuple(centers[node] for node in range(len(request.sizes))),
        _told_apart(curves),
        (right - left, top - bottom),
        True,
        request.folded,
    )


def _told_apart(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """Bend curves that ``dot`` has put on top of each other apart."""
    alike = Counter(curves)
    seen: Counter[Curve] = Counter()
    apart: list[Curve] = []
    for curve in curves:
        bend = (seen[curve] - (alike[curve] - 1) / 2) * _APART
        seen[curve] += 1
        between = tuple((x, round(y + bend, 2)) for x, y in curve[1:-1])
        apart.append((curve[0], *between, curve[-1]) if bend and curve else curve)
    return tuple(apart)
