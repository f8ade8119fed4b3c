"""What ``gradviz.check`` and ``gradviz check`` say."""

import math
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from helpers import listen_to_ctrl_c

import gradviz
from gradviz.analysis.diagnosis.diagnose import diagnose
from gradviz.analysis.diagnosis.findings import RULES, Report
from gradviz.graph.build import build

CORPUS = Path(__file__).parents[1] / "corpus"
CLASSES = Path(__file__).parents[1] / "benchmarks/diagnosis/classes"
PASSES = """
class Value:
    def __init__(self, data, _prev=()):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, ''
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def backward(self):
        self._backward()
        for operand in self._prev:
            operand.backward()

a, b = Value(2.0), Value(3.0)
c = a * b
d = c * c
y = d * c
"""


class Value:
    def __init__(self, data, _prev=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad = other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out


class RightValue:
    """Has nothing wrong in it, as most people write it."""

    def __init__(self, data, _prev=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
        self._backward = lambda: None

    def __add__(self, other):
        out = RightValue(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = RightValue(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = RightValue(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "gradviz.cli", "check", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_finding_says_where_what_and_what_to_write():
    x, w = Value(2.0), Value(-3.0)
    product = x * w
    report = gradviz.check(product)
    (found,) = report.findings
    line = Value.__mul__.__code__.co_firstlineno + 4
    assert (found.rule, found.method, found.file) == ("assigns", "__mul__", __file__)
    assert found.line == line
    assert found.sentence == (
        "product._backward() would replace the gradient of x if it held one already."
    )
    assert found.suggestion == "self.grad += other.data * out.grad"
    assert found.shown_by == 1


def test_a_report_works_in_an_assert():
    assert gradviz.check(gradviz.Value(1.5) * gradviz.Value(2.0))
    report = gradviz.check(Value(2.0) * Value(3.0))
    assert not report
    with pytest.raises(AssertionError, match="would replace the gradient of"):
        assert report, str(report)


def test_one_bug_is_one_finding_however_many_values_show_it():
    total = Value(1.1)
    for _ in range(30):
        total = total * Value(1.01)
    (found,) = gradviz.check(total).findings
    assert found.shown_by == 30


def test_the_rule_of_gradvizs_own_class_is_what_to_change():
    x = gradviz.Value(2.0, label="x")
    y = x * gradviz.Value(3.0, label="w")
    y.set_rule("assign")
    (found,) = gradviz.check(y).findings
    assert (found.rule, found.suggestion) == ("assigns", 'y.set_rule("accumulate")')
    y.set_rule("accumulate")
    assert gradviz.check(y)


def test_a_whole_pass_of_stored_slopes_is_checked(tmp_path):
    source = (CORPUS / "microgpt_style.py").read_text()
    line = "child.grad += local_grad * v.grad"
    path = tmp_path / "stored.py"
    path.write_text(source.replace(line, line.replace("+=", "=")))
    done = run("--json", path)
    (found,) = msgspec.json.decode(done.stdout, type=Report).findings
    assert found.rule == "wrong-gradients"
    assert line.replace("+=", "=") in path.read_text().splitlines()[found.line - 1]


def test_values_are_left_as_they_were():
    x, w = Value(2.0), Value(-3.0)
    product = x * w
    held = [dict(vars(value)) for value in (x, w, product)]
    gradviz.check(product)
    for value, before in zip((x, w, product), held, strict=True):
        assert vars(value).keys() == before.keys()
        assert all(vars(value)[name] is before[name] for name in before)


def test_what_stops_it_leaves_values_as_they_were():
    x, w = Value(2.0), Value(-3.0)
    product = x * w
    held = dict(vars(x))

    def stop(doing):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose(build([product], {}), progress=stop)
    assert vars(x) == held


def test_the_command_line_prints_a_table_and_exits_with_1():
    done = run(CORPUS / "wrong_rules.py")
    assert done.returncode == 1
    assert done.stdout == (
        "2 findings (7 Values, 4 backward functions):\n"
        "\n"
        "  where              method   rule\n"
        "  wrong_rules.py:38  __sub__  wrong-derivative\n"
        "      d._backward() pushes 1 times its gradient to b, where ∂d/∂b is "
        "−1 at a = 5, b = 2.\n"
        "  wrong_rules.py:46  relu     wrong-derivative\n"
        "      r._backward() pushes 0 times its gradient to d, where ∂r/∂d is "
        "1 at d = 3.\n"
    )


def test_the_command_line_exits_with_0_where_nothing_is_wrong():
    done = run(CORPUS / "bound_methods.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing wrong was found (4 Values, ")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere.py", "gradviz: There is no file nowhere.py.\n"),
        ("engine.py", "gradviz: engine.py builds no Value that can be checked.\n"),
    ],
)
def test_the_command_line_exits_with_2_where_there_is_nothing_to_check(name, sentence):
    path = CORPUS / name
    done = run(path if path.exists() else name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == sentence.replace("engine.py builds", f"{path} builds")


def test_json_is_what_the_report_is():
    done = run("--json", CORPUS / "wrong_rules.py")
    report = msgspec.json.decode(done.stdout, type=Report)
    assert done.returncode == 1
    assert [(f.rule, f.line) for f in report.findings] == [
        ("wrong-derivative", 38),
        ("wrong-derivative", 46),
    ]
    assert all(found.rule in RULES for found in report.findings)


def test_recursion_is_told_from_a_topological_order(tmp_path):
    path = tmp_path / "recursive.py"
    path.write_text(PASSES.replace("y = d * c", "y = d * c\ny.grad = 1.0"))
    done = run("--json", path)
    (found,) = msgspec.json.decode(done.stdout, type=Report).findings
    assert (found.rule, found.method) == ("pushed-twice", "backward")
    assert PASSES.splitlines()[found.line - 1].strip() == "operand.backward()"
    assert "c._backward() 3 times" in found.sentence


@pytest.mark.parametrize(
    ("between", "sentence"),
    [
        (
            "",
            "a held 12 already, and so did b and c. Zeroing the leaves alone misses c.",
        ),
        ("a.grad = b.grad = 0.0", "c held 2 already."),
    ],
)
def test_gradients_not_zeroed_between_two_passes(tmp_path, between, sentence):
    path = tmp_path / "twice.py"
    once = "y.grad = 1.0\nfor v in (y, c): v._backward()\n"
    source = PASSES.partition("    def backward")[0] + (
        "a, b = Value(2.0), Value(3.0)\nc = a * b\ny = c * a\n"
    )
    path.write_text(f"{source}{once}{between}\n{once}")
    done = run("--json", path)
    (found,) = msgspec.json.decode(done.stdout, type=Report).findings
    assert found.rule == "not-zeroed"
    assert sentence in found.sentence


def test_zeroing_everything_between_two_passes_is_right(tmp_path):
    path = tmp_path / "zeroed.py"
    once = "y.grad = 1.0\nfor v in (y, c): v._backward()\n"
    source = PASSES.partition("    def backward")[0] + (
        "a, b = Value(2.0), Value(3.0)\nc = a * b\ny = c * a\n"
    )
    path.write_text(f"{source}{once}a.grad = b.grad = c.grad = 0.0\n{once}")
    assert run(path).returncode == 0


def test_whenever_it_is_stopped_values_are_as_they_were():
    made = runpy.run_path(str(CLASSES / "closures.py"))["Value"]
    x, w = made(2.0), made(-3.0)
    y = ((x * w).tanh() + x) * w
    y.backward()
    live = build([y], {})
    held = [dict(vars(value)) for value in live.values]
    told = []
    diagnose(live, progress=told.append)
    assert len(told) > len(set(told)) == 4

    for at in range(len(told)):
        left = iter(range(at))

        def stop(doing, left=left):
            if next(left, None) is None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            diagnose(live, progress=stop)
        for value, before in zip(live.values, held, strict=True):
            assert vars(value).keys() == before.keys()
            assert all(vars(value)[name] is before[name] for name in before)


@pytest.mark.skipif(os.name != "posix", reason="terminals are POSIX here")
def test_ctrl_c_ends_a_check_with_one_sentence(tmp_path):
    path = tmp_path / "endless.py"
    path.write_text(
        "import sys\n"
        + PASSES.replace(
            "        def _backward():\n",
            "        def _backward():\n            while checking: pass\n",
        )
        + "checking = True\n"
    )
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "gradviz.cli", "check", str(path)],
        stdout=subprocess.PIPE,
        stderr=theirs,
        preexec_fn=listen_to_ctrl_c,
    ) as process:
        os.close(theirs)
        said = ""
        while "Checking backward function 1 of 1…" not in said:
            said += os.read(ours, 1000).decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert process.stdout.read() == b""
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert said.split("\r")[-2:] == ["gradviz: Stopped.", "\n"]


class Delegating:
    def __init__(self, data, parents=(), op=""):
        self.data, self.grad, self.parents, self.op = data, 0.0, parents, op
        self._backward = None

    def __mul__(self, other):
        out = Delegating(self.data * other.data, (self, other), "*")

        def push(upstream):
            self.grad += other.data * upstream
            other.grad += other.data * upstream

        out._backward = lambda: push(out.grad)
        return out


def test_a_hook_that_hands_over_is_not_blamed_for_the_line_of_another():
    a, b = Delegating(2.0), Delegating(-3.0)
    (found,) = gradviz.check(a * b).findings
    assert (found.rule, found.operand) == ("wrong-derivative", "b")
    assert found.line == Delegating.__mul__.__code__.co_firstlineno + 5


def test_a_constant_is_called_by_its_number():
    class Doubled(gradviz.Value):
        def __mul__(self, other):
            out = super().__mul__(other)
            right = out._backward

            def _backward():
                right()
                self.grad += out.grad

            out._backward = _backward
            return out

    x = Doubled(3.0, "x")
    y = x * 2
    (found,) = gradviz.check(y).findings
    assert found.sentence == (
        "y._backward() pushes 3 times its gradient to x, where ∂y/∂x is 2 at x = 3."
    )


@pytest.mark.parametrize("kind", ["float32", "float16", "int64", "int32", "uint8"])
def test_right_code_on_the_numbers_of_an_array_is_right(kind):
    features = np.array([1.0, 2.0, 3.0]).astype(kind)
    total = RightValue(0.0)
    for weight, feature in zip((0.3, -0.7, 0.2), features, strict=True):
        total = total + RightValue(weight) * RightValue(feature)
    y = (total * total).tanh()
    report = gradviz.check(y)
    assert str(report).startswith("Nothing wrong was found")
    assert report.undecidable == ()


def test_wrong_code_on_numbers_of_single_precision_is_still_found():
    product = Value(np.float32(0.3)) * Value(np.float32(0.7))
    (found,) = gradviz.check(product).findings
    assert found.rule == "assigns"
    assert "would replace the gradient" in found.sentence
