"""Names of Values where not all of them has room."""

import re
from typing import Protocol

from PySide6.QtCore import Qt

_CALL = "._backward()"
_WARNING = "⚠ "
_INDEXED = re.compile(r"\](\.\w+)?$")


class Metrics(Protocol):
    """What is asked of QFontMetrics, and of QFontMetricsF."""

    def horizontalAdvance(self, text: str, /) -> float:
        """Return how wide a text is."""

    def elidedText(self, text: str, mode: Qt.TextElideMode, width: int, /) -> str:
        """Return a text with an ellipsis where it is too wide."""


def elide_mode(
    name: str, other: Qt.TextElideMode = Qt.TextElideMode.ElideRight
) -> Qt.TextElideMode:
    """Return where to cut a name: parameters of a layer differ in their last index.

    Args:
        name: The name.
        other: Where to cut one that ends in no index.
    """
    return Qt.TextElideMode.ElideLeft if _INDEXED.search(name) else other


def fitted_name(name: str, metrics: Metrics, room: int) -> str:
    """Return as much of a name as there is room for."""
    return metrics.elidedText(name, elide_mode(name), room)


def fitted_call(text: str, metrics: Metrics, room: int) -> str:
    """Return ``n.w[2]._backward()``, or as much of the name as there is room for."""
    name = text.removesuffix(_CALL)
    whole = metrics.horizontalAdvance(text) <= room
    if whole or name == text or metrics.horizontalAdvance(f"{name}…") <= room:
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    return fitted_name(name, metrics, room)


def fitted_result(text: str, metrics: Metrics, room: int) -> str:
    """Return ``n.w[2]: −0.5``; the name is cut where it has no room, never the number.

    Args:
        text: The result, perhaps with a warning sign in front.
        metrics: Of the font it is drawn in.
        room: How wide it may be, in pixels.
    """
    if metrics.horizontalAdvance(text) <= room:
        return text
    sign = _WARNING if text.startswith(_WARNING) else ""
    name, _, number = text.removeprefix(sign).rpartition(": ")
    left = room - metrics.horizontalAdvance(f"{sign}: {number}")
    shown = fitted_name(name, metrics, max(0, int(left)))
    return f"{sign}{shown}: {number}" if shown not in ("", "…") else sign + number
