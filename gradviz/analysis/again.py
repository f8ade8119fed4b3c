"""Calling the ops of live Values again on other numbers, and leaving no trace."""

import importlib
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, cached_property
from numbers import Integral
from typing import Any

from gradviz.analysis.differences import DOUBLE, Slope, slope_of
from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import Call, captured_by
from gradviz.graph.held import flat
from gradviz.session.attributes import Attributes, Delta
from gradviz.session.forward.passing import Passing, fed, items_in, made_by
from gradviz.session.forward.trouble import described
from gradviz.session.hooks import hook_beneath
from gradviz.session.start import fresh_gradients

LOOKED_AT = 300
"""Values up to which all are looked at for what a single call has written."""

_ASKED = 12
"""Consumers of a Value that are asked whether it has moved."""

_FLAT = (list, tuple)


class Again:
    """Live Values whose ops are called again.

    Attributes:
        live: The graph.
    """

    def __init__(self, live: LiveGraph) -> None:
        self.live = live
        self.attributes = Attributes(live)
        self.classes = frozenset(map(type, live.values))
        self.ids = {id(value): node for node, value in enumerate(live.values)}
        self.calls: dict[int, Call | None] = {}
        self._journal: list[Delta] = []
        """What was changed since the outermost ``restored`` began."""

    def reach(self, node: int) -> Sequence[int] | None:
        """Return the Values looked at for what trying ``node`` does; None is all."""
        if len(self.live.values) <= LOOKED_AT:
            return None
        hook = self.live.adapters[node].hook_of(self.live.values[node])
        captured = flat(captured_by(hook_beneath(hook)).values())
        found = (self.ids.get(id(item)) for item in captured)
        operands = self.live.graph.nodes[node].operands
        others = (i for i in found if i is not None)
        return tuple(dict.fromkeys((node, *operands, *others)))

    def take(self, node: int = -1) -> Delta:
        """Return what has changed since the last look; it will be undone.

        Args:
            node: The Value that is tried; with -1 every Value is looked at.
        """
        delta = self.attributes.take(None if node < 0 else self.reach(node))
        self._journal.append(delta)
        return delta

    @contextmanager
    def restored(self, node: int = -1) -> Iterator[None]:
        """Put back, at the end, every attribute that has changed.

        Args:
            node: The Value that is tried; with -1 every Value is looked at.
        """
        begun = len(self._journal)
        try:
            yield
        finally:
            self.take(node)
            for delta in reversed(self._journal[begun:]):
                self.attributes.undo(delta)
            del self._journal[begun:]

    def number(self, node: int) -> float:
        """Return the number of a Value as a float, nan where it is none."""
        return as_number(self.live.adapters[node].number(self.live.values[node]))

    @cached_property
    def fresh(self) -> tuple[object, ...]:
        """For each Value the gradient that a new one has."""
        return fresh_gradients(self.live)

    def clear_gradients(self) -> None:
        """Give every Value a fresh gradient."""
        live = self.live
        for value, adapter, gradient in zip(
            live.values, live.adapters, self.fresh, strict=True
        ):
            setattr(value, adapter.grad, gradient)

    def set_number(self, node: int, number: float) -> None:
        """Give a Value another number, of the kind that it holds."""
        adapter, value = self.live.adapters[node], self.live.values[node]
        setattr(value, adapter.data, like(number, adapter.number(value)))

    def call(self, node: int) -> Call | None:
        """Return the call that made a Value, None where it can't be made again."""
        if node not in self.calls:
            self.calls[node] = fed(self.live, node, self.classes)
        return self.calls[node]

    def why_not(self, node: int) -> str:
        """Return why the op of a Value can't be called again, as a clause."""
        return self.live.origins[node].reason or "it is not known what made it"

    def made(self, node: int, call: Call | None = None) -> Any:
        """Return what the op of a Value makes now; it raises what the op raises."""
        call = call or self.call(node)
        assert call is not None
        return made_by(call, self.live.adapters[node])

    def result(self, node: int, call: Call | None = None) -> float:
        """Return the number that an op gives now, nan where it gives none."""
        try:
            return as_number(self.live.adapters[node].number(self.made(node, call)))
        except (Exception, SystemExit):  # the person's code: anything goes
            return math.nan

    def is_current(self, node: int) -> bool:
        """Whether a Value holds what its op gives for its operands as they are now."""
        return repr(self.result(node)) == repr(self.number(node))

    def is_moved(self, operand: int) -> bool:
        """Whether a Value has another number than when its consumers were computed.

        Some consumer may hold the right number by chance, as 0 times anything is 0.
        """
        consumers = dict.fromkeys(
            e.consumer for e in self.live.graph.consumers[operand]
        )
        for consumer in list(consumers)[:_ASKED]:
            with self.restored(consumer):
                if not self.unsteady(consumer) and not self.is_current(consumer):
                    return True
        return False

    def has_moved_leaves(self) -> bool:
        """Whether leaves have moved, as they do in training, where no hook tells."""
        nodes = self.live.graph.nodes
        leaves = [node.id for node in nodes if node.is_leaf and not node.constant]
        return any(map(self.is_moved, leaves[:LOOKED_AT]))

    def unsteady(self, node: int) -> str:
        """Return why an op can't be trusted to be called again; mostly nothing."""
        if self.call(node) is None:
            return self.why_not(node)
        adapter = self.live.adapters[node]
        try:
            numbers = [as_number(adapter.number(self.made(node))) for _ in "12"]
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            return f"calling its op again failed ({described(error).rstrip('.')})"
        if repr(numbers[0]) != repr(numbers[1]):
            return "calling its op again on the same operands gave another number"
        if math.isnan(numbers[0]):
            return "its op gives no single number"
        return ""

    # Slopes

    def slope(self, node: int, operand: int) -> Slope:
        """Return d(result)/d(operand) of one op, all slots of the operand together.

        The operand is moved in place, so this is to be done within ``restored``.
        """
        adapter, value = self.live.adapters[operand], self.live.values[operand]
        held, kind = adapter.number(value), self.kind(node, operand)
        lost = False

        def moved(number: float) -> float:
            nonlocal lost
            wanted = like(number, kind)
            setattr(value, adapter.data, wanted)
            result = self.result(node)
            lost = lost or adapter.number(value) != wanted
            return result

        try:
            at = as_number(held)
            moved(at)
            found = slope_of(moved, at, self._rounding(node, kind))
            if lost:
                return Slope(math.nan, math.inf, "its op computes its operands as well")
            return found
        except Exception as error:  # a setter of the person's own may refuse
            return Slope(math.nan, math.inf, described(error).rstrip("."))
        finally:
            setattr(value, adapter.data, held)

    def slot_slope(self, node: int, slot: int) -> Slope | None:
        """Return d(result)/d(slot), where the operand of that slot is in others too.

        None where the call does not tell the slots apart.
        """
        operand = self.live.graph.nodes[node].operands[slot]
        stand_in = self.stand_in(operand)
        which = self.live.graph.nodes[node].operands[:slot].count(operand)
        call = self.call(node)
        if call is None or stand_in is None:
            return None
        other = with_occurrence(call, self.live.values[operand], which, stand_in)
        if other is None:
            return None
        adapter = self.live.adapters[operand]
        at, kind = as_number(adapter.number(stand_in)), self.kind(node, operand)

        def moved(number: float) -> float:
            setattr(stand_in, adapter.data, like(number, kind))
            return self.result(node, other)

        moved(at)
        return slope_of(moved, at, self._rounding(node, kind, other))

    def kind(self, node: int, held_by: int) -> object:
        """Return a number of the kind that another for a Value has to be of.

        That is what it holds; where its op or an operand of it holds numbers of less
        than double precision, one of those, for which ``like`` gives a double.

        Args:
            node: The Value whose op is tried.
            held_by: That Value or an operand of its op.
        """
        near = (held_by, node, *self.live.graph.nodes[node].operands)
        held = [self.live.adapters[n].number(self.live.values[n]) for n in near]
        return next((n for n in held if rounding_of(n) > DOUBLE), held[0])

    def _rounding(self, node: int, kind: object, call: Call | None = None) -> float:
        """Return the relative rounding of what an op gives, now that it is moved."""
        if rounding_of(kind) <= DOUBLE:
            return DOUBLE
        try:
            number = self.live.adapters[node].number(self.made(node, call))
        except (Exception, SystemExit):  # the person's code: anything goes
            return DOUBLE
        return rounding_of(number)

    def stand_in(self, node: int) -> Any:
        """Return a new leaf with the number of a Value, None where there can't be."""
        adapter, value = self.live.adapters[node], self.live.values[node]
        make: Any = type(value)
        try:
            leaf = make(adapter.number(value))
            setattr(leaf, adapter.data, adapter.number(value))
        except Exception:  # a constructor of the person's own can want anything
            return None
        return leaf

    def with_others(self, node: int, instead: Mapping[int, Any]) -> Call | None:
        """Return the call of a Value with other Values for some operands.

        None where its op is not given these operands.
        """
        call = self.call(node)
        if call is None:
            return None
        given = (call.function, *call.arguments, *call.keywords.values())
        items = {id(i) for held in given for i in items_in(held, self.classes)}
        if any(id(self.live.values[o]) not in items for o in instead):
            return None
        put = {id(self.live.values[o]): other for o, other in instead.items()}
        passing = Passing(self.classes, lambda value: put.get(id(value), value))
        return passing.call(call)


