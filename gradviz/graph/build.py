"""From live Values to a Graph that remembers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gradviz.graph.adapter import Adapter, Adapters
from gradviz.graph.calls import Origin, is_of_an_op
from gradviz.graph.model import Graph, Node
from gradviz.graph.recursing import Recursing
from gradviz.graph.trace import Trace
from gradviz.graph.traced import Origins


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
    trace: Trace | None = None,
    known: LiveGraph | None = None,
    origins: Origins | None = None,
) -> LiveGraph:
    """Read the graph below ``roots``.

    Values are numbered in the order in which evaluating the expressions from left to
    right makes them, so the same program gives the same graph every time.

    Args:
        roots: The Values drawn.
        variables: Variable names by the ``id()`` of the Value they hold, in the order
            in which the program declared them.
        adapters: Adapters of classes met before.
        trace: What was seen while the Values were made.
        known: The graph shown before. Where all of its Values are still below the
            roots and none depends on a new one, they keep their ids.
        origins: What has been worked out already of the same Values.

    Raises:
        AdapterError: A root is not a Value.
        GraphError: There is no root, a Value depends on itself or has no number.
    """
    adapters = adapters or Adapters()
    if not roots:
        raise GraphError("There is no Value to draw.")
    reading = _Reading(origins or Origins(adapters, trace, variables))
    for root in roots:
        reading.visit(root)
    ordered = _keeping(known, reading)
    made = reading.origins
    ids = {id(value): i for i, value in enumerate(ordered)}
    declared = reading.declared
    recursing = Recursing()
    nodes = tuple(
        _node(
            Node(i, variables.get(id(value), ""), declared=declared.get(id(value), -1)),
            adapters.adapter(value),
            value,
            made[id(value)],
            ids,
            recursing,
        )
        for i, value in enumerate(ordered)
    )
    return LiveGraph(
        Graph(nodes, tuple(dict.fromkeys(ids[id(root)] for root in roots))),
        tuple(ordered),
        tuple(adapters.adapter(value) for value in ordered),
        tuple(made[id(value)] for value in ordered),
    )


class _Reading:
    """Everything below some roots, operands first."""

    def __init__(self, origins: Origins) -> None:
        self.adapters = origins.adapters
        self.declared = origins.declared
        self.origins: dict[int, Origin] = {}
        self.ordered: list[object] = []
        self._origins = origins

    def visit(self, root: object) -> None:
        """Append what is below ``root``, operands first, without recursion."""
        origins = self.origins
        if id(root) in origins:
            return
        open_path: dict[int, object] = {}
        stack: list[tuple[object, int]] = [(root, 0)]
        while stack:
            value, slot = stack.pop()
            if slot == 0:
                if id(value) in origins:
                    continue
                origins[id(value)] = self._origins.of(value)
                open_path[id(value)] = value
            operands = origins[id(value)].operands
            if slot == len(operands):
                del open_path[id(value)]
                self.ordered.append(value)
                continue
            stack.append((value, slot + 1))
            operand = operands[slot]
            if id(operand) in open_path:
                adapter = self.adapters.adapter(operand)
                raise GraphError(
                    f"{adapter.text(operand, adapter.label) or 'A Value'} depends on "
                    "itself: a computation graph can't have a cycle."
                )
            if id(operand) not in origins:
                stack.append((operand, 0))


def _keeping(known: LiveGraph | None, reading: _Reading) -> list[object]:
    """Return the Values in order, those of a graph known before first if it grew."""
    if known is None:
        return reading.ordered
    place = {id(value): i for i, value in enumerate(known.values)}
    if not all(identity in reading.origins for identity in place):
        return reading.ordered
    for identity, i in place.items():
        for operand in reading.origins[identity].operands:
            if place.get(id(operand), i) >= i:
                return reading.ordered
    new = [value for value in reading.ordered if id(value) not in place]
    return [*known.values, *new]


def _node(
    bare: Node,
    adapter: Adapter,
    value: object,
    made: Origin,
    ids: Mapping[int, int],
    recursing: Recursing,
) -> Node:
    """Complete a node that has only its number and its variable's name."""
    operands = tuple(ids[id(operand)] for operand in made.operands)
    label = adapter.text(value, adapter.label).strip()
    if not hasattr(value, adapter.data):
        raise GraphError(
            f"A {type(value).__name__} that is to be drawn has no {adapter.data}: its "
            "__init__ has not come to its end, or it was deleted."
        )
    if _is_number_text(label, adapter.number(value)):
        label = ""
    name = label or bare.name
    if not operands:
        constant = not name if made.constant is None else made.constant and not name
        unnamed = f"{'c' if constant else 'v'}{bare.id}"
        return msgspec.structs.replace(
            bare,
            name=name or unnamed,
            constant=constant,
            place=made.place,
            hooked=is_of_an_op(adapter.hook_of(value), type(value)),
        )
    op = adapter.text(value, adapter.op).strip() or made.method.strip("_") or "?"
    return msgspec.structs.replace(
        bare,
        name=name or f"v{bare.id}",
        op=op,
        method=made.method,
        operands=operands,
        place=made.place,
        unlisted=made.unlisted,
        calls=tuple(
            dict.fromkeys(
                ids[id(operand)]
                for operand in recursing.called_by(value, adapter, made.operands)
            )
        ),
    )


def _is_number_text(label: str, number: object) -> bool:
    """Whether a label only repeats the number that its Value holds."""
    try:
        return bool(label) and float(label) == number
    except ValueError:
        return False
