"""What an object itself holds, read without running any code of its class."""

import contextlib
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from types import (
    CellType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

PLAIN = frozenset(
    {int, float, complex, bool, str, bytes, tuple, list, dict, set, type(None)}
)
"""Classes whose instances are no Values, told without a look at them."""

_DEEP = 3
"""How many containers, closures and helper objects deep a Value's own things lie."""


def slots_of(cls: type) -> tuple[str, ...]:
    """Return the attributes of a class that live in ``__slots__``."""
    return _slots_of(cls)


@lru_cache(maxsize=1024)
def _slots_of(cls: type) -> tuple[str, ...]:
    return tuple(
        name
        for base in cls.__mro__
        for name, content in vars(base).items()
        if isinstance(content, MemberDescriptorType)
    )


def held_by(thing: object) -> dict[str, object]:
    """Return a copy of every attribute that ``thing`` itself holds."""
    found: dict[str, object] = {}
    # It may have only slots, or call something __dict__ that is none.
    with contextlib.suppress(AttributeError, TypeError, ValueError):
        found.update(object.__getattribute__(thing, "__dict__"))
    for name in slots_of(type(thing)):
        try:
            found[name] = object.__getattribute__(thing, name)
        except AttributeError:
            continue
    return found


def cells(hook: object) -> tuple[CellType, ...]:
    """Return the closure cells of ``hook`` that have contents."""
    closure = getattr(hook, "__closure__", None) or ()
    return tuple(cell for cell in closure if not is_empty(cell))


def is_empty(cell: CellType) -> bool:
    """Whether a cell belongs to a variable that has no content (yet)."""
    try:
        _ = cell.cell_contents
    except ValueError:
        return True
    return False


def reached_from(value: object) -> dict[int, object]:
    """Return what a Value reaches without going through another Value, by ``id()``.

    Its containers, the closures it holds and its helper objects are opened; other
    objects of its own class are found and not entered.
    """
    found: dict[int, object] = {}
    own = type(value)
    level: Iterable[object] = held_by(value).values()
    for _ in range(_DEEP + 1):
        inside: list[object] = []
        for item in level:
            if id(item) in found or item is value:
                continue
            found[id(item)] = item
            if type(item) is not own:
                inside.extend(_contents(item))
        level = inside
    return found


def _contents(item: object) -> Iterator[object]:
    """Yield what a container, a function or a helper object holds."""
    if isinstance(item, list | tuple | set | frozenset):
        yield from item
    elif isinstance(item, dict):
        yield from item
        yield from item.values()
    elif isinstance(item, FunctionType):
        yield from (cell.cell_contents for cell in cells(item))
        yield from item.__defaults__ or ()
    elif isinstance(item, MethodType):
        yield item.__self__
    elif isinstance(item, partial):
        yield item.func
        yield from item.args
    elif type(item) not in PLAIN and not isinstance(item, type | ModuleType):
        yield from held_by(item).values()


def flat(items: Iterable[Any]) -> list[object]:
    """Return the items, with lists, tuples and dictionaries among them opened."""
    found: list[object] = []
    for item in items:
        if isinstance(item, list | tuple):
            found.extend(item)
        elif isinstance(item, dict):
            found.extend(item.values())
        else:
            found.append(item)
    return found
