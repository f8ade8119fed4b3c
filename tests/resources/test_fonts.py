"""The bundled fonts load, and between them can write all that gradviz writes."""

import unicodedata
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QRawFont
from PySide6.QtWidgets import QApplication

from gradviz.assets import resource_path

WEIGHTS = ["Regular", "Medium", "SemiBold", "Bold"]
FALLBACKS = ["Gradviz Symbols", "Gradviz Math"]
WRITTEN = "∂∇×⋅⁺ỹ−ᵀ✓✗⚠→Σ₁²·≈∞—…▶◀"


def font_files() -> list[Path]:
    return sorted(resource_path("fonts").glob("*.ttf"))


@pytest.fixture
def fonts(qapp: QApplication) -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = {}
    for file in font_files():
        number = QFontDatabase.addApplicationFont(str(file))
        assert number >= 0, f"Qt cannot load {file.name}"
        loaded[file.stem] = QFontDatabase.applicationFontFamilies(number)
    return loaded


def raw_font(family: str, style: str = "Regular") -> QRawFont:
    font = QFont(family)
    font.setStyleName(style)
    raw = QRawFont.fromFont(font)
    assert raw.familyName() == family, f"Qt took {raw.familyName()} for {family}"
    return raw


def test_every_file_loads_under_the_family_its_name_promises(
    fonts: dict[str, list[str]],
) -> None:
    promised = {
        "Inter": "Inter",
        "JetBrainsMono": "JetBrains Mono",
        "GradvizSymbols": "Gradviz Symbols",
        "GradvizMath": "Gradviz Math",
    }
    assert len(fonts) == 11
    for stem, families in fonts.items():
        assert promised[stem.partition("-")[0]] in families


@pytest.mark.parametrize("family", ["Inter", "Gradviz Symbols"])
def test_each_weight_of_the_text_family_is_a_face_of_its_own(
    fonts: dict[str, list[str]], family: str
) -> None:
    assert set(WEIGHTS) <= set(QFontDatabase.styles(family))


@pytest.mark.parametrize("character", WRITTEN, ids=unicodedata.name)
@pytest.mark.parametrize("family", ["Inter", "JetBrains Mono"])
def test_every_character_gradviz_writes_has_a_glyph(
    fonts: dict[str, list[str]], family: str, character: str
) -> None:
    having = [
        name
        for name in (family, *FALLBACKS)
        if raw_font(name).supportsCharacter(ord(character))
    ]
    assert having, f"{character} is in none of the bundled fonts"


@pytest.mark.parametrize("style", WEIGHTS)
def test_the_gradient_sign_comes_in_the_weight_of_the_text(
    fonts: dict[str, list[str]], style: str
) -> None:
    symbols = raw_font("Gradviz Symbols", style)
    assert symbols.styleName() == style
    assert all(symbols.supportsCharacter(ord(sign)) for sign in "∇⋅ᵀ")


@pytest.mark.parametrize("style", WEIGHTS)
def test_figures_of_the_text_family_line_up_when_asked_to(
    fonts: dict[str, list[str]], style: str
) -> None:
    raw = raw_font("Inter", style)
    assert b"tnum" in bytes(raw.fontTable("GSUB").data())


def test_figures_of_the_code_family_are_all_as_wide_as_one_another(
    fonts: dict[str, list[str]],
) -> None:
    raw = raw_font("JetBrains Mono")
    widths = {
        advance.x()
        for advance in raw.advancesForGlyphIndexes(
            raw.glyphIndexesForString("0123456789−")
        )
    }
    assert len(widths) == 1


def test_every_font_has_its_licence_beside_it() -> None:
    folder = resource_path("fonts")
    rows = [
        line.split("|")
        for line in (folder / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    licensed = set()
    for _, files, _, licence, _ in rows:
        text = (folder / licence.split("`")[1]).read_text(encoding="utf-8")
        assert "copyright" in text.lower()
        assert "permission is hereby granted" in text.lower()
        licensed |= set(folder.glob(files.strip(" `")))

    assert licensed == set(font_files())


def test_the_fonts_stay_small() -> None:
    assert sum(file.stat().st_size for file in font_files()) < 2_500_000
