"""Both themes can be read, and are put in place while the program runs."""

import gc
import re
from dataclasses import fields

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QPushButton

from gradviz.assets import resource_path
from gradviz.ui.theme import (
    DARK,
    LIGHT,
    Palette,
    apply_theme,
    code_font,
    contrast,
    icon,
    number_font,
    style_sheet,
    system_theme,
    ui_font,
)

READ = [
    ("text", "canvas"),
    ("text", "panel"),
    ("text", "card"),
    ("text", "field"),
    ("text", "button"),
    ("text", "hover"),
    ("text", "selection"),
    ("dim", "panel"),
    ("dim", "card"),
    ("dim", "canvas"),
    ("positive", "card"),
    ("negative", "card"),
    ("attention", "panel"),
    ("error", "panel"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_pressed"),
    ("text", "pill"),
]
SEEN = [
    ("accent", "canvas"),
    ("accent", "panel"),
    ("done", "canvas"),
    ("done", "card"),
    ("attention", "canvas"),
    ("consumer", "canvas"),
]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_everything_that_is_read_has_enough_contrast(theme):
    for pairs, least in ((READ, 4.5), (SEEN, 3.0)):
        for front, back in pairs:
            found = contrast(
                getattr(theme.palette, front), getattr(theme.palette, back)
            )
            assert found >= least, (front, back, found)


def test_the_style_sheet_knows_every_role_it_names():
    for theme in (DARK, LIGHT):
        sheet = style_sheet(theme)
        assert "$" not in sheet.replace("$name", "")
        for url in re.findall(r'url\("([^"]+)"\)', sheet):
            assert resource_path("themes", theme.name, url.rsplit("/", 1)[1])
    source = resource_path("themes", "style.qss").read_text(encoding="utf-8")
    named = set(re.findall(r"\$(\w+)", source)) - {"px", "small", "images", "name"}
    assert named <= {field.name for field in fields(Palette)}


def test_a_theme_is_changed_while_a_window_is_open(qtbot, qapp):
    button = QPushButton("Step")
    button.setProperty("primary", True)
    qtbot.addWidget(button)
    button.show()
    for theme in (DARK, LIGHT, DARK):
        apply_theme(qapp, theme)
        seen = button.grab().toImage().pixelColor(button.width() // 2, 4)
        assert seen == QColor(theme.palette.accent)
        shown = qapp.palette().color(QPalette.ColorRole.Window)
        assert shown == QColor(theme.palette.panel)


def test_the_system_is_followed(monkeypatch, qapp):
    import gradviz.ui.theme as module

    class Hints:
        def colorScheme(self):
            return scheme

    class Application:
        @staticmethod
        def styleHints():
            return Hints()

    monkeypatch.setattr(module, "QGuiApplication", Application)
    scheme = Qt.ColorScheme.Dark
    assert system_theme() is DARK
    scheme = Qt.ColorScheme.Light
    assert system_theme() is LIGHT


def test_fonts_are_the_bundled_ones_and_digits_line_up(qapp):
    apply_theme(qapp, DARK)
    assert QFontInfo(ui_font()).family() == "Inter"
    assert QFontInfo(code_font()).family() == "JetBrains Mono"
    metrics = QFontMetricsF(number_font(14))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_names_are_not_turned_into_products(qapp):
    apply_theme(qapp, DARK)
    plain = QFontMetricsF(ui_font(40)).horizontalAdvance("w11x1")
    parts = [QFontMetricsF(ui_font(40)).horizontalAdvance(c) for c in "w11x1"]
    # With contextual alternates the x would be a times sign, which is wider.
    assert abs(plain - sum(parts)) < 1.5


def test_icons_take_the_colour_of_the_theme_and_stay_sharp(qapp):
    for theme in (DARK, LIGHT):
        step = icon("step", theme)
        for size in (16, 48):
            image = step.pixmap(QSize(size, size)).toImage()
            assert image.width() >= size
            assert QColor(theme.palette.text) in colors_of(image)
        off = step.pixmap(QSize(32, 32), QIcon.Mode.Disabled).toImage()
        assert QColor(theme.palette.faint) in colors_of(off)
        accent = icon("step", theme, "on_accent").pixmap(QSize(32, 32)).toImage()
        assert QColor(theme.palette.on_accent) in colors_of(accent)
    assert step.pixmap(QSize(16, 16), 3.0).toImage().width() == 48


def test_an_icon_survives_being_copied_and_changed(qapp):
    original = icon("step", DARK)
    copy = QIcon(original)
    copy.addPixmap(QPixmap(10, 10))
    gc.collect()
    for some in (copy, original):
        assert QColor(DARK.palette.text) in colors_of(some.pixmap(32, 32).toImage())
    del original, some
    gc.collect()
    assert QColor(DARK.palette.text) in colors_of(copy.pixmap(32, 32).toImage())
    del copy
    gc.collect()


def colors_of(image):
    found = []
    for x in range(image.width()):
        for y in range(image.height()):
            color = image.pixelColor(x, y)
            if color.alpha() == 255:
                found.append(color)
    return found
