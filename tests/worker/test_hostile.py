"""Code that means no good, or knows no better: the window and its next file live on.

Each piece of code is opened as a file, in a worker as the window starts it. What the
window showed before is a mirror of its own and can't be touched; what is tested is that
there is an answer or an ending in words, that nothing is left running, and that a good
file can be opened afterwards.
"""

import os
import sys
import threading
import time
from pathlib import Path

import pytest
from talk import PATIENCE_S, Talk
from test_worker import GRAPH, failure_of, hooked, wait_for_output

from gradviz.worker.client import Worker
from gradviz.worker.limits import shown_memory
from gradviz.worker.messages import MoveTo, Open, Output

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX here")

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux limits memory"
)


@pytest.fixture
def write(tmp_path):
    def write(text, name="program.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def limited_talk(request):
    """A worker that may use 1 GB, or as much as is said."""
    talk = Talk()
    talk.worker.close()
    talk.worker = Worker(talk, memory=getattr(request, "param", 10**9))
    yield talk
    talk.worker.close()


def assert_works(talk, write):
    """Open a good file in the same worker, and walk it."""
    reply = talk.open(write(f"print('good')\n{GRAPH}", "good.py"))
    assert reply.failure is None
    talk.ask(MoveTo(playhead=2))
    assert talk.shown("x") == (2.0, -2.0)
    assert talk.printed().endswith("good\n")


def until(condition):
    """Wait for a condition on other processes."""
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.01)


def runs(pid):
    """Whether a process is there and has not ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def pids_written(folder, count):
    """Wait for processes to say that they run; return their numbers."""
    until(lambda: len(list(folder.glob("child-*"))) == count)
    return [int(path.name.removeprefix("child-")) for path in folder.glob("child-*")]


# Code that does not end


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    try: sum(range(9**9))\n    except BaseException: pass",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile 1: pass",
        "(9**9**9)",
        "import re\nre.match(r'(a|aa)+$', 'a' * 100 + 'b')",
        "import atexit\natexit.register(__import__('time').sleep, 600)\n"
        "import threading\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "try: threading.Event().wait()\nfinally: threading.Event().wait()",
    ],
    ids=["catches all", "signal ignored", "in C", "in a pattern", "at exit"],
)
def test_what_can_not_be_interrupted_is_killed(talk, write, code):
    talk.send(Open(path=str(write(f"print('in', flush=True)\n{code}"))))
    wait_for_output(talk, "in")
    talk.worker.interrupt()
    talk.worker.kill()
    assert not talk.worker.alive
    other = Talk()
    try:
        assert_works(other, write)
    finally:
        other.worker.close()


def test_printing_without_end_is_bounded_and_interrupted(talk, write):
    talk.send(Open(path=str(write("while True: print('all work and no play')"))))
    while sum(len(output.text) for output in talk.output) < 999_000:
        talk.next(Output)
    talk.worker.interrupt()
    message = failure_of(talk.reply()).message
    assert message.startswith("You stopped the program in ")
    text, _, cut = talk.printed().partition("\n…")
    assert len(text) <= 1_000_000
    assert cut == "" or cut.endswith(" more characters not shown\n")
    assert_works(talk, write)


def test_recursion_without_end(talk, write):
    code = "def f(): return f()\nf()\n"
    message = failure_of(talk.open(write(code))).message
    assert message == (
        "program.py failed on line 1: RecursionError: maximum recursion depth exceeded."
    )
    assert_works(talk, write)


@linux
@pytest.mark.parametrize("limited_talk", [250 * 10**6], indirect=True)
def test_recursion_without_end_and_without_a_limit(limited_talk, write):
    """It ends by running out of memory, for which CPython has two words."""
    talk = limited_talk
    code = "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()\n"
    message = failure_of(talk.open(write(code))).message
    assert message in (
        "program.py failed on line 3: it needed more memory than the 250 MB that it "
        "may use; the limit is set in Preferences.",
        "program.py failed on line 3: SystemError: error return without exception set.",
    )
    assert_works(talk, write)


# Memory


@linux
@pytest.mark.parametrize(
    "code",
    [
        "bytearray(100 * 10**9)",
        "import numpy\nnumpy.ones(10**12)",
        "held = []\nwhile True: held.append([None] * 10**6)",
    ],
    ids=["at once", "numpy", "bit by bit"],
)
def test_more_memory_than_there_is(limited_talk, write, code):
    talk = limited_talk
    message = failure_of(talk.open(write(code))).message
    assert message == (
        f"program.py failed on line {code.count(chr(10)) + 1}: it needed more memory "
        "than the 1 GB that it may use; the limit is set in Preferences."
    )
    assert_works(talk, write)


@linux
def test_by_default_half_of_the_memory_may_be_used(talk, write):
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    message = failure_of(talk.open(write(f"bytearray({half})"))).message
    assert message == (
        f"program.py failed on line 1: it needed more memory than the "
        f"{shown_memory(half)} that it may use; the limit is set in Preferences."
    )


@pytest.mark.parametrize(
    ("size", "shown"),
    [(999, "999 bytes"), (2 * 10**9, "2 GB"), (1_560_000_000, "1.6 GB")],
)
def test_memory_is_shown_as_people_read_it(size, shown):
    assert shown_memory(size) == shown


# Processes


FORK = """
import os, pathlib, sys, time
def live():
    pathlib.Path(f"child-{os.getpid()}").touch()
    time.sleep(600)
