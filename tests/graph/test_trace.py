"""Values seen being made: makers, operands, constants, lines, and nothing disturbed."""

import gc
import sys
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SHAPES, grow, recipes

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.graph.listing import graphs_made
from gradviz.graph.seeing import RECENT
from gradviz.graph.trace import Trace
from gradviz.graph.traced import Origins

ENGINE = """
class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_prev)
        self._op = _op
        self._backward = lambda: None
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def leaky(self, slope):
        out = Value(self.data if self.data > 0 else self.data * slope, (self,), 'leaky')
        factor = 1 if self.data > 0 else slope
        def _backward():
            self.grad += factor * out.grad
        out._backward = _backward
        return out
    def hard(self, n):
        out = Value(self.data ** n.data, (self,), '**')
        def _backward():
            self.grad += n.data * self.data ** (n.data - 1) * out.grad
        out._backward = _backward
        return out
    def twice_plus(self, other):
        out = self * 2 + other
        def _backward():
            self.grad += 2 * out.grad
            other.grad += out.grad
        out._backward = _backward
        return out
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
    def detach(self): return Value(self.data)
    def fail(self):
        raise ValueError("no")
    @staticmethod
    def total(terms):
        out = Value(sum(t.data for t in terms), terms, 'sum')
        def _backward():
            for t in terms:
                t.grad += out.grad
        out._backward = _backward
        return out
    @classmethod
    def halves(cls, x):
        return [cls(x.data / 2, (x,), 'half'), cls(x.data / 2, (x,), 'half')]
"""


class Program:
    """Cells run one after the other, as a notebook's are."""

    def __init__(self, *cells):
        self.adapters = Adapters()
        self.trace = Trace(self.adapters)
        self.names = {"__name__": "__main__"}
        for number, cell in enumerate((ENGINE, *cells)):
            self.run(cell, number)

    def run(self, cell, number):
        code = compile(cell, f"cell {number}", "exec")
        self.trace.watch(code)
        self.trace.place = f"cell {number}"
        self.trace.start()
        try:
            exec(code, self.names)
        finally:
            self.trace.stop()

    def live(self, *roots, known=None):
        variables = {
            id(held): name
            for name, held in self.names.items()
            if self.adapters.is_value(held)
        }
        values = [self.names[root] for root in roots]
        return build(values, variables, self.adapters, self.trace, known)

    def drawn(self, *roots):
        graph = self.live(*roots).graph
        names = [node.name for node in graph.nodes]
        return [
            f"{node.name} = {node.method}({', '.join(names[o] for o in node.operands)})"
            for node in graph.nodes
            if node.operands
        ]


# Who made what


def test_a_value_belongs_to_the_innermost_op_that_created_and_returned_it():
    program = Program("a = Value(2.0)\nb = Value(3.0)\nd = a - b")
    assert program.drawn("d") == ["v3 = __mul__(b, c2)", "d = __add__(a, v3)"]


def test_an_operand_read_twice_has_two_slots():
    program = Program("x = Value(2.0)\ny = x * x")
    assert program.drawn("y") == ["y = __mul__(x, x)"]


def test_numbers_that_an_op_turned_into_values_are_constants_and_other_leaves_not():
    program = Program("a = Value(2.0)\ny = a * 3 + Value(5.0)")
    nodes = program.live("y").graph.nodes
    assert [(n.name, n.constant) for n in nodes if n.is_leaf] == [
        ("a", False),
        ("c1", True),
        ("v3", False),
    ]


def test_a_list_of_operands_keeps_order_and_repeats():
    program = Program("a, b = Value(1.0), Value(2.0)\nt = Value.total([b, a, b])\n")
    assert program.drawn("t") == ["t = total(b, a, b)"]


def test_an_edge_that_the_class_does_not_list_is_told():
    program = Program("a, n = Value(2.0), Value(3.0)\ny = a.hard(n)")
    node = program.live("y").graph.nodes[-1]
    assert program.drawn("y") == ["y = hard(a, n)"]
    assert node.unlisted == (1,)


