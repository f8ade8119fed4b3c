"""The look of the whole program: named colours, fonts, icons, style sheet.

Colours are asked for by role, never by number, so that dark and light can be switched
while the program runs. Fonts are the bundled ones, so that a picture is the same on
every machine.
"""

from dataclasses import asdict, dataclass
from functools import cache
from string import Template
from typing import ClassVar

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory
from shiboken6 import isValid

from gradviz.assets import resource_path

_UI_FAMILIES = ["Inter", "Gradviz Symbols", "Gradviz Math", "sans-serif"]
_CODE_FAMILIES = ["JetBrains Mono", "Gradviz Symbols", "Gradviz Math", "monospace"]
UI_PX = 13
"""The size of the text in docks, menus and buttons."""


@dataclass(frozen=True)
class Palette:
    """Colours by role, as ``#rrggbb``.

    Attributes:
        canvas: Behind the graph.
        panel: Docks and bars.
        line: Separators and slider tracks.
        card: A Value.
        card_line: The border of a Value not reached yet.
        text: Words and numbers.
        dim: Words that may be overlooked; still readable.
        faint: Words that can't be acted on now.
        edge: An edge at rest.
        accent: The current step, the selection, the one primary button.
        accent_hover: The primary button below the pointer.
        accent_pressed: The primary button held down.
        on_accent: Text on the accent.
        selection: The row that is selected or current.
        positive: A gradient above zero.
        negative: A gradient below zero.
        done: Final.
        attention: Overwritten, too early, stale.
        error: What failed.
        consumer: The consumers of the Value below the pointer.
        button: A button at rest.
        hover: A button, row or tool below the pointer.
        pressed: A button held down.
        field: Where something can be typed.
        field_line: The border of such a field.
        pill: Behind the change that a step made.
    """

    canvas: str
    panel: str
    line: str
    card: str
    card_line: str
    text: str
    dim: str
    faint: str
    edge: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    selection: str
    positive: str
    negative: str
    done: str
    attention: str
    error: str
    consumer: str
    button: str
    hover: str
    pressed: str
    field: str
    field_line: str
    pill: str


@dataclass(frozen=True)
class Theme:
    """A look with its name.

    Attributes:
        name: ``dark`` or ``light``.
        palette: Its colours by role.
    """

    name: str
    palette: Palette


