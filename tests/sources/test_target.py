"""``gradviz package.module:function``."""

import os
import sys
from pathlib import Path

import pytest
from listening import Heard

from gradviz.graph.adapter import Adapters
from gradviz.sources.found import roots_of
from gradviz.sources.run import CodeError
from gradviz.sources.target import (
    Target,
    TargetError,
    call_target,
    parse_target,
    target_run,
)

CLASS = (Path(__file__).parents[1] / "corpus" / "lesson.py").read_text()


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("module:function", Target("module", "function")),
        ("a.b.c:Net.loss", Target("a.b.c", "Net.loss")),
        ("C:lesson", None),
        ("c:lesson", None),
        ("C:\\lesson.ipynb", None),
        ("C:/lesson.py", None),
        ("lesson.ipynb", None),
        ("a/b:c", None),
        ("a:b:c", None),
        ("a b:c", None),
        ("1a:c", None),
        ("module:", None),
        ("", None),
    ],
)
def test_what_is_a_target(text, target):
    assert parse_target(text) == target


@pytest.mark.skipif(os.name == "nt", reason="no such file name")
def test_a_file_that_exists_is_no_target(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert parse_target("two:words") == Target("two", "words")
    Path("two:words").write_text("")
    assert parse_target("two:words") is None


@pytest.fixture
def called(tmp_path):
    def called(body, target="package.graphs:f"):
        (tmp_path / "package").mkdir(exist_ok=True)
        (tmp_path / "package" / "graphs.py").write_text(CLASS + body)
        module, _, function = target.partition(":")
        asked = Target(module, function)
        heard, adapters = Heard(), Adapters()
        run = target_run(asked, tmp_path, heard)
        call_target(run, asked, adapters)
        names = run.variables(adapters)
        return [
            [root.label or names.get(id(root), "?") for root in roots]
            for roots in roots_of(run, adapters)
        ]

    return called


GRAPH = "def f(n=2):\n    a, b = Value(n, label='a'), Value(3, label='b')\n"


@pytest.mark.parametrize(
    ("body", "roots"),
    [
        ("    return a", [["a"]]),
        ("    return [a, (b,)]", [["a", "b"]]),
        ("    return {'loss': a * b, 'b': b}", [["loss", "b"]]),
        ("    draw_dot(b)", [["b"]]),
        ("    draw_dot(b)\n    return a", [["b"]]),
        ("    import gradviz\n    gradviz.show(a, b)", [["a", "b"]]),
        (
            "    class Net: pass\n    net = Net()\n    net.w = [a, b]\n    return net",
            [["a", "b"]],
        ),
    ],
)
def test_what_a_function_returns_or_draws_is_shown(called, body, roots):
    assert called(GRAPH + body) == roots


def test_a_variable_is_shown_too(called):
    assert called("loss = Value(2)\n", "package.graphs:loss") == [["loss"]]


def test_a_method_is_found(called):
    body = "class Net:\n    @staticmethod\n    def loss(): return Value(1, label='l')\n"
    assert called(body, "package.graphs:Net.loss") == [["l"]]


@pytest.mark.parametrize(
    ("body", "target", "sentence"),
    [
        (
            "",
            "nowhere:f",
            "There is no module nowhere: it is neither in {folder} nor installed for "
            f"{sys.executable}.",
        ),
        (
            "",
            "package.other:f",
            "There is no module package.other: it is neither in {folder} nor installed "
            f"for {sys.executable}.",
        ),
        (
            "def a(): pass\ndef b(): pass\n",
            "package.graphs:f",
            "package.graphs has no function f; it has a, b.",
        ),
        (
            "",
            "package.graphs:f",
            "package.graphs has no function f; it has no functions.",
        ),
        (
            "def f(x, y, *, z, n=1): pass",
            "package.graphs:f",
            "package.graphs:f needs the arguments x, y and z, and gradviz calls it "
            "without any: give defaults, or name a function that calls it.",
        ),
        (
            "def f(x): pass",
            "package.graphs:f",
            "package.graphs:f needs the argument x, and gradviz calls it without any: "
            "give defaults, or name a function that calls it.",
        ),
        (
            "def f(): return 3",
            "package.graphs:f",
            "package.graphs:f returned 3, which holds no Value, and drew nothing: "
            "return the Value to show, or a list or dictionary of Values.",
        ),
    ],
)
def test_what_can_t_be_shown_is_told(called, tmp_path, body, target, sentence):
    with pytest.raises(TargetError) as told:
        called(body, target)
    assert str(told.value) == sentence.format(folder=tmp_path.resolve())


@pytest.mark.parametrize(
    "body", ["import not_there_at_all", "def f(): 1/0", "def f(): raise SystemExit(2)"]
)
def test_code_that_fails_is_their_failure(called, body):
    with pytest.raises(CodeError) as failed:
        called(body)
    assert failed.value.filename == "package.graphs:f"


def test_the_module_is_what_the_source_panel_shows(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1\n")
    run = target_run(Target("mine", "f"), tmp_path)
    assert [cell.source for cell in run.program.cells] == ["x = 1\n"]
    assert Path.cwd() == tmp_path.resolve()
