"""Every icon is there, drawn in one manner, takes the theme's colour and is whole."""

import re
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gradviz.assets import resource_path

NAMES = [
    "step",
    "step-back",
    "to-start",
    "to-end",
    "play",
    "pause",
    "stop",
    "fit",
    "actual-size",
    "zoom-in",
    "zoom-out",
    "find",
    "previous",
    "next",
    "close",
    "undo",
    "redo",
    "open",
    "export",
    "zero",
    "add",
    "remove",
    "up",
    "down",
    "reset-value",
    "theme",
    "help",
    "warning",
    "error",
    "info",
    "check",
    "check-code",
    "copy",
    "cross",
    "folder",
    "notebook",
    "save",
    "script",
    "lesson",
    "settings",
    "refresh",
    "float",
    "focus",
]
SIZE = 200


def source(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


def drawn(svg: str, size: int = SIZE) -> QImage:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    assert renderer.isValid()
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def colours(image: QImage) -> set[str]:
    """Returns the colours of the fully painted points."""
    points = (
        image.pixelColor(x, y)
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )
    return {point.name() for point in points if point.alpha() == 255}


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_drawn_in_the_manner_of_the_set(name: str) -> None:
    root = ElementTree.fromstring(source(name))
    assert root.get("viewBox") == "0 0 20 20"
    assert root.get("stroke") == "currentColor"
    assert root.get("stroke-width") == "1.6"
    assert root.get("stroke-linecap") == "round"


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_takes_the_colour_of_the_theme(qapp: QApplication, name: str) -> None:
    accent = QColor("#6EA8FE")
    seen = colours(drawn(source(name).replace("currentColor", accent.name())))
    assert accent.name() in seen
    # Where two antialiased shapes meet, rounding moves a channel by one.
    for colour in map(QColor, seen):
        assert abs(colour.red() - accent.red()) <= 1
        assert abs(colour.green() - accent.green()) <= 1
        assert abs(colour.blue() - accent.blue()) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_not_cut_at_its_edges(qapp: QApplication, name: str) -> None:
    image = drawn(source(name).replace("currentColor", "#000000"))
    edge = SIZE - 1
    rim = [(x, y) for x in range(SIZE) for y in (0, edge)]
    rim += [(x, y) for x in (0, edge) for y in range(SIZE)]
    assert all(image.pixelColor(x, y).alpha() == 0 for x, y in rim)


def test_no_two_icons_look_the_same(qapp: QApplication) -> None:
    pictures = {
        name: bytes(drawn(source(name).replace("currentColor", "#000000")).constBits())
        for name in NAMES
    }
    assert len(set(pictures.values())) == len(NAMES)


def test_there_is_no_icon_that_the_set_does_not_name() -> None:
    files = {path.stem for path in resource_path("icons").glob("*.svg")}
    assert files == {*NAMES, "gradviz"}


@pytest.mark.parametrize("size", [16, 32, 256])
def test_the_program_icon_shows_white_nodes_on_the_accent(
    qapp: QApplication, size: int
) -> None:
    svg = source("gradviz")
    assert set(re.findall(r"#\w{6}", svg)) == {"#1F6FEB", "#FFFFFF"}
    assert {"#1f6feb", "#ffffff"} <= colours(drawn(svg, size))
