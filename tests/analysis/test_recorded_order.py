"""What the order in which the person's code called its hooks gives away."""

from pathlib import Path

import pytest

from gradviz.analysis.diagnosis.findings import told
from gradviz.worker.desk import Desk
from gradviz.worker.messages import Check, Checked, MoveTo, Open, SetLeaf, SwitchWalk

CLASS = """
class Value:
    def __init__(self, data, _prev=(), _op=""):
        self.data, self.grad, self._prev, self._op = data, 0.0, tuple(_prev), _op
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out


def call(*values):
    for value in values:
        value._backward()


x, w = Value(2.0), Value(3.0)
b = x * w
c = b * x
d = b + c
e = b * w
"""
"""d = xw + x²w, so that dd/dx = w + 2xw = 15 and dd/dw = x + x² = 6."""

RIGHT = {
    "in order": "d.grad = 1.0; call(d, c, b)",
    "leaves too": "d.grad = 1.0; call(d, c, b, x, w)",
    "not to the end": "d.grad = 1.0; call(d, c)",
    "a consumer never": "d.grad = 1.0; call(d, b)",
    "from the middle": "c.grad = 2.0; call(c, b)",
    "two roots": "d.grad = e.grad = 1.0; call(d, c, e, b)",
    "a seed between": "d.grad = 1.0; call(d); c.grad += 5.0; call(c, b)",
    "zeroed between": (
        "d.grad = 1.0; call(d, c, b)\n"
        "for v in (x, w, b, c, d): v.grad = 0.0\n"
        "d.grad = 1.0; call(d, c, b)"
    ),
    "another seed later": (
        "d.grad = 1.0; call(d, c, b)\n"
        "for v in (x, w, b, c, d): v.grad = 0.0\n"
        "b.grad = 1.0; call(b)"
    ),
    "roots that share leaves": (
        "y, z = x * w, x * x\ny.grad = 1.0; call(y)\nz.grad = 1.0; call(z)"
    ),
    "early, but nothing flows": "d.grad = 0.0; call(b, c, d)",
}


class Asked:
    """A desk that has opened a file, and what it says."""

    def __init__(self, path):
        self.reports = []
        self.desk = Desk(self._told)
        self.ask(Open(path=str(path)))

    def _told(self, answer):
        if isinstance(answer, Checked):
            self.reports.append(answer.report)

    def ask(self, request):
        failure = self.desk.fulfil(request).failure
        assert failure is None, failure.traceback or failure.message

    def check(self):
        self.ask(Check())
        return self.reports[-1].findings

    @property
    def recorded(self):
        return self.desk._session().recorded


@pytest.fixture
def run(tmp_path, unchanged_process):
    def made(source):
        path = tmp_path / "homework.py"
        path.write_text(CLASS + source)
        return Asked(path)

    return made


@pytest.mark.parametrize("source", RIGHT.values(), ids=list(RIGHT))
def test_a_right_order_is_no_finding(run, source):
    assert run(source).check() == ()


def test_a_value_called_before_a_consumer(run):
    asked = run("d.grad = 1.0; call(d, b, c)")
    (found,) = asked.check()
    assert (found.rule, found.value, found.method) == ("not-topological", "b", "call")
    source = Path(found.file).read_text().splitlines()
    assert source[found.line - 1].strip() == "value._backward()"
    assert found.place == f"homework.py:{found.line}"
    # b had 1 from d alone; 3 is 1 from d and x = 2 through c.
    assert found.sentence == (
        "b._backward() was called before that of c: it pushed when its "
        "gradient was 1, complete it is 3; "
        "x ended at 9 instead of 15."
    )
    assert (found.operand, found.got, found.expected) == ("x", 9.0, 15.0)
    assert found.smallest == ("c", "b", "x")
    names = asked.desk._session().graph.nodes
    assert names[asked.recorded[found.step].node].name == "b"


def test_a_value_called_twice(run):
    asked = run("d.grad = 1.0; call(d, c, b, b)")
    (found,) = asked.check()
    assert found.rule == "pushed-twice"
    # 3 · 3 = 9 more through b, which should have been called once.
    assert found.sentence == (
        "b._backward() was called twice in one backward pass, each time with all that "
        "its gradient held; x ended at 24 instead of 15."
    )
    assert found.smallest == ("b", "x")
    calls = [at for at, step in enumerate(asked.recorded) if step.node == found.node]
    assert found.step == calls[1]


