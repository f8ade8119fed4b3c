"""Arithmetic on numbers as Python does it, without calling anything of the person's."""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

from gradviz.analysis.body.objects import FUNCTIONS

UNTOLD: Final = object()
"""Stands for a number that can't be told."""

_OPERATORS: dict[str, Callable[..., Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "USub": operator.neg,
    "UAdd": operator.pos,
    "Not": operator.not_,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "sum": lambda *parts: sum(parts),
}
_WITH_NONE: dict[str, Callable[..., Any]] = {
    "Eq": lambda one, other: one is other,
    "NotEq": lambda one, other: one is not other,
    "Is": lambda one, other: one is other,
    "IsNot": lambda one, other: one is not other,
    "Not": lambda one: one is None or not one,
}
_MOST_BITS = 4096


def reckoned(op: str, parts: Sequence[Any]) -> Any:
    """Return what an operator or a function makes of numbers, UNTOLD if that is open.

    Args:
        op: A class of Python's syntax tree (``Add``), or a name of ``FUNCTIONS``.
        parts: Plain numbers or None; UNTOLD among them.
    """
    if op in ("And", "Or", "if"):
        return _chosen(op, parts)
    if any(part is UNTOLD for part in parts):
        return UNTOLD
    if any(part is None for part in parts) or op in ("Is", "IsNot"):
        about_none = op in _WITH_NONE and any(part is None for part in parts)
        return _plain(_WITH_NONE[op](*parts)) if about_none else UNTOLD
    if not all(isinstance(part, int | float) for part in parts):
        return UNTOLD
    try:
        if op in ("Pow", "pow", "power"):
            return _plain(_power(*parts))
        return _plain((_OPERATORS.get(op) or FUNCTIONS[op])(*parts))
    except (ArithmeticError, ValueError, TypeError, KeyError):
        return UNTOLD


def _chosen(op: str, parts: Sequence[Any]) -> Any:
    if op == "if":
        test, yes, no = parts
        return UNTOLD if test is UNTOLD else yes if test else no
    for part in parts[:-1]:
        if part is UNTOLD or bool(part) is (op == "Or"):
            return part
    return parts[-1]


def _power(base: Any, exponent: Any, *rest: Any) -> Any:
    if rest:
        return UNTOLD
    # An integer may be larger than any memory.
    if (
        isinstance(base, int)
        and isinstance(exponent, int)
        and base.bit_length() * abs(exponent) > _MOST_BITS
    ):
        return UNTOLD
    return base**exponent


def _plain(number: Any) -> Any:
    if isinstance(number, bool):
        return int(number)
    return number if isinstance(number, int | float) else UNTOLD


def agree(one: Any, other: Any) -> bool:
    """Whether two numbers are one, up to rounding in single precision."""
    if one is None or other is None:
        return one is other
    if not (isinstance(one, int | float) and isinstance(other, int | float)):
        return bool(one == other)
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)
