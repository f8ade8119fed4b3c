"""What is read when a recursion begins (``recursions``), and what that tells.

Its calls are told by the operands as they were then, level by level; in which order
they came is worked out only when it is asked for.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from types import FrameType
from typing import Any

from gradviz.graph.held import held_by
from gradviz.session.loops import Sweep

_CONTAINERS = (set, list, tuple, frozenset)

_MOST = 20_000
"""Calls that are read at once: more Values than caches hold are read sooner one by one,
and where operands are shared there may be very many calls."""


class Descent(Sweep):
    """Stands in the log before what was read when a recursion began.

    After it come the Values it is called with, level by level; each Value once, its
    hook and the number of its operands; and for each role the numbers of all these.

    Attributes:
        rows: How many Values there are.
    """

    __slots__ = ("is_stopped", "rows")

    def __init__(self, *read: Any) -> None:
        super().__init__(*read)
        self.rows = 0
        self.is_stopped = False

    def _parts(
        self, entries: list[Any]
    ) -> tuple[list[tuple[object, object]], list[object], list[object]]:
        visits, rest = self.values, entries[len(self.values) :]
        columns = [rest[i : i + self.rows] for i in range(0, len(rest), self.rows)]
        values, hooks, sizes, *numbers = columns
        hook_of = dict(zip(map(id, values), hooks, strict=True))
        size_of = dict(zip(map(id, values), sizes, strict=True))
        own = values if self.loop.is_method else ()
        others = {id(v) for v in own if self.loop.name in held_by(v)}
        order = _Order([size_of[id(value)] for value in visits])
        # Where a Value has a driver of its own, that was called instead.
        without = {i for i, v in enumerate(visits) if id(v) in others}
        made = order.beneath(0, without)
        called = [(hook_of[id(visits[i])], visits[i]) for i in made]
        by_value = zip(*numbers, strict=True)
        return called, values, [number for row in by_value for number in row]

    def stop(self, frame: FrameType) -> None:
        """An exception leaves a call: those that would have come later are not made.

        Args:
            frame: The innermost call.
        """
        if self.is_stopped:
            return
        loop, path = self.loop, []
        outer: FrameType | None = frame
        while outer is not None and outer.f_code is loop.code:
            path.append(outer)
            outer = outer.f_back
        sizes = [len(getattr(value, self.operands)) for value in self.values]
        order, visit = _Order(sizes), 0
        for _, inner in pairwise(reversed(path)):
            visit = self._child(order, visit, inner.f_locals[loop.value])
        made = list(order.beneath(0)).index
        if frame.f_lasti < loop.call:
            self.calls = made(visit)
        elif loop.child not in frame.f_locals:
            self.calls = made(visit) + 1
        else:
            child = self._child(order, visit, frame.f_locals[loop.child])
            is_over = not loop.bound < frame.f_lasti <= loop.again
            self.calls = made(child) + (is_over and len(list(order.beneath(child))))
        self.is_stopped = True  # not before: there may have been no stack left for it

    def _child(self, order: "_Order", visit: int, value: object) -> int:
        return next(i for i in order.under(visit) if self.values[i] is value)


class _Order:
    """Which calls a call makes, where those of each level come one after another."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._firsts: list[int] = []
        first = 1
        for size in sizes:
            self._firsts.append(first)
            first += size

    def under(self, call: int) -> range:
        """Return the calls that one makes itself."""
        first = self._firsts[call]
        return range(first, first + self._sizes[call])

    def beneath(self, call: int, without: Container[int] = ()) -> Iterator[int]:
        """Yield a call and all that it leads to, in the order of their beginnings."""
        left = [call]
        while left:
            last = left.pop()
            if last not in without:
                yield last
                left.extend(reversed(self.under(last)))


@lru_cache(maxsize=100)
def walk(operands: str) -> Callable[[object], list[Any]]:
    """Compile what finds all Values that a recursion is called with.

    Args:
        operands: The attribute with a Value's operands, an identifier.
    """
    source = f"""
def walk(root):
    kind = type(root.{operands})
    if kind not in containers:
        raise ValueError
    visits = [root]
    for v in islice(visits, most):
        if operands := v.{operands}:
            if type(operands) is not kind:
                raise ValueError
            visits += operands
    if len(visits) > most:
        raise ValueError
    return visits
"""
    namespace: dict[str, Any] = {
        "containers": _CONTAINERS,
        "most": _MOST,
        "islice": islice,
    }
    exec(source, namespace)
    found: Callable[[object], list[Any]] = namespace["walk"]
    return found


def compiled(
    hook: str, operands: str, attributes: dict[str, str]
) -> Callable[[Any, list[Any]], None]:
    """Compile what reads all Values that a recursion is called with.

    Comprehensions over one attribute each take a third of one loop over all.

    Args:
        hook: The attribute that is called.
        operands: The container of operands.
        attributes: What is read of each Value, by role.
    """
    walk(operands)
    numbers = "; ".join(
        f"log += [v.{name} for v in values]" for name in attributes.values()
    )
    source = f"""
def read(sweep, log):
    values = [*set(sweep.values)]
    if len({{type(v) for v in values}}) > 1:
        raise TypeError
    sweep.rows = len(values)
    log.append(sweep)
    log += sweep.values
    log += values
    log += [v.{hook} for v in values]
    log += [len(v.{operands}) for v in values]
    {numbers}
"""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # of attributes' names: all identifiers
    read: Callable[[Any, list[Any]], None] = namespace["read"]
    return read
