"""Whether what an op keeps beside the number is the same as what it kept before."""

from collections.abc import Callable
from numbers import Number
from typing import Any, Final

from gradviz.session.forward.passing import DEPTH, parts_of

PLAIN: Final = (Number, str, bytes, type(None))
"""What is compared by what it says."""


def equal(old: object, new: object, classes: frozenset[type]) -> bool:
    """Whether two things say the same, as far as plain data goes.

    Containers and objects of the person's own are opened.

    Args:
        old: One of them.
        new: The other.
        classes: The classes of Values; these are only equal to themselves.
    """
    return _same(old, new, _says_the_same, classes)


def alike(old: object, new: object, classes: frozenset[type]) -> bool:
    """Whether two things say the same, but for the floats in them."""
    return _same(old, new, _is_float_or_the_same, classes)


def _says_the_same(old: object, new: object) -> bool:
    return isinstance(old, PLAIN) and repr(old) == repr(new)


def _is_float_or_the_same(old: object, new: object) -> bool:
    return isinstance(old, float) or _says_the_same(old, new)


def _same(
    old: Any,
    new: Any,
    same: Callable[[object, object], bool],
    classes: frozenset[type],
    depth: int = DEPTH,
) -> bool:
    if old is new:
        return True
    if type(old) is not type(new) or type(old) in classes or depth == 0:
        return False
    if isinstance(old, PLAIN):
        return same(old, new)
    one: dict[Any, Any]
    other: dict[Any, Any]
    if isinstance(old, list | tuple):
        one, other = dict(enumerate(old)), dict(enumerate(new))
    else:
        one, other = (
            thing if isinstance(thing, dict) else parts_of(thing) or {}
            for thing in (old, new)
        )
        if not one and not isinstance(old, dict):
            return False  # of a library: nobody knows what it holds
    return one.keys() == other.keys() and all(
        _same(one[name], other[name], same, classes, depth - 1) for name in one
    )
