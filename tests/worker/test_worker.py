"""The worker as the window sees it: a real process that runs the person's code."""

import math
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import nbformat
import pytest
from samples import CORPUS
from talk import PATIENCE_S, Talk

from gradviz.worker.client import Ending
from gradviz.worker.messages import (
    ChooseRoots,
    GetReference,
    MoveTo,
    Open,
    Output,
    Redo,
    Reevaluate,
    Referenced,
    RunStep,
    SetLeaf,
    SetRule,
    SetSeed,
    SwitchWalk,
    Undo,
    ZeroGradients,
)

posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX here")

GRAPH = """
from gradviz import Value, draw_dot
x, w = Value(2.0, "x"), Value(-3.0, "w")
y = x * w
y.label = "y"
z = y + x
z.label = "z"
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="program.py"):
        path = tmp_path / name
        if isinstance(text, list):
            notebook = nbformat.v4.new_notebook()
            notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in text]
            path.write_text(nbformat.writes(notebook))
        else:
            path.write_text(textwrap.dedent(text))
        return path

    return write


def hooked(body):
    """Return the graph with a _backward of y that does more."""
    return GRAPH + (
        "right = y._backward\n"
        "def _backward():\n" + textwrap.indent(textwrap.dedent(body), "    ") + "\n"
        "    right()\n"
        "y._backward = _backward\n"
        "draw_dot(z)\n"
    )


# What works


def test_a_file_is_opened_walked_edited_and_taken_back(talk, write):
    reply = talk.open(write(GRAPH + "draw_dot(z)\n"))
    assert reply.failure is None
    assert [node.name for node in reply.opened.nodes] == ["x", "w", "y", "z"]
    assert [choice.name for choice in reply.opened.choices] == ["z"]
    assert talk.stages == ["Running program.py", "Reading the graph"]
    talk.ask(MoveTo(playhead=99))
    assert (talk.shown("x"), talk.shown("w")) == ((2.0, -2.0), (-3.0, 2.0))
    talk.ask(SetLeaf(node=talk.node("x"), number=5.0))
    assert (talk.shown("z"), talk.shown("w")) == ((-10.0, 1.0), (-3.0, 5.0))
    talk.ask(SetSeed(node=talk.node("z"), number=10.0))
    assert talk.shown("w") == (-3.0, 50.0)
    talk.ask(SetRule(rule="assign"))
    assert talk.shown("x") == (5.0, -30.0)
    for _ in range(3):
        talk.ask(Undo())
    assert (talk.shown("x"), talk.mirror.document.redo) == ((2.0, -2.0), "set x")
    talk.ask(Redo())
    assert talk.shown("x") == (5.0, -2.0)
    talk.ask(ZeroGradients())
    assert (talk.shown("x"), talk.mirror.playhead) == ((5.0, 0.0), 3)
    talk.ask(RunStep(node=talk.node("y")))
    assert talk.mirror.last_step.kind == "manual"
    talk.ask(MoveTo(playhead=0))
    assert (talk.shown("x"), talk.shown("z")) == ((5.0, 0.0), (-10.0, 1.0))


def test_seeds_set_by_hand_are_kept_and_a_pass_that_has_run_is_recorded(talk, write):
    talk.open(write(GRAPH + "y.grad = 4.0\n"))
    assert talk.mirror.seeds == {talk.node("y"): 4.0}
    assert talk.opened.notices == ()
    talk.open(write(GRAPH + "z.backward()\n"))
    assert talk.mirror.seeds == {talk.node("z"): 1.0}
    assert (talk.shown("x"), talk.shown("z")) == ((2.0, 0.0), (-4.0, 1.0))
    assert talk.opened.notices == (
        "Your file has run a backward pass of its own: choose Recorded in Steps to "
        "walk through the calls it made.",
    )
    talk.ask(SwitchWalk(walk="recorded"))
    assert (talk.shown("x"), talk.shown("z")) == ((2.0, -2.0), (-4.0, 1.0))


def test_derivatives_stored_before_leaves_moved_are_compared_with_nothing(talk, write):
    stored = (CORPUS / "microgpt_style.py").read_text()
    trained = "y.backward()\nfor v in (a, b): v.data -= 0.1 * v.grad\n"
    talk.open(write(stored + trained))
    assert talk.opened.notices == (
        "Your file has run a backward pass of its own; its gradients were cleared, so "
        "that the walk starts from the seeds.",
        "Its leaves have changed since this graph was computed: Edit > Re-evaluate "
        "computes it again from them.",
    )
    talk.send(GetReference())
    fact = talk.next(Referenced).fact
    assert math.isnan(fact.gradients[talk.node("a")])
    assert dict(fact.undecidable)[talk.node("y")] == (
        "its leaves have changed since it was computed"
    )
    talk.reply()
    talk.ask(Reevaluate())
    talk.send(GetReference())
    assert not math.isnan(talk.next(Referenced).fact.gradients[talk.node("a")])


def test_another_root_is_chosen_and_edited_leaves_stay(talk, write):
    talk.open(write(GRAPH + "v = w * 3\nv.label = 'v'\n"))
    assert [choice.name for choice in talk.opened.choices] == ["z", "v"]
    assert (talk.opened.chosen, len(talk.opened.roots)) == ((0, 1), 2)
    talk.ask(SetLeaf(node=talk.node("w"), number=7.0))
    talk.ask(ChooseRoots(roots=(1,)))
    assert [node.name for node in talk.opened.nodes] == ["w", "c1", "v"]
    assert (talk.shown("w")[0], talk.shown("v")[0]) == (7.0, 21.0)
    talk.ask(ChooseRoots())
    assert (talk.shown("w")[0], talk.shown("z")[0]) == (7.0, 16.0)
    failure = talk.ask(ChooseRoots(roots=(9,))).failure
    assert failure.message == "There is no such root in this file any more."


def test_numbers_of_every_kind_cross(talk, write):
    talk.open(
        write("""
        class Value:
            def __init__(self, data, label):
                self.data, self.grad, self._prev, self.label = data, 0, (), label
                self._backward = lambda: None
        class Mute(complex):
            def __repr__(self):
                raise ValueError("no words")
        import fractions
        values = [
            Value(float("nan"), "nan"), Value(float("inf"), "plus"),
            Value(-float("inf"), "minus"), Value(10**400, "huge"),
            Value(2**60 + 1, "large"), Value(1 + 2j, "complex"),
            Value(fractions.Fraction(1, 4), "quarter"), Value(True, "true"),
            Value(Mute(1), "mute"), Value(-0.0, "zero"), Value(3, "l\\ud800"),
        ]
        """)
    )
    found = {node.name: talk.mirror.data[node.id] for node in talk.mirror.graph.nodes}
    assert math.isnan(found.pop("nan"))
    assert math.copysign(1, found.pop("zero")) == -1
    assert found == {
        "plus": math.inf,
        "minus": -math.inf,
        "huge": "1" + "0" * 39,
        "large": 2.0**60,
        "complex": "(1+2j)",
        "quarter": 0.25,
        "true": "True",
        "mute": "<Mute>",
        "l?": 3,
    }
    talk.ask(SetLeaf(node=talk.node("plus"), number=math.nan))
    assert math.isnan(talk.shown("plus")[0])


def test_a_class_named_like_one_of_ours_is_the_person_s(talk, write):
    reply = talk.open(
        write("""
        class Session:
            def __init__(self, data, _prev=()):
                self.data, self.grad, self._prev = data, 0, _prev
                self._backward = lambda: None
        Run = Graph = Session
        x = Session(1.0)
        gradviz = "mine"
        """)
    )
    assert [node.name for node in reply.opened.nodes] == ["x"]


# What is printed


def test_what_is_printed_arrives_in_order(talk, write):
    talk.open(
        write(
            "import sys\n"
            "for i in range(50):\n"
            "    print('out', i)\n"
            "    print('err', i, file=sys.stderr)\n" + GRAPH
        )
    )
    together = "".join(output.text for output in talk.output)
    assert together == "".join(f"out {i}\nerr {i}\n" for i in range(50))


def test_a_flood_of_printing_is_cut(talk, write):
    talk.open(write("for i in range(40):\n    print('x' * 99_999)\n" + GRAPH))
    text = talk.printed()
    kept, _, cut = text.partition("\n…")
    assert len(kept) <= 1_000_000
    assert cut == " 3,000,000 more characters not shown\n"
    talk.output.clear()
    talk.open(write("print('y' * 1_500_000)\n" + GRAPH))
    assert talk.printed() == (
        "y" * 1_000_000 + "\n… 500,001 more characters not shown\n"
    )


def test_steps_print_too(talk, write):
    talk.open(write(hooked("print('in y')")))
    assert talk.printed() == ""
    talk.ask(MoveTo(playhead=9))
    assert talk.printed() == "in y\n"
    talk.ask(MoveTo(playhead=0))
    talk.ask(MoveTo(playhead=9))
    assert talk.printed() == "in y\n"  # recorded steps are not made again


def test_odd_ways_to_print(talk, write):
    reply = talk.open(
        write(
            "import sys, os, io\n"
            "sys.stdout.reconfigure(encoding='utf-8')\n"
            "sys.stdout.buffer.write('b\\u00e9'.encode())\n"
            "sys.stdout.buffer.flush()\n"
            "print('\\ud800')\n"
            "os.write(1, b'\\x00\\xff raw' * 1000)\n"
            "print(sys.stdout.isatty(), sys.stdout.encoding)\n"
            "sys.stdout.close()\n"
            "print('after')\n"
            "sys.stdout = io.StringIO()\n"
            "print('swallowed')\n" + GRAPH
        )
    )
    assert reply.failure is None
    assert talk.printed() == "bé?\nFalse utf-8\nafter\n"
    assert talk.ask(MoveTo(playhead=9)).failure is None


# What fails


def failure_of(reply):
    failure = reply.failure
    assert failure is not None
    return failure


def test_a_name_error_shows_the_cell_and_its_line(talk, write):
    path = write(
        [
            "x = 1",
            "def helper(v):\n    return v + missing",
            "one = 1\n\nhelper(x)",
            "two = 2",
        ],
        "lesson.ipynb",
    )
    failure = failure_of(talk.open(path))
    assert failure.kind == "code"
    assert failure.message == (
        "lesson.ipynb, cell 3 failed on line 3: NameError: name 'missing' is not "
        "defined."
    )
    assert failure.place == "lesson.ipynb, cell 3:3"
    # Which part of a line is underlined differs between versions of Python.
    lines = [line for line in failure.traceback.splitlines() if line.strip(" ~^")]
    assert lines == [
        "Traceback (most recent call last):",
        '  File "lesson.ipynb, cell 3", line 3, in <module>',
        "    helper(x)",
        '  File "lesson.ipynb, cell 2", line 2, in helper',
        "    return v + missing",
        "NameError: name 'missing' is not defined",
    ]


def test_a_syntax_error_shows_the_person_s_line_and_nothing_of_ours(talk, write):
    path = write("x = 1\ny = (2\n")
    failure = failure_of(talk.open(path))
    assert failure.message == (
        "program.py failed on line 2: SyntaxError: '(' was never closed."
    )
    assert failure.traceback == (
        f'  File "{path}", line 2\n'
        "    y = (2\n"
        "        ^\n"
        "SyntaxError: '(' was never closed\n"
    )


def test_an_error_inside_the_reference_value_shows_its_line_too(talk, write):
    failure = failure_of(talk.open(write(GRAPH + "w.log()\n")))
    assert failure.message.endswith(
        "failed on line 8: DomainError: log(w): w is -3, and log needs a number above "
        "0."
    )
    assert failure.place.endswith("program.py:8")
    assert "value.py" in failure.traceback
    assert "sources" not in failure.traceback


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "import no_such_thing",
            "it needs the module no_such_thing, which is not installed here.",
        ),
        ("import sys; sys.exit(3)", "it called exit(3)."),
        ("raise ValueError", "ValueError."),
        ("class E(Exception):\n  def __str__(self): raise self\nraise E", "E."),
        ("raise ValueError('\\ud800')", "ValueError: ?."),
        (
            "exec('def f(): f()'); f()",
            "RecursionError: maximum recursion depth exceeded.",
        ),
    ],
)
def test_failures_in_a_sentence(talk, write, code, said):
    failure = failure_of(talk.open(write(code)))
    line = code.count("\n") + 1
    assert failure.message == f"program.py failed on line {line}: {said}"
    assert failure.kind == "code"


def test_a_long_story_is_cut(talk, write):
    failure = failure_of(talk.open(write("raise ValueError('long ' * 100_000)")))
    assert len(failure.message) < 300
    assert len(failure.traceback) < 110_000


def test_a_file_that_is_not_there(talk, tmp_path):
    failure = failure_of(talk.open(tmp_path / "none.py"))
    assert failure.kind == "request"
    assert failure.message == f"There is no file {tmp_path / 'none.py'}."


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "x = 1",
            "program.py ran to its end and left no Value to draw: call draw_dot(value) "
            "in it, or keep a Value in a variable.",
        ),
        (
            "draw_dot(3)",
            "program.py draws something, but what it draws is no Value.",
        ),
    ],
)
def test_a_file_without_a_graph(talk, write, code, sentence):
    failure = failure_of(talk.open(write(code)))
    assert (failure.kind, failure.message) == ("request", sentence)


def test_asking_before_anything_is_open(talk):
    failure = failure_of(talk.ask(MoveTo(playhead=1)))
    assert failure.message == "Nothing is open yet."


def test_a_step_that_fails_is_taken_back_and_the_session_goes_on(talk, write):
    path = write(hooked("x.grad = 9\n1 / 0"))
    talk.open(path)
    failure = failure_of(talk.ask(MoveTo(playhead=9)))
    assert failure.message == (
        "y._backward() failed; the step was taken back: ZeroDivisionError: division by "
        "zero."
    )
    assert failure.place == f"{path}:11"
    assert failure.traceback.count("File ") == 1
    assert (talk.mirror.playhead, talk.shown("x")) == (1, (2.0, 1.0))
    talk.ask(MoveTo(playhead=0))
    assert talk.shown("x") == (2.0, 0.0)


def test_an_edit_an_op_can_t_take(talk, write):
    talk.open(write(GRAPH + "q = x.log()\ndraw_dot(q)\n"))
    failure = failure_of(talk.ask(SetLeaf(node=0, number=-1.0)))
    assert (failure.kind, failure.message) == (
        "request",
        "Computing q again failed: log(x): x is -1, and log needs a number above 0.",
    )
    assert talk.shown("x")[0] == 2.0


# Ends


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "import os; os._exit(3)",
            "The process that ran your code ended with exit code 3.",
        ),
        ("import os; os._exit(0)", "Your code ended its own process."),
        pytest.param(
            "import ctypes; ctypes.string_at(0)",
            "The process that ran your code was ended by SIGSEGV.",
            marks=posix,
        ),
        pytest.param(
            "import os; os.kill(os.getpid(), 9)",
            "The process that ran your code was ended by SIGKILL.",
            marks=posix,
        ),
        pytest.param(
            "import os; os.closerange(3, 64)",
            "Your code ended its own process.",
            marks=posix,
        ),
    ],
)
def test_code_that_ends_its_process_is_told(talk, write, code, said):
    talk.send(Open(path=str(write(f"print('before')\n{code}"))))
    assert talk.ending().message == said
    assert not talk.worker.alive
    assert talk.gone()


def test_a_hook_that_ends_the_process(talk, write):
    talk.open(write(hooked("import os; os._exit(7)")))
    talk.send(MoveTo(playhead=9))
    assert talk.ending() == Ending(7)
    # What the window knows it still can show.
    talk.mirror.move_to(0)
    assert talk.shown("x") == (2.0, 0.0)


def test_a_hook_that_exits_politely_fails_like_any_other(talk, write):
    talk.open(write(hooked("import sys; sys.exit('done')")))
    failure = failure_of(talk.ask(MoveTo(playhead=9)))
    assert failure.message == (
        "y._backward() failed; the step was taken back: it called exit('done')."
    )


def test_killing_a_worker_says_nothing_more(talk, write):
    talk.open(write(GRAPH, "good.py"))
    talk.worker.kill()
    assert not talk.worker.alive
    assert talk.gone()
    talk.worker.close()  # waits for the threads that could still say something
    assert talk.answers.empty()


# Interrupts


def wait_for_output(talk, text):
    while text not in talk.printed():
        talk.next(Output)


LOOPS = {
    "tight": "while True: pass",
    "sleeping": "import time\ntime.sleep(600)",
    "in the library": "import json\nwhile True: json.loads('[1, 2, 3]')",
    "printing": "while True: print(end='')",
    "with gradviz": "import gradviz\nwhile True: gradviz.Value(1.0) + 2",
    "drawing": "while True: draw_dot(None)",
    "a finaliser": (
        "class D:\n    def __del__(self): sum(range(2000))\nwhile True: D()"
    ),
}


@posix
@pytest.mark.parametrize("loop", LOOPS.values(), ids=list(LOOPS))
def test_an_endless_loop_is_interrupted(talk, write, loop):
    path = write(f"print('started', flush=True)\n{loop}\n")
    talk.send(Open(path=str(path)))
    wait_for_output(talk, "started")
    talk.worker.interrupt()
    failure = failure_of(talk.reply())
    # It may still have been at the end of the print.
    last = loop.count("\n") + 2
    stopped = f"You stopped the program in {path.name}, line"
    assert failure.message in [f"{stopped} {i + 1}." for i in range(last)]
    assert "gradviz/worker" not in failure.traceback
    # The worker lives on.
    assert talk.open(write(GRAPH, "next.py")).failure is None


@posix
def test_a_hook_in_an_endless_loop_is_interrupted_and_taken_back(talk, write):
    talk.open(write(hooked("x.grad = 77\nprint('in', flush=True)\nwhile True: pass")))
    talk.send(MoveTo(playhead=9))
    wait_for_output(talk, "in")
    talk.worker.interrupt()
    failure = failure_of(talk.reply())
    assert failure.message.startswith("You stopped the program in ")
    assert (talk.mirror.playhead, talk.shown("x")) == (1, (2.0, 1.0))
    talk.ask(MoveTo(playhead=0))
    assert talk.shown("x") == (2.0, 0.0)


@posix
def test_a_walk_of_many_short_steps_is_interrupted(talk, write):
    """Most of its time is spent in our own code, where no interrupt is raised."""
    talk.open(
        write(
            "from gradviz import Value, draw_dot\n"
            "x = Value(1.0, 'x')\n"
            "y = x\n"
            "for _ in range(60_000): y = y + x\n"
            "second, y = y, y + x\n"
            "right = second._backward\n"
            "def hook():\n    right()\n    print('go', flush=True)\n"
            "second._backward = hook\n"
            "draw_dot(y)\n"
        )
    )
    talk.send(MoveTo(playhead=60_000))
    wait_for_output(talk, "go")
    talk.worker.interrupt()
    failure = failure_of(talk.reply())
    assert failure.message.startswith("You stopped the program")
    made = talk.mirror.playhead
    assert 0 < made < 60_000
    assert talk.shown("x")[1] == made
    talk.ask(MoveTo(playhead=0))
    assert talk.shown("x")[1] == 0


@posix
def test_an_interrupt_of_an_idle_worker_does_nothing(talk, write):
    talk.open(write(GRAPH))
    for _ in range(5):
        talk.worker.interrupt()
    assert talk.ask(MoveTo(playhead=2)).failure is None
    assert talk.mirror.playhead == 2


# The channel


def test_code_that_writes_into_the_channel_ends_the_worker_and_nothing_else(
    talk, write
):
    path = write(
        "import os, stat\n"
        "for fd in range(3, 64):\n"
        "    try:\n"
        "        if stat.S_ISSOCK(os.fstat(fd).st_mode):\n"
        "            os.write(fd, b'\\x7f\\xff\\xff\\xffgarbage' * 100)\n"
        "    except OSError:\n"
        "        pass\n" + GRAPH
    )
    talk.send(Open(path=str(path)))
    assert isinstance(talk.ending(), Ending)
    assert talk.gone()
    other = Talk()
    try:
        assert other.open(write(GRAPH, "good.py")).failure is None
    finally:
        other.worker.close()


def test_the_key_of_the_channel_is_not_in_the_environment(talk, write):
    talk.open(
        write(
            "import os\n"
            "print([k for k in os.environ if k.startswith('GRADVIZ')])\n" + GRAPH
        )
    )
    assert talk.printed() == "[]\n"


def test_code_that_starts_threads_and_replaces_modules(talk, write):
    reply = talk.open(
        write(
            "import sys, threading, types\n"
            "sys.modules['__main__'] = types.ModuleType('other')\n"
            "stop = threading.Event()\n"
            "def work():\n"
            "    while not stop.wait(0.001):\n"
            "        print('tick')\n"
            "threading.Thread(target=work, daemon=True).start()\n" + GRAPH
        )
    )
    assert reply.failure is None
    for playhead in (2, 0, 1):
        assert talk.ask(MoveTo(playhead=playhead)).failure is None
        assert talk.mirror.playhead == playhead
    wait_for_output(talk, "tick")


def test_modules_where_the_window_was_started_are_not_ours(tmp_path, monkeypatch):
    for name in ("queue", "signal", "msgspec", "linecache", "traceback"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    monkeypatch.chdir(tmp_path)
    talk = Talk()
    try:
        (tmp_path / "graph").mkdir()
        good = tmp_path / "graph" / "good.py"
        good.write_text(GRAPH)
        assert talk.open(good).failure is None
    finally:
        talk.worker.close()


@posix
def test_the_worker_ends_with_the_window(tmp_path):
    """The window is killed while the person's code runs for ever."""
    program = tmp_path / "loop.py"
    program.write_text("print('looping', flush=True)\nwhile True: pass\n")
    window = (
        "import sys, threading\n"
        "from gradviz.worker.client import Worker\n"
        "from gradviz.worker.messages import Open, Output\n"
        "class Listener:\n"
        "    def on_answer(self, answer):\n"
        "        if isinstance(answer, Output):\n"
        "            sys.stdout.write(f'{worker.pid}\\n')\n"
        "            sys.stdout.flush()\n"
        "    def on_worker_ended(self, ending):\n"
        "        pass\n"
        "worker = Worker(Listener())\n"
        f"worker.send(Open(path={str(program)!r}))\n"
        "threading.Event().wait()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", window], stdout=subprocess.PIPE, text=True
    )
    pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()
    ended = threading.Event()

    def watch():
        while Path(f"/proc/{pid}/stat").exists():
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                break
            ended.wait(0.01)
        ended.set()

    if not Path("/proc/self").exists():
        pytest.skip("needs /proc")
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    watcher.join(PATIENCE_S)
    assert ended.is_set()


def test_stages_of_a_notebook_are_counted(talk, write):
    talk.open(write([GRAPH, "draw_dot(z)", "1/0"], "lesson.ipynb"))
    assert talk.stages == [
        "Running cell 1 of 3",
        "Running cell 2 of 3",
        "Reading the graph",
    ]
