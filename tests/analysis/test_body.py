"""The body of a hook with its numbers, over the shapes that classes come in."""

import linecache
import re
from pathlib import Path

import msgspec
import pytest
from samples import CORPUS

from gradviz.analysis.body.figures import entries_of
from gradviz.analysis.body.model import HookBody
from gradviz.analysis.body.read import NoBodyError, read_body
from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.graph.trace import Trace
from gradviz.session.mirror import Mirror
from gradviz.session.report import Reporter
from gradviz.session.session import Session

EXPRESSION = re.compile(r"[\w.\[\]]+")


class Shown:
    """A program with its walk made, step by step.

    Attributes:
        session: The session.
        mirror: What a window would have of it.
    """

    def __init__(
        self,
        text: str,
        root: str,
        path: str = "own.py",
        adapters: Adapters | None = None,
    ) -> None:
        adapters = adapters or Adapters()
        trace = Trace(adapters)
        code = compile(text, path, "exec")
        names = {"__name__": "own", "__file__": path}
        trace.watch(code)
        trace.start()
        try:
            exec(code, names)
        finally:
            trace.stop()
        variables = {id(v): n for n, v in names.items() if adapters.is_value(v)}
        live = build([names[root]], variables, adapters, trace)
        self.session = Session(live)
        self.mirror = Mirror(live.graph)
        self._reporter = Reporter(self.session)
        self.move_to(0)

    def move_to(self, playhead: int) -> None:
        self.session.move_to(playhead)
        self.mirror.apply(self._reporter.update())

    def at(self, name: str) -> None:
        """Stand after the step of a Value."""
        node = self.mirror.graph.named(name)
        steps = [step.node for step in self.session.walk]
        self.move_to(steps.index(node) + 1)

    def body(self, name: str) -> HookBody:
        """Return the body as it has crossed to the window."""
        node = self.mirror.graph.named(name)
        body = read_body(self.session.live, node)
        sent = msgspec.msgpack.encode(body)
        return msgspec.msgpack.decode(sent, type=HookBody)

    def lines(self, name: str, is_made: bool = True) -> list[str]:
        """Return each line that has numbers, with each number's expression."""
        if is_made:
            self.at(name)
        mirror, body = self.mirror, self.body(name)
        step = mirror.last_step if is_made else mirror.next_step
        entries = entries_of(body, mirror, step, is_made)
        found = {}
        for entry in sorted(entries, key=lambda e: (e.line, e.turn, e.start)):
            text = body.lines[entry.line].text
            expression = EXPRESSION.match(text, entry.start).group()
            key = (entry.line, entry.turn)
            found.setdefault(key, [text.strip()]).append(f"{expression}: {entry.text}")
        return [" | ".join(parts) for parts in found.values()]


def corpus(name: str, root: str) -> Shown:
    path = CORPUS / f"{name}.py"
    return Shown(path.read_text(), root, str(path))


ADD = [
    "self.grad += out.grad | self.grad: 0 → 1 | out.grad: 1",
    "other.grad += out.grad | other.grad: 0 → 1 | out.grad: 1",
]

