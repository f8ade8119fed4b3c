"""Pictures on disk: what the canvas shows, as SVG, PNG or PDF.

Needs a QGuiApplication but no display, and no fonts on the machine: gradviz brings its
own, and text in an SVG is outlines.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import (
    QBuffer,
    QIODevice,
    QMarginsF,
    QRectF,
    QSize,
    QSizeF,
)
from PySide6.QtGui import QColor, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from gradviz.analysis.words import value_in_words
from gradviz.export.outlines import Outlines
from gradviz.export.target import ExportError, written
from gradviz.layout.geometry import Layout
from gradviz.numbers import DIGITS
from gradviz.session.mirror import Mirror
from gradviz.ui.canvas.drawing import paint, step_pills
from gradviz.ui.canvas.picture import Picture
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.style import MARGIN, Style
from gradviz.ui.theme import Theme, load_fonts

Format = Literal["svg", "png", "pdf"]
FORMATS: tuple[Format, ...] = ("svg", "png", "pdf")
PNG_SCALE = 2.0
_MOST_PIXELS = 120_000_000
_MOST_SIDE = 32_000
_CSS_DPI = 96
_PDF_DPI = 1200
_POINTS_PER_PIXEL = 72 / _CSS_DPI
_MOST_POINTS = 14_400.0
"""Larger pages than this are beyond what PDF allows."""


class _Sheet:
    """What is drawn, and how large it is.

    Attributes:
        area: The part of the picture's plane that is on the sheet.
        outlines: The texts, if they are to be outlines.
    """

    def __init__(
        self, mirror: Mirror, layout: Layout, theme: Theme, digits: int, outlined: bool
    ) -> None:
        load_fonts()
        self.mirror = mirror
        self.outlines = Outlines()
        self._style = Style(theme, self.outlines.add if outlined else None)
        self._picture = Picture(mirror.graph, layout, self._style)
        self._shown = Shown(mirror, digits)
        self._picture.write_numbers(self._shown.numbers(layout.folded))
        self._pills = step_pills(self._picture, self._shown, self._style)
        covered = self._picture.bounds
        for pill in self._pills:
            covered = covered.united(pill.rect)
        self.area = covered.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def draw(self, device: QPaintDevice, scale: float) -> None:
        """Draw everything, at so many units of the device for one of the picture."""
        painter = QPainter(device)
        try:
            self._draw(painter, scale)
        finally:
            # Qt aborts when a device goes while it is painted on.
            painter.end()

    def _draw(self, painter: QPainter, scale: float) -> None:
        painter.scale(scale, scale)
        painter.translate(-self.area.topLeft())
        painter.fillRect(self.area, QColor(self._style.palette.canvas))
        paint(
            painter,
            self._picture,
            self._shown,
            self._style,
            [self.area],
            # Always with all the detail: paper and files can be looked at closely.
            1.0,
            self._pills,
        )

    def description(self) -> str:
        """Return everything the picture shows as text, a paragraph for each Value."""
        nodes = range(len(self.mirror.graph))
        return "\n\n".join(value_in_words(self.mirror, node) for node in nodes)


def save_picture(
    path: str | os.PathLike[str],
    mirror: Mirror,
    layout: Layout,
    theme: Theme,
    fmt: Format | None = None,
    digits: int = DIGITS,
) -> None:
    """Save what the canvas shows.

    A file that is there already is replaced at once, or stays as it was.

    Args:
        path: The file.
        mirror: The graph and its numbers.
        layout: Where everything is.
        theme: The colours.
        fmt: The kind of picture, by default what the file's name ends with.
        digits: Significant digits of the numbers.

    Raises:
        ExportError: The kind is not known, the picture is too large for it, or the
            file can't be written.
    """
    target = Path(path)
    kind = fmt or target.suffix.lower().removeprefix(".")
    make = _MAKERS.get(kind)
    if make is None:
        known = ", ".join(FORMATS)
        raise ExportError(
            f"{target.name} can't be saved as {kind or 'a file without an ending'}: "
            f"give it one of the endings {known}."
        )
    sheet = _Sheet(mirror, layout, theme, digits, outlined=kind == "svg")
    content = make(sheet, target)
    with written(target) as fresh:
        fresh.write_bytes(content)


def _svg(sheet: _Sheet, target: Path) -> bytes:
    size = sheet.area.size()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setResolution(_CSS_DPI)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(_TITLE)
    generator.setDescription(_DESCRIPTION)
    buffer = _buffer()
    generator.setOutputDevice(buffer)
    sheet.draw(generator, 1.0)
    text = bytes(buffer.data().data()).decode("utf-8")
    count = len(sheet.mirror.graph)
    title = f"{target.stem}: {count} Values, step {sheet.mirror.playhead}"
    # Qt would write these two as they are, and people's names hold < and &.
    text = text.replace(_TITLE, _escaped(title), 1)
    text = text.replace(_DESCRIPTION, _escaped(sheet.description()), 1)
    end = text.rindex("</svg>")
    text = text[:end] + sheet.outlines.svg(sheet.area.topLeft()) + text[end:]
    return text.replace("<svg ", '<svg role="img" ', 1).encode("utf-8")


def _png(sheet: _Sheet, target: Path) -> bytes:
    size = _rounded(sheet.area.size() * PNG_SCALE)
    if (
        max(size.width(), size.height()) > _MOST_SIDE
        or size.width() * size.height() > _MOST_PIXELS
    ):
        raise ExportError(
            f"{target.name} would be {size.width():,} × {size.height():,} pixels, "
            "too many for a PNG: save it as SVG or PDF instead."
        )
    image = QImage(size, QImage.Format.Format_RGB32)
    sheet.draw(image, PNG_SCALE)
    image.setDotsPerMeterX(round(_CSS_DPI * PNG_SCALE / 0.0254))
    image.setDotsPerMeterY(round(_CSS_DPI * PNG_SCALE / 0.0254))
    image.setText("Title", target.stem)
    image.setText("Software", "gradviz")
    buffer = _buffer()
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _pdf(sheet: _Sheet, target: Path) -> bytes:
    points = sheet.area.size() * _POINTS_PER_PIXEL
    shrunk = min(1.0, _MOST_POINTS / max(points.width(), points.height()))
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(target.stem)
    writer.setCreator("gradviz")
    writer.setResolution(_PDF_DPI)
    page = QPageSize(
        points * shrunk, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageSize(page)
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    sheet.draw(writer, shrunk * _PDF_DPI / _CSS_DPI)
    del writer
    return bytes(buffer.data().data())


_TITLE = "gradviz-title"
_DESCRIPTION = "gradviz-description"
_MAKERS: dict[str, Callable[[_Sheet, Path], bytes]] = {
    "svg": _svg,
    "png": _png,
    "pdf": _pdf,
}


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    return buffer


def _rounded(size: QSizeF) -> QSize:
    return QSize(max(1, round(size.width())), max(1, round(size.height())))


def _escaped(text: str) -> str:
    plain = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
