"""Pictures on disk: whole, readable anywhere, and safe to write."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from helpers import Play, layout_of, lesson_17, named, random_graph
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from gradviz.export import pictures
from gradviz.export.pictures import FORMATS, save_picture
from gradviz.export.target import ExportError
from gradviz.ui.theme import DARK, LIGHT
from gradviz.value import Value

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture
def play(qapp):
    play = lesson_17("accumulate")
    play.run_to_end()
    return play


def save(play, path, theme=LIGHT, **options):
    save_picture(path, play.mirror, layout_of(play.graph), theme, **options)
    return path


def test_an_svg_says_every_number_in_words(play, tmp_path):
    root = ElementTree.parse(save(play, tmp_path / "lesson.svg")).getroot()
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == "lesson: 12 Values, step 6"
    words = root.find(f"{SVG}desc").text
    for node in play.graph.nodes:
        assert f"{node.name}: " in words
    assert "∇ −0.875: final: all 2 consumers have pushed" in words
    assert "seed gradient −0.125" in words


def test_an_svg_holds_no_text_that_needs_a_font(play, tmp_path):
    root = ElementTree.parse(save(play, tmp_path / "lesson.svg")).getroot()
    assert not list(root.iter(f"{SVG}text"))
    shapes = {path.get("id") for path in root.iter(f"{SVG}path")}
    uses = [use.get(HREF).removeprefix("#") for use in root.iter(f"{SVG}use")]
    assert len(uses) > 100
    assert set(uses) <= shapes


def test_names_with_markup_in_them_leave_the_svg_whole(qapp, tmp_path):
    play = Play([named(Value(2.0, "a<b>&\x07") * 3.0, "</desc>")])
    root = ElementTree.parse(save(play, tmp_path / "a&b.svg")).getroot()
    assert "</desc>: made by" in root.find(f"{SVG}desc").text
    assert root.find(f"{SVG}title").text.startswith("a&b: ")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_svg_and_png_show_the_same(play, tmp_path, theme):
    svg = QSvgRenderer(str(save(play, tmp_path / "one.svg", theme)))
    png = QImage(str(save(play, tmp_path / "one.png", theme)))
    drawn = QImage(png.size(), QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    svg.render(painter, QRectF(drawn.rect()))
    painter.end()
    far = sum(
        abs(png.pixelColor(x, y).value() - drawn.pixelColor(x, y).value()) > 120
        for x in range(0, png.width(), 2)
        for y in range(0, png.height(), 2)
    )
    assert far < 300
    assert png.pixelColor(1, 1) == QColor(theme.palette.canvas)


def test_a_png_has_twice_the_pixels_and_text_on_it(play, tmp_path):
    image = QImage(str(save(play, tmp_path / "lesson.png", DARK)))
    width, height = layout_of(play.graph).size
    assert image.width() > 2 * width
    assert image.height() > 2 * height
    text = QColor(DARK.palette.text).rgb()
    found = sum(
        image.pixel(x, y) == text
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )
    assert found > 500


def test_a_pdf_is_one_page_of_the_picture_with_its_fonts(play, tmp_path):
    content = save(play, tmp_path / "lesson.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1
    assert b"FontFile" in content
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    width, height = layout_of(play.graph).size
    assert float(box[1]) == pytest.approx((width + 56) * 0.75, abs=24)
    assert float(box[2]) == pytest.approx((height + 56) * 0.75, abs=24)


def test_a_png_that_would_be_too_large_is_refused_in_a_sentence(
    play, tmp_path, monkeypatch
):
    monkeypatch.setattr(pictures, "_MOST_SIDE", 500)
    target = tmp_path / "large.png"
    with pytest.raises(ExportError, match=r"large\.png would be .* save it as SVG"):
        save(play, target)
    assert not list(tmp_path.iterdir())


def test_a_pdf_larger_than_pdf_allows_is_made_smaller(qapp, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "_MOST_POINTS", 200.0)
    content = save(random_graph(40), tmp_path / "tall.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert max(float(box[1]), float(box[2])) <= 200.5


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_file_is_replaced_and_nothing_is_left_beside_it(play, tmp_path, fmt):
    target = tmp_path / "picture"
    target.write_text("old")
    save(play, target, fmt=fmt)
    assert target.stat().st_size > 1000
    assert [file.name for file in tmp_path.iterdir()] == ["picture"]


def test_a_missing_folder_is_named(play, tmp_path):
    with pytest.raises(ExportError, match=r"There is no folder .*gone"):
        save(play, tmp_path / "gone" / "x.svg")


def test_an_unknown_ending_is_answered_with_the_known_ones(play, tmp_path):
    with pytest.raises(ExportError, match="svg, png, pdf"):
        save(play, tmp_path / "x.gif")


def test_digits_can_be_chosen(play, tmp_path):
    coarse = save(play, tmp_path / "one.svg", digits=1).read_bytes()
    fine = save(play, tmp_path / "two.svg").read_bytes()
    assert coarse != fine


def test_no_display_and_no_fonts_are_needed(tmp_path):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from PySide6.QtGui import QGuiApplication\n"
        "app = QGuiApplication([])\n"
        "from helpers import lesson_17, layout_of\n"
        "from gradviz.export.pictures import save_picture\n"
        "from gradviz.ui.theme import DARK\n"
        "play = lesson_17()\n"
        "save_picture(sys.argv[2], play.mirror, layout_of(play.graph), DARK)\n"
    )
    target = tmp_path / "alone.png"
    environ = {
        "QT_QPA_PLATFORM": "offscreen",
        "FONTCONFIG_FILE": "/dev/null",
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", program, str(tests), str(target)]
    subprocess.run(command, check=True, env=environ, cwd=tests.parent)
    image = QImage(str(target))
    text = QColor(DARK.palette.text).rgb()
    found = sum(
        image.pixel(x, y) == text
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )
    assert found > 500
