"""Numbers that left the graph as plain numbers, and came back.

``a - max(v.data for v in row)`` reads a number out of a Value; the op that is given it
knows nothing of where it came from. Only running the file again can follow it.
"""

from collections.abc import Collection, Mapping

from gradviz.graph.build import LiveGraph
from gradviz.graph.model import Node
from gradviz.session.forward.passing import is_number, passed

_EVERYWHERE = frozenset({0.0, 0.5, 1.0, 2.0})
"""Numbers that programs are full of, whatever their Values hold."""


def given_numbers_outside(
    live: LiveGraph, given_numbers: Mapping[int, object]
) -> tuple[int, ...]:
    """Return the Values whose op was given a number that may have left the graph.

    Args:
        live: The graph, before the first edit.
        given_numbers: What each Value holds there.
    """
    classes = frozenset(map(type, live.values))
    return tuple(
        node.id
        for node in live.graph.nodes
        if any(
            _size(number) is not None
            for number in _given_to(live, node, classes, given_numbers, ())
        )
    )


def numbers_outside(
    live: LiveGraph,
    nodes: Collection[int],
    given_numbers: Mapping[int, object],
    changed: Collection[int],
) -> dict[int, str]:
    """Return the Values whose op was given a number that has changed since.

    Each comes with a sentence. That a number is the very one (or its opposite) that a
    changed Value held in the file makes it probable, not sure.

    Args:
        live: The graph.
        nodes: Those of its Values that it may be (``given_numbers_outside``).
        given_numbers: What each Value held before the first edit.
        changed: Values that an edit has changed.
    """
    found: dict[int, str] = {}
    if not nodes:
        return found
    made = live.graph.nodes
    came_from: dict[float, int] = {}
    for source in sorted(changed):
        size = _size(given_numbers.get(source))
        if size is not None and not made[source].constant:
            came_from.setdefault(size, source)
    classes = frozenset(map(type, live.values))
    for node in map(made.__getitem__, nodes if came_from else ()):
        for number in _given_to(live, node, classes, given_numbers, changed):
            size = _size(number)
            if size is not None and size in came_from:
                shown = str(number).replace("-", "−")
                where = f"{node.name} ({node.place})" if node.place else node.name
                found[node.id] = (
                    f"The {shown} in {where} came from "
                    f"{made[came_from[size]].name}.data, perhaps: it keeps its old "
                    "value until the file is run again."
                )
    return found


def _given_to(
    live: LiveGraph,
    node: Node,
    classes: frozenset[type],
    given_numbers: Mapping[int, object],
    changed: Collection[int],
) -> list[object]:
    """Return the plain things that an op is given, constants not changed included."""
    origin = live.origins[node.id]
    return [
        *origin.numbers,
        *(passed(origin.call, classes) if origin.call is not None else ()),
        *(
            given_numbers.get(operand)
            for operand in node.operands
            if live.graph.nodes[operand].constant and operand not in changed
        ),
    ]


def _size(number: object) -> float | None:
    """Return what a number and its opposite have in common, None for a usual one."""
    if not is_number(number):
        return None
    size = abs(float(number))  # type: ignore[arg-type]
    return None if size in _EVERYWHERE or size != size else size
