"""Making Values of the person's own class, and their operations by name."""

import sys
from collections.abc import Callable
from typing import Any

from gradviz.sources.calling import calls_theirs

FUNCTION_NAMES = {
    "+": ("add", "plus"),
    "-": ("sub", "subtract", "minus"),
    "*": ("mul", "multiply", "times"),
    "/": ("div", "divide", "truediv"),
    "**": ("pow", "power"),
    "neg": ("neg", "negative", "negate"),
}
"""What operators are called where they are functions of the class's module."""


@calls_theirs
def new_leaf(cls: type, number: float, name: str = "") -> Any:
    """Return a Value of a class: made from a number, and a name where it wants one.

    Raises:
        Exception: Whatever the class raises when it can't be made so.
    """
    try:
        return cls(number)
    except TypeError as refused:
        try:
            return cls(number, name)
        except TypeError:
            raise refused from None


@calls_theirs
def applied(function: Callable[..., Any], operands: list[Any]) -> Any:
    """Call an operation of theirs."""
    return function(*operands)


def function_named(cls: type, *names: str) -> Callable[..., Any] | None:
    """Return a function of the class, else of its module, that has one of the names."""
    module = sys.modules.get(cls.__module__)
    for holder in (cls, module):
        for name in names:
            held = getattr(holder, name, None)
            if callable(held) and not isinstance(held, type):
                return held  # type: ignore[no-any-return]
    return None
