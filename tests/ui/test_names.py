"""Names that have no room: the end tells the weights of a layer from each other."""

import pytest
from PySide6.QtCore import Qt

from gradviz.ui.canvas.style import Style
from gradviz.ui.names import fitted_call, fitted_result
from gradviz.ui.theme import DARK

WEIGHT = "n.layers[1].neurons[0].w[2]"


class Columns:
    """Metrics of a font whose characters are all 1 px wide."""

    def horizontalAdvance(self, text: str) -> float:
        return len(text)

    def elidedText(self, text: str, mode: Qt.TextElideMode, width: int) -> str:
        if len(text) <= width:
            return text
        if mode == Qt.TextElideMode.ElideLeft:
            return "…" + text[len(text) - width + 1 :] if width > 1 else ""
        return text[: width - 1] + "…" if width > 1 else ""


def test_a_card_keeps_the_index_of_its_name(qapp) -> None:
    writing = Style(DARK).name
    assert writing.elided(WEIGHT, writing.width("neurons[0].w[2]")).endswith("w[2]")
    bias = "n.layers[1].neurons[0].b"
    assert writing.elided(bias, writing.width("neurons[0].b")).endswith("s[0].b")
    assert writing.elided("a long name", writing.width("a long")).startswith("a l")


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        (f"{WEIGHT}._backward()", 40, f"{WEIGHT}._backward()"),
        (f"{WEIGHT}._backward()", 30, f"{WEIGHT}._…"),
        (f"{WEIGHT}._backward()", 10, "…s[0].w[2]"),
        ("a long name._backward()", 8, "a long …"),
    ],
)
def test_a_call_keeps_the_end_of_a_name_that_ends_in_an_index(
    text, room, shown
) -> None:
    assert fitted_call(text, Columns(), room) == shown


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("x1: −0.875", 10, "x1: −0.875"),
        (f"{WEIGHT}: −0.875", 15, "…].w[2]: −0.875"),
        (f"⚠ {WEIGHT}: −0.875", 17, "⚠ …].w[2]: −0.875"),
        (f"{WEIGHT}: −0.875", 7, "−0.875"),
        ("next", 3, "next"),
    ],
)
def test_a_result_keeps_its_number(text, room, shown) -> None:
    assert fitted_result(text, Columns(), room) == shown