def test_a_call_that_gives_another_ops_value_its_own_hook_makes_it():
    program = Program("a, b = Value(2.0), Value(3.0)\ny = a.twice_plus(b)")
    assert program.drawn("y") == ["y = twice_plus(a, b)"]
    values = program.trace.recent()
    found = graphs_made(values, Origins(program.adapters, program.trace))
    assert [graph.root for graph in found] == [program.names["y"]]


def test_a_value_whose_making_was_interrupted_is_no_graph():
    program = Program("a, b = Value(2.0), Value(3.0)\ny = a.twice_plus(b)")
    kind = type(program.names["y"])
    half = object.__new__(kind)
    half._prev = (program.names["y"],)
    values = [*program.trace.recent(), half]
    found = graphs_made(values, Origins(program.adapters, program.trace))
    assert [graph.root for graph in found] == [program.names["y"]]


def test_a_value_made_from_the_number_of_another_is_a_leaf():
    program = Program("a = Value(2.0)\nb = (a * a).detach()\ny = b * a")
    assert program.drawn("y") == ["y = __mul__(b, a)"]


def test_functions_of_the_cell_are_ops_too_and_those_put_on_the_class_later():
    program = Program(
        "def square(v):\n"
        "    out = Value(v.data ** 2, (v,), 'sq')\n"
        "    def _backward():\n"
        "        v.grad += 2 * v.data * out.grad\n"
        "    out._backward = _backward\n"
        "    return out\n"
        "Value.cube = lambda v: Value(v.data ** 3, (v,), 'cube')\n"
        "x = Value(2.0)\ny = square(x).cube()",
    )
    assert program.drawn("y") == ["v1 = square(x)", "y = cube(v1)"]
    assert [o.call.again().data for o in program.live("y").origins[1:]] == [4.0, 64.0]


def test_one_of_several_results_is_made_again_as_the_same():
    program = Program("x = Value(3.0)\nfirst, second = Value.halves(x)\nfirst.data = 9")
    origin = program.live("second").origins[-1]
    program.names["x"].data = 5.0
    assert (origin.method, origin.call.index) == ("halves", 1)
    assert origin.call.again().data == 2.5


def test_arguments_that_no_closure_keeps_are_there_to_call_again():
    program = Program("x = Value(-2.0)\ny = x.leaky(0.25)")
    origin = program.live("y").origins[-1]
    program.names["x"].data = -8.0
    assert origin.call.again().data == -2.0


def test_a_class_followed_without_its_code_is_seen_all_the_same():
    program = Program()
    trace = Trace(program.adapters)
    trace.watch_class(program.names["Value"])
    trace.start()
    try:
        a = program.names["Value"](2.0)
        y = a * 3
    finally:
        trace.stop()
    assert trace.made(y).name == "__mul__"
    assert [value.data for value in trace.recent()] == [2.0, 3, 6.0]


# Lines


def test_the_line_is_that_of_the_statement_outside_the_class():
    program = Program(
        "def model(x, w):\n    return x * w - 1\n\nx = Value(1.0)",
        "w = Value(2.0)\n\nloss = (model(x, w)\n        + w)",
    )
    places = {n.name: n.place for n in program.live("loss").graph.nodes}
    assert places["x"] == "cell 1:4"
    assert places["w"] == "cell 2:1"
    assert places["v2"] == "cell 1:2"
    assert places["loss"] == "cell 2:3"


# The graph that grows, and the list of graphs


def test_values_known_before_keep_their_ids_when_the_graph_grows():
    program = Program("a, b = Value(2.0), Value(3.0)\nc = a * b")
    before = program.live("c")
    program.run("w = Value(7.0)\nd = w * a + c", 2)
    after = program.live("d", known=before)
    assert after.values[:3] == before.values
    assert [n.id for n in after.graph.nodes] == list(range(len(after.values)))
    apart = program.live("w", known=before)
    assert [node.name for node in apart.graph.nodes] == ["w"]


