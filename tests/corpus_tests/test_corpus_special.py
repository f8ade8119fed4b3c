"""Files of the corpus whose point is not in the common story."""

import cmath
import random
import re

import pytest
from corpus_cases import sigmoid
from corpus_reader import CORPUS, Reader

from gradviz.sources.program import read_program
from gradviz.worker import messages


@pytest.fixture
def reader():
    with Reader() as made:
        yield made


def grads(reader, *names):
    return {name: reader.mirror.grad[reader.node(name)] for name in names}


def data(reader, *names):
    return {name: reader.mirror.data[reader.node(name)] for name in names}


def near(**wanted):
    return {name: pytest.approx(number, rel=1e-9) for name, number in wanted.items()}


def source(file, cell):
    """Return the source of a cell, by its index among all cells of the file."""
    found = {c.index: c.source for c in read_program(CORPUS / file).cells}
    return found[cell]


def run_cell(reader, file, cell):
    reader.do(messages.RunCell(cell=cell, source=source(file, cell)))


# Several graphs in a file


def test_graphs_are_listed_by_the_line_that_made_them(reader):
    reader.open("several_graphs.py")
    listed = {(c.name, c.size, c.place.split("/")[-1]) for c in reader.opened.choices}
    assert listed == {
        ("first", 3, "several_graphs.py:51"),
        ("second", 6, "several_graphs.py:59"),
        ("third", 2, "several_graphs.py:63"),
    }
    shown = [reader.opened.choices[i].name for i in reader.opened.chosen]
    assert shown == ["second"]


def test_another_graph_of_the_file_can_be_shown(reader):
    reader.open("several_graphs.py")
    third = [c.name for c in reader.opened.choices].index("third")
    reader.do(messages.ChooseRoots(roots=(third,)))
    reader.run_to_end()
    assert data(reader, "third", "x") == near(third=36, x=6)
    assert grads(reader, "x") == near(x=12)


def test_what_their_own_draw_call_chose_is_shown(reader):
    reader.open("own_draw.py")
    assert reader.failures == []
    assert [n.name for n in reader.mirror.graph.nodes] == ["a", "b", "small"]
    assert {"small", "big"} <= {c.name for c in reader.opened.choices}


def test_values_of_an_older_version_of_the_class_can_be_shown(reader):
    reader.open("class_redefined.ipynb")
    early = [c.name for c in reader.opened.choices].index("early")
    reader.do(messages.ChooseRoots(roots=(early,)))
    reader.run_to_end()
    assert data(reader, "pq", "early") == near(pq=-3, early=-5)
    assert grads(reader, "p", "q") == near(p=-2, q=2.5)
    # its ops ask isinstance(other, Value) of a name that means another class by now
    reader.do(messages.SetLeaf(node=reader.node("q"), number=4))
    assert data(reader, "pq", "early") == near(pq=-3, early=-5)
    assert reader.picture().stuck == {
        "pq": "calling its op again failed (TypeError: unsupported operand type(s) for "
        "*: 'float' and 'Value')",
        "early": "calling its op again failed (TypeError: unsupported operand type(s) "
        "for +: 'float' and 'Value')",
    }


# Cells


def test_cells_that_need_what_is_not_there_are_named_and_the_rest_runs(reader):
    reader.open("torch_first.ipynb")
    # how to install it depends on how this Python was installed
    shown = [re.sub(r"`.* (\S+)`", r"`… \1`", said) for said in reader.failures]
    assert shown == [
        "torch_first.ipynb, cell 1 failed on line 1: it needs the module torch, which "
        "is not installed here: run `… torch`.",
        "torch_first.ipynb, cell 2 failed on line 1: it needs the module sklearn, "
        "which is not installed here: run `… scikit-learn`.",
        "torch_first.ipynb, cell 6 failed on line 1: NameError: name 'torch' is not "
        "defined.",
    ]
    assert data(reader, "out") == near(out=-4)


def test_a_cell_that_can_not_be_read_does_not_stop_the_others(reader):
    reader.open("broken_cell.ipynb")
    assert reader.failures == [
        "broken_cell.ipynb, cell 3 failed on line 1: SyntaxError: '(' was never "
        "closed.",
        "broken_cell.ipynb, cell 4 failed on line 2: ZeroDivisionError: division by "
        "zero.",
    ]
    assert data(reader, "y") == near(y=3)