def with_occurrence(call: Call, value: object, which: int, other: Any) -> Call | None:
    """Return a call with one occurrence of a Value replaced, None where it has none."""
    seen = 0

    def put(argument: Any) -> Any:
        nonlocal seen
        if argument is value:
            seen += 1
            return other if seen == which + 1 else argument
        if type(argument) in _FLAT:
            return type(argument)(map(put, argument))
        return argument

    function = call.function
    owner = getattr(function, "__self__", None)
    if owner is value:
        return None
    changed = replace(
        call,
        arguments=tuple(map(put, call.arguments)),
        keywords={name: put(item) for name, item in call.keywords.items()},
    )
    return changed if seen > which else None


def as_number(held: Any) -> float:
    """Return a number of any library as a float, nan where it is none."""
    try:
        return float(held)
    except Exception:  # an array, None, a complex number
        return math.nan


def like(number: float, held: object) -> Any:
    """Return a number of the kind that is held: a Fraction for a Fraction.

    What is held as a whole number or in less than double precision becomes a double:
    it can't be moved by a little.
    """
    if held is None or isinstance(held, float | Integral):
        return number
    kind: Any = type(held)
    if kind.__module__ == "numpy" and rounding_of(held) > DOUBLE:
        # A float of Python's would be rounded beside numpy's own.
        return importlib.import_module("numpy").float64(number)
    try:
        return kind(number)
    except Exception:  # a number of any library
        return number


def rounding_of(held: object) -> float:
    """Return the relative rounding of numbers of the kind that is held."""
    if held is None or isinstance(held, float | Integral):
        return DOUBLE
    kind: Any = type(held)
    return _rounding_of_kind(kind)


@cache
def _rounding_of_kind(kind: Any) -> float:
    step = 1.0
    try:
        while step > DOUBLE and float(kind(1.0 + step / 2)) != 1.0:
            step /= 2
    except Exception:  # a number of any library
        return DOUBLE
    return step
