"""What every gradient should be, from the forward pass alone.

The local derivatives of an op come from calling it again on moved operands; nothing
that the person wrote for the backward pass is asked. They are chained from the seeds in
reverse topological order. Formulas stand in for differences where the op is
``gradviz.Value``'s own, and for ops seen to follow one on a sample of their Values.
"""

import contextlib
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gradviz.analysis.again import Again, rounding_of
from gradviz.analysis.differences import DOUBLE, Slope
from gradviz.analysis.local import local_derivatives
from gradviz.graph.build import LiveGraph
from gradviz.graph.model import Graph
from gradviz.graph.order import below
from gradviz.session.facts import ReferenceFact
from gradviz.session.forward.trouble import described
from gradviz.value import Value

SAMPLE = 12
"""Values of one op that are differentiated before its formula is believed."""

_PAST = "its leaves have changed since it was computed"
_KINKED = frozenset({"relu", "abs", "max", "min", "maximum", "minimum"})
_TOLD_EVERY = 500
_ROUNDING = 1e-7
"""Relative, of each term of a sum: classes may keep numbers in single precision."""

Progress = Callable[[int, int], None]
"""Is told how much of how much is done; it may raise to cancel."""


@dataclass(frozen=True)
class Reference:
    """What gradients should be.

    Attributes:
        values: For each Value its gradient; nan where it can't be decided.
        errors: A bound on the error of each.
        slots: For each Value the local derivative of its op for each operand slot;
            where the slots of one operand can't be told apart, the first has the sum
            and the others 0.
        undecidable: Values whose own op has no derivative here, with the reason as a
            clause. What lies below them is nan as far as they reach.
    """

    values: tuple[float, ...]
    errors: tuple[float, ...]
    slots: tuple[tuple[Slope, ...], ...]
    undecidable: dict[int, str]

    def fact(self, graph: Graph) -> ReferenceFact:
        """Return it as plain data; the errors allow for single-precision rounding."""
        errors = list(self.errors)
        for node, slots in zip(graph.nodes, self.slots, strict=True):
            upstream = self.values[node.id]
            for operand, slope in zip(node.operands, slots, strict=False):
                errors[operand] += _ROUNDING * abs(upstream * slope.number)
        return ReferenceFact(
            self.values,
            tuple(errors),
            tuple(tuple(slope.number for slope in slots) for slots in self.slots),
            tuple(self.undecidable.items()),
        )


def reference(
    live: LiveGraph, seeds: Mapping[int, float], progress: Progress | None = None
) -> Reference:
    """Return what the gradients are for some seeds, whatever the Values hold.

    The live Values are left as they were, attribute by attribute.

    Args:
        live: The graph.
        seeds: The seed gradients by Value.
        progress: Is told how many Values are done; what it raises ends the work.
    """
    again = Again(live)
    with contextlib.redirect_stdout(io.StringIO()), again.restored():
        locals_ = Locals(again)
        reached = below(live.graph, seeds)
        slots: list[tuple[Slope, ...]] = []
        for node in range(len(live.graph)):
            if progress is not None and node % _TOLD_EVERY == 0:
                progress(node, len(live.graph))
            slots.append(locals_.of(node) if node in reached else ())
    return chained(live, slots, seeds)


def chained(
    live: LiveGraph, slots: list[tuple[Slope, ...]], seeds: Mapping[int, float]
) -> Reference:
    """Multiply and add local derivatives along every path from the seeds."""
    nodes = live.graph.nodes
    held = zip(live.adapters, live.values, strict=True)
    kinds = (rounding_of(adapter.number(value)) for adapter, value in held)
    rounding = max(kinds, default=DOUBLE)
    if rounding <= DOUBLE:
        rounding = 0.0
    values, errors = [0.0] * len(nodes), [0.0] * len(nodes)
    for node, seed in seeds.items():
        values[node] = seed
    undecidable: dict[int, str] = {}
    for node in reversed(range(len(nodes))):
        for operand, slope in zip(nodes[node].operands, slots[node], strict=False):
            if slope.reason:
                undecidable.setdefault(node, slope.reason)
            if values[node] == 0.0 and errors[node] == 0.0:
                continue
            upstream = values[node]
            values[operand] += upstream * slope.number
            errors[operand] += (
                abs(upstream) * (slope.error + rounding * abs(slope.number))
                + abs(slope.number) * errors[node]
            )
    return Reference(tuple(values), tuple(errors), tuple(slots), undecidable)


class Locals:
    """Local derivatives of the ops of a graph, by differences or by formulas."""

    def __init__(self, again: Again) -> None:
        self._again = again
        self._data = tuple(again.number(node) for node in range(len(again.live.graph)))
        self._agreed: dict[object, int] = {}
        """How many Values of an op have followed its formula; −1 once one did not."""
        stored = any(adapter.design == "stored" for adapter in again.live.adapters)
        self._is_past = stored and again.has_moved_leaves()
        """Whether the derivatives that are stored are those of other numbers."""

    def of(self, node: int) -> tuple[Slope, ...]:
        """Return the derivative for each operand slot of a Value's op."""
        made = self._again.live.graph.nodes[node]
        if made.is_leaf:
            return ()
        if self._is_past:
            return (Slope(math.nan, math.inf, _PAST),) * len(made.operands)
        kind = (made.method, made.op)
        smooth = made.method.strip("_") not in _KINKED and made.op not in _KINKED
        formula = self._formula(node) if smooth else None
        theirs = type(self._again.live.values[node]) is not Value
        agreed = self._agreed.get(kind, 0)
        if formula is not None and (not theirs or agreed >= SAMPLE):
            return formula
        found = self._by_differences(node)
        if formula is not None and agreed >= 0:
            follows = all(map(_agree, formula, found))
            self._agreed[kind] = agreed + 1 if follows else -1
        return found

    def _formula(self, node: int) -> tuple[Slope, ...] | None:
        found = local_derivatives(self._again.live.graph, node, self._data)
        if found is None or not all(math.isfinite(slot.number) for slot in found):
            return None
        return tuple(Slope(slot.number) for slot in found)

    def _by_differences(self, node: int) -> tuple[Slope, ...]:
        again, operands = self._again, self._again.live.graph.nodes[node].operands
        reason = again.unsteady(node)
        if reason:
            return (Slope(math.nan, math.inf, reason),) * len(operands)
        try:
            with again.restored(node):
                return self._slots(node, operands)
        except Exception as error:  # the person's code: anything goes
            reason = described(error).rstrip(".")
            return (Slope(math.nan, math.inf, reason),) * len(operands)

    def _slots(self, node: int, operands: tuple[int, ...]) -> tuple[Slope, ...]:
        again, found = self._again, dict[int, Slope]()
        for slot, operand in enumerate(operands):
            if slot in found:
                continue
            used = [i for i, other in enumerate(operands) if other == operand]
            if len(used) > 1:
                apart = [again.slot_slope(node, i) for i in used]
                if all(apart):
                    known = [slope for slope in apart if slope is not None]
                    found.update(zip(used, known, strict=True))
                    continue
            found.update(dict.fromkeys(used, Slope(0.0)))
            found[slot] = again.slope(node, operand)
        return tuple(found[slot] for slot in range(len(operands)))


def _agree(one: Slope, other: Slope) -> bool:
    if other.reason:
        return False
    bound = 1e-6 * max(1.0, abs(one.number)) + 10 * other.error
    return abs(one.number - other.number) <= bound