def test_a_cell_above_the_one_it_needs_can_be_run_when_that_has_run(reader):
    file = "out_of_order.ipynb"
    reader.open(file)
    assert reader.failures == [
        "out_of_order.ipynb, cell 2 failed on line 1: NameError: name 'd' is not "
        "defined."
    ]
    assert data(reader, "d") == near(d=4)
    run_cell(reader, file, 1)
    assert data(reader, "L") == near(L=-8)
    reader.run_to_end()
    assert grads(reader, "a", "b", "f") == near(a=6, b=-4, f=4)


def test_a_notebook_of_magics_shows_what_jupyter_would(reader):
    reader.open("magics.ipynb")
    assert reader.failures == []
    kinds = [(d.cell, kind) for d in reader.displayed for kind in d.data]
    assert (4, "text/markdown") in kinds
    assert (5, "image/png") in kinds
    texts = {(d.cell, d.data["text/plain"]) for d in reader.displayed}
    assert (4, "Value(data=0.5)") in texts
    assert (
        0,
        "gradviz does not run shell commands: !pip install graphviz was skipped.",
    ) in texts


def test_the_lesson_run_from_the_bottom_up_gives_its_wrong_result(reader):
    file = "lesson_bottom_up.ipynb"
    reader.open(file)
    assert len(reader.mirror.graph) == 6
    for cell in (7, 6, 5):
        run_cell(reader, file, cell)
    # x: 2 × 0.5 = 1 by the first path, overwritten by −5 × −0.25
    assert grads(reader, "x", "u", "v") == near(x=1.25, u=1.5, v=-0.75)
    run_cell(reader, file, 6)
    assert grads(reader, "x") == near(x=1)


# Their own backward pass


def recorded(reader):
    """Switch to what the person's code did, and return the Values it stepped on."""
    assert reader.mirror.document.has_recorded
    reader.do(messages.SwitchWalk(walk="recorded"))
    nodes = reader.mirror.graph.nodes
    return [
        nodes[step.node].name if step.node >= 0 else step.kind
        for step in reader.mirror.walk
    ]


def test_steps_made_by_hand_are_a_walk_and_what_was_forgotten_shows(reader):
    reader.open("walks_itself.py")
    assert recorded(reader) == ["write", "L", "d"]
    reader.run_to_end()
    wanted = near(L=1, d=-2, f=4, e=-2, c=-2, a=0, b=0)
    assert grads(reader, *"Ldfecab") == wanted


def test_a_driver_that_is_not_topological_is_shown_as_it_went(reader):
    reader.open("match_dispatch.py")
    ops = [name for name in recorded(reader) if name in ("out", "p", "s")]
    # s pushes twice: once for each node that reads it
    assert ops == ["out", "p", "s", "s"]
    reader.run_to_end()
    assert grads(reader, "s", "x", "y") == near(s=3, x=11, y=6)
    reader.do(messages.SwitchWalk(walk="planned"))
    reader.run_to_end()
    assert grads(reader, "s", "x", "y") == near(s=3, x=8, y=3)


def test_a_driver_called_twice_leaves_twice_the_gradient(reader):
    reader.open("dirty_gradients.py")
    recorded(reader)
    reader.run_to_end()
    # once with 1 at y; then ab, which holds 1 already, gets 1 more and pushes 2
    assert grads(reader, "ab", "a", "b") == near(ab=2, a=-3 + 1 - 6 + 1, b=2 + 4)
    reader.reset()
    assert grads(reader, "ab", "a", "b") == near(ab=0, a=0, b=0)


def test_a_driver_that_clears_first_ends_as_if_it_had_run_once(reader):
    reader.open("zeroing_backward.py")
    recorded(reader)
    reader.run_to_end()
    assert grads(reader, "y", "ab", "a", "b") == near(y=1, ab=-1.5, a=-6, b=2.25)


def test_a_driver_that_is_a_function_is_recorded_too(reader):
    reader.open("free_functions.py")
    steps = [name for name in recorded(reader) if name != "write"]
    assert steps == ["z", "s", "xy"]


def test_hooks_named_like_a_driver_are_recorded(reader):
    reader.open("swapped_names.py")
    steps = [name for name in recorded(reader) if name in ("c", "d", "e")]
    assert steps[0] == "e"
    assert sorted(steps) == ["c", "d", "e"]


# What the tape can't see


