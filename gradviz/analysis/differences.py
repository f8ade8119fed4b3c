"""Derivatives of a function of one number, from its values alone.

Ridders' method (C. J. F. Ridders, Accurate computation of F'(x) and F'(x)F''(x),
Advances in Engineering Software 4, 1982; Press et al., Numerical Recipes, 5.7):
central differences of ever smaller steps, extrapolated to a step of nothing. Where two
extrapolations agree best, what they differ by is the bound on the error.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

_LEVELS = 12
_SHRINK = 2.0
_ENOUGH = 1e-11
"""The relative error that is small enough to stop."""

DOUBLE = 2.3e-16
"""The relative rounding of numbers of double precision."""

_SIDES = (1e-4, 1e-5, 1e-6)
"""Steps, relative to the number, at which one side is compared with the other."""


@dataclass(frozen=True)
class Slope:
    """A derivative found numerically.

    Attributes:
        number: The derivative; nan where there is none.
        error: A bound on its error, in the same unit.
        reason: Why it can't be decided, as a clause; empty where it can.
        left: Where it can't be: the derivative from below, nan where there is none.
        right: The one from above.
    """

    number: float
    error: float = 0.0
    reason: str = ""
    left: float = math.nan
    right: float = math.nan


def slope_of(
    function: Callable[[float], float], at: float, rounding: float = DOUBLE
) -> Slope:
    """Return the derivative of a function at a number.

    Args:
        function: Returns nan where it is not defined.
        at: The number.
        rounding: The relative rounding of what the function returns.
    """
    middle = function(at)
    if not (math.isfinite(at) and math.isfinite(middle)):
        return Slope(math.nan, reason="the number is not finite")
    scale = max(abs(at), 0.1)
    left, right, kinked = _sides(function, at, middle, scale, rounding)
    if math.isnan(left) or math.isnan(right):
        reason = "it is at the edge of where the op is defined"
        return Slope(math.nan, math.inf, reason, left, right)
    if kinked:
        reason = "it is at a kink, where the derivative jumps"
        return Slope(math.nan, math.inf, reason, left, right)
    number, error = _ridders(function, at, scale, rounding)
    if not math.isfinite(number):
        return Slope(math.nan, math.inf, "the op gives no finite numbers around it")
    wobble = rounding * max(abs(middle), abs(at * number)) / (scale * 1e-2)
    error = max(error, wobble)
    if error > 1e-2 * max(abs(number), 1.0):
        return Slope(math.nan, error, "its derivative can't be told from its numbers")
    return Slope(number, error)


def _sides(
    function: Callable[[float], float],
    at: float,
    middle: float,
    scale: float,
    rounding: float,
) -> tuple[float, float, bool]:
    """Return the derivative from below and above, and whether it jumps.

    The two differ by the second derivative times the step, which shrinks with it; over
    a kink the difference stays.
    """
    gaps: list[float] = []
    left = right = step = math.nan
    coarser = (rounding / DOUBLE) ** 0.25
    for relative in _SIDES:
        step = scale * relative * coarser
        left = (middle - function(at - step)) / step
        right = (function(at + step) - middle) / step
        gaps.append(abs(right - left))
    largest = max(abs(left), abs(right))
    noise = 1e3 * rounding * abs(middle) / step + 1e-5 * largest
    kinked = gaps[2] > noise and gaps[2] > 0.5 * gaps[1] and gaps[1] > 0.5 * gaps[0]
    return left, right, kinked


def _ridders(
    function: Callable[[float], float], at: float, scale: float, rounding: float
) -> tuple[float, float]:
    """Return the derivative and a bound on its error."""
    best, error = math.nan, math.inf
    above: list[float] = []
    step = scale * 0.1
    least = scale * math.cbrt(rounding)
    """Below it, rounding outweighs what a smaller step gains."""
    for _ in range(_LEVELS):
        if step < least:
            break
        row = [(function(at + step) - function(at - step)) / (2 * step)]
        step /= _SHRINK
        if not math.isfinite(row[0]):
            above = []
            continue
        factor = 1.0
        for finer in above:
            factor *= _SHRINK * _SHRINK
            row.append((row[-1] * factor - finer) / (factor - 1))
            doubt = max(abs(row[-1] - row[-2]), abs(row[-1] - finer))
            if doubt < error:
                best, error = row[-1], doubt
        above = row
        if error <= _ENOUGH * abs(best) or error == 0.0:
            break
    return best, error
