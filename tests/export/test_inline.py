"""``gradviz.draw_dot`` in a program of one's own: a picture, and no Qt."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest

import gradviz
from gradviz import Value
from gradviz.export.inline import InlinePicture
from gradviz.export.target import ExportError
from gradviz.graph.adapter import AdapterError
from gradviz.graph.build import GraphError


@pytest.fixture
def picture(qapp):
    x = Value(3.0, "x")
    y = x * x
    y.label = "y"
    y.backward()
    return gradviz.draw_dot(y)


def test_a_notebook_shows_the_picture_by_itself(picture) -> None:
    root = ElementTree.fromstring(picture._repr_svg_())
    assert root.tag.endswith("}svg")
    words = root[1].text
    assert "∇ 6" in words
    assert "y: made by ×" in words


@pytest.mark.parametrize(
    ("kind", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF-"),
                        ("json", b"{")]
)  # fmt: skip
def test_it_is_saved_as_its_ending_says(picture, tmp_path, kind, start) -> None:
    target = tmp_path / f"graph.{kind}"
    picture.save(target)
    assert target.read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_it_stays_as_it_was_when_the_values_go_on(picture, tmp_path) -> None:
    x = Value(1.0, "x")
    drawn = gradviz.draw_dot(x + 1.0)
    x.data = 5.0
    assert isinstance(drawn, InlinePicture)
    assert "x: a leaf\ndata 1\n" in ElementTree.fromstring(drawn._repr_svg_())[1].text


def test_what_can_not_be_saved_is_told_in_a_sentence(picture, tmp_path) -> None:
    with pytest.raises(ExportError, match=r"There is no folder .* make it first"):
        picture.save(tmp_path / "no" / "x.svg")
    with pytest.raises(ExportError, match=r"x\.gif can't be saved as gif"):
        picture.save(tmp_path / "x.gif")


def test_what_is_no_graph_is_told_in_a_sentence() -> None:
    with pytest.raises(AdapterError, match="int is not a Value that gradviz can read"):
        gradviz.draw_dot(3)
    with pytest.raises(GraphError, match="There is no Value to draw"):
        gradviz.draw_dot()


def run(source, folder, **environ):
    return subprocess.run(
        [sys.executable, "-c", source],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_qt_gets_into_the_program(tmp_path) -> None:
    done = run(
        "import sys, gradviz\n"
        "bias = gradviz.Value(3.0)\n"
        "picture = gradviz.draw_dot(bias * 2.0)\n"
        "picture.save('graph.svg')\n"
        "assert 'bias' in picture._repr_svg_()\n"
        "print([name for name in sys.modules if 'PySide' in name])\n",
        tmp_path,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
    words = ElementTree.parse(tmp_path / "graph.svg").getroot()[1].text
    assert words.startswith("bias: a leaf\ndata 3\n")


def test_show_without_a_display_says_so_and_does_not_abort(tmp_path) -> None:
    done = run(
        "import gradviz\n"
        "try:\n"
        "    gradviz.show(gradviz.Value(3.0) * 2.0)\n"
        "except Exception as problem:\n"
        "    print(problem)\n"
        "print('the program goes on')\n",
        tmp_path,
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("There is no display to open a window on: use ")
    assert lines[1:] == ["the program goes on"]
    assert (done.returncode, done.stderr) == (0, "")
