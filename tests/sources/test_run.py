"""Running a person's file: up to the picture, or to its end, and what it drew."""

import json
import os
import sys
from pathlib import Path

import pytest

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.sources.found import roots_of
from gradviz.sources.notebook import SavedCell, read_notebook
from gradviz.sources.program import SourceError, read_program
from gradviz.sources.run import CodeError, Run

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "lesson_17.ipynb"

CLASS = (Path(__file__).parents[1] / "corpus" / "lesson.py").read_text()
A_AND_B = CLASS + "a, b = Value(2, label='a'), Value(3, label='b')\n"


def run(path):
    ran = Run(read_program(path))
    ran.to_the_picture(lambda text: None)
    return ran


def roots(ran):
    """Return the names of the roots in each set that can be drawn."""
    adapters = Adapters()
    names = ran.variables(adapters)
    return [
        [getattr(r, "label", "") or names.get(id(r), "?") for r in of]
        for of in roots_of(ran, adapters)
    ]


# Notebooks


@pytest.mark.skipif(not SEED.exists(), reason="the seed lesson is not next to this")
def test_the_seed_notebook_stops_where_it_draws():
    ran = run(SEED)
    adapters = Adapters()
    live = build(roots_of(ran, adapters)[0], ran.variables(adapters), adapters)
    assert roots(ran) == [["root"]]
    assert (len(live.graph), len(live.graph.edges)) == (13, 14)
    names = [node.name for node in live.graph.nodes]
    assert names[:7] == ["w11", "x1", "w11x1", "w12", "x2", "w12x2", "s1"]
    assert names[7:] == ["w21", "w21x1", "w22", "w22x2", "s2", "root"]
    assert ran.namespace["s1"].grad == 0  # no cell after the drawing has run


def test_a_notebook_runs_up_to_its_first_drawing(write):
    ran = run(
        write(
            [A_AND_B, "c = a * b", "draw_dot(c)", "d = c + a\ndraw_dot(d)"],
            "lesson.ipynb",
        )
    )
    assert ran.count == 3
    assert "d" not in ran.namespace
    assert roots(ran) == [["c"]]


def test_the_rest_of_the_drawing_cell_runs_too(write):
    ran = run(
        write([A_AND_B, "draw_dot(a * b)\nlast = 7\ndraw_dot(a)"], "lesson.ipynb")
    )
    assert ran.namespace["last"] == 7
    assert roots(ran) == [["?"], ["a"]]


def test_a_drawing_module_need_not_be_there(write):
    ran = run(write(f"from graph import draw_dot\n{A_AND_B}\ndraw_dot(a + b)\n"))
    assert roots(ran) == [["?"]]


def test_a_drawing_module_that_is_there_is_used_but_does_not_draw(write, tmp_path):
    (tmp_path / "graph.py").write_text(
        "HERE = 'the real one'\ndef draw_dot(root):\n    raise SystemError('drawn')\n"
    )
    ran = run(write(f"import graph\nfrom graph import *\n{A_AND_B}\ndraw_dot(a + b)\n"))
    assert ran.namespace["HERE"] == "the real one"
    assert roots(ran) == [["?"]]


OWN_DRAWING = """
from graphviz import Digraph

def trace(root):
    nodes, edges = set(), set()
    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)
    build(root)
    return nodes, edges

def draw_dot(root, format="svg", rankdir="LR"):
    nodes, edges = trace(root)
    dot = Digraph(format=format, graph_attr={"rankdir": rankdir})
    for n in nodes:
        dot.node(name=str(id(n)), label="{ %s }" % n.data, shape="record")
    return dot
"""