"""


def test_a_forked_child_says_nothing_and_answers_nothing(talk, write, tmp_path):
    """Both go on from the fork; only the parent's code is answered for."""
    code = (
        "import os, pathlib\n"
        "child = os.fork() == 0\n"
        "print('child' if child else 'parent')\n" + GRAPH + "if child:\n"
        "    print('x' * 5000, flush=True)\n"
        "    pathlib.Path(f'child-{os.getpid()}').touch()\n"
    )
    assert talk.open(write(code)).failure is None
    [pid] = pids_written(tmp_path, 1)
    until(lambda: not runs(pid))
    assert talk.printed() == "parent\n"
    assert talk.ask(MoveTo(playhead=2)).failure is None
    assert_works(talk, write)


def test_processes_of_multiprocessing_work(talk, write):
    code = (
        "import multiprocessing\n"
        "def square(x): return x * x\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "        print(pool.map(square, [1, 2, 3]))\n" + GRAPH
    )
    assert talk.open(write(code)).failure is None
    assert talk.printed() == "[1, 4, 9]\n"


@pytest.mark.parametrize("ending", ["killed", "exited", "crashed"])
def test_forked_children_end_with_the_worker(talk, write, tmp_path, ending):
    last = {
        "killed": "print('in', flush=True)\nlive()",
        "exited": "import os; os._exit(3)",
        "crashed": "import ctypes; ctypes.string_at(0)",
    }[ending]
    code = FORK + (
        "for _ in range(3):\n"
        "    if os.fork() == 0:\n"
        "        os.fork()\n"
        "        live()\n"
        "while len(list(pathlib.Path('.').glob('child-*'))) < 6: time.sleep(0.01)\n"
        f"{last}\n"
    )
    talk.send(Open(path=str(write(code))))
    pids = pids_written(tmp_path, 7 if ending == "killed" else 6)
    if ending == "killed":
        assert all(map(runs, pids))
        talk.worker.kill()
    else:
        talk.ending()
    until(lambda: not any(map(runs, pids)))


def test_a_forked_child_may_print_and_interrupt_itself(talk, write):
    code = (
        "import os, signal\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    print('to nobody', flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n" + GRAPH
    )
    assert talk.open(write(code)).failure is None
    assert talk.printed() == ""
    assert_works(talk, write)


# Code that takes things away


@pytest.mark.parametrize(
    "code",
    [
        "import sys\ndel sys.stdout, sys.stderr\n",
        "import sys\nsys.stdout = sys.stderr = sys.stdin = None\n",
        "import sys\nsys.stdout.close()\nsys.__stderr__.close()\n",
        "import os\nos.chdir('/')\n",
        "import os, shutil\nos.mkdir('sub')\nos.chdir('sub')\nos.rmdir('../sub')\n",
        "import os\nos.environ.clear()\n",
        "import sys\nfor name in list(sys.modules):\n"
        "    if name.startswith(('msgspec', 'queue', 'gradviz.worker')):\n"
        "        del sys.modules[name]\n",
        "import sys\nsys.modules['traceback'] = sys.modules['resource'] = None\n",
        "import signal\nfor n in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):\n"
        "    signal.signal(n, signal.SIG_IGN)\n",
        "import sys\nsys.path.clear()\nsys.meta_path.insert(0, None)\ndel sys.path[:]\n"
        "sys.meta_path.pop(0)\n",
        "import sys\nsys.settrace(lambda *_: None)\nsys.setswitchinterval(5)\n",
        "import builtins\nbuiltins.print = None\ndel builtins.print\n"
        "import sys\n"
        "builtins.print = lambda *a, **k: sys.stdout.write(a[0] + '\\n')\n",
        "import gc\ngc.disable()\nimport threading\n"
        "threading.Thread(target=threading.Event().wait).start()\n",
        "import atexit, time\natexit.register(time.sleep, 600)\n",
        "import sys\nsys.excepthook = sys.displayhook = None\n",
    ],
    ids=[
        "streams deleted",
        "streams None",
        "streams closed",
        "another folder",
        "no folder",
        "no environment",
        "modules deleted",
        "modules None",
        "signals ignored",
        "no path",
        "traced",
        "no print",
        "a thread for ever",
        "at exit",
        "hooks",
    ],
)
def test_what_is_taken_away_is_not_missed(talk, write, code):
    assert talk.open(write(code + GRAPH)).failure is None
    assert talk.ask(MoveTo(playhead=2)).failure is None
    assert_works(talk, write)
    talk.worker.close()
    assert not talk.worker.alive


def test_a_signal_handler_replaced_is_ours_again_for_the_next_file(talk, write):
    code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    assert talk.open(write(code + GRAPH)).failure is None
    loop = write("print('in', flush=True)\nwhile True: pass\n", "loop.py")
    talk.send(Open(path=str(loop)))
    wait_for_output(talk, "in")
    talk.worker.interrupt()
    message = failure_of(talk.reply()).message
    name = os.path.basename(loop)
    assert message.startswith(f"You stopped the program in {name}, line ")


@pytest.mark.parametrize(
    "body",
    ["import sys; del sys.stdout", "import os; os.chdir('/')", "import sys; sys.exit"],
)
def test_a_hook_that_takes_things_away(talk, write, body):
    talk.open(write(hooked(body)))
    assert talk.ask(MoveTo(playhead=9)).failure is None
    assert talk.shown("x") == (2.0, -2.0)
    assert_works(talk, write)


def test_what_was_printed_before_an_endless_loop_is_seen(talk, write):
    code = "for i in range(3): print('line', i)\nwhile True: pass\n"
    talk.send(Open(path=str(write(code))))
    wait_for_output(talk, "line 0\nline 1\nline 2\n")
    talk.worker.interrupt()
    assert failure_of(talk.reply()).message.startswith("You stopped the program in ")
