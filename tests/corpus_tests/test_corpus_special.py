"""Files of the corpus with several graphs, cells, walks of their own, or no graph."""

import re

import pytest
from corpus_reader import CORPUS, Reader, data, grads, near

from gradviz.sources.program import read_program
from gradviz.worker import messages


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
