"""Expressions built from the person's own class."""

import math
from pathlib import Path

import pytest

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.sources.expression import ExpressionError, parse_expression
from gradviz.sources.program import read_program
from gradviz.sources.run import Run

CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.fixture
def class_of(write):
    def class_of(source, name="Value"):
        run = Run(read_program(write(source)))
        run.to_the_picture()
        return run.namespace[name]

    return class_of


FULL = """
import math
class Value:
    def __init__(self, data, children=(), op='', label=''):
        self.data, self.grad, self._prev = data, 0.0, children
        self._op, self.label, self._backward = op, label, lambda: None
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), '+')
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), '*')
    def __pow__(self, n):
        assert isinstance(n, (int, float))
        return Value(self.data ** n, (self,), f'**{n}')
    def tanh(self):
        return Value(math.tanh(self.data), (self,), 'tanh')
    def exp(self):
        raise OverflowError('too much')
    def relu(self):
        return max(0, self.data)
def log(x):
    return Value(math.log(x.data), (x,), 'log')
"""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("tanh(w*x + 1)", math.tanh(7)),
        ("1 + x", 4),
        ("2*x", 6),
        ("x**2", 9),
        ("log(x)", math.log(3)),
        ("tanh(1) + x", math.tanh(1) + 3),
        ("(1 + 2)*x", 9),
        ("+x", 3),
    ],
)
def test_expressions_are_made_with_what_the_class_has(class_of, text, number):
    cls = class_of(FULL)
    expression = parse_expression(text)
    numbers = {"w": 2.0, "x": 3.0}
    root = expression.build({name: numbers[name] for name in expression.names}, cls)
    assert type(root) is cls
    assert math.isclose(root.data, number)


def test_values_have_the_labels_of_the_expression(class_of):
    cls = class_of(FULL)
    root = parse_expression("w*x + b").build({"w": 2, "x": 3, "b": 1}, cls)
    graph = build([root], {}).graph
    assert [node.name for node in graph.nodes] == ["w", "x", "w·x", "b", "w·x+b"]


def test_a_class_without_label_has_its_names_told(class_of):
    cls = class_of(
        FULL.replace("label=''", "")
        .replace("self.label, ", "")
        .replace("op, label, lambda", "op, lambda")
    )
    names = {}
    root = parse_expression("w*x").build({"w": 2, "x": 3}, cls, names=names)
    graph = build([root], names).graph
    assert [node.name for node in graph.nodes if node.is_leaf] == ["w", "x"]


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("functions", "sin(x*y + x)", math.sin(9)),
        ("dataclass_value", "x*y", 6),
        ("engine", "relu(x*y - x)", 3),
        ("slotted", "x*y + x", 9),
        ("label_required", "x*y + x", 9),
    ],
)
def test_classes_of_the_corpus(class_of, name, text, number):
    cls = class_of((CORPUS / f"{name}.py").read_text(), "Value")
    adapters = Adapters()
    root = parse_expression(text).build({"x": 3.0, "y": 2.0}, cls, adapters)
    assert math.isclose(adapters.adapter(root).number(root), number)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "x - 1",
            "Value has no -: write its __sub__, or leave it out of the expression.",
        ),
        (
            "-x",
            "Value has no minus sign for one Value: write its __neg__, or leave it out "
            "of the expression.",
        ),
        (
            "sigmoid(x)",
            "Value has no sigmoid: write a method sigmoid, or leave it out of the "
            "expression.",
        ),
        (
            "exp(x)",
            "Value can't be used so, because its exp raised OverflowError: too much.",
        ),
        (
            "relu(x)",
            "Value can't be used so, because its relu returned a float and no Value.",
        ),
        (
            "x ** x",
            "Value can't be used so, because its ** raised AssertionError.",
        ),
        (
            "2 + 3",
            "2 + 3 is a plain number: there is nothing to differentiate by; use a name "
            "such as x in it.",
        ),
        (
            "1/0 + x",
            "1/0 + x has no value: a number in it is divided by 0, or grows too large.",
        ),
    ],
)
def test_what_the_class_can_t_do_is_told(class_of, text, sentence):
    cls = class_of(FULL)
    expression = parse_expression(text)
    with pytest.raises(ExpressionError) as told:
        expression.build(dict.fromkeys(expression.names, 3.0), cls)
    assert str(told.value) == sentence


def test_a_class_that_is_not_made_from_a_number_is_told(class_of):
    cls = class_of("class Value:\n    def __init__(self): pass\n")
    with pytest.raises(ExpressionError) as told:
        parse_expression("x").build({"x": 2}, cls)
    assert str(told.value) == (
        "Value(2) can't be made: TypeError: Value.__init__() takes 1 positional "
        "argument but 2 were given."
    )
