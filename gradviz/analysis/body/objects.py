"""What objects of the person's hold, read without running any code of theirs."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, MemberDescriptorType, ModuleType
from typing import Any, Final

from gradviz.analysis.body.model import Number, Term
from gradviz.graph.held import held_by
from gradviz.session.facts import figure


@dataclass(frozen=True, eq=False, slots=True)
class Thing:
    """An object that is no number."""

    it: object


Item = Thing | Term | tuple[Any, ...] | None
"""What an expression means: an object, a number, several of these in a row, or None
where it can't be told."""

ABSENT: Final = object()

_NUMBERS = ("numpy", "fractions", "decimal")
_SEQUENCES = (list, tuple, set, frozenset)

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        name: getattr(math, name)
        for name in (
            *("exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "pow"),
            *("sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
            *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
            *("fabs", "floor", "ceil", "erf", "erfc", "gamma", "copysign"),
        )
    },
    "abs": abs,
    "min": min,
    "max": max,
    "float": float,
    "int": int,
    "round": round,
    "power": pow,
}
"""Functions whose numbers can be told, by name; numpy has most of them too."""

_NAMES = {id(function): name for name, function in FUNCTIONS.items()} | {id(pow): "pow"}
_OF_NUMPY = {"maximum": "max", "minimum": "min", "absolute": "abs", "arctan": "atan"}


def function_name(function: object) -> str:
    """Return the name in ``FUNCTIONS`` of what is called, empty for anything else."""
    if type(function).__module__ == "numpy" and type(function).__name__ == "ufunc":
        name = str(getattr(function, "__name__", ""))
        name = _OF_NUMPY.get(name, name)
        return name if name in FUNCTIONS else ""
    return _NAMES.get(id(function), "")


def item_of(thing: object) -> Item:
    """Return an object as an item."""
    if isinstance(thing, bool) or thing is None:
        return Thing(thing)
    if type(thing) in (int, float) or (
        type(thing).__module__ in _NUMBERS and _is_real(thing)
    ):
        return Number(figure(thing))
    return Thing(thing)


def _is_real(thing: object) -> bool:
    return getattr(thing, "shape", ()) == () and hasattr(type(thing), "__float__")


def term_of(item: Item) -> Term | None:
    """Return an item as a number that can be reckoned with, None where it is none."""
    if isinstance(item, Thing):
        if isinstance(item.it, bool):
            return Number(int(item.it))
        return Number(None) if item.it is None else None
    return None if isinstance(item, tuple) else item


def truth_of(item: Item) -> bool | None:
    """Return whether an item is true, None where only its numbers tell."""
    if isinstance(item, Number):
        return bool(item.number)
    if isinstance(item, tuple):
        return bool(item)
    if isinstance(item, Thing):
        if type(item.it) in (bool, str, dict, type(None), *_SEQUENCES):
            return bool(item.it)
        if isinstance(item.it, FunctionType):
            return True
    return None


def static(thing: object, name: str) -> object:
    """Return what an object's class has under a name, ABSENT where it has nothing."""
    return inspect.getattr_static(type(thing), name, ABSENT)


def attribute(thing: object, name: str) -> object:
    """Return an attribute that an object or its class plainly has, else ABSENT."""
    if isinstance(thing, ModuleType):
        return vars(thing).get(name, ABSENT)
    if isinstance(thing, type):
        found = inspect.getattr_static(thing, name, ABSENT)
        return ABSENT if hasattr(type(found), "__get__") else found
    if static(thing, "__getattribute__") is not object.__getattribute__:
        return ABSENT
    of_class = static(thing, name)
    is_slot = isinstance(of_class, MemberDescriptorType)
    if of_class is not ABSENT and not is_slot and hasattr(type(of_class), "__set__"):
        return ABSENT
    held = held_by(thing)
    if name in held:
        return held[name]
    if is_slot or hasattr(type(of_class), "__get__"):
        return ABSENT
    return of_class


def items_in(item: Item) -> list[Item] | None:
    """Return what a loop over an item goes through, None where it can't be told."""
    if isinstance(item, tuple):
        return list(item)
    if isinstance(item, Thing):
        if type(item.it) in _SEQUENCES:
            return [item_of(part) for part in list(item.it)]  # type: ignore[call-overload]
        if type(item.it) is dict:
            return [item_of(key) for key in list(item.it)]
        if type(item.it) is range and len(item.it) <= 1000:
            return [Number(i) for i in item.it]
    return None


def part_of(item: Item, key: Item) -> Item:
    """Return what stands under a key that is a plain number or text."""
    plain = key.number if isinstance(key, Number) else None
    if isinstance(key, Thing) and type(key.it) is str:
        plain = key.it
    if isinstance(item, Thing) and type(item.it) is dict and plain is not None:
        for name, held in list(item.it.items()):
            if type(name) in (int, str) and name == plain:
                return item_of(held)
        return None
    if isinstance(item, Thing) and type(item.it) not in (list, tuple):
        return None
    items = items_in(item)
    if items is None or type(plain) is not int:
        return None
    return items[plain] if -len(items) <= plain < len(items) else None