def test_a_drawing_function_of_the_notebook_s_own_is_not_needed(write):
    cells = [A_AND_B, OWN_DRAWING, "draw_dot(a * b)"]
    assert roots(run(write(cells, "lecture.ipynb"))) == [["?"]]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("draw_dot(a, b)", [["a", "b"]]),
        ("draw_dot([a, b])", [["a", "b"]]),
        ("draw_dot((b, a), format='png')", [["b", "a"]]),
        ("draw_dot(root=a)", [["a"]]),
        ("import types\nviz = types.SimpleNamespace()\nviz.draw_dot(b)", [["b"]]),
        ("import gradviz\ngradviz.show(a)", [["a"]]),
        ("from gradviz import show\nshow(a, b)", [["a", "b"]]),
        ("from gradviz import draw_dot as d\nd(b)", [["b"]]),
        ("draw_dot(a).render('x', view=True)", [["a"]]),
        ("draw_dot('no Value', a, 3)", [["a"]]),
        ("draw_dot(a)\ndraw_dot(b)", [["b"], ["a"]]),
    ],
)
def test_ways_to_draw(write, call, expected):
    assert roots(run(write(f"{A_AND_B}\n{call}\n"))) == expected


def test_without_a_drawing_it_is_all_that_nothing_consumes(write):
    ran = run(write(f"{A_AND_B}\nc = a * b\nd = a + b\nlone = Value(1)\nn = 5\n"))
    assert roots(ran) == [["c", "d", "lone"]]


def test_values_in_lists_and_dictionaries_are_found_and_named(write):
    ran = run(
        write(
            f"{CLASS}\n"
            "w = [Value(1), Value(2)]\n"
            "W = [[Value(3)], [Value(4), Value(5)]]\n"
            "d = {'k': (Value(6),)}\n"
            "total = w[0] + W[1][1]\n"
        )
    )
    names = ran.variables(Adapters())
    assert list(names.values()) == [
        *("total", "w[0]", "w[1]"),
        *("W[0][0]", "W[1][0]", "W[1][1]", "d['k'][0]"),
    ]
    assert roots(ran) == [["total", "w[1]", "W[0][0]", "W[1][0]", "d['k'][0]"]]


def test_a_value_of_two_names_has_the_first(write):
    ran = run(write(f"{CLASS}\nfirst = Value(1)\nsecond = first\n"))
    assert roots(ran) == [["first"]]


# Scripts


def test_a_script_runs_to_its_end_as_the_main_program(write, tmp_path):
    (tmp_path / "beside.py").write_text("number = 41\n")
    path = write(
        """\
        import os, sys
        import beside
        place, argv, name = os.getcwd(), sys.argv, __name__
        here = os.path.basename(__file__)
        draw_dot(None)
        if __name__ == "__main__":
            after = beside.number + 1
        """
    )
    names = run(path).namespace
    assert names["after"] == 42
    assert os.path.realpath(names["place"]) == os.path.realpath(tmp_path)
    assert [os.path.realpath(a) for a in names["argv"]] == [os.path.realpath(path)]
    assert (names["here"], names["name"]) == ("program.py", "__main__")


@pytest.mark.parametrize("ending", ["sys.exit()", "sys.exit(0)", "raise SystemExit"])
def test_a_script_may_end_by_exiting(write, ending):
    ran = run(write(f"import sys\n{A_AND_B}\n{ending}\nc = 1\n"))
    assert roots(ran) == [["a", "b"]]


def test_exiting_with_an_error_is_a_failure(write):
    with pytest.raises(CodeError) as failed:
        run(write("import sys\nsys.exit(3)\n"))
    assert failed.value.__cause__.code == 3


def test_the_f_string_of_the_lesson_needs_python_3_12(write):
    ran = run(write("name = ''\ntext = f'{name or 'Value'}'\n"))
    assert ran.namespace["text"] == "Value"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"# -*- coding: latin-1 -*-\ntext = 'h\xe9'\n", "hé"),
        (b"\xef\xbb\xbftext = 'h\xc3\xa9'\n", "hé"),
        (b"a = 1\r\nif a:\r\n    text = 'crlf'\r\n", "crlf"),
        (b"a = 1\rtext = 'cr'\r", "cr"),
        (b"text = '''one\r\ntwo'''", "one\ntwo"),
    ],
    ids=["coding line", "byte order mark", "CRLF", "CR", "CRLF in a text"],
)
def test_scripts_are_decoded_as_python_does(write, raw, text):
    assert run(write(raw)).namespace["text"] == text


