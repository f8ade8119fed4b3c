"""A graph read from live Values: operands, names, roots, and its sentences."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SHAPES, corpus, grown, live_of, operands, recipes

from gradviz.graph.adapter import AdapterError
from gradviz.graph.build import GraphError, build
from gradviz.value import Value


def graph_of(*roots, **variables):
    names = {id(value): name for name, value in variables.items()}
    return build(list(roots), names).graph


def drawn(graph):
    """Return each op as ``result = op(operands in slot order)``."""
    names = [node.name for node in graph.nodes]
    return [
        f"{node.name} = {node.op}({', '.join(names[o] for o in node.operands)})"
        for node in graph.nodes
        if node.operands
    ]


# Operands


def test_x_times_x_has_two_edges_though_its_class_keeps_a_set():
    x = corpus("lesson")["Value"](3, label="x")
    y = x * x
    y.label = "y"
    graph = graph_of(y)
    assert len(y._prev) == 1
    assert drawn(graph) == ["y = ×(x, x)"]
    assert [(e.consumer, e.slot, e.operand) for e in graph.edges] == [
        (1, 0, 0),
        (1, 1, 0),
    ]
    assert graph.consumers[0] == graph.edges


def test_operands_stand_in_the_order_written():
    make = corpus("lesson")["Value"]
    leaves = [make(i, label=f"x{i}") for i in range(8)]
    for a in leaves:
        for b in leaves:
            product = a * b
            product.label = "p"
            assert drawn(graph_of(product)) == [f"p = ×({a.label}, {b.label})"]


def test_a_difference_of_micrograd_is_a_product_with_minus_one_and_a_sum():
    make = corpus("engine")["Value"]
    a, b = make(2.0), make(5.0)
    d = a - b
    graph = graph_of(d, a=a, b=b, d=d)
    # a; b; the constant -1 and b * -1; the sum.
    assert drawn(graph) == ["v3 = *(b, c2)", "d = +(a, v3)"]
    assert [node.name for node in graph.nodes if node.constant] == ["c2"]


def test_a_sum_over_a_list_has_a_slot_for_every_term():
    make = corpus("defaults")["Value"]
    x, y = make(1.0), make(2.0)
    total = make.total([x, y, x])
    assert drawn(graph_of(total, x=x, y=y, t=total)) == ["t = Σ(x, y, x)"]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_graph_holds_everything_below_the_roots_operands_first(shape, data):
    values = grown(shape, data.draw(recipes(shape)))
    live = live_of(values)
    assert [node.id for node in live.graph.nodes] == list(range(len(live.values)))
    assert len({id(value) for value in live.values}) == len(live.values)
    for node, value in zip(live.graph.nodes, live.values, strict=True):
        assert all(operand < node.id for operand in node.operands)
        slots = {id(live.values[operand]) for operand in node.operands}
        assert slots == {id(operand) for operand in operands(value)}
        assert node.is_leaf == (not operands(value))
    everything = {id(value) for value in live.values}
    assert {id(value) for value in values} <= everything


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_same_program_gives_the_same_graph(data):
    shape = data.draw(st.sampled_from(list(SHAPES.values())))
    recipe = data.draw(recipes(shape))
    assert live_of(grown(shape, recipe)).graph == live_of(grown(shape, recipe)).graph


# Roots


def test_several_roots_share_what_is_below_them():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    a, b = x + y, x * y
    a.label, b.label = "a", "b"
    graph = graph_of(a, b)
    assert [node.name for node in graph.nodes] == ["x", "y", "a", "b"]
    assert graph.roots == (2, 3)


def test_a_root_can_be_below_another_and_is_drawn_once():
    x = Value(1.0, "x")
    y = x + 1
    graph = graph_of(y, x, y)
    assert graph.roots == (2, 0)
    assert len(graph) == 3


def test_there_must_be_something_to_draw():
    with pytest.raises(GraphError, match=r"^There is no Value to draw\.$"):
        build([], {})


def test_a_cycle_is_told_in_a_sentence():
    make = corpus("slotted")["Value"]
    x = make(1.0)
    y = x + x
    y.label = "y"
    x._children = (y,)
    with pytest.raises(GraphError) as told:
        build([y], {})
    assert str(told.value) == (
        "y depends on itself: a computation graph can't have a cycle."
    )


def test_a_value_without_its_number_is_told_in_a_sentence():
    x = Value(1.0, "x")
    y = x + 1
    del x.data
    with pytest.raises(GraphError) as told:
        build([y], {})
    assert str(told.value) == (
        "A Value that is to be drawn has no data: its __init__ has not come to its "
        "end, or it was deleted."
    )


def test_deeper_than_recursion_goes():
    x = Value(1.0, "x")
    y = x
    for _ in range(20_000):
        y = y + x
    assert len(graph_of(y)) == 20_001


# Names


def test_the_label_comes_before_the_variable_and_both_before_a_number():
    a, b = Value(1.0, "labelled"), Value(2.0)
    c = a * b
    d = c + 1
    graph = graph_of(d, a=a, b=b)
    assert [(node.name, node.constant) for node in graph.nodes] == [
        ("labelled", False),
        ("b", False),
        ("v2", False),
        ("c3", True),
        ("v4", False),
    ]


def test_leaves_come_as_the_person_declared_them_and_constants_last():
    b, a = Value(1.0), Value(2.0)
    y = 3 * a + b
    graph = graph_of(y, b=b, a=a)
    assert [graph.nodes[leaf].name for leaf in graph.leaves] == ["b", "a", "c0"]


def test_a_value_is_looked_up_by_its_name_or_its_number():
    x, other = Value(1.0, "x"), Value(2.0, "x")
    y = x * other
    graph = graph_of(y, y=y)
    assert graph.named("y") == 2
    assert graph.named("#1") == 1
    with pytest.raises(LookupError) as told:
        graph.named("x")
    assert str(told.value) == (
        "2 Values are called 'x': name one by its number (#0, #1)."
    )
    with pytest.raises(LookupError) as told:
        graph.named("z")
    assert str(told.value) == "No Value is called 'z'; this graph has x, x, y."
    with pytest.raises(LookupError) as told:
        graph.named("#3")
    assert str(told.value) == "No Value is called '#3'; this graph has x, x, y."


def test_a_label_that_is_no_readable_text_does_no_harm():
    x = Value(1.0)
    x.label = "a\ud800b"
    y = Value(2.0)
    y.label = 7
    z = x * y
    z.label = "   "
    assert [n.name for n in graph_of(z).nodes] == ["a?b", "c1", "v2"]


# What is no Value


class Half:
    """Has a number and a gradient, and nothing else."""

    def __init__(self):
        self.data, self.grad = 1.0, 0.0


class Odd:
    """Any attribute that is asked for is there."""

    __slots__ = ()

    def __getattr__(self, name):
        return lambda *args: self


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        (
            Half(),
            "Half is not a Value that gradviz can read: it has no container of "
            "operands (looked for _prev, prev, _children, …) and no backward function "
            "(looked for _backward, _backprop, backward_fn, …).",
        ),
        (
            3.5,
            "float is not a Value that gradviz can read: it has no number (looked for "
            "data, value, val, …) and no gradient (looked for grad, gradient, _grad, "
            "…) and no container of operands (looked for _prev, prev, _children, …) "
            "and no backward function (looked for _backward, _backprop, backward_fn, "
            "…).",
        ),
    ],
)
def test_what_is_no_value_is_told_with_what_it_lacks(thing, sentence):
    with pytest.raises(AdapterError) as told:
        build([thing], {})
    assert str(told.value) == sentence


def test_objects_that_answer_everything_are_no_values():
    with pytest.raises(AdapterError, match=r"^Odd is not a Value"):
        build([Odd()], {})


def test_private_slots_are_read():
    class Private:
        __slots__ = ("__mark", "_backward", "_prev", "data", "grad")

        def __init__(self, data):
            self.data, self.grad, self._prev = data, 0.0, ()
            self._backward, self.__mark = None, "kept"

    live = build([Private(1.0)], {})
    found = live.adapters[0].attributes(live.values[0])
    assert found["_Private__mark"] == "kept"


def test_plain_numbers_and_none_among_the_operands_are_no_operands():
    make = corpus("slotted")["Value"]
    x = make(1.0)
    y = x + x
    y._children = (x, x, 2.0, None)
    assert drawn(graph_of(y, x=x, y=y)) == ["y = +(x, x)"]


# Between processes


PROGRAM = """
import sys
junk = [object() for _ in range(int(sys.argv[1]))]
rubbish = {str(i): [i] for i in range(int(sys.argv[1]) // 7)}
del junk[::3]
sys.path.insert(0, sys.argv[2])
from samples import SHAPES, Recipe, live_of
from gradviz.graph.build import build
ops = [("add", 0, 1), ("mul", 3, 2), ("mul", 1, 1), ("add", 4, 3), ("add", 2, 5)] * 4
for name in ("lesson", "engine", "defaults"):
    values = Recipe((1, 2, 3), tuple((o, a + i, b + 3 * i)
                    for i, (o, a, b) in enumerate(ops))).grow(SHAPES[name])
    make = type(values[0])
    by_hand = make(0, (values[0], values[1], values[2]))
    names = {id(v): n for n, v in zip("cab", values)}
    for live in (live_of(values), build([by_hand], names), build([by_hand], {})):
        for node in live.graph.nodes:
            sys.stdout.write(f"{node}\\n")
"""


def test_every_process_draws_the_same_graph():
    """Operands in a set come in the order of their addresses, which change."""
    found = set()
    for seed, junk in (("0", "0"), ("1", "1000"), ("2", "54321"), ("3", "99999")):
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, junk, str(Path(__file__).parents[1])],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        found.add(ran.stdout)
    assert len(found) == 1
    assert "operands=(0, 1)" in found.pop()
