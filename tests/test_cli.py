"""The command line as a person or a program calls it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import nbformat
import pytest
from helpers import listen_to_ctrl_c, until_gone

from gradviz import __version__
from gradviz.cli import main
from gradviz.export.graph_json import JsonGraph

PROGRAM = Path(sys.executable).with_name("gradviz")
LESSONS = {"lesson-17": 6, "lesson-16": 13, "neuron": 5}
NO_DISPLAY = (
    "gradviz: There is no display to open a window on: use `xvfb-run -a gradviz`, or "
    "draw a picture without a window with `gradviz render FILE -o picture.svg`.\n"
)


def environment(**changed):
    """Return this process's environment without a display; None removes a variable."""
    wanted = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None}
    wanted.update(changed)
    kept = {name: text for name, text in os.environ.items() if name not in wanted}
    return kept | {name: text for name, text in wanted.items() if text is not None}


def gradviz(*arguments, cwd=None, **changed):
    """Run the installed program."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        env=environment(**changed),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def render(tmp_path):
    """Draw to JSON in this process, and return it read back."""

    def rendered(name, *options):
        target = tmp_path / "graph.json"
        assert main(["render", str(name), "-o", str(target), *options]) == 0
        return json.loads(target.read_text(), parse_constant=not_json)

    return rendered


def not_json(constant):
    raise AssertionError(f"{constant} is not JSON")


@pytest.fixture
def script(tmp_path):
    def write(source, name="script.py"):
        path = tmp_path / name
        path.write_text(source, encoding="utf-8")
        return path

    return write


@pytest.fixture
def refused(capsys):
    """Run a command that gradviz can't fulfil, and return its one sentence."""

    def run(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        assert code == 2
        assert out == ""
        assert err.startswith("gradviz: ")
        assert err.endswith(".\n")
        assert err.count("\n") == 1
        return err.removeprefix("gradviz: ").rstrip("\n")

    return run


def grads(graph):
    return {value["label"]: value["grad"] for value in graph["values"]}


# What needs no drawing


@pytest.mark.parametrize("arguments", [(), ("neuron",)])
def test_without_a_display_it_says_so_in_a_sentence(arguments) -> None:
    done = gradviz(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", NO_DISPLAY)


def test_a_display_that_does_not_answer_is_named() -> None:
    done = gradviz(DISPLAY=":987")
    assert done.returncode == 2
    assert done.stderr.startswith("gradviz: The display `:987` does not answer: ")
    assert done.stderr.count("\n") == 1


def test_the_version() -> None:
    done = gradviz("--version")
    assert (done.returncode, done.stdout) == (0, f"gradviz {__version__}\n")


@pytest.mark.parametrize("command", [[], ["render"], ["lessons"]])
def test_help_names_what_can_be_given(command, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: gradviz")
    if command == ["render"]:
        options = ("--at", "--seed", "--set", "--root", "--rule", "--theme")
        assert all(option in out for option in options)


def test_the_lessons_are_listed_a_line_each(capsys) -> None:
    assert main(["lessons"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(LESSONS)
    assert len({line.index(line.split(maxsplit=1)[1]) for line in lines}) == 1
    assert all(line.endswith(".") for line in lines)


# What is drawn


@pytest.mark.parametrize("name", LESSONS)
def test_the_json_of_every_lesson_keeps_its_schema(render, name) -> None:
    start, end = render(name), render(name, "--at", "end")
    for graph, playhead in ((start, 0), (end, LESSONS[name])):
        read = msgspec.convert(graph, JsonGraph, strict=True)
        assert json.loads(msgspec.json.encode(read)) == graph
        assert graph["playhead"] == playhead
        assert len(graph["walk"]) == LESSONS[name]
        made = [step["changes"] is not None for step in graph["walk"]]
        assert made == [i < playhead for i in range(len(made))]
        for i, value in enumerate(graph["values"]):
            assert value["id"] == i
            assert all(operand < i for operand in value["operands"])
            assert value["leaf"] == (value["op"] is None) == (not value["operands"])
    assert [v["position"] for v in start["values"]] == [
        v["position"] for v in end["values"]
    ]


@pytest.mark.parametrize(
    ("options", "gradient"),
    [
        ((), 0),
        (("--at", "2"), -0.5),
        (("--at", "end"), -0.375),
        (("--at", "end", "--seed", "s1=0.25", "--seed", "s2=-0.125"), -0.375),
        (("--at", "end", "--seed", "s2=-0.125", "--seed", "s1=0.25"), -0.5),
        (("--at", "end", "--rule", "accumulate"), -0.875),
        (("--at", "end", "--rule", "assign"), -0.375),
        (("--at", "end", "--root", "s1"), -0.5),
        (("--at", "end", "--root", "s2"), -0.375),
        (("--at", "end", "--rule", "accumulate", "--seed", "s1=1"), -2),
        (("--at", "end", "--set", "w11=1/2", "--root", "s1"), 0.125),
        (("--at", "end", "--seed", "s1=1e300", "--set", "w11=1e300"), "Infinity"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else str(part),
)
def test_the_gradient_of_x1(render, options, gradient) -> None:
    # With seeds of its own on s1 alone, only that path is walked.
    assert grads(render("lesson-17", *options))["x1"] == gradient


def test_all_of_lesson_17_by_accumulation(render) -> None:
    graph = render("lesson-17", "--at", "end", "--rule", "accumulate")
    wanted = {"x1": -0.875, "x2": 1.125, "w11": 0.25}
    wanted |= {"w12": 0, "w21": -0.125, "w22": 0}
    assert wanted.items() <= grads(graph).items()
    assert graph["rule"] == "accumulate"


def test_a_leaf_that_is_set_is_told_as_edited(render) -> None:
    graph = render("lesson-17", "--set", "x2=-1.5", "--set", "x1=2")
    by_label = {value["label"]: value for value in graph["values"]}
    assert by_label["s1"]["data"] == -2 * 2 + 4 * -1.5
    assert graph["edited"] == {
        str(by_label["x1"]["id"]): 2,
        str(by_label["x2"]["id"]): -1.5,
    }


def test_a_value_is_named_by_its_number(render) -> None:
    graph = render("lesson-17")
    number = next(v["id"] for v in graph["values"] if v["label"] == "x1")
    edited = render("lesson-17", "--set", f"#{number}=7")
    assert edited["values"][number]["data"] == 7


def test_nan_and_infinities_survive(render) -> None:
    graph = render("lesson-17", "--set", "x1=nan", "--set", "x2=-inf", "--at", "end")
    by_label = {value["label"]: value for value in graph["values"]}
    assert by_label["x1"]["data"] == "NaN"
    assert by_label["x2"]["data"] == "-Infinity"
    assert by_label["w22x2"]["data"] == "Infinity"
    assert by_label["w11"]["grad"] == "NaN"


def test_a_square_has_its_operand_twice(render, script) -> None:
    path = script("from gradviz import Value\nx = Value(3.0)\ny = x * x\n")
    graph = render(path, "--at", "end")
    assert [v["operands"] for v in graph["values"]] == [[], [0, 0]]
    assert grads(graph) == {"x": 6, "y": 1}


@pytest.mark.parametrize("name", LESSONS)
def test_every_kind_of_picture_of_every_lesson(name, tmp_path, qapp) -> None:
    from PySide6.QtGui import QImage

    for at in ("0", "3", "end"):
        for kind in ("svg", "png", "pdf"):
            target = tmp_path / f"{at}.{kind}"
            assert main(["render", name, "-o", str(target), "--at", at]) == 0
        title = ElementTree.parse(tmp_path / f"{at}.svg").getroot()[0].text
        made = LESSONS[name] if at == "end" else int(at)
        assert title.endswith(f" Values, step {made}")
        assert (tmp_path / f"{at}.pdf").read_bytes().startswith(b"%PDF-")
        image = QImage(str(tmp_path / f"{at}.png"))
        assert min(image.width(), image.height()) > 300
        colors = {
            image.pixel(x, y)
            for x in range(0, image.width(), 3)
            for y in range(0, image.height(), 3)
        }
        assert len(colors) > 20
    pictures = {(tmp_path / f"{at}.svg").read_bytes() for at in ("0", "3", "end")}
    assert len(pictures) == 3


def test_the_theme_is_that_of_the_picture(tmp_path, qapp) -> None:
    from PySide6.QtGui import QColor, QImage

    from gradviz.ui.theme import DARK, LIGHT

    for theme in (DARK, LIGHT):
        target = tmp_path / f"{theme.name}.png"
        command = ["render", "neuron", "-o", str(target), "--theme", theme.name]
        assert main(command) == 0
        color = QImage(str(target)).pixelColor(1, 1)
        assert color == QColor(theme.palette.canvas)


def test_the_same_command_gives_the_same_bytes(tmp_path) -> None:
    for kind in ("svg", "json"):
        contents = set()
        for number in range(2):
            target = tmp_path / str(number) / f"picture.{kind}"
            target.parent.mkdir(exist_ok=True)
            hashed = {"PYTHONHASHSEED": str(number + 1)}
            done = gradviz("render", "lesson-16", "-o", target, "--at", "4", **hashed)
            assert done.returncode == 0, done.stderr
            contents.add(target.read_bytes())
        assert len(contents) == 1


def test_a_machine_with_no_fonts_and_no_home_draws_the_same(tmp_path, qapp) -> None:
    from PySide6.QtGui import QImage

    empty = tmp_path / "fonts.conf"
    empty.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>'
    )
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    images = []
    for name, changed in (
        ("usual", {}),
        ("no fonts", {"FONTCONFIG_FILE": str(empty)}),
        ("no home", {"HOME": None, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None}),
        ("locked", {"HOME": str(locked), "XDG_CACHE_HOME": None}),
    ):
        target = tmp_path / f"{name}.png"
        done = gradviz("render", "lesson-17", "-o", target, "--at", "end", **changed)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), name
        images.append(QImage(str(target)))
    assert not images[0].isNull()
    assert all(image == images[0] for image in images)


# What gradviz can not do


@pytest.mark.parametrize("command", [(), ("render", "-o", "x.svg")])
def test_files_that_can_not_be_opened(refused, tmp_path, command) -> None:
    verb, options = command[:1], command[1:]
    gone, other = tmp_path / "gone.py", tmp_path / "notes.txt"
    other.touch()
    assert refused(*verb, gone, *options) == f"There is no file {gone}."
    assert refused(*verb, tmp_path, *options) == (
        f"{tmp_path} is a folder; name a notebook or a script in it."
    )
    assert refused(*verb, other, *options) == (
        "notes.txt is neither a notebook (.ipynb) nor a script (.py)."
    )


def test_a_notebook_that_is_none(refused, script) -> None:
    path = script("{ this is not JSON", "broken.ipynb")
    assert refused("render", path, "-o", "x.svg") == (
        "broken.ipynb is no readable notebook: it is not JSON."
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--at", "7"], "--at 7 is not in the walk, which has 6 steps: give a number "
         "from 0 to 6, or end."),
        (["--at", "-1"], "Argument --at: '-1' is neither a number of steps nor end. "
         "`gradviz render --help` lists what can be given."),
        (["--seed", "s1"], "Argument --seed: 's1' is not NAME=VALUE. "
         "`gradviz render --help` lists what can be given."),
        (["--set", "x1=one"], "Argument --set: one is not a number: write one such as "
         "0.25, -3, 1/12 or 1e-5. `gradviz render --help` lists what can be given."),
        (["--set", "s1=1"], "s1 is computed; only a leaf's data can be edited."),
        (["--root", "x1"], "'x1' is no root of this graph; its roots are s1, s2."),
        (["--surprise"], "Unrecognized arguments: --surprise. "
         "`gradviz render --help` lists what can be given."),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)  # fmt: skip
def test_options_that_make_no_sense(refused, tmp_path, options, sentence) -> None:
    target = tmp_path / "x.svg"
    assert refused("render", "lesson-17", "-o", target, *options) == sentence
    assert not target.exists()


def test_a_name_that_no_value_has(refused) -> None:
    said = refused("render", "neuron", "-o", "x.svg", "--seed", "nobody=1")
    assert said.startswith("No Value is called 'nobody'; this graph has x1, ")


def test_a_picture_of_no_known_kind(refused, tmp_path) -> None:
    for name in ("picture.gif", "picture"):
        said = refused("render", "neuron", "-o", tmp_path / name)
        assert said == (
            f"{name} does not say what to write: end it in .svg, .png, .pdf or .json."
        )


def test_a_leaf_that_the_op_can_not_take(refused, script, tmp_path) -> None:
    path = script("from gradviz import Value\nx = Value(2.0)\ny = x.log()\n")
    said = refused("render", path, "-o", tmp_path / "x.svg", "--set", "x=-1")
    assert "log" in said


@pytest.mark.parametrize("kind", ["svg", "png", "pdf", "json"])
def test_a_picture_that_fails_leaves_the_old_one(refused, tmp_path, kind) -> None:
    target = tmp_path / f"picture.{kind}"
    target.write_text("the old one")
    refused("render", "lesson-17", "-o", target, "--at", "99")
    assert target.read_text() == "the old one"
    assert refused("render", "neuron", "-o", tmp_path / "no" / target.name) == (
        f"There is no folder {tmp_path / 'no'} to write {target.name} to: make it "
        "first, or name another."
    )
    (tmp_path / f"folder.{kind}").mkdir()
    folder = tmp_path / f"folder.{kind}"
    said = refused("render", "neuron", "-o", folder)
    assert said == f"{folder} is a folder; name a file in it."
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"folder.{kind}", f"picture.{kind}"]


def test_a_full_disk_leaves_the_old_picture(tmp_path) -> None:
    target = tmp_path / "picture.svg"
    target.write_text("the old one")
    limited = "import resource, sys; from gradviz.cli import main\n"
    limited += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    limited += "sys.exit(main(sys.argv[1:]))\n"
    done = subprocess.run(
        [sys.executable, "-c", limited, "render", "neuron", "-o", str(target)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == f"gradviz: {target} can't be written: File too large.\n"
    assert target.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["picture.svg"]


# The person's file fails


def failed(path, target):
    done = gradviz("render", path, "-o", target)
    assert (done.returncode, done.stdout) == (1, "")
    assert not target.exists()
    return done.stderr


def test_a_file_that_raises_gives_its_own_traceback(script, tmp_path) -> None:
    path = script("def deep():\n    return 1 / 0\n\nprint('hello')\ndeep()\n")
    lines = failed(path, tmp_path / "x.svg").splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == f'  File "{path}", line 5, in <module>'
    assert f'  File "{path}", line 2, in deep' in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert not [line for line in lines if "/gradviz/" in line]


def test_a_reference_value_that_raises_is_in_the_traceback(script, tmp_path) -> None:
    path = script("from gradviz import Value\nValue(0.0, 'x').log()\n")
    lines = failed(path, tmp_path / "x.svg").splitlines()
    ours = [line for line in lines if "/gradviz/" in line]
    assert ours
    assert all("/gradviz/value.py" in line for line in ours)
    assert "log" in lines[-1]


def test_a_backward_that_raises(script, tmp_path) -> None:
    path = script(
        "from gradviz import Value\n"
        "x = Value(2.0)\n"
        "y = x + 1.0\n"
        "def broken():\n"
        "    1 / 0\n"
        "y._backward = broken\n"
    )
    done = gradviz("render", path, "-o", tmp_path / "x.svg", "--at", "end")
    assert done.returncode == 1
    assert f'  File "{path}", line 5, in broken' in done.stderr.splitlines()
    assert not [line for line in done.stderr.splitlines() if "/gradviz/" in line]


def test_a_syntax_error_shows_its_line(script, tmp_path) -> None:
    path = script("a = 1\nb = = 2\n")
    said = failed(path, tmp_path / "x.svg")
    assert f'  File "{path}", line 2' in said
    assert "    b = = 2" in said
    assert said.endswith("SyntaxError: invalid syntax\n")


def test_a_notebooks_cell_is_named(script, tmp_path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# words"},
        {"cell_type": "code", "metadata": {}, "source": "a = 1\nb = missing",
         "execution_count": None, "outputs": []},
    ]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    path = script(json.dumps(notebook), "book.ipynb")
    lines = failed(path, tmp_path / "x.svg").splitlines()
    assert lines[1] == '  File "book.ipynb, cell 2", line 2, in <module>'
    assert lines[2].strip() == "b = missing"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(3)",
         "gradviz: The process that ran your code ended with exit code 3.\n"),
        ("import ctypes; ctypes.string_at(0)",
         "gradviz: The process that ran your code was ended by SIGSEGV.\n"),
    ],
    ids=["exit", "segfault"],
)  # fmt: skip
def test_code_that_ends_its_process(script, tmp_path, source, said) -> None:
    assert failed(script(source), tmp_path / "x.svg") == said


def test_a_file_with_nothing_to_draw(script, tmp_path) -> None:
    done = gradviz("render", script("a = 1\n"), "-o", tmp_path / "x.svg")
    assert done.returncode == 2
    assert done.stderr == (
        "gradviz: script.py ran to its end and left no Value to draw: call "
        "draw_dot(value) in it, or keep a Value in a variable.\n"
    )


def test_what_the_file_prints_is_no_output_of_gradviz(script, tmp_path) -> None:
    path = script(
        "from gradviz import Value\nx = Value(1.0)\ny = -x\n"
        "for i in range(200000):\n    print('a line that is printed', i)\n"
    )
    done = gradviz("render", path, "-o", tmp_path / "x.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# What never ends


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [(signal.SIGINT, 130, "gradviz: Stopped.\n"), (signal.SIGTERM, -15, "")],
    ids=["Ctrl+C", "SIGTERM"],
)
@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    pass\n",
        "while True:\n    try:\n        time.sleep(99)\n"
        "    except BaseException:\n        pass\n",
    ],
    ids=["busy", "stubborn"],
)
def test_a_file_that_never_ends_is_stopped_with_its_worker(
    script, tmp_path, loop, ending, code, said
) -> None:
    fifo = tmp_path / "started"
    os.mkfifo(fifo)
    path = script(
        f"import os, time\nopen({str(fifo)!r}, 'w').write(str(os.getpid()))\n" + loop
    )
    program = subprocess.Popen(
        [PROGRAM, "render", str(path), "-o", str(tmp_path / "x.svg")],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_ctrl_c,
    )
    try:
        worker = int(fifo.read_text())
        program.send_signal(ending)
        out, err = program.communicate(timeout=10)
    finally:
        program.kill()
        program.wait()
    assert (program.returncode, out, err) == (code, "", said)
    assert until_gone(worker)
    assert not (tmp_path / "x.svg").exists()


def test_output_that_nobody_reads_is_no_fault_of_anybody() -> None:
    program = subprocess.Popen(
        [PROGRAM, "lessons"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    program.stdout.close()
    with program:
        assert program.stderr.read() == ""
    assert program.returncode == 141


BY_HAND = """
from gradviz import Value
x = Value(3.0, "x")
b = x * x
b.label = "b"
c = b + x
c.label = "c"
d = b * c
d.label = "d"
"""


def test_hooks_called_by_hand_in_the_wrong_order_are_found_with_their_line(
    tmp_path,
) -> None:
    calls = "d.grad = 1.0\nd._backward()\n\nb._backward()\nc._backward()"
    cells = [nbformat.v4.new_code_cell(source) for source in (BY_HAND, calls)]
    path = tmp_path / "hand.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    done = gradviz("check", path)
    assert done.returncode == 1, done.stderr
    assert "hand.ipynb, cell 2:4" in done.stdout
    assert (
        "b._backward() was called before that of c: it pushed when its "
        "gradient was 12, complete it is 21; "
        "x ended at 81 instead of 135." in done.stdout
    )