# Notebooks of every kind


def test_a_notebook_of_format_3_is_read():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "markdown", "metadata": {}, "source": ["words"]},
                    {
                        "cell_type": "code",
                        "collapsed": False,
                        "input": ["x = 1\n", "y = 2"],
                        "language": "python",
                        "metadata": {},
                        "outputs": [],
                    },
                ],
                "metadata": {},
            }
        ],
    }
    assert read_notebook(json.dumps(old).encode()) == [
        SavedCell("markdown", "words"),
        SavedCell("code", "x = 1\ny = 2"),
    ]


def test_a_notebook_without_cell_ids_is_read_in_silence(recwarn):
    raw = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": "x = 1",
            }
        ],
    }
    assert read_notebook(json.dumps(raw).encode()) == [SavedCell("code", "x = 1")]
    assert list(recwarn) == []


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it is not JSON."),
        (b"{", "it is not JSON."),
        (b"\xff\xfe\x00", "it is not UTF-8 text."),
        (b"[]", "what it holds is not what a notebook holds."),
        (b"{}", "what it holds is not what a notebook holds."),
        (b'{"cells": 3}', "what it holds is not what a notebook holds."),
        (b'"text"', "what it holds is not what a notebook holds."),
    ],
)
def test_a_broken_notebook_is_told_in_a_sentence(write, raw, why, tmp_path):
    path = tmp_path / "broken.ipynb"
    path.write_bytes(raw)
    with pytest.raises(SourceError) as told:
        read_program(path)
    assert str(told.value) == f"broken.ipynb is no readable notebook: {why}"


def test_files_that_can_t_be_opened_are_told_in_a_sentence(tmp_path):
    for name, sentence in (
        ("none.py", f"There is no file {tmp_path / 'none.py'}."),
        ("", f"{tmp_path} is a folder; name a notebook or a script in it."),
        ("a.txt", "a.txt is neither a notebook (.ipynb) nor a script (.py)."),
    ):
        (tmp_path / "a.txt").write_text("")
        with pytest.raises(SourceError) as told:
            read_program(tmp_path / name)
        assert str(told.value) == sentence


def test_a_script_that_is_no_text_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "binary.py"
    path.write_bytes(b"x = '\xff'\n")
    with pytest.raises(SourceError, match=r"^binary\.py is not readable as text: "):
        read_program(path)


# Where Values are found


NET = """
class Layer:
    def __init__(self):
        self.w = [Value(1), Value(2)]
        self.b = Value(3)
class Net:
    def __init__(self):
        self.layers = [Layer()]
        self.out = self.layers[0].w[0] * self.layers[0].b
net = Net()
"""


def test_values_in_objects_of_the_person_s_own_are_found(write):
    ran = run(write(CLASS + NET))
    assert list(ran.variables(Adapters()).values()) == [
        "net.out",
        *("net.layers[0].b", "net.layers[0].w[0]", "net.layers[0].w[1]"),
    ]


def test_a_large_data_set_is_not_searched_to_its_end(write):
    ran = run(write(CLASS + "data = [[i] for i in range(300_000)]\nx = Value(1)\n"))
    assert list(ran.variables(Adapters()).values()) == ["x"]


def test_an_object_that_holds_itself_is_searched_once(write):
    ran = run(write(CLASS + "class N: pass\nn = N()\nn.me = [n, n]\nn.x = Value(1)\n"))
    assert list(ran.variables(Adapters()).values()) == ["n.x"]


def test_classes_of_values_are_found_where_no_graph_is(write, tmp_path):
    (tmp_path / "engine.py").write_text(CLASS.replace("class Value", "class Node"))
    ran = run(
        write(
            CLASS + "import engine\nfrom engine import Node\nfrom pathlib import Path\n"
            "class Net:\n    def __init__(self, x): self.data = x\n"
            "class Picky:\n    def __init__(self, a, b, c): pass\n"
        )
    )
    assert ran.value_classes(Adapters()) == [
        ran.namespace["Value"],
        sys.modules["engine"].Node,
    ]