DARK = Theme(
    "dark",
    Palette(
        canvas="#14171c",
        panel="#1b1f26",
        line="#2a303a",
        card="#232934",
        card_line="#3a4250",
        text="#e8ecf2",
        dim="#93a0b4",
        faint="#5f6b7d",
        edge="#4a5566",
        accent="#6ea8fe",
        accent_hover="#8abaff",
        accent_pressed="#5593ee",
        on_accent="#0d1421",
        selection="#26364f",
        positive="#4fb3a5",
        negative="#e39a5b",
        done="#58b368",
        attention="#f2c14e",
        error="#f0787a",
        consumer="#c79bf2",
        button="#272d37",
        hover="#313946",
        pressed="#1f242c",
        field="#272d37",
        field_line="#363e4b",
        pill="#1b1f26",
    ),
)
LIGHT = Theme(
    "light",
    Palette(
        canvas="#f6f7f9",
        panel="#ffffff",
        line="#dfe3e9",
        card="#ffffff",
        card_line="#c4cbd6",
        text="#1b2330",
        dim="#5d6b80",
        faint="#98a3b3",
        edge="#a3aebe",
        accent="#1f6feb",
        accent_hover="#1a62d3",
        accent_pressed="#154fae",
        on_accent="#ffffff",
        selection="#deeafc",
        positive="#0f7b6c",
        negative="#b4571b",
        done="#2e8540",
        attention="#9a6700",
        error="#c42b32",
        consumer="#8a3fd1",
        button="#eff1f4",
        hover="#e3e7ed",
        pressed="#d6dce4",
        field="#f2f4f7",
        field_line="#d5dae2",
        pill="#ffffff",
    ),
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def system_theme() -> Theme:
    """Return the theme the system asks for; light when it doesn't say."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the whole program a theme; windows that are open change at once."""
    load_fonts()
    if app.style().name().lower() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(ui_font())
    app.setPalette(qt_palette(theme))
    app.setStyleSheet(style_sheet(theme))


def style_sheet(theme: Theme) -> str:
    """Return the style sheet of a theme."""
    folder = resource_path("themes")
    template = (folder / "style.qss").read_text(encoding="utf-8")
    return Template(template).substitute(
        asdict(theme.palette),
        px=UI_PX,
        small=UI_PX - 2,
        images=f"{folder.as_posix()}/{theme.name}",
    )


def qt_palette(theme: Theme) -> QPalette:
    """Return a theme as Qt's own roles, for what the style sheet doesn't reach."""
    roles, colors = QPalette.ColorRole, theme.palette
    palette = QPalette()
    for role, name in (
        (roles.Window, colors.panel),
        (roles.WindowText, colors.text),
        (roles.Base, colors.field),
        (roles.AlternateBase, colors.panel),
        (roles.Text, colors.text),
        (roles.Button, colors.button),
        (roles.ButtonText, colors.text),
        (roles.BrightText, colors.error),
        (roles.Highlight, colors.accent),
        (roles.HighlightedText, colors.on_accent),
        (roles.Accent, colors.accent),
        (roles.Link, colors.accent),
        (roles.LinkVisited, colors.accent),
        (roles.ToolTipBase, colors.card),
        (roles.ToolTipText, colors.text),
        (roles.PlaceholderText, colors.dim),
        (roles.Light, colors.hover),
        (roles.Midlight, colors.line),
        (roles.Mid, colors.line),
        (roles.Dark, colors.line),
        (roles.Shadow, colors.canvas),
    ):
        palette.setColor(role, QColor(name))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(
            QPalette.ColorGroup.Disabled, role, QColor(theme.palette.faint)
        )
    return palette


# Fonts


def load_fonts() -> None:
    """Register the bundled fonts with Qt, once per program."""
    if "Gradviz Math" in QFontDatabase.families():
        return
    for file in sorted(resource_path("fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            raise OSError(f"The font {file} can't be read. Install gradviz again.")


def ui_font(px: float = UI_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font of words; its digits are all equally wide.

    Args:
        px: The size in pixels.
        weight: Normal, Medium, DemiBold or Bold; these are bundled.
    """
    font = _font(_UI_FAMILIES, px)
    font.setWeight(weight)
    # Contextual alternates would draw w11x1 as w11×1.
    font.setFeature(QFont.Tag("calt"), 0)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def number_font(px: float = UI_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font of numbers that have to line up."""
    return ui_font(px, weight)


def code_font(px: float = UI_PX - 1) -> QFont:
    """Return the font of code."""
    font = _font(_CODE_FAMILIES, px)
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def _font(families: list[str], px: float) -> QFont:
    font = QFont(families)
    font.setPixelSize(max(1, round(px)))
    # The same picture everywhere: no hinting to the pixels of this screen.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


# Icons


def icon(name: str, theme: Theme, color: str = "") -> QIcon:
    """Return a bundled icon in the colours of a theme, sharp at any size.

    Args:
        name: The file's name in ``resources/icons``, without its ending.
        theme: Where the colours come from.
        color: The role of its colour, ``text`` unless said otherwise.

    Raises:
        MissingResourceError: There is no such icon.
    """
    source = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    colors = asdict(theme.palette)
    return QIcon(_IconEngine(source, colors[color or "text"], colors["faint"]))


class _IconEngine(QIconEngine):
    """Draws a one-coloured SVG in the size and pixel density asked for."""

    # Qt takes a clone over but PySide doesn't know, and would free it too early.
    _clones: ClassVar[list[QIconEngine]] = []

    def __init__(self, source: str, normal: str, disabled: str) -> None:
        super().__init__()
        self._source = source
        self._colors = (normal, disabled)

    def paint(
        self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State
    ) -> None:
        """Draw the icon."""
        color = self._colors[mode == QIcon.Mode.Disabled]
        svg = self._source.replace("currentColor", color).encode()
        QSvgRenderer(QByteArray(svg)).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon as a pixmap of this many pixels."""
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return QPixmap.fromImage(image)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        """Return the icon for a screen of this pixel density."""
        return self.pixmap(size * scale, mode, state)

    def clone(self) -> QIconEngine:
        """Return another engine that draws the same."""
        copy = _IconEngine(self._source, *self._colors)
        self._clones[:] = [engine for engine in self._clones if isValid(engine)]
        self._clones.append(copy)
        return copy


# Colours


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@cache
def _luminance(color: str) -> float:
    asked = QColor(color)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
        for part in (asked.redF(), asked.greenF(), asked.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