CASES = {
    "closure in a method": (
        ("by_hand", "y", "y"),
        [
            "self.grad += other.data * out.grad"
            " | self.grad: 0 → 2 | other.data: 2 | out.grad: 1",
            "other.grad += self.data * out.grad"
            " | other.grad: 0 → 5 | self.data: 5 | out.grad: 1",
        ],
    ),
    "function at top level": (
        ("by_hand", "y", "s"),
        [
            "a.grad += s.grad | a.grad: 5 → 7 | s.grad: 2",
            "b.grad += s.grad | b.grad: 0 → 2 | s.grad: 2",
        ],
    ),
    "functions of the module": (
        ("free_functions", "z", "xy"),
        [
            "a.grad += b.val * out.grad | a.grad: 0 → 4.2 | b.val: 4.2 | out.grad: 1",
            "b.grad += a.val * out.grad | b.grad: 0 → 0.5 | a.val: 0.5 | out.grad: 1",
        ],
    ),
    "bound method": (
        ("bound_methods", "y", "ab"),
        [
            "self.left.grad += self.right.data * self.grad"
            " | self.left.grad: 0 → 6 | self.right.data: 6 | self.grad: 1",
            "self.right.grad += self.left.data * self.grad"
            " | self.right.grad: 1 → −1 | self.left.data: −2 | self.grad: 1",
        ],
    ),
    "method that switches on the op": (
        ("dispatch", "y", "e"),
        [
            "a.grad += self.data * self.grad"
            " | a.grad: 0 → 0.5293 | self.data: 2.117 | self.grad: 0.25"
        ],
    ),
    "method that matches": (
        ("match_dispatch", "out", "p"),
        [
            "left.grad += right.value * self.grad"
            " | left.grad: 1 → 3 | right.value: 2 | self.grad: 1",
            "right.grad += left.value * self.grad"
            " | right.grad: 0 → 5 | left.value: 5 | self.grad: 1",
        ],
    ),
    "rule object": (
        ("rule_objects", "y", "ab"),
        [
            "self.left.grad += self.right.data * upstream"
            " | self.left.grad: 0 → −2 | self.right.data: −2 | upstream: 1",
            "self.right.grad += self.left.data * upstream"
            " | self.right.grad: 0 → 1.5 | self.left.data: 1.5 | upstream: 1",
        ],
    ),
    "function that returns gradients": (
        ("function_objects", "y", "ab"),
        [
            "return g * b.data, g * a.data | g: 1 | b.data: −2 | g: 1 | a.data: 3",
        ],
    ),
    "lambda that calls methods": (
        ("none_hook", "y", "ab"),
        [
            "self._add_grad(other.data * out.grad),"
            " | self._add_grad: 0 → 7 | other.data: 7 | out.grad: 1",
            "other._add_grad(self.data * out.grad),"
            " | other._add_grad: 1 → 7 | self.data: 6 | out.grad: 1",
        ],
    ),
    "partial": (
        ("partial_hooks", "y", "ab"),
        [
            "left.grad += right.data * out.grad"
            " | left.grad: 1 → 1.5 | right.data: 0.5 | out.grad: 1",
            "right.grad += left.data * out.grad"
            " | right.grad: 0 → 3 | left.data: 3 | out.grad: 1",
        ],
    ),
    "op with a decorator": (("decorated", "z", "z"), ADD),
    "defaults": (
        ("default_capture", "y", "d"),
        [
            "a.grad += o.grad | a.grad: 0 → 1.5 | o.grad: 1.5",
            "b.grad -= o.grad | b.grad: 2.5 → 1 | o.grad: 1.5",
        ],
    ),
    "tanh with a number of the forward pass": (
        ("stale_locals", "s", "t"),
        [
            "self.grad += (1 - t**2) * out.grad"
            " | self.grad: 0 → 0.1475 | t: −0.3584 | out.grad: 0.1692"
        ],
    ),
    "power with an exponent": (
        ("exponents", "y", "cube"),
        [
            "self.grad += other * self.data**(other - 1) * out.grad"
            " | self.grad: 0 → 33.94 | other: 3 | self.data: 2 | other: 3"
            " | out.grad: 2.828"
        ],
    ),
    "power of two Values, with a function of math": (
        ("exponents", "y", "power"),
        [
            "self.grad += other.data * self.data**(other.data - 1) * out.grad"
            " | self.grad: 33.94 → 50.91 | other.data: 1.5 | self.data: 2"
            " | other.data: 1.5 | out.grad: 8",
            "other.grad += out.data * math.log(self.data) * out.grad"
            " | other.grad: 0 → 15.68 | out.data: 2.828 | self.data: 2 | out.grad: 8",
        ],
    ),
    "loop over operands": (
        ("sum_args", "y", "t"),
        [
            "for t in terms: | t: a",
            "for t in terms: | t: b",
            "for t in terms: | t: c",
            "for t in terms: | t: a",
            "t.grad += out.grad | t.grad: 18 → 24 | out.grad: 6",
            "t.grad += out.grad | t.grad: 12 → 18 | out.grad: 6",
            "t.grad += out.grad | t.grad: 0 → 6 | out.grad: 6",
            "t.grad += out.grad | t.grad: 24 → 30 | out.grad: 6",
        ],
    ),
    "loop with functions of the person's": (
        ("op_factory", "y", "ab"),
        [
            "for operand, partial in zip(operands, partials): | operand: a",
            "for operand, partial in zip(operands, partials): | operand: b",
            "operand.grad += partial(*numbers) * out.grad"
            " | operand.grad: 1 → −0.995 | out.grad: −0.9975",
            "operand.grad += partial(*numbers) * out.grad"
            " | operand.grad: 0 → −0.7481 | out.grad: −0.9975",
        ],
    ),
    "numbers saved in an object": (
        ("static_ops", "y", "ab"),
        [
            "x, y = out.ctx.saved | x: 2 | y: 7",
            "a.grad += y * out.grad | a.grad: 0 → 7 | y: 7 | out.grad: 1",
            "b.grad += x * out.grad | b.grad: 0 → 2 | x: 2 | out.grad: 1",
        ],
    ),
    "hook that calls another": (
        ("hook_wrapped", "y", "ab"),
        [
            "v.grad = max(-1.0, min(1.0, v.grad)) | v.grad: 5 → 1 | v.grad: 5",
            "inner() | inner: a: 0 → −1.5 | inner: b: 0 → 2",
        ],
    ),
    "parents that are pulled from": (
        ("parent_pull", "y", "ab"),
        [
            "self.grad = sibling.data * self.parent.grad"
            " | self.grad: 0 → −3 | sibling.data: −3 | self.parent.grad: 1",
            "self.grad = sibling.data * self.parent.grad"
            " | self.grad: 0 → 2 | sibling.data: 2 | self.parent.grad: 1",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_numbers_stand_at_what_each_line_reads_and_writes(case) -> None:
    (name, root, value), expected = CASES[case]
    assert corpus(name, root).lines(value) == expected


def test_lines_are_dedented_and_have_the_numbers_of_the_file() -> None:
    body = corpus("rule_objects", "y").body("ab")
    assert [(line.number, line.text) for line in body.lines] == [
        (27, "def push(self, upstream):"),
        (28, "    self.left.grad += self.right.data * upstream"),
        (29, "    self.right.grad += self.left.data * upstream"),
    ]
    assert (body.title, body.place) == ("push", "rule_objects.py")
    assert [body.writes(line) for line in range(3)] == [False, True, True]


def test_returned_gradients_are_said_to_be_added() -> None:
    body = corpus("function_objects", "y").body("ab")
    assert body.note == "What it returns is added to the gradients of the operands."


def test_stored_derivatives_are_shown_where_the_op_has_made_them() -> None:
    shown = corpus("microgpt_style", "y")
    product = "return Value(self.data * other.data, (self, other), "
    assert shown.lines("ab") == [
        f"{product}(other.data, self.data))"
        " | self.data: 0.5 | other.data: −2 | other.data: −2 | self.data: 0.5"
    ]
    note = "gradviz pushes the local derivatives stored here."
    assert shown.body("ab").note == note
    shown.session.set_leaf(shown.mirror.graph.named("a"), 2.0)
    assert "self.data: 2 |" in shown.lines("ab")[0]


def test_stored_derivatives_of_an_op_without_source() -> None:
    text = (CORPUS / "microgpt_style.py").read_text()
    with pytest.raises(NoBodyError) as error:
        Shown(text, "y", "nowhere.py").body("ab")
    assert str(error.value) == (
        "Value has no _backward: each result stores its local derivatives, and "
        "gradviz adds each times the gradient to its operand."
    )


def test_a_leaf_has_no_body() -> None:
    with pytest.raises(NoBodyError) as raised:
        corpus("by_hand", "y").body("a")
    assert str(raised.value) == "a is a leaf: no operation has made it."


VALUE = """
class Value:
    def __init__(self, data, prev=()):
        self.data, self.grad, self._prev = data, 0.0, prev
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            {body}
        out._backward = _backward
        return out
{rest}
x, y = Value(3.0), Value(2.0)
z = x * y
"""


def own(*lines: str, rest: str = "", path: str = "") -> Shown:
    """Return a program whose ``__mul__`` has these lines for a hook."""
    text = VALUE.format(body=("\n" + " " * 12).join(lines), rest=rest)
    name = path or f"own {hash(text)}.py"
    if not path:
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    return Shown(text, "z", name)


def test_a_local_variable_is_worked_out() -> None:
    shown = own("d = other.data ** 2 - 1", "self.grad += d * out.grad")
    assert shown.lines("z") == [
        "d = other.data ** 2 - 1 | d: 3 | other.data: 2",
        "self.grad += d * out.grad | self.grad: 0 → 3 | d: 3 | out.grad: 1",
    ]


def test_the_branch_taken_is_told_by_its_numbers() -> None:
    shown = own(
        "if self.data > other.data:",
        "    self.grad += other.data * out.grad",
        "else:",
        "    self.grad -= other.data * out.grad",
    )
    assert shown.lines("z") == [
        "if self.data > other.data: | self.data: 3 | other.data: 2",
        "self.grad += other.data * out.grad"
        " | self.grad: 0 → 2 | other.data: 2 | out.grad: 1",
    ]


def test_of_a_conditional_expression_what_counts_is_told() -> None:
    shown = own("self.grad += (other.data if self.data > 0 else y.data) * out.grad")
    assert shown.lines("z") == [
        "self.grad += (other.data if self.data > 0 else y.data) * out.grad"
        " | self.grad: 0 → 2 | other.data: 2 | self.data: 3 | out.grad: 1"
    ]


def test_what_follows_an_early_return_is_not_shown() -> None:
    shown = own("if out.grad > 0:", "    return", "self.grad += out.grad")
    assert shown.lines("z") == ["if out.grad > 0: | out.grad: 1"]


def test_a_value_written_twice_has_the_number_between() -> None:
    shown = own("self.grad += out.grad", "self.grad += self.grad * other.data")
    assert shown.lines("z") == [
        "self.grad += out.grad | self.grad: 0 → 1 | out.grad: 1",
        "self.grad += self.grad * other.data"
        " | self.grad: 1 → 3 | self.grad: 1 | other.data: 2",
    ]


def test_where_a_number_between_cannot_be_told_it_is_left_away() -> None:
    shown = own(
        "self.grad += float(str(out.grad))",
        "self.grad += self.grad * other.data",
    )
    assert shown.lines("z") == [
        "self.grad += float(str(out.grad)) | out.grad: 1",
        "self.grad += self.grad * other.data | other.data: 2",
    ]


def test_a_single_write_that_cannot_be_worked_out_has_what_the_step_did() -> None:
    shown = own("self.grad += float(str(out.grad)) * other.data")
    assert shown.lines("z") == [
        "self.grad += float(str(out.grad)) * other.data"
        " | self.grad: 0 → 2 | out.grad: 1 | other.data: 2"
    ]


def test_a_function_that_sets_a_gradient_is_read_too() -> None:
    shown = own(
        "push(self, other.data * out.grad)",
        rest="\ndef push(of, flow):\n    of.grad += flow\n",
    )
    assert shown.lines("z") == [
        "push(self, other.data * out.grad) | self: 0 → 2 | other.data: 2 | out.grad: 1"
    ]


def test_attributes_of_a_class_alone_are_found() -> None:
    text = VALUE.format(body="self.__grad += other.data * out.__grad", rest="")
    text = text.replace("self.grad,", "self.__grad,").replace(
        "prev=()", "prev=(), _op=''"
    )
    name = "own private.py"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    adapters = Adapters(
        {
            "Value": {
                "data": "data",
                "grad": "_Value__grad",
                "operands": "_prev",
                "hook": "_backward",
            }
        }
    )
    shown = Shown(text, "z", name, adapters)
    assert shown.lines("z") == [
        "self.__grad += other.data * out.__grad"
        " | self.__grad: 0 → 2 | other.data: 2 | out.__grad: 1"
    ]


def test_nothing_of_theirs_runs(capsys) -> None:
    shown = own(
        "self.grad += other.slope * out.grad",
        rest=(
            "\ndef say(self):\n    print('ran')\n    return 1.0\n"
            "Value.slope = property(say)\n"
            "Value.__eq__ = lambda self, other: print('ran')\n"
            "Value.__hash__ = lambda self: print('ran') or 1\n"
        ),
    )
    capsys.readouterr()
    shown.at("z")
    assert capsys.readouterr().out == "ran\n"
    assert shown.lines("z")[0].startswith("self.grad += other.slope * out.grad")
    assert capsys.readouterr().out == ""


def test_a_step_to_come_has_the_numbers_of_now() -> None:
    shown = own("self.grad += other.data * out.grad", "other.grad = self.grad")
    assert shown.lines("z", is_made=False) == [
        "self.grad += other.data * out.grad"
        " | self.grad: 0 | other.data: 2 | out.grad: 1",
        "other.grad = self.grad | other.grad: 0",
    ]


@pytest.mark.parametrize(
    "edited",
    [lambda text: text.replace("+=", " ="), lambda text: "\n" + text, lambda _: "x\n"],
    ids=["another operator", "a line more", "all gone"],
)
def test_source_that_was_edited_since_is_not_shown(tmp_path: Path, edited) -> None:
    path = tmp_path / "own.py"
    text = VALUE.format(body="self.grad += other.data * out.grad", rest="")
    path.write_text(edited(text))
    shown = Shown(text, "z", str(path))
    with pytest.raises(NoBodyError) as raised:
        shown.body("z")
    assert str(raised.value) == (
        "The code in own.py has changed since this _backward was made: run it again "
        "to see the lines."
    )


def test_lines_below_a_magic_are_found() -> None:
    text = VALUE.format(body="self.grad += other.data * out.grad", rest="")
    name = "own.ipynb, cell 3"
    lines = ["%matplotlib inline\n", *text.splitlines(True)[1:]]
    linecache.cache[name] = (1, None, lines, name)
    shown = Shown(text, "z", name)
    assert shown.body("z").place == "own.ipynb, cell 3"
    assert shown.body("z").lines[1].text == "    self.grad += other.data * out.grad"
    assert shown.lines("z") == [
        "self.grad += other.data * out.grad"
        " | self.grad: 0 → 2 | other.data: 2 | out.grad: 1"
    ]
