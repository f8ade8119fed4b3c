"""People's own colours stay what they are and can be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from gradviz.ui.canvas.colors import visible_color
from gradviz.ui.theme import DARK, LIGHT, contrast

THEMES = [DARK.palette, LIGHT.palette]


@pytest.mark.parametrize("palette", THEMES)
def test_the_lessons_green_is_the_colour_of_what_is_done(palette):
    assert visible_color("green", palette) == palette.done


@pytest.mark.parametrize("palette", THEMES)
@pytest.mark.parametrize("name", ["black", "white", "#000000", "#FFF"])
def test_black_and_white_are_the_colour_of_text(name, palette):
    assert visible_color(name, palette) == palette.text


@pytest.mark.parametrize("palette", THEMES)
@given(color=st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}"))
def test_any_colour_can_be_told_from_the_canvas(palette, color):
    found = visible_color(color, palette)
    assert contrast(found, palette.canvas) >= 3
    assert contrast(found, palette.card) >= 3


@pytest.mark.parametrize("palette", THEMES)
@pytest.mark.parametrize("name", ["navy", "yellow", "lightblue", "darkred"])
def test_the_hue_stays(name, palette):
    asked, found = QColor(name), QColor(visible_color(name, palette))
    apart = abs(asked.hslHue() - found.hslHue())
    assert min(apart, 360 - apart) <= 3


@pytest.mark.parametrize(
    "text",
    ["antiquewhite3", "0.482 0.714 0.878", "rgb(200, 40, 90)", "#c8285aff", " Red "],
)
def test_css_and_graphviz_colours_are_understood(text):
    assert visible_color(text, DARK.palette)


@pytest.mark.parametrize("text", ["", "none", "transparent", "no", "rgb(1)", "7"])
def test_what_is_no_colour_is_left_out(text):
    assert visible_color(text, DARK.palette) is None
