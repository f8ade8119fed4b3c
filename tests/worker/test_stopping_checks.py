"""Stopping a check: the worker, the session and every number outlive it."""

import contextlib
import os
import queue

import pytest

from gradviz.worker.messages import Check, Checked, MoveTo, Reply

SOURCE = """
from pathlib import Path

GATE = Path({gate!r})


def wait():
    while GATE.exists():
        (GATE.parent / "started").touch()


class Value:
    def __init__(self, data, _prev=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            {in_hook}
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out
{driver}

a, b = Value(2.0), Value(-3.0)
c = a * b
d = c * a
"""
DRIVER = """
    def backward(self):
        self.grad = 1.0
        wait()
        for v in (d, c):
            v._backward()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX here")
@pytest.mark.parametrize("driver", ["", DRIVER], ids=["in a hook", "in a driver"])
def test_a_check_that_never_ends_is_stopped_and_steps_go_on(talk, tmp_path, driver):
    gate, started = tmp_path / "gate", tmp_path / "started"
    path = tmp_path / "graph.py"
    in_hook = "" if driver else "wait()"
    path.write_text(SOURCE.format(gate=str(gate), driver=driver, in_hook=in_hook))
    talk.open(path)
    talk.ask(MoveTo(playhead=1))
    held = [talk.shown(name) for name in "abcd"]
    gate.touch()
    number = talk.send(Check())
    while not started.exists():
        with contextlib.suppress(queue.Empty):
            answer = talk.answers.get(timeout=0.05)
            assert not isinstance(answer, Reply), answer
    talk.worker.interrupt()
    reply = talk.reply()
    assert reply.id == number
    assert reply.failure.kind == "request"
    assert reply.failure.message == "You stopped the check; nothing has changed."
    assert [talk.shown(name) for name in "abcd"] == held
    gate.unlink()
    reply = talk.ask(MoveTo(playhead=2))
    assert reply.failure is None
    assert talk.shown("a") == (2.0, -6.0 - 6.0)
    assert talk.shown("b") == (-3.0, 4.0)
    talk.send(Check())
    assert talk.next(Checked).report.findings == ()
    assert talk.reply().failure is None
