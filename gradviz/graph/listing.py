"""The graphs that a program has made, told by what nothing else consumes."""

from collections.abc import Iterable
from dataclasses import dataclass

from gradviz.graph.adapter import Adapters
from gradviz.graph.held import PLAIN
from gradviz.graph.trace import Trace
from gradviz.graph.traced import Origins


@dataclass(frozen=True)
class Found:
    """A graph.

    Attributes:
        root: The Value that nothing consumes.
        size: How many Values are below it, itself included.
        place: The line of the person's code that made it, empty where not known.
    """

    root: object
    size: int
    place: str


def graphs_made(values: Iterable[object], origins: Origins) -> list[Found]:
    """Return the graphs among ``values``, in the order in which they were made.

    A root is a Value that none of the others depends on. A leaf alone is no graph, and
    a Value without a number is none: its ``__init__`` was interrupted or has failed.

    Args:
        values: The Values that are there, in the order in which they were made.
        origins: How they were made.
    """
    trace, adapters = origins.trace, origins.adapters
    candidates = {id(v): v for v in values if _is_whole(v, adapters)}
    operands = _operands_below(candidates.values(), origins)
    consumed = {id(o) for found in operands.values() for o in found}
    # What depends on itself has no root; it is told when it is drawn.
    roots = [v for i, v in candidates.items() if i not in consumed and operands[i]]
    aside = _made_aside(candidates.values(), trace)
    found: list[Found] = []
    for root in roots:
        made = trace.made(root) if trace is not None else None
        if made is not None and made.serial in aside:
            continue
        found.append(Found(root, _size(root, operands), made.place if made else ""))
    return found


def _is_whole(value: object, adapters: Adapters) -> bool:
    if not adapters.is_value(value):
        return False
    return hasattr(value, adapters.adapter(value).data)


def _made_aside(values: Iterable[object], trace: Trace | None) -> set[int]:
    """Return the serial numbers of Values that an op made on the way to its result."""
    found: set[int] = set()
    for value in values:
        made = trace.made(value) if trace is not None else None
        if made is not None and made.inner:
            found.update(range(made.began + 1, made.ended + 1))
            found.discard(made.serial)
    return found


def _operands_below(
    values: Iterable[object], origins: Origins
) -> dict[int, tuple[object, ...]]:
    adapters = origins.adapters
    found: dict[int, tuple[object, ...]] = {}
    todo = list(values)
    while todo:
        value = todo.pop()
        if id(value) in found:
            continue
        claimed = adapters.adapter(value).operands_of(value)
        if origins.trace is not None:
            claimed += origins.of(value).operands
        below = {
            id(o): o for o in claimed if type(o) not in PLAIN and adapters.is_value(o)
        }
        below.pop(id(value), None)
        found[id(value)] = tuple(below.values())
        todo.extend(below.values())
    return found


def _size(root: object, operands: dict[int, tuple[object, ...]]) -> int:
    seen = {id(root)}
    todo = [root]
    while todo:
        for operand in operands[id(todo.pop())]:
            if id(operand) not in seen:
                seen.add(id(operand))
                todo.append(operand)
    return len(seen)
