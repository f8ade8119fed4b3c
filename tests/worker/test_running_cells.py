"""Cells run by hand: in any order, on the Values shown, and taken back."""

import nbformat
import pytest
from talk import Talk

from gradviz.worker.messages import (
    CellBegan,
    CellEnded,
    CellUndone,
    Display,
    MoveTo,
    Redo,
    Reply,
    RunCell,
    SetLeaf,
    SwitchWalk,
    Undo,
)

CLASS = """\
class Value:
    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad = data, 0.0
        self._prev, self._op, self.label = set(_children), _op, label
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

    def backward(self):
        order, seen = [], set()
        def visit(v):
            if v not in seen:
                seen.add(v)
                for child in v._prev:
                    visit(child)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()
"""
CELLS = (
    CLASS,
    "x = Value(2.0, label='x')\ny = Value(-3.0, label='y')",
    "z = x * y\nz.label = 'z'\ndraw_dot(z)",
    "z.backward()",
    "w = Value(10.0, label='w')\nL = z + w\nL.label = 'L'",
    "print(x.grad)\nz",
    "1 / 0",
    "x.data = 5.0",
)


@pytest.fixture
def talk(tmp_path):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    path = tmp_path / "mine.ipynb"
    path.write_text(nbformat.writes(notebook))
    talk = Talk()
    assert talk.open(path).failure is None
    talk.path = path
    yield talk
    talk.worker.close()


def run(talk, number):
    """Run a cell by the number a person sees."""
    return talk.ask(RunCell(cell=number - 1, source=CELLS[number - 1]))


def names(talk):
    return [node.name for node in talk.mirror.graph.nodes]


def walk(talk):
    nodes = talk.mirror.graph.nodes
    return [
        (step.kind, nodes[step.node].name if step.node >= 0 else "", step.place)
        for step in talk.mirror.walk
    ]


def test_their_backward_pass_becomes_a_recorded_walk(talk):
    assert not talk.mirror.document.has_recorded
    assert run(talk, 4).failure is None
    assert (talk.mirror.document.walk, talk.mirror.playhead) == ("recorded", 2)
    assert (talk.shown("x"), talk.shown("y")) == ((2.0, -3.0), (-3.0, 2.0))
    assert walk(talk) == [("write", "", "cell 4"), ("recorded", "z", "cell 4")]
    talk.ask(MoveTo(playhead=1))
    assert (talk.shown("x"), talk.shown("z")) == ((2.0, 0.0), (-6.0, 1.0))
    talk.ask(SwitchWalk(walk="planned"))
    assert walk(talk) == [("planned", "z", "")]
    assert talk.mirror.document.has_recorded


def test_running_it_twice_doubles_what_it_doubles(talk):
    run(talk, 4)
    run(talk, 4)
    assert talk.shown("x") == (2.0, -6.0)
    assert [step[:2] for step in walk(talk)][1:] == [
        ("recorded", "z"),
        ("recorded", "z"),
    ]
    assert talk.mirror.document.undo == "run cell 4"
    talk.ask(Undo())
    assert talk.shown("x") == (2.0, -3.0)
    talk.ask(Undo())
    assert talk.shown("x") == (2.0, 0.0)
    assert talk.mirror.document.undo == ""
    talk.ask(Redo())
    talk.ask(Redo())
    assert talk.shown("x") == (2.0, -6.0)


def undone(talk, request):
    """Ask for Undo or Redo; return the runs said to be taken back or done again."""
    number, said = talk.send(request), []
    while isinstance(answer := talk.next(CellUndone, Reply), CellUndone):
        said.append((answer.cell + 1, answer.count, answer.redone))
    assert (answer.id, answer.failure) == (number, None)
    return said


def test_it_is_said_which_runs_are_taken_back_and_done_again(talk):
    # Opening has run three cells.
    run(talk, 4)
    talk.ask(SetLeaf(node=talk.node("x"), number=4.0))
    assert run(talk, 7).failure is not None
    run(talk, 4)
    asked = [Undo(), Undo(), Undo(), Undo(), Redo(), Redo(), Redo(), Redo()]
    assert [undone(talk, request) for request in asked] == [
        [(4, 6, False)],
        [(7, 5, False)],
        [],
        [(4, 4, False)],
        [(4, 4, True)],
        [],
        [(7, 5, True)],
        [(4, 6, True)],
    ]


def test_a_cell_that_builds_grows_the_graph(talk):
    assert names(talk) == ["x", "y", "z"]
    reply = run(talk, 5)
    assert names(talk) == ["x", "y", "z", "w", "L"]
    assert reply.opened.kept == 3
    assert talk.shown("L") == (4.0, 1.0)
    reply = talk.ask(Undo())
    assert names(talk) == ["x", "y", "z"]
    assert reply.opened.kept == 3
    assert talk.shown("z") == (-6.0, 1.0)
    talk.ask(Redo())
    assert names(talk) == ["x", "y", "z", "w", "L"]


