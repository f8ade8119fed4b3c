"""Calling a hook with gradients of our choice, and what it does with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradviz.analysis.again import Again, as_number, like
from gradviz.analysis.diagnosis.theirs import call_theirs
from gradviz.session.attributes import Delta


@dataclass(frozen=True)
class Pushed:
    """What one call of a hook did.

    Attributes:
        after: For each operand the gradient afterwards.
        written: The operands whose gradient was set at all.
        own: The gradient of the Value itself afterwards.
        strays: Values that are no operands whose gradient or data were set; operands
            whose data was.
        error: What it raised, None mostly.
    """

    after: dict[int, float]
    written: frozenset[int]
    own: float
    strays: tuple[int, ...] = ()
    error: BaseException | None = None


@dataclass
class Probe:
    """Tries the hooks of a graph; ``with again.restored(node)`` belongs around it."""

    again: Again

    def set_up(
        self, node: int, out: Any, upstream: float, prior: float | None
    ) -> tuple[int, ...]:
        """Set the gradients that a hook is to find; return the operands.

        Args:
            node: The Value.
            out: It, or what its op has made again.
            upstream: Its gradient.
            prior: That of the operands, None for what a new Value has.
        """
        live = self.again.live
        operands = tuple(dict.fromkeys(live.graph.nodes[node].operands))
        for operand in operands:
            value, adapter = live.values[operand], live.adapters[operand]
            gradient = self.again.fresh[operand]
            if prior is not None:
                # A new object each time: what is written is told by identity.
                gradient = like(prior + 0.0, self.again.kind(node, operand))
            setattr(value, adapter.grad, gradient)
            self._still(operand)
        adapter = live.adapters[node]
        setattr(out, adapter.grad, like(upstream, self.again.kind(node, node)))
        return operands

    def _still(self, operand: int) -> None:
        """Let an operand push nothing, should the hook go on to call its hook."""
        value, adapter = self.again.live.values[operand], self.again.live.adapters
        if adapter[operand].design == "closure" and not adapter[operand].takes:
            hook = adapter[operand].hook
            if callable(getattr(value, hook, None)) and hook not in vars(type(value)):
                setattr(value, hook, _nothing)

    def push(
        self,
        node: int,
        out: Any,
        hook: Callable[[], object],
        upstream: float,
        prior: float | None = None,
    ) -> Pushed:
        """Call a hook and say what it did."""
        live = self.again.live
        operands = self.set_up(node, out, upstream, prior)
        self.again.take(node)
        held = {o: live.adapters[o].gradient(live.values[o]) for o in operands}
        error: BaseException | None = None
        try:
            call_theirs(hook)
        except (Exception, SystemExit) as raised:  # the person's code: anything goes
            error = raised
        after = {o: live.adapters[o].gradient(live.values[o]) for o in operands}
        written = self.again.take(node)
        return Pushed(
            {o: as_number(0.0 if g is None else g) for o, g in after.items()},
            frozenset(o for o in operands if after[o] is not held[o]),
            as_number(live.adapters[node].gradient(out)),
            self._strays(node, operands, written),
            error,
        )

    def _strays(
        self, node: int, operands: tuple[int, ...], written: Delta
    ) -> tuple[int, ...]:
        adapters = self.again.live.adapters
        found = [
            c.node
            for c in written
            if (
                c.attribute == adapters[c.node].grad and c.node not in (*operands, node)
            )
            or (c.attribute == adapters[c.node].data and c.before != c.after)
        ]
        return tuple(dict.fromkeys(found))

    def move(self, numbers: Mapping[int, float]) -> None:
        """Give operands other numbers."""
        for operand, number in numbers.items():
            self.again.set_number(operand, number)


def _nothing(*arguments: object) -> None:
    """Push nothing."""
