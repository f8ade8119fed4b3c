"""From live Values to a Graph that remembers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gradviz.graph.adapter import Adapter, Adapters
from gradviz.graph.calls import Origin, origin
from gradviz.graph.model import Graph, Node


class GraphError(Exception):
    """The Values can't be drawn as a graph; the message is a whole sentence."""


@dataclass(frozen=True)
class LiveGraph:
    """A graph together with the live Values it was read from.

    Attributes:
        graph: The graph as plain data.
        values: The live objects; ``values[i]`` is node i.
        adapters: Their adapters, one per Value.
        origins: How each was made.
    """

    graph: Graph
    values: tuple[object, ...]
    adapters: tuple[Adapter, ...]
    origins: tuple[Origin, ...]


def build(
    roots: Sequence[object],
    variables: Mapping[int, str],
    adapters: Adapters | None = None,
) -> LiveGraph:
    """Read the graph below ``roots``.

    Values are numbered in the order in which evaluating the expressions from left to
    right makes them, so the same program gives the same graph every time.

    Args:
        roots: The Values drawn.
        variables: Variable names by the ``id()`` of the Value they hold, in the order
            in which the program declared them.
        adapters: Adapters of classes met before.

    Raises:
        AdapterError: A root is not a Value.
        GraphError: There is no root, or a Value depends on itself.
    """
    adapters = adapters or Adapters()
    if not roots:
        raise GraphError("There is no Value to draw.")
    origins: dict[int, Origin] = {}
    ordered: list[object] = []
    declared = {identity: i for i, identity in enumerate(variables)}
    for root in roots:
        _visit(root, origins, ordered, adapters, declared)
    ids = {id(value): i for i, value in enumerate(ordered)}
    nodes = tuple(
        _node(
            Node(i, variables.get(id(value), ""), declared=declared.get(id(value), -1)),
            adapters.adapter(value),
            value,
            origins[id(value)],
            tuple(ids[id(operand)] for operand in origins[id(value)].operands),
        )
        for i, value in enumerate(ordered)
    )
    return LiveGraph(
        Graph(nodes, tuple(dict.fromkeys(ids[id(root)] for root in roots))),
        tuple(ordered),
        tuple(adapters.adapter(value) for value in ordered),
        tuple(origins[id(value)] for value in ordered),
    )


def _visit(
    root: object,
    origins: dict[int, Origin],
    ordered: list[object],
    adapters: Adapters,
    declared: Mapping[int, int],
) -> None:
    """Append what is below ``root``, operands first, without recursion."""
    if id(root) in origins:
        return
    open_path: dict[int, object] = {}
    stack: list[tuple[object, int]] = [(root, 0)]
    while stack:
        value, slot = stack.pop()
        if slot == 0:
            if id(value) in origins:
                continue
            origins[id(value)] = origin(
                value, adapters.adapter(value), adapters, declared
            )
            open_path[id(value)] = value
        operands = origins[id(value)].operands
        if slot == len(operands):
            del open_path[id(value)]
            ordered.append(value)
            continue
        stack.append((value, slot + 1))
        operand = operands[slot]
        if id(operand) in open_path:
            raise GraphError(
                f"{_text(operand, adapters) or 'A Value'} depends on itself: "
                "a computation graph can't have a cycle."
            )
        if id(operand) not in origins:
            stack.append((operand, 0))


def _text(value: object, adapters: Adapters) -> str:
    adapter = adapters.adapter(value)
    return adapter.text(value, adapter.label)


def _node(
    bare: Node,
    adapter: Adapter,
    value: object,
    made: Origin,
    operands: tuple[int, ...],
) -> Node:
    """Complete a node that has only its number and its variable's name."""
    name = adapter.text(value, adapter.label).strip() or bare.name
    if not operands:
        unnamed = f"c{bare.id}"
        return msgspec.structs.replace(bare, name=name or unnamed, constant=not name)
    op = adapter.text(value, adapter.op).strip() or made.method.strip("_") or "?"
    return msgspec.structs.replace(
        bare, name=name or f"v{bare.id}", op=op, method=made.method, operands=operands
    )
