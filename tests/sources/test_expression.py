"""Expressions as graphs: numbers from mathematics, and refusals in a sentence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.graph.build import build
from gradviz.sources.expression import ExpressionError, parse_expression

KNOWN = "abs, cos, exp, log, relu, sigmoid, sin, sqrt, tanh, max, min"


def value(text, **numbers):
    return parse_expression(text).build(numbers)


def test_the_neuron_of_the_lecture():
    numbers = {"x1": 2, "x2": 0, "w1": -3, "w2": 1, "b": 6.8813735870195432}
    expression = parse_expression("tanh(w1*x1 + w2*x2 + b)")
    assert expression.names == ("w1", "x1", "w2", "x2", "b")
    y = expression.build(numbers)
    y.backward()
    graph = build([y], {}).graph
    leaves = {node.name: node.id for node in graph.nodes if node.is_leaf}
    live = build([y], {}).values
    assert math.isclose(y.data, math.sqrt(0.5), rel_tol=1e-12)
    for name, gradient in {"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0}.items():
        assert math.isclose(live[leaves[name]].grad, gradient, abs_tol=1e-12)


def test_parts_are_labelled_while_they_are_short():
    graph = build([value("x*y + z", x=1, y=2, z=3)], {}).graph
    assert [node.name for node in graph.nodes] == ["x", "y", "x·y", "z", "x·y+z"]
    long = build([value("tanh(first + second)", first=1, second=2)], {}).graph
    assert long.nodes[long.roots[0]].name == "y"


def test_a_name_used_twice_is_one_value():
    y = value("x*x", x=3)
    y.backward()
    assert y._prev[0] is y._prev[1]
    assert y._prev[0].grad == 6


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("x ^ 2 · y − 1/3", 2**2 * 5 - 1 / 3),
        ("x ÷ y × 2", 2 / 5 * 2),
        ("-x + +y", 3),
        ("max(x, y, 1) - min(x, y)", 3),
        ("abs(x - y) + relu(-x)", 3),
        ("2 ** x", 4),
        ("sigmoid(x - 2)", 0.5),
    ],
)
def test_what_is_written_is_computed(text, number):
    names = {"x": 2, "y": 5}
    expression = parse_expression(text)
    made = expression.build({name: names[name] for name in expression.names})
    assert math.isclose(made.data, number)


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 50))
def test_the_same_number_as_python(x, y, z):
    made = value("(x - y) * z + x / z - -y", x=x, y=y, z=z)
    assert made.data == (x - y) * z + x / z - -y


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write an expression, such as tanh(w*x + b)."),
        ("x +", "“x +” can't be read: invalid syntax."),
        (
            "__import__('os')",
            f"There is no function __import__; there are {KNOWN}.",
        ),
        (
            "x.data",
            "x.data is not understood here: an expression is made of numbers, names, "
            f"+ − * / ^ and {KNOWN}.",
        ),
        ("tanh(x, y)", "tanh takes one argument, not 2."),
        ("max(x)", "max takes two arguments or more, not 1."),
        ("2*log", "log is a function: write log(…)."),
        ("True + x", "True is not a number."),
        ("+".join(["x"] * 20_000), "The expression is nested too deeply."),
    ],
)
def test_what_is_no_expression_is_refused(text, sentence):
    with pytest.raises(ExpressionError) as refused:
        parse_expression(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "numbers", "sentence"),
    [
        ("w*x + b", {"x": 1}, "There is no number for w, b: give it as in w=1 b=1."),
        ("log(x)", {"x": 0}, "log(x): x is 0, and log needs a number above 0."),
        (
            "2 + 3",
            {},
            "2 + 3 is a plain number: there is nothing to differentiate by; use a name "
            "such as x in it.",
        ),
        (
            "9 ** 9 ** 9 * x",
            {"x": 1},
            "9 ** 9 ** 9 * x has no value: a number in it is divided by 0, or grows "
            "too large.",
        ),
    ],
)
def test_what_has_no_value_is_refused(text, numbers, sentence):
    with pytest.raises(ExpressionError) as refused:
        value(text, **numbers)
    assert str(refused.value) == sentence
