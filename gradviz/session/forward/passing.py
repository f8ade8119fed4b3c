"""What ops are called with: the Values in it, and the same with other Values."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FunctionType, MethodType, ModuleType
from typing import Any

from gradviz.graph.adapter import Adapter
from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import Call

DEPTH = 4
"""How deep Values are looked for: a list of rule objects that hold lists of Values."""

_LAZY = ("forward", "evaluate", "eval")
"""Methods by which Values that have no number yet get one."""

_SEQUENCES = (list, tuple, set, frozenset)


def parts_of(thing: object) -> dict[str, object] | None:
    """Return what an object of the person's own class holds, None for others."""
    if isinstance(thing, type | FunctionType | MethodType | ModuleType):
        return None
    if type(thing).__module__ == "builtins":
        return None
    held: dict[str, object] | None = getattr(thing, "__dict__", None)
    return held


def items_in(
    thing: object, classes: frozenset[type], depth: int = DEPTH
) -> Iterator[object]:
    """Yield the Values in something, and all else that holds nothing.

    Args:
        thing: A Value, a container, an object that holds some, or anything.
        classes: The classes of Values; what a Value holds is not looked at.
        depth: How deep to look.
    """
    if type(thing) in classes or depth == 0:
        yield thing
    elif isinstance(thing, _SEQUENCES):
        for item in thing:
            yield from items_in(item, classes, depth - 1)
    elif isinstance(thing, dict):
        for item in thing.values():
            yield from items_in(item, classes, depth - 1)
    elif isinstance(thing, MethodType):
        yield from items_in(thing.__self__, classes, depth - 1)
    elif (parts := parts_of(thing)) is not None:
        for item in tuple(parts.values()):
            yield from items_in(item, classes, depth - 1)
    else:
        yield thing


def passed(call: Call, classes: frozenset[type]) -> list[object]:
    """Return the Values that an op is called with, and the plain things."""
    held = (call.function, *call.arguments, *call.keywords.values())
    return [item for thing in held for item in items_in(thing, classes)]


class Passing:
    """Puts other Values in the place of those that ops are called with."""

    def __init__(
        self, classes: frozenset[type], instead: Callable[[object], object]
    ) -> None:
        """Remember what to put where.

        Args:
            classes: The classes of Values.
            instead: Returns what to pass instead of a Value.
        """
        self._classes = classes
        self._instead = instead
        self._copies: dict[int, tuple[object, object]] = {}
        """Objects that hold Values, and their copies, by ``id()``."""

    def call(self, call: Call) -> Call:
        """Return the same call on other Values."""
        return replace(
            call,
            function=self.mapped(call.function),
            arguments=tuple(map(self.mapped, call.arguments)),
            keywords={n: self.mapped(k) for n, k in call.keywords.items()},
            then=tuple(replace(w, call=self.call(w.call)) for w in call.then),
        )

    def mapped(self, thing: Any, depth: int = DEPTH) -> Any:
        """Return something with other Values in it, or itself where it holds none."""
        if type(thing) in self._classes:
            return self._instead(thing)
        if depth == 0:
            return thing
        if isinstance(thing, _SEQUENCES):
            items = [self.mapped(item, depth - 1) for item in thing]
            same = all(a is b for a, b in zip(items, thing, strict=True))
            return thing if same else self._rebuilt(thing, items)
        if isinstance(thing, dict):
            pairs = {key: self.mapped(item, depth - 1) for key, item in thing.items()}
            same = all(pairs[key] is item for key, item in thing.items())
            return thing if same else pairs
        if isinstance(thing, MethodType):
            owner = self.mapped(thing.__self__, depth - 1)
            same = owner is thing.__self__
            return thing if same else MethodType(thing.__func__, owner)
        return self._copied(thing, depth)

    @staticmethod
    def _rebuilt(thing: Any, items: list[object]) -> object:
        if hasattr(thing, "_fields"):
            return type(thing)(*items)
        return type(thing)(items)

    def _copied(self, thing: Any, depth: int) -> Any:
        """Return a copy of an object that holds Values; one for all who hold it."""
        parts = parts_of(thing)
        if not parts:
            return thing
        if id(thing) in self._copies:
            return self._copies[id(thing)][1]
        self._copies[id(thing)] = (thing, thing)
        other = {name: self.mapped(part, depth - 1) for name, part in parts.items()}
        if all(other[name] is part for name, part in parts.items()):
            return thing
        made = copy.copy(thing)
        made.__dict__.update(other)
        self._copies[id(thing)] = (thing, made)
        return made


def made_by(call: Call, adapter: Adapter) -> object:
    """Call an op again and return its new result, with its number.

    Some classes compute the number only when they are asked to.
    """
    result = call.again()
    if adapter.number(result) is None:
        for name in _LAZY:
            if callable(getattr(type(result), name, None)):
                getattr(result, name)()
                break
    return result


def is_number(thing: object) -> bool:
    """Whether something is a plain number that could stand for a constant Value."""
    return isinstance(thing, int | float) and not isinstance(thing, bool)


def moved(number: Any) -> Any:
    """Return another number of the same sign, to try an op on."""
    return number - number / 4 if number else 0.25


def fed(live: LiveGraph, node: int, classes: frozenset[type]) -> Call | None:
    """Return the call that made a Value, with constants in the place of their numbers.

    An op that turns ``2`` into a Value takes that very Value as well; so an edited
    constant takes effect when the op is called again.

    Args:
        live: The graph.
        node: The Value.
        classes: The classes of its Values.
    """
    call = live.origins[node].call
    operands = live.graph.nodes[node].operands
    constants = [o for o in operands if live.graph.nodes[o].constant]
    if call is None or not constants:
        return call
    known = {id(item) for item in passed(call, classes)}
    waiting = [o for o in constants if id(live.values[o]) not in known]
    if not waiting:
        return call

    def constant_for(argument: object) -> object:
        if is_number(argument):
            for operand in waiting:
                value = live.values[operand]
                if live.adapters[operand].number(value) == argument:
                    waiting.remove(operand)
                    return value
        return argument

    return replace(
        call,
        arguments=tuple(map(constant_for, call.arguments)),
        keywords={name: constant_for(k) for name, k in call.keywords.items()},
    )
