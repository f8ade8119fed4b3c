"""Colours that people gave their Values, made visible on this canvas."""

import re
from collections.abc import Callable

from PySide6.QtGui import QColor

from gradviz.ui.theme import Palette, contrast

_LEAST_CONTRAST = 3.0
_ROLES = {
    "green": "done",
    "#008000": "done",
    "#00ff00": "done",
    "black": "text",
    "#000": "text",
    "#000000": "text",
    "white": "text",
    "#fff": "text",
    "#ffffff": "text",
}


def visible_color(asked: str, palette: Palette) -> str | None:
    """Return a person's colour as it can be seen on the canvas.

    The hue stays; the lightness changes until it stands out. The lesson's green is the
    theme's own, and black and white are the colour of text.

    Args:
        asked: A CSS or graphviz colour: a name, ``#hex``, ``rgb(r, g, b)`` or three
            numbers from 0 to 1 for hue, saturation and value.
        palette: The colours of the theme.

    Returns:
        ``#rrggbb``, or None when ``asked`` is no colour.
    """
    text = asked.strip().lower()
    if text in _ROLES:
        return str(getattr(palette, _ROLES[text]))
    color = _parsed(text)
    if color is None:
        return None
    hue, saturation = max(color.hslHueF(), 0.0), color.hslSaturationF()
    lightness = color.lightnessF()
    brighter = contrast("#ffffff", palette.canvas) > contrast("#000000", palette.canvas)
    found = color
    while _too_faint(found, palette) and 0.0 < lightness < 1.0:
        lightness = min(1.0, max(0.0, lightness + (0.02 if brighter else -0.02)))
        found = QColor.fromHslF(hue, saturation, lightness)
    return palette.text if _too_faint(found, palette) else found.name()


def mixed(one: str, other: str, share: float) -> QColor:
    """Return a colour between two, with ``share`` of the other one."""
    a, b = QColor(one), QColor(other)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    )


def _too_faint(color: QColor, palette: Palette) -> bool:
    surfaces = (palette.canvas, palette.card)
    return any(contrast(color.name(), s) < _LEAST_CONTRAST for s in surfaces)


def _parsed(text: str) -> QColor | None:
    if re.fullmatch(r"#[0-9a-f]{8}", text):  # alpha comes last in CSS and graphviz
        text = text[:7]
    elif re.fullmatch(r"#[0-9a-f]{4}", text):
        text = text[:4]
    if numbers := re.fullmatch(r"rgba?\(([^)]*)\)", text):
        return _from_numbers(numbers[1], 255.0, QColor.fromRgbF)
    if re.fullmatch(r"[01]?\.?\d*([ ,]+[01]?\.?\d*){2}", text):
        return _from_numbers(text, 1.0, QColor.fromHsvF)
    plain = text if text.startswith("#") else re.sub(r"^tab:|\d+$", "", text)
    if plain in ("", "none", "transparent") or not QColor.isValidColorName(plain):
        return None
    return QColor.fromString(plain)


def _from_numbers(text: str, most: float, make: Callable[..., QColor]) -> QColor | None:
    try:
        parts = [float(part) / most for part in re.split(r"[\s,/]+", text.strip())]
    except ValueError:
        return None
    if len(parts) < 3 or not all(0.0 <= part <= 1.0 for part in parts[:3]):
        return None
    return make(*parts[:3])