def test_after_training_the_graph_is_as_its_last_loss_was_until_asked(reader):
    w, b, last = 1.0, 0.0, None
    for _ in range(3):
        miss = 2 * w + b - 5
        last = miss**2
        w, b = w - 0.05 * 4 * miss, b - 0.05 * 2 * miss
    reader.open("training_loop.py")
    assert data(reader, "loss", "w", "b") == near(loss=last, w=w, b=b)
    reader.do(messages.Reevaluate())
    now = (2 * w + b - 5) ** 2
    assert data(reader, "loss") == near(loss=now)
    reader.run_to_end()
    assert grads(reader, "w", "b") == near(w=4 * (2 * w + b - 5), b=2 * (2 * w + b - 5))


def test_a_number_taken_out_of_the_graph_is_not_a_silent_mixture(reader):
    """top is a plain 3.0, whatever becomes of b: the user is told, or it is run again.

    p does not depend on top; ea does.
    """
    reader.open("softmax_max.py")
    reader.do(messages.SetLeaf(node=reader.node("b"), number=4))
    assert data(reader, "p") == near(p=sigmoid(1 - 4))
    reader.run_to_end()
    p = sigmoid(-3)
    assert grads(reader, "a", "b") == near(a=p * (1 - p), b=-p * (1 - p))
    told = " ".join(reader.opened.notices)
    assert "top" in told or "3.0" in told or "plain number" in told


def test_an_edit_that_takes_another_branch_is_right_or_refused(reader):
    reader.open("prelu_rehooked.py")
    before = reader.picture().numbers()
    failure = reader.ask(messages.SetLeaf(node=reader.node("x"), number=2))
    if failure is not None:
        assert failure == (
            "Computing act again failed: with these numbers its op makes another "
            "graph. Change the number in the file and run it again."
        )
        assert reader.picture().numbers() == before
        return
    assert data(reader, "act", "y") == near(act=2, y=6)
    reader.run_to_end()
    assert grads(reader, "x", "k") == near(x=3, k=2)


NOISE = "calling its op again on the same operands gave another number"
OLDER = (
    "its leaves have changed since it was computed: re-evaluate first (Edit > "
    "Re-evaluate)"
)


def test_an_op_with_noise_keeps_its_number_and_says_so(reader):
    noise = random.Random(42).gauss(0, 1)
    reader.open("random_op.py")
    reader.do(messages.SetLeaf(node=reader.node("x"), number=1))
    assert reader.picture().stuck == {
        "z": NOISE,
        "y": "it is computed from z, which kept its own",
    }
    assert data(reader, "x", "z", "y") == near(x=1, z=3 + noise, y=-6 - 2 * noise)
    reader.do(messages.Undo())
    reader.do(messages.SetLeaf(node=reader.node("w"), number=0.5))
    assert reader.picture().stuck == {}
    assert data(reader, "z", "y") == near(z=3 + noise, y=1.5 + noise / 2)
    reader.run_to_end()
    assert grads(reader, "x", "w") == near(x=0.5, w=3 + noise)


def test_a_graph_whose_leaf_moved_half_way_is_re_evaluated_when_asked(reader):
    reader.open("moved_midway.py")
    assert data(reader, "a", "ab", "c", "y") == near(a=5, ab=6, c=30, y=45)
    reader.do(messages.SetLeaf(node=reader.node("a"), number=4))
    assert reader.picture().stuck == {"ab": OLDER, "c": OLDER, "y": OLDER}
    assert data(reader, "ab", "c", "y") == near(ab=6, c=30, y=45)
    reader.do(messages.Undo())
    reader.do(messages.Reevaluate())
    assert data(reader, "ab", "c", "y") == near(ab=15, c=75, y=112.5)
    reader.do(messages.SetLeaf(node=reader.node("a"), number=4))
    assert reader.picture().stuck == {}
    reader.run_to_end()
    assert data(reader, "ab", "c", "y") == near(ab=12, c=48, y=72)
    assert grads(reader, "a", "b", "k") == near(a=36, b=24, k=48)


def test_a_number_that_the_class_refuses_changes_nothing(reader):
    reader.open("checked_attributes.py")
    reader.run_to_end()
    before = reader.picture().numbers()
    refused = reader.ask(messages.SetLeaf(node=reader.node("a"), number=500))
    assert refused == (
        "Computing a again failed: ValueError: data must be between -100 and 100."
    )
    assert reader.picture().numbers() == before


# What can't be stepped is told plainly


