"""Notebooks as people write them: magics, displays, figures, await, questions."""

import base64
import sys
import threading
import traceback
from pathlib import Path

import nbformat
import pytest
from listening import Heard, Notebook

from gradviz.graph.adapter import Adapters
from gradviz.sources.guards import NoInputError
from gradviz.sources.program import read_program
from gradviz.sources.run import CodeError, Run

CLASS = (Path(__file__).parents[1] / "corpus" / "lesson.py").read_text()


@pytest.fixture
def notebook(write):
    opened = []

    def notebook(*cells):
        opened.append(Notebook(write(list(cells), "lesson.ipynb")))
        return opened[-1]

    yield notebook
    for each in opened:
        each.run.close()


def line_of(error):
    """Return the line of the cell that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f.lineno for f in frames if f.filename.startswith("lesson.ipynb, cell")][-1]


# Cells


def test_all_cells_are_kept_with_what_the_file_saved_for_them(write):
    output = nbformat.v4.new_output(
        "execute_result", {"text/plain": "3", "text/html": "<b>3</b>"}
    )
    stream = nbformat.v4.new_output("stream", name="stdout", text="said\n")
    error = nbformat.v4.new_output(
        "error", ename="E", evalue="x", traceback=["\x1b[31mE\x1b[0m: x"]
    )
    code = nbformat.v4.new_code_cell("%time 1+2", outputs=[output, stream, error])
    markdown = nbformat.v4.new_markdown_cell("# Words")
    raw = nbformat.v4.new_raw_cell("as it is")
    cells = read_program(write([markdown, code, raw], "lesson.ipynb")).cells
    assert [(c.index, c.kind, c.source, c.filename) for c in cells] == [
        (0, "markdown", "# Words", "lesson.ipynb, cell 1"),
        (1, "code", "%time 1+2", "lesson.ipynb, cell 2"),
        (2, "raw", "as it is", "lesson.ipynb, cell 3"),
    ]
    assert cells[1].outputs == (
        {"text/plain": "3", "text/html": "<b>3</b>"},
        {"text/plain": "said\n"},
        {"text/plain": "E: x"},
    )


def test_cells_run_in_any_order_as_often_as_asked_and_edited(notebook):
    book = notebook("x = x + 1", "x = 10", nbformat.v4.new_markdown_cell("x = 0"))
    book.cell(1)
    book.cell(0)
    book.cell(0)
    assert book["x"] == 12
    book.cell(0, "x = x * 2")
    book.cell(2)
    assert book["x"] == 24
    assert [(i, count) for i, count, _ in book.heard.ended] == [
        *((1, 1), (0, 2), (0, 3), (0, 4)),
    ]


def test_the_next_cells_run_after_one_that_fails(write):
    path = write(["1/0", CLASS, "a = Value(2)", "undefined"], "lesson.ipynb")
    heard = Heard()
    run = Run(read_program(path), heard)
    run.to_the_picture()
    assert [type(e.__cause__).__name__ for e in run.failures] == [
        "ZeroDivisionError",
        "NameError",
    ]
    assert [error for _, _, error in heard.ended if error] == run.failures
    assert heard.stages == [f"Running cell {i} of 4" for i in (1, 2, 3, 4)]
    assert list(run.variables(Adapters()).values()) == ["a"]


def test_the_first_failure_is_the_error_where_nothing_is_left_to_draw(write):
    run = Run(read_program(write(["x = 1", "1/0", "oops"], "lesson.ipynb")))
    with pytest.raises(CodeError) as failed:
        run.to_the_picture()
    assert failed.value.filename == "lesson.ipynb, cell 2"
    assert isinstance(failed.value.__cause__, ZeroDivisionError)


def test_a_stopped_notebook_goes_no_further(write):
    run = Run(read_program(write(["raise KeyboardInterrupt", "x = 1"], "l.ipynb")))
    with pytest.raises(CodeError):
        run.to_the_picture()
    assert "x" not in run.namespace


def test_the_running_cell_is_known_while_it_runs(notebook):
    book = notebook("", "seen.append(run.running)")
    book.run.namespace.update(run=book.run, seen=[])
    book.cell(1)
    assert book["seen"] == [1]
    assert book.run.running == -1


def test_main_code_runs(notebook):
    book = notebook("if __name__ == '__main__':\n    ran = True")
    book.cell(0)
    assert book["ran"]


# What is shown


def test_the_last_expression_is_shown_as_jupyter_shows_it(notebook):
    book = notebook(
        "class Rich:\n"
        "    def __repr__(self): return 'plain'\n"
        "    def _repr_html_(self): return '<b>rich</b>'\n"
        "    def _repr_svg_(self): return '<svg/>'\n"
        "    def _repr_png_(self): return b'\\x89PNG'\n"
        "Rich()"
    )
    assert book.cell(0) == [
        (
            {
                "text/plain": "plain",
                "text/html": "<b>rich</b>",
                "image/svg+xml": "<svg/>",
                "image/png": base64.b64encode(b"\x89PNG").decode(),
            },
            True,
        )
    ]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("1 + 2", ["3"]),
        ("1 + 2;", []),
        ("1 + 2; # silent", []),
        ("'é' + 'x';", []),
        ("None", []),
        ("x = 3", []),
        ("1 + 2\nx = 3", []),
        ("1\n2", ["2"]),
        ("if 1:\n    7", []),
        ("'a' # ; not the end", ["'a'"]),
        ("# nothing", []),
        ("", []),
        ("display(1, 'two')", ["1", "'two'"]),
        ("from IPython.display import display\ndisplay(5)\n6", ["5", "6"]),
        ("from IPython.display import Markdown\nMarkdown('*m*') and None", []),
        ("draw_dot(None)", []),
        (
            "class Bad:\n    def __repr__(self): return 'x' * 1_000_005\nBad()",
            ["x" * 1_000_000 + "\n… 5 more characters not shown"],
        ),
    ],
)
def test_what_a_cell_shows(notebook, cell, shown):
    assert notebook(cell).texts(0) == shown


def test_the_last_result_has_a_name(notebook):
    book = notebook("41", "_ + 1", "x = (_, __, Out[1], _2)")
    for i in range(3):
        book.cell(i)
    assert book["x"] == (42, 41, 41, 42)


def test_a_name_of_the_person_s_own_stays_theirs(notebook):
    book = notebook("_ = 'mine'", "7", "x = _")
    for i in range(3):
        book.cell(i)
    assert book["x"] == "mine"


def test_a_shown_value_is_no_variable_of_that_name(notebook):
    book = notebook(CLASS, "Value(3)", "mine = Value(4)\nmine")
    for i in range(3):
        book.cell(i)
    assert list(book.run.variables(Adapters()).values()) == ["mine"]


# Magics


@pytest.mark.parametrize(
    ("cell", "x"),
    [
        ("%matplotlib inline\nx = 1", 1),
        ("%load_ext autoreload\n%autoreload 2\nx = 1", 1),
        ("%config InlineBackend.figure_format = 'retina'\nx = 1", 1),
        ("x = 5 % 3", 2),
        ("if 1:\n    %matplotlib inline\n    x = 1", 1),
        ("files = !ls\nx = len(files)", 0),
        ("x = 1\n!pip install {x}", 1),
        ("x = 1\n%who_knows", 1),
        ("%%capture out\nx = 1\nprint('hidden')", 1),
        ("%%python_or_so\nx = 2", None),
        ("%%html\n<b>x</b>", None),
        ("get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1", 1),
        (">>> x = 1", 1),
        ("x = await_me = 1", 1),
    ],
)
def test_cells_with_magics_run(notebook, cell, x):
    book = notebook(cell)
    book.cell(0)
    assert book.run.namespace.get("x") == x


@pytest.mark.parametrize(
    ("cell", "notice"),
    [
        (
            "!pip install torch",
            "gradviz does not run shell commands: !pip install torch was skipped.",
        ),
        (
            "%pip install torch",
            "gradviz does not run shell commands: %pip install torch was skipped.",
        ),
        (
            "%conda install -y torch",
            "gradviz does not run shell commands: %conda install -y torch was skipped.",
        ),
        (
            "%%bash\nrm -rf /",
            "gradviz does not run shell commands: %%bash was skipped.",
        ),
        (
            "files = !ls -l",
            "gradviz does not run shell commands: !ls -l was skipped.",
        ),
        (
            "%nothing_like_it 3",
            "There is no magic %nothing_like_it here, so gradviz skipped it.",
        ),
        (
            "%%nothing_like_it\nx",
            "There is no magic %%nothing_like_it here, so gradviz skipped it.",
        ),
        ("%debug", "%debug needs a terminal, so gradviz skipped it."),
        (
            "%timeit -z 1",
            '%timeit: option -z not recognized (allowed: "n:r:tcp:qov:")',
        ),
    ],
)
def test_what_does_not_run_is_said_and_does_not_fail(notebook, cell, notice):
    assert notebook(cell).texts(0) == [notice]


def test_shell_commands_never_run(notebook, tmp_path):
    book = notebook("!touch made\n%sx touch made\n!!touch made", "%%bash\ntouch made")
    book.cell(0)
    book.cell(1)
    assert not (tmp_path / "made").exists()


def test_timing_prints_and_runs_what_it_times_once(notebook, capsys):
    book = notebook(
        "n = 0\n%time n += 1", "%%time\nn += 1\nn", "%time for i in 'ab': n += 1"
    )
    book.cell(0)
    assert book.texts(1) == ["2"]
    book.cell(2)
    assert book["n"] == 4
    assert capsys.readouterr().out.count("Wall time: ") == 3


def test_timeit_measures(notebook, capsys):
    notebook("%timeit -n 2 -r 1 sum([1, 2])").cell(0)
    assert "1 run, 2 loops each" in capsys.readouterr().out


def test_help_is_shown_without_a_pager(notebook):
    book = notebook("import math\nmath.tanh?")
    (text,) = book.texts(0)
    assert "hyperbolic tangent" in text


def test_drawing_under_a_magic_draws(notebook):
    book = notebook(CLASS, "a = Value(1)\n%time draw_dot(a)", "%%time\ndraw_dot(a)")
    for i in range(3):
        book.cell(i)
    assert book.run.drawing.drawn == [(book["a"],), (book["a"],)]


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("%%time\n%pylab_or_so\n\n1/0", 4),
        ("\n\n%%time\n1/0", 4),
        ("%matplotlib inline\n!ls \\\n  -l\n1/0", 4),
        ("x = 1\n!ls\nif x:\n    1/0", 4),
        ("%%capture\n\n1/0", 3),
        ("%time 1/0", 1),
        ("\n\n1/0", 3),
        ("    1\n    1/0", 2),
    ],
)
def test_lines_stay_where_they_are(notebook, cell, line):
    assert line_of(notebook(cell).failure(0)) == line


def test_run_runs_scripts_and_notebooks(notebook, tmp_path):
    (tmp_path / "helper.py").write_text("number = 3\nname = __name__\nown = dir()\n")
    cell = nbformat.v4.new_code_cell("n2 = number + 1")
    (tmp_path / "more.ipynb").write_text(
        nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))
    )
    book = notebook("hidden = 1\n%run helper.py\n%run helper\n%run -i 'more.ipynb'")
    book.cell(0)
    assert (book["number"], book["name"], book["n2"]) == (3, "__main__", 4)
    assert "hidden" not in book["own"]


# Await


def test_top_level_await(notebook):
    book = notebook(
        "import asyncio\nasync def three():\n    await asyncio.sleep(0)\n    return 3",
        "x = await three()\nawait three()",
        "async def count():\n    yield 1\n    yield 2\n"
        "total = 0\nasync for i in count():\n    total += i\n"
        "task = asyncio.create_task(three())",
        "y = await task",
        "[await three() for _ in range(2)]",
    )
    book.cell(0)
    assert book.texts(1) == ["3"]
    book.cell(2)
    book.cell(3)
    assert (book["x"], book["total"], book["y"]) == (3, 3, 3)
    assert book.texts(4) == ["[3, 3]"]


def test_future_imports_hold_in_later_cells(notebook):
    book = notebook(
        "from __future__ import annotations", "def f(x: Nowhere): pass", "x = 1"
    )
    for i in range(3):
        book.cell(i)
    assert book["f"].__annotations__ == {"x": "Nowhere"}


ANNOTATED = (
    "class Value:\n"
    "    def add(self, other: Value | Later) -> Value: return self\n"
    "class Later: pass\n"
)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python defers by itself")
def test_a_class_that_names_itself_in_annotations_is_defined(notebook, write, tmp_path):
    (tmp_path / "engine.py").write_text(ANNOTATED)
    book = notebook(ANNOTATED, "import engine", "def f(x: Nowhere): pass")
    book.cell(0)
    book.cell(1)
    assert book["Value"].add.__annotations__["return"] == "Value"
    assert isinstance(book.failure(2), NameError)


# Figures


def test_figures_are_outputs_of_their_cell_and_never_windows(notebook):
    book = notebook(
        "%matplotlib inline\nimport matplotlib\nmatplotlib.use('TkAgg')\n"
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "plt.figure()\nplt.show()\nplt.plot([1])\nplt.pause(9)\nplt.show(block=True);",
        "fig, axes = plt.subplots(1, 2)\n1/0",
        "backend = plt.get_backend(), plt.get_fignums()",
    )
    ((figure, result),) = book.cell(0)
    assert base64.b64decode(figure["image/png"]).startswith(b"\x89PNG")
    assert figure["text/plain"] == "<Figure size 640x480 with 1 Axes>"
    assert not result
    assert book.texts(1) == [
        "<Figure size 640x480 with 0 Axes>",
        "<Figure size 640x480 with 1 Axes>",
    ]
    before = len(book.heard.shown)
    assert isinstance(book.failure(2), ZeroDivisionError)
    assert len(book.heard.shown) == before + 1
    book.cell(3)
    assert tuple(map(str, book["backend"])) == ("Agg", "[]")


def test_a_figure_as_the_last_expression_is_a_picture(notebook):
    book = notebook("from matplotlib.figure import Figure\nFigure()")
    ((data, result),) = book.cell(0)
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert result


# Questions and viewers


@pytest.mark.parametrize("asked", ["input", "getpass"])
def test_questions_fail_at_once(notebook, asked):
    book = notebook("from getpass import getpass", f"{asked}('name? ')")
    book.cell(0)
    error = book.failure(1)
    assert isinstance(error, NoInputError)
    assert str(error) == (
        f"lesson.ipynb, cell 2 asks for {asked}(), which gradviz can't give: "
        "set the value in the cell instead."
    )


def test_a_script_that_asks_is_told_so(write):
    run = Run(read_program(write("input()")))
    with pytest.raises(CodeError) as failed:
        run.to_the_picture()
    assert str(failed.value.__cause__) == (
        "program.py asks for input(), which gradviz can't give: "
        "set the value in the script instead."
    )


def test_no_browser_is_opened(notebook):
    book = notebook("import webbrowser\nwebbrowser.open('https://example.org')")
    assert book.texts(0) == ["False"]


# Hostile cells


def test_a_cell_may_redefine_what_notebooks_use(notebook):
    book = notebook(
        "def display(x): shown.append(x)\nshown = []\nprint = len\nget_ipython = None",
        "display(3)\n4",
        "import builtins\ndel builtins.len, builtins.display, builtins.isinstance",
        "len('ab')",
        "globals().clear()",
        "5",
    )
    book.cell(0)
    assert book.texts(1) == ["4"]
    assert book["shown"] == [3]
    book.cell(2)
    assert book.texts(3) == ["2"]
    book.cell(4)
    assert book.texts(5) == ["5"]


@pytest.mark.parametrize(
    "leave", ["exit()", "raise SystemExit", "import sys; sys.exit()"]
)
def test_a_cell_may_exit(notebook, leave):
    book = notebook(leave, "3")
    try:
        book.cell(0)
    except ValueError:
        pytest.fail("it closed the input")
    assert book.texts(1) == ["3"]


def test_exiting_with_an_error_fails_the_cell(notebook):
    assert notebook("raise SystemExit(3)").failure(0).code == 3


def test_a_cell_may_go_elsewhere(notebook, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "inner.py").write_text("x = 4\n")
    book = notebook(
        "import os, sys\nos.chdir('sub')\nsys.path.insert(0, os.getcwd())",
        "import inner\ninner.x",
        "sys.path.clear()",
        "display(1)",
    )
    book.cell(0)
    assert book.texts(1) == ["4"]
    book.cell(2)
    assert book.texts(3) == ["1"]


def test_a_thread_that_outlives_its_cell_displays_for_none(notebook):
    book = notebook(
        "import threading\ngo = threading.Event()\n"
        "t = threading.Thread(target=lambda: (go.wait(), display('late')))\nt.start()"
    )
    book.cell(0)
    book["go"].set()
    book["t"].join()
    assert book.heard.shown[-1][0] == -1
    assert threading.active_count() >= 1


class _Odd(BaseException):
    pass


@pytest.mark.parametrize(
    "raised",
    [
        "import asyncio\nraise asyncio.CancelledError",
        "raise GeneratorExit",
        "raise type('Odd', (BaseException,), {})",
    ],
)
def test_whatever_a_cell_raises_is_its_failure(notebook, raised):
    assert isinstance(notebook(raised).failure(0), BaseException)


def test_a_result_that_can_t_be_shown_does_not_end_the_run(notebook):
    book = notebook("class Bad:\n    def __repr__(self): return 1/0\nBad()", "2")
    book.cell(0)
    assert book.texts(1) == ["2"]


# Following


class Follower:
    place = ""

    def __init__(self):
        self.watched, self.log = [], []

    def start(self):
        self.log.append(("start", self.place))

    def stop(self):
        self.log.append(("stop", self.place))

    def watch(self, code):
        self.watched.append(code.co_filename)


def test_the_code_of_cells_and_of_modules_beside_them_is_followed(notebook, tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "engine.py").write_text("x = 1\n")
    book = notebook("import package.engine, this_is_not_there", "1")
    follower = book.run.trace = Follower()
    book.failure(0)
    book.cell(1)
    engine = str(tmp_path.resolve() / "package" / "engine.py")
    assert follower.watched == [
        "lesson.ipynb, cell 1",
        str(tmp_path.resolve() / "package" / "__init__.py"),
        engine,
        *["lesson.ipynb, cell 2"] * 2,
    ]
    assert ("start", "lesson.ipynb, cell 2") in follower.log
    assert follower.log[-1] == ("stop", "lesson.ipynb, cell 2")
    assert not (tmp_path / "package" / "__pycache__").exists()


def test_what_is_measured_is_not_followed(notebook):
    book = notebook("%timeit -n 2 -r 1 log.append(len(follower.log))")
    follower = book.run.trace = Follower()
    log = []
    book.run.namespace.update(follower=follower, log=log)
    book.cell(0)
    kinds = [kind for kind, _ in follower.log]
    assert all(kinds[at - 1] == "stop" for at in log)
    assert kinds[-1] == "stop"


def test_modules_of_the_repository_are_found_but_hide_nothing(write, tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "micrograd").mkdir()
    (tmp_path / "micrograd" / "engine.py").write_text("x = 1\n")
    (tmp_path / "tomllib.py").write_text("raise SystemError\n")
    (tmp_path / "notes" / "week1").mkdir(parents=True)
    (tmp_path / "notes" / "beside.py").write_text("y = 2\n")
    source = "from micrograd.engine import x\nfrom beside import y\nimport tomllib\n"
    run = Run(read_program(write(source, "notes/week1/program.py")))
    run.to_the_picture()
    assert (run.namespace["x"], run.namespace["y"]) == (1, 2)
