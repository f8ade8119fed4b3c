"""Stopping what cells can do for ever: import, measure, await, show."""

import contextlib
import os
import queue

import nbformat
import pytest

from gradviz.worker.messages import Open, Output, Reply

GRAPH = "from gradviz import Value, draw_dot\nx = Value(2.0, 'x')\ny = x * x"

ENDLESS = {
    "a loop": "print('started', flush=True)\nwhile True: pass",
    "an import": "import endless",
    "a timed statement": "%time import endless",
    "a measured statement": "%timeit -n 1 -r 1 import endless",
    "a captured cell": "%%capture\nimport endless",
    "a cell that awaits": (
        "import asyncio\nprint('started', flush=True)\n"
        "while True: await asyncio.sleep(0)"
    ),
    "a value that is shown": (
        "class Slow:\n    def __repr__(self):\n        import endless\nSlow()"
    ),
    "a value that is displayed": (
        "class Slow:\n    def __repr__(self):\n        import endless\ndisplay(Slow())"
    ),
    "a script that is run": "%run endless.py",
}


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX here")
@pytest.mark.parametrize("cell", ENDLESS.values(), ids=list(ENDLESS))
def test_a_cell_that_never_ends_is_interrupted(talk, tmp_path, cell):
    started = tmp_path / "started"
    (tmp_path / "endless.py").write_text(
        f"open({str(started)!r}, 'w').close()\nwhile True: pass\n"
    )
    cells = [nbformat.v4.new_code_cell(text) for text in (GRAPH, cell, "draw_dot(y)")]
    path = tmp_path / "lesson.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    talk.send(Open(path=str(path)))
    while "started" not in talk.printed() and not started.exists():
        with contextlib.suppress(queue.Empty):
            answer = talk.answers.get(timeout=0.05)
            assert not isinstance(answer, Reply), answer
            if isinstance(answer, Output):
                talk.output.append(answer)
    talk.worker.interrupt()
    reply = talk.reply()
    assert reply.failure is not None
    assert reply.failure.message.startswith("You stopped the program in ")
    assert "/gradviz/" not in reply.failure.traceback