def test_a_recursion_of_any_name_is_one_finding(run):
    (found,) = run(
        "def unroll(v):\n    v._backward()\n    for o in v._prev: unroll(o)\n"
        "d.grad = 1.0\nunroll(d)"
    ).check()
    assert (found.rule, found.value) == ("pushed-twice", "b")


def test_gradients_that_a_zeroing_of_the_leaves_misses(run):
    (found,) = run(
        "d.grad = 1.0; call(d, c, b)\nx.grad = w.grad = 0.0\n"
        "d.grad = 1.0; call(d, c, b)"
    ).check()
    assert found.rule == "not-zeroed"
    assert found.sentence == (
        "A backward pass adds to gradients that an earlier one has left: b held 3 "
        "already, and so did c. Zeroing the leaves alone misses b and c."
    )


TRAINING = """
for step in range(3):
    {first}
    for sample in (2.0, -1.0):
        b = x * Value(sample)
        e = w * b
        d = b + e
        {each}
        d.grad = 1.0
        call(d, e, b)
    {update}
    {last}
"""
UPDATE = "for v in (x, w): v.data -= 0.1 * v.grad"
ZERO = "for v in (x, w): v.grad = 0.0"


@pytest.mark.parametrize(
    ("first", "each", "last"),
    [(ZERO, "", ""), ("", "", ZERO), ("", ZERO, "")],
    ids=["before all samples", "after the update", "before each sample"],
)
def test_adding_up_over_samples_is_no_finding(run, first, each, last):
    source = TRAINING.format(first=first, each=each, update=UPDATE, last=last)
    assert run(source).check() == ()


def test_leaves_moved_by_gradients_that_nobody_has_zeroed(run):
    # d = s x (1 + w), so that dd/dx = s (1 + w) and dd/dw = s x.
    x, w, dx, dw = 2.0, 3.0, 0.0, 0.0
    for step in range(3):
        for sample in (2.0, -1.0):
            held = dx
            dx += sample * (1 + w)
            dw += sample * x
        if step < 2:
            x, w = x - 0.1 * dx, w - 0.1 * dw
    source = TRAINING.format(first="", each="", update=UPDATE, last="")
    (found,) = run(source).check()
    assert (found.rule, found.value, found.place) == ("not-zeroed", "x", "homework.py")
    assert found.sentence == (
        "A backward pass adds to gradients that an earlier one has left: x held "
        f"{told(held)} already, and so did w."
    )


def test_a_driver_that_is_blamed_is_not_blamed_again_for_its_steps(run):
    (found,) = run(
        "def backward(self):\n    self.grad = 1.0\n    call(d, b, c)\n"
        "Value.backward = backward\nd.backward()"
    ).check()
    assert (found.rule, found.method) == ("not-topological", "backward")


def test_it_is_found_wherever_the_playhead_is_and_after_edits(run):
    asked = run("d.grad = 1.0; call(d, b, c)")
    held = [dict(vars(v)) for v in asked.desk._session().live.values]
    (first,) = asked.check()
    for value, before in zip(asked.desk._session().live.values, held, strict=True):
        assert all(vars(value)[name] is before[name] for name in before)
    asked.ask(MoveTo(playhead=1))
    assert asked.check() == (first,)
    asked.ask(SwitchWalk(walk="planned"))
    assert asked.check() == (first,)
    x = asked.desk._session().graph.named("x")
    asked.ask(SetLeaf(node=x, number=1.0))
    (edited,) = asked.check()
    # x = 1: b should push 1 + 1 = 2, and dd/dx is 3 + 2 · 3 = 9.
    assert edited.sentence == (
        "b._backward() was called before that of c: it pushed when its "
        "gradient was 1, complete it is 2; "
        "x ended at 6 instead of 9."
    )


def test_the_lesson_run_by_hand_from_the_bottom_up_has_wrong_lines_only(
    unchanged_process,
):
    path = Path(__file__).parents[1] / "corpus" / "lesson_bottom_up.ipynb"
    found = Asked(path).check()
    assert {one.rule for one in found} == {"assigns"}