def test_graphs_are_listed_in_the_order_made_with_size_and_line():
    program = Program("a, b = Value(2.0), Value(3.0)\nc = a * b\nd = c * c\ne = a + b")
    found = graphs_made(
        program.trace.recent(), Origins(program.adapters, program.trace)
    )
    assert [(g.root, g.size, g.place) for g in found] == [
        (program.names["d"], 4, "cell 1:3"),
        (program.names["e"], 3, "cell 1:4"),
    ]


# Nothing is disturbed


def test_an_error_has_the_traceback_that_it_has_without():
    source = "def f(v):\n    return v.fail()\nf(Value(1.0) * 2)"
    told = []
    for watched in (False, True):
        program = Program()
        code = compile(source, "cell 1", "exec")
        if watched:
            program.trace.watch(code)
            program.trace.start()
        try:
            exec(code, program.names)
        except ValueError:
            told.append(traceback.format_exc())
        finally:
            program.trace.stop()
    assert told[0] == told[1]


def test_what_is_made_after_an_error_has_its_own_maker():
    program = Program(
        "a = Value(2.0)\ntry:\n    (a * 2).fail()\nexcept ValueError:\n    y = a * 3"
    )
    assert program.drawn("y") == ["y = __mul__(a, c1)"]


def test_dead_values_are_let_go():
    program = Program()
    program.run("x = Value(1.0)\nfor i in range(5000): last = x.hard(x)", 1)
    program.run("import weakref\nend = weakref.ref(last)\nlast = None", 2)
    program.trace.forget_recent()
    gc.collect()
    assert program.names["end"]() is None


def test_what_is_remembered_does_not_grow_with_what_is_gone():
    program = Program("x = Value(1.0)\nfor i in range(60_000): y = x.leaky(0.5)")
    assert len(program.trace.recent()) == RECENT
    program.trace.forget_recent()
    assert program.trace.recent() == []
    assert len(program.trace) < 55_000


def test_starting_and_stopping_twice_does_nothing_more_and_frees_the_tool():
    program = Program()
    program.trace.start()
    program.trace.start()
    program.trace.stop()
    program.trace.stop()
    tools = [sys.monitoring.get_tool(i) for i in range(6)]
    assert "gradviz trace" not in tools


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_was_seen_is_what_the_closures_say(shape, data):
    """Operands by trace hold all that reading closures finds, in order."""
    recipe = data.draw(recipes(shape))
    adapters = Adapters()
    trace = Trace(adapters)
    make, ops = shape.kit()
    cls = make if isinstance(make, type) else type(make(1.0))
    trace.watch_class(cls)
    trace.start()
    try:
        values = grow(make, ops, recipe)
    except (ArithmeticError, ValueError):
        return
    finally:
        trace.stop()
    seen = build([values[-1]], {}, adapters, trace)
    read = build([values[-1]], {}, adapters)
    by_identity = {
        id(v): [id(o) for o in made.operands]
        for v, made in zip(read.values, read.origins, strict=True)
    }
    for value, made in zip(seen.values, seen.origins, strict=True):
        assert [id(o) for o in made.operands] == by_identity[id(value)]


def test_operands_that_no_value_keeps_are_known_from_the_calls():
    program = Program(
        "tape = []\n"
        "class Taped:\n"
        "    def __init__(self, data):\n"
        "        self.data, self.grad = data, 0.0\n"
        "    def __mul__(self, other):\n"
        "        out = Taped(self.data * other.data)\n"
        "        tape.append((out, self, other))\n"
        "        return out\n"
        "a, b = Taped(2.0), Taped(3.0)\n"
        "y = a * b * a\n"
    )
    assert program.drawn("y") == ["v2 = __mul__(a, b)", "y = __mul__(v2, a)"]
    assert len(program.names["tape"]) == 2
