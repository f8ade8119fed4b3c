"""Numbers as a person reads them, on cards, in panels and in sentences."""

import math
from decimal import Decimal

MINUS = "−"
DIGITS = 4
"""Significant digits shown unless the person chooses otherwise."""


def shown(number: int | float | str | None, digits: int = DIGITS) -> str:
    """Return a number in few characters without lying about it.

    Exact zero is ``0`` and nothing else is; what rounds away is written with an
    exponent. The minus sign is a real one, ``nan`` and ``∞`` are spelled out, and None
    (no gradient yet) is an em dash.

    Args:
        number: The number, or the text of something that is no plain number.
        digits: Significant digits at most.
    """
    if number is None:
        return "—"
    if isinstance(number, str):
        return number if len(number) <= 12 else number[:11] + "…"
    if number != number:
        return "nan"
    if number in (math.inf, -math.inf):
        return "∞" if number > 0 else f"{MINUS}∞"
    if number == 0:
        return "0"
    # Decimal: an integer can be too large for a float.
    exact = Decimal(number) if isinstance(number, int) else number
    text = f"{exact:.{digits}g}"
    if "e" not in text and abs(number) < 10.0 ** min(1 - digits, -3):
        text = f"{number:.{max(digits - 2, 0)}e}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        if 1 <= abs(number) < 10 ** (digits + 3):
            text = f"{exact:.0f}"
        else:
            if "." in mantissa:
                mantissa = mantissa.rstrip("0").rstrip(".")
            text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", MINUS)


def factor(number: int | float | str | None, digits: int = DIGITS) -> str:
    """Return a number as a factor in a product: negative ones in brackets."""
    text = shown(number, digits)
    return f"({text})" if text.startswith(MINUS) else text


def parsed(text: str) -> float:
    """Return the number a person typed; a real minus sign and fractions are fine.

    Raises:
        ValueError: In one sentence, when the text is no number.
    """
    plain = text.strip().replace(MINUS, "-").replace("∞", "inf").replace("_", "")
    numerator, slash, denominator = plain.partition("/")
    try:
        if slash:
            return float(numerator) / float(denominator)
        return float(plain)
    except (ValueError, ZeroDivisionError):
        raise ValueError(
            f"{text.strip() or 'An empty field'} is not a number: "
            "write one such as 0.25, -3, 1/12 or 1e-5."
        ) from None