def test_names_come_and_go_with_the_cell(talk):
    run(talk, 5)
    assert run(talk, 6).failure is None
    talk.ask(Undo())
    talk.ask(Undo())
    failure = talk.ask(RunCell(cell=5, source="L")).failure
    assert failure.message == (
        "mine.ipynb, cell 6 failed on line 1: NameError: name 'L' is not defined."
    )
    assert failure.place == "mine.ipynb, cell 6:1"


def test_what_a_cell_prints_and_shows_is_the_cell_s(talk):
    talk.output.clear()
    number = talk.send(RunCell(cell=5, source="print(x.grad)\n'a' + 'b'"))
    assert talk.next(CellBegan) == CellBegan(5)
    shown = talk.next(Display)
    assert (shown.cell, shown.data, shown.result) == (5, {"text/plain": "'ab'"}, True)
    ended = talk.next(CellEnded)
    # Opening has run three cells.
    assert (ended.cell, ended.count, ended.failure) == (5, 4, None)
    assert talk.reply().id == number
    assert [(o.text, o.cell) for o in talk.output] == [("0.0\n", 5)]


def test_a_cell_sees_what_the_window_shows(talk):
    talk.ask(SetLeaf(node=talk.node("x"), number=7.0))
    talk.ask(MoveTo(playhead=1))
    talk.output.clear()
    talk.ask(RunCell(cell=5, source="print(x.data, z.data, y.grad)"))
    assert talk.printed() == "7.0 -21.0 7.0\n"
    assert (talk.mirror.document.walk, talk.mirror.playhead) == ("planned", 1)


def test_a_failing_cell_keeps_the_graph(talk):
    failure = run(talk, 7).failure
    assert failure.message == (
        "mine.ipynb, cell 7 failed on line 1: ZeroDivisionError: division by zero."
    )
    assert talk.shown("z") == (-6.0, 1.0)
    assert run(talk, 4).failure is None


def test_a_cell_that_sets_a_leaf_is_taken_back(talk):
    run(talk, 8)
    assert talk.shown("x")[0] == 5.0
    talk.ask(Undo())
    assert talk.shown("x")[0] == 2.0
    talk.output.clear()
    talk.ask(RunCell(cell=5, source="print(x.data)"))
    assert talk.printed() == "2.0\n"


def test_edits_after_a_cell_are_undone_before_it(talk):
    run(talk, 4)
    talk.ask(SetLeaf(node=talk.node("x"), number=4.0))
    assert talk.shown("y") == (-3.0, 4.0)
    assert talk.mirror.document.undo == "set x"
    talk.ask(Undo())
    assert (talk.shown("y"), talk.mirror.document.undo) == ((-3.0, 2.0), "run cell 4")
    talk.ask(Undo())
    assert (talk.shown("y"), talk.mirror.document.undo) == ((-3.0, 0.0), "")


def test_the_cells_that_make_the_graph_run_again_show_the_new_one(talk):
    talk.ask(RunCell(cell=1, source="x = Value(100.0, label='x')\ny = Value(1.0)"))
    reply = run(talk, 3)
    assert talk.shown("z")[0] == 100.0
    assert reply.opened.kept == 0
    talk.ask(Undo())
    assert talk.shown("z")[0] == -6.0


def test_there_is_no_such_cell(talk):
    assert talk.ask(RunCell(cell=40, source="")).failure.message == (
        "There is no cell 41 with code in this file."
    )


@pytest.mark.parametrize(
    ("failing", "sentence"),
    [
        ((), None),
        ((3,), "Cell 3 failed too: the Source panel shows why."),
        ((3, 5, 6), "Cells 3, 5 and 6 failed too: the Source panel shows why."),
        (
            range(3, 20),
            "Cells 3, 4, 5, 6, 7 and 12 more failed too: the Source panel shows why.",
        ),
    ],
)
def test_cells_that_failed_after_the_first_are_counted_in_one_sentence(
    tmp_path, failing, sentence
):
    cells = [CLASS, "1 / 0", *["x = Value(2.0) + Value(1.0)"] * 20]
    for number in failing:
        cells[number - 1] = "1 / 0"
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path = tmp_path / "many.ipynb"
    path.write_text(nbformat.writes(notebook))
    talk = Talk()
    try:
        assert talk.open(path).failure is None
        first = (
            "many.ipynb, cell 2 failed on line 1: ZeroDivisionError: division by zero."
        )
        assert talk.opened.notices == ((first, sentence) if sentence else (first,))
    finally:
        talk.worker.close()


def test_a_cell_that_prints_too_much_says_so_and_silences_no_other(tmp_path):
    cells = ["print('x' * 1_500_000)", "print('after')", CLASS, "x = Value(2.0)"]
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path = tmp_path / "chatty.ipynb"
    path.write_text(nbformat.writes(notebook))
    talk = Talk()
    try:
        assert talk.open(path).failure is None
        below = ["".join(o.text for o in talk.output if o.cell == n) for n in (0, 1)]
        assert below == [
            "x" * 1_000_000 + "\n… 500,001 more characters not shown\n",
            "after\n",
        ]
    finally:
        talk.worker.close()