@pytest.mark.parametrize(
    ("file", "cls", "numbers"),
    [
        ("global_tape.py", "Value", {"a": 2, "b": -3, "ab": -6, "y": -4}),
        ("lambda_ops.py", "V", {"p": 3, "q": 5, "pq": 15, "r": 20}),
    ],
)
def test_nodes_without_a_rule_are_shown_with_the_reason(reader, file, cls, numbers):
    reader.open(file)
    told = [*reader.failures, *(reader.opened.notices if reader.opened else ())]
    assert any(cls in sentence for sentence in told), told
    assert reader.mirror is not None
    assert data(reader, *numbers) == near(**numbers)


def test_arrays_are_refused_by_name(reader):
    reader.open("array_data.py")
    assert any("Tensor" in sentence for sentence in reader.failures), reader.failures


# A network


def network(numbers):
    """Return the loss of lecture_mlp.py in plain arithmetic, complex if asked."""
    hidden, last = [numbers[3 * i : 3 * i + 3] for i in range(3)], numbers[9:]
    loss = 0
    for x, wanted in (([2.0, 3.0], 1.0), ([0.5, -1.0], -1.0)):
        inner = [cmath.tanh(w1 * x[0] + w2 * x[1] + b) for w1, w2, b in hidden]
        out = sum(w * h for w, h in zip(last, inner, strict=False)) + last[3]
        loss += (cmath.tanh(out) - wanted) ** 2
    return loss


def slope(numbers, index):
    """Differentiate by a complex step, which has no rounding of a difference."""
    moved = [complex(n, 1e-30 * (i == index)) for i, n in enumerate(numbers)]
    return network(moved).imag / 1e-30


def test_the_lecture_s_network_has_the_derivatives_of_its_loss(reader):
    choose = random.Random(1337)
    numbers = [choose.uniform(-1, 1) for _ in range(13)]
    reader.open("lecture_mlp.py")
    names = [f"params[{i}]" for i in range(13)]
    for edited in (None, 4):
        if edited is not None:
            numbers[edited] = 0.125
            node = reader.node(names[edited])
            reader.do(messages.SetLeaf(node=node, number=0.125))
        reader.run_to_end()
        assert reader.mirror.document.stuck == ()
        loss = network(numbers).real
        assert data(reader, "loss") == {"loss": pytest.approx(loss, rel=1e-9)}
        wanted = {n: slope(numbers, i) for i, n in enumerate(names)}
        assert grads(reader, *names) == pytest.approx(wanted, rel=1e-8)


# Constants are edited like any leaf


def test_a_constant_is_edited_like_any_leaf(reader):
    reader.open("constants.py")
    graph = reader.mirror.graph
    two = next(
        n.id for n in graph.nodes if n.constant and reader.mirror.data[n.id] == 2
    )
    reader.do(messages.SetLeaf(node=two, number=5))
    reader.run_to_end()
    assert data(reader, "double", "y") == near(double=15, y=16)
    assert grads(reader, "x") == near(x=5)


# A file with only a class: an expression is built from it


@pytest.mark.parametrize(
    "file",
    [
        "engine.py",
        "local_tanh.py",
        "lesson.py",
        "slotted.py",
        "dataclass_value.py",
        "equal_values.py",
        "defaults.py",
    ],
)
def test_a_class_alone_opens_with_an_expression_of_it(reader, file):
    failure = reader.open(file)
    assert failure is None or "Value" in failure
    reader.do(
        messages.OpenExpression(
            text="a*b + c", numbers={"a": 2.0, "b": -3.0, "c": 10.0}, of_class="Value"
        )
    )
    assert data(reader, "@root") == {"@root": 4}
    reader.run_to_end()
    assert grads(reader, "a", "b", "c") == near(a=-3, b=2, c=1)
    reader.do(messages.SetLeaf(node=reader.node("a"), number=-1.5))
    reader.run_to_end()
    assert data(reader, "@root") == {"@root": 14.5}
    assert grads(reader, "b") == near(b=-1.5)


# The same program gives the same picture, whatever order its sets have


@pytest.mark.parametrize(
    "file", ["composites.py", "lecture_mlp.py", "sum_list.py", "missing_relu_edge.py"]
)
def test_two_runs_give_the_same_graph_and_the_same_walk(file):
    seen = []
    for _ in range(2):
        with Reader() as reader:
            reader.open(file)
            reader.run_to_end()
            seen.append((reader.opened.nodes, reader.mirror.walk))
    assert seen[0] == seen[1]
