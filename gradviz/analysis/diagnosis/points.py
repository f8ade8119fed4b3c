"""One op tried at some numbers: what its hook pushes and what it should."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from gradviz.analysis.again import Again
from gradviz.analysis.diagnosis.probing import Probe, Pushed
from gradviz.analysis.differences import Slope
from gradviz.analysis.local import local_derivatives
from gradviz.graph import designs
from gradviz.graph.calls import Call
from gradviz.session.hooks import hook_beneath

UPSTREAMS = (1.0, 2.5, -0.75)
PRIOR = 3.25
"""The gradient that operands hold already, where adding is to be told from setting."""

_OTHERS: tuple[Callable[[float, int], float], ...] = (
    lambda x, slot: 0.75 * x + 0.3 + 0.17 * slot,
    lambda x, slot: -1.25 * x - 0.4 + 0.13 * slot,
    lambda x, slot: abs(x) + 0.6 + 0.35 * slot,
)
"""Where else an op is tried, from the numbers that are there and the operand slot."""


@dataclass
class Point:
    """What a hook did for some numbers of its operands.

    Attributes:
        node: The Value.
        at: The numbers of its operands.
        expected: For each operand its local derivative, all slots together.
        pushed: What the hook did for each of ``UPSTREAMS``.
        onto: What it did to operands that held ``PRIOR``.
        here: Whether these are the numbers that stand in the graph.
    """

    node: int
    at: dict[int, float]
    expected: dict[int, Slope]
    pushed: tuple[Pushed, ...] = ()
    onto: Pushed | None = None
    here: bool = False

    @property
    def error(self) -> BaseException | None:
        """What the hook has raised."""
        tried = (*self.pushed, *(() if self.onto is None else (self.onto,)))
        return next((p.error for p in tried if p.error is not None), None)

    def got(self, operand: int, which: int = 0) -> float:
        """Return what was pushed to an operand for one of the upstreams."""
        return self.pushed[which].after[operand]

    def expects(self, operand: int) -> bool:
        """Whether it is known what an operand should get."""
        slope = self.expected.get(operand)
        return slope is not None and not slope.reason

    def is_right(self, operand: int) -> bool:
        """Whether an operand gets its local derivative, as far as that is known."""
        slope = self.expected[operand]
        return bool(slope.reason) or near(
            self.got(operand), slope.number, 30 * slope.error
        )


@dataclass
class Kind:
    """Values whose hooks are the same code, made by the same function.

    Attributes:
        code: The hook's code, None where it is not the person's.
        nodes: The Values.
        theirs: Whether the hook is code of the person's.
        points: What was tried.
        shared: What was tried with one operand in both slots.
        reasons: Why Values of it could not be tried.
    """

    code: CodeType | None
    nodes: list[int]
    points: list[Point] = field(default_factory=list)
    shared: list[Point] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)


def near(one: float, other: float, error: float = 0.0) -> bool:
    """Whether two numbers agree as far as differences can tell."""
    if math.isnan(one) or math.isnan(other):
        return False
    if one == other:
        return True
    return abs(one - other) <= 1e-5 * max(abs(one), abs(other)) + error + 1e-8


def same(one: float, other: float) -> bool:
    """Whether two numbers agree but for rounding."""
    return one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def code_of(hook: object) -> CodeType | None:
    """Return the code of the person's function that a hook calls.

    There is none where their class has no hooks, and we push what it stores.
    """
    found = hook_beneath(hook)
    code = getattr(found, "__code__", None)
    if not isinstance(code, CodeType) or code.co_filename == designs.__file__:
        return None
    return code


def kinds(again: Again) -> list[Kind]:
    """Return the ops of a graph, by the code of their hooks and what made them."""
    found: dict[object, Kind] = {}
    live = again.live
    for made in live.graph.nodes:
        if made.is_leaf:
            continue
        value = live.values[made.id]
        code = code_of(live.adapters[made.id].hook_of(value))
        key = (code, made.method or made.op)
        found.setdefault(key, Kind(code, [])).nodes.append(made.id)
    return list(found.values())


class Trier:
    """Tries hooks at the numbers that are there, and at others."""

    def __init__(self, again: Again) -> None:
        self.again = again
        self.probe = Probe(again)

    def here(self, node: int) -> Point:
        """Try the live hook of a Value on the numbers that stand, calling no op."""
        live = self.again.live
        adapter, value = live.adapters[node], live.values[node]
        point = Point(node, self._numbers(node), {}, here=True)
        with self.again.restored(node):
            self._try(point, value, adapter.hook_of(value))
        return point

    def expect(self, point: Point) -> bool:
        """Find out what a live hook should have pushed.

        False where its Value does not hold what its op gives for the operands as they
        are now: then its hook was made for others. It may hold that by chance, as 0
        times anything is 0; but other consumers of the same operand do not.
        """
        node = point.node
        if self.again.call(node) is None:
            point.expected = self._by_formula(node)
            return True
        operands = self.again.live.graph.nodes[node].operands
        if not self.again.is_current(node) or any(map(self.again.is_moved, operands)):
            return False
        with self.again.restored(node):
            point.expected = self._expected(node)
        return True

    def _by_formula(self, node: int) -> dict[int, Slope]:
        """Return what the op's name promises, for one that can't be called again."""
        live = self.again.live
        operands = live.graph.nodes[node].operands
        data = {o: self.again.number(o) for o in (*operands, node)}
        table = [data.get(i, math.nan) for i in range(max(data) + 1)]
        found = local_derivatives(live.graph, node, table)
        if found is None:
            reason = self.again.why_not(node)
            return {o: Slope(math.nan, math.inf, reason) for o in operands}
        expected: dict[int, Slope] = {}
        for operand, slope in zip(operands, found, strict=True):
            before = expected.get(operand, Slope(0.0)).number
            expected[operand] = Slope(before + slope.number)
        return expected

    def elsewhere(self, node: int, call: Call | None = None) -> Iterator[Point]:
        """Try what an op makes on other numbers, with a hook made for them."""
        standing = self._numbers(node)
        for other in _OTHERS:
            with self.again.restored(node):
                numbers = {
                    operand: other(number, slot)
                    for slot, (operand, number) in enumerate(standing.items())
                }
                self.probe.move(numbers)
                point = self.anew(node, call)
                if point is not None:
                    yield point

    def anew(self, node: int, call: Call | None = None) -> Point | None:
        """Try what an op makes of the operands as they are now."""
        adapter = self.again.live.adapters[node]
        if math.isnan(self.again.result(node, call)):
            return None
        expected = self._expected(node) if call is None else {}
        try:
            out = self.again.made(node, call)
            hook = adapter.hook_of(out)
        except (Exception, SystemExit):  # it takes no such numbers
            return None
        point = Point(node, self._numbers(node), expected)
        self._try(point, out, hook)
        return point

    def shared(self, node: int) -> Iterator[Point]:
        """Try an op with its first operand in the place of all, as in ``x * x``."""
        operands = tuple(dict.fromkeys(self.again.live.graph.nodes[node].operands))
        first, *rest = operands
        value = self.again.live.values[first]
        call = self.again.with_others(node, dict.fromkeys(rest, value))
        if not rest or call is None:
            return
        for number in (self.again.number(first), 1.7, -0.6):
            with self.again.restored(node):
                self.probe.move({first: number})
                slope = self._shared_slope(node, first, call)
                point = self.anew(node, call)
                if point is not None and not slope.reason:
                    point.at, point.expected = {first: number}, {first: slope}
                    yield point

    def _shared_slope(self, node: int, operand: int, call: Call) -> Slope:
        known, self.again.calls[node] = self.again.call(node), call
        try:
            return self.again.slope(node, operand)
        finally:
            self.again.calls[node] = known

    def apart(self, node: int) -> bool:
        """Whether no operand of a Value fills two slots."""
        operands = self.again.live.graph.nodes[node].operands
        return len(set(operands)) == len(operands)

    def _numbers(self, node: int) -> dict[int, float]:
        operands = self.again.live.graph.nodes[node].operands
        return {operand: self.again.number(operand) for operand in operands}

    def _expected(self, node: int) -> dict[int, Slope]:
        operands = dict.fromkeys(self.again.live.graph.nodes[node].operands)
        return {o: self.again.slope(node, o) for o in operands}

    def _try(self, point: Point, out: Any, hook: Any) -> None:
        if hook is None:
            hook = int
        push, node = self.probe.push, point.node
        point.pushed = tuple(push(node, out, hook, u) for u in UPSTREAMS)
        point.onto = push(node, out, hook, UPSTREAMS[0], PRIOR)
