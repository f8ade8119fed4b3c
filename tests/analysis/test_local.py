"""Local derivatives against closed forms and central differences."""

import math
from collections.abc import Callable

import pytest
from analysis.graphs import by_text, read
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gradviz import Value
from gradviz.analysis.local import local_derivatives

NUMBERS = st.floats(-4, 4).filter(lambda x: abs(x) > 0.05)

ONE: dict[str, tuple[Callable[[Value], Value], Callable[[float], float], str]] = {
    "neg": (lambda x: -x, lambda x: -x, "−1"),
    "exp": (lambda x: x.exp(), math.exp, "exp(x)"),
    "log": (lambda x: x.log(), math.log, "1/x"),
    "sqrt": (lambda x: x.sqrt(), math.sqrt, "1/(2·y)"),
    "sin": (lambda x: x.sin(), math.sin, "cos(x)"),
    "cos": (lambda x: x.cos(), math.cos, "−sin(x)"),
    "tanh": (lambda x: x.tanh(), math.tanh, "1 − y²"),
    "sigmoid": (lambda x: x.sigmoid(), lambda x: 1 / (1 + math.exp(-x)), "y·(1 − y)"),
    "relu": (lambda x: x.relu(), lambda x: max(x, 0.0), "1 if x > 0 else 0"),
    "abs": (lambda x: abs(x), abs, "sign(x)"),
    "square": (lambda x: x**2, lambda x: x**2, "2·x"),
    "cube": (lambda x: x**3, lambda x: x**3, "3·x²"),
    "inverse": (lambda x: x**-1, lambda x: 1 / x, "−x⁻²"),
    "root": (lambda x: x**0.5, lambda x: x**0.5, "0.5·x^(−0.5)"),
}
TWO: dict[str, tuple[Callable, Callable[[float, float], float], tuple[str, str]]] = {
    "add": (lambda a, b: a + b, lambda a, b: a + b, ("1", "1")),
    "sub": (lambda a, b: a - b, lambda a, b: a - b, ("1", "−1")),
    "mul": (lambda a, b: a * b, lambda a, b: a * b, ("b", "a")),
    "div": (lambda a, b: a / b, lambda a, b: a / b, ("1/b", "−a/b²")),
    "pow": (lambda a, b: a**b, lambda a, b: a**b, ("b·a^(b − 1)", "y·log(a)")),
    "max": (
        lambda a, b: a.max(b),
        max,
        ("1 if a is largest else 0", "1 if b is largest else 0"),
    ),
    "min": (
        lambda a, b: a.min(b),
        min,
        ("1 if a is smallest else 0", "1 if b is smallest else 0"),
    ),
}
POSITIVE = {"log", "sqrt", "root"}


def slope(function: Callable[[float], float], at: float) -> float:
    """Return the central difference of a function."""
    h = 1e-5 * max(1.0, abs(at))
    return (function(at + h) - function(at - h)) / (2 * h)


@pytest.mark.parametrize("op", ONE)
@settings(deadline=None)
@given(number=NUMBERS)
def test_ops_of_one_operand(op: str, number: float) -> None:
    make, function, symbol = ONE[op]
    number = abs(number) if op in POSITIVE else number
    x = Value(number)
    y = make(x)
    found = local_derivatives(*around(y, {"x": x, "y": y}))
    assert found is not None
    assert found[0].symbol == symbol
    assert found[0].number == pytest.approx(slope(function, number), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("op", TWO)
@settings(deadline=None)
@given(a=NUMBERS, b=NUMBERS)
def test_ops_of_two_operands(op: str, a: float, b: float) -> None:
    make, function, symbols = TWO[op]
    if op == "pow":
        a = abs(a)
    assume(op not in ("max", "min") or abs(a - b) > 1e-3)
    first, second = Value(a), Value(b)
    y = make(first, second)
    found = local_derivatives(*around(y, {"a": first, "b": second, "y": y}))
    assert found is not None
    assert tuple(one.symbol for one in found) == symbols
    wanted = (slope(lambda t: function(t, b), a), slope(lambda t: function(a, t), b))
    assert [d.number for d in found] == pytest.approx(wanted, rel=1e-3, abs=1e-6)


def around(root: object, names: dict[str, object]) -> tuple:
    """Return the arguments of local_derivatives for the Value made last."""
    graph, data = read(root, names)
    return graph, len(graph) - 1, data


def only_text(op: str, numbers: dict[str, float], out: float, method: str = ""):
    """Return symbols and numbers where only text or method are known."""
    graph, data = by_text(op, numbers, out, method)
    found = local_derivatives(graph, len(graph) - 1, data)
    return found and [(one.symbol, one.number) for one in found]


def test_the_text_will_do_where_the_method_is_not_known() -> None:
    pair = {"a": 3.0, "b": 2.0}
    for text in ("*", "×", "·"):
        assert only_text(text, pair, 6.0) == [("b", 2.0), ("a", 3.0)]
    for text in ("-", "−"):
        assert only_text(text, pair, 1.0) == [("1", 1.0), ("−1", -1.0)]
        assert only_text(text, {"x": 3.0}, -3.0) == [("−1", -1.0)]
    for text in ("/", "÷"):
        assert only_text(text, pair, 1.5) == [("1/b", 0.5), ("−a/b²", -0.75)]
    assert only_text("+", pair, 5.0) == [("1", 1.0), ("1", 1.0)]
    for text in ("ReLU", "relu", "⁺"):
        assert only_text(text, {"x": 3.0}, 3.0) == [("1 if x > 0 else 0", 1.0)]
    assert only_text("σ", {"x": 0.0}, 0.5) == [("out·(1 − out)", 0.25)]
    assert only_text("ln", {"x": 2.0}, math.log(2)) == [("1/x", 0.5)]
    assert only_text("exp", {"x": 0.0}, 1.0) == [("exp(x)", 1.0)]


@pytest.mark.parametrize(
    "text", ["**2", "^2", "**2.0", "** 2", "pow(2)", "pow2", "^(2)"]
)
def test_an_exponent_that_is_no_value_is_read_from_the_text(text: str) -> None:
    assert only_text(text, {"x": 3.0}, 9.0, "__pow__") == [("2·x", 6.0)]


def test_negative_and_rounded_exponents() -> None:
    assert only_text("**-1", {"x": 2.0}, 0.5, "__pow__") == [("−x⁻²", -0.25)]
    assert only_text("^−1", {"x": 2.0}, 0.5) == [("−x⁻²", -0.25)]
    third = only_text("^0.333333", {"x": 1000.0}, 10.0)
    assert third is not None
    assert third[0][1] == pytest.approx(1 / 300, rel=1e-9)


def test_an_exponent_that_nobody_tells_gives_nothing() -> None:
    for text in ("**", "^", "pow", "**n", ""):
        assert only_text(text, {"x": 3.0}, 9.0, "__pow__") is None


def test_operands_of_a_set_in_the_wrong_order_are_put_right() -> None:
    # 3 − 2 = 1, and 2 ÷ 8 = 0.25: the second operand comes first.
    assert only_text("-", {"b": 2.0, "a": 3.0}, 1.0) == [("−1", -1.0), ("1", 1.0)]
    assert only_text("/", {"b": 8.0, "a": 2.0}, 0.25) == [
        ("−a/b²", -0.03125),
        ("1/b", 0.125),
    ]


def test_reflected_forms_follow_their_numbers() -> None:
    pair = {"a": 2.0, "b": 8.0}
    assert only_text("-", pair, 6.0, "__rsub__") == [("−1", -1.0), ("1", 1.0)]
    assert only_text("/", pair, 4.0, "__rtruediv__") == [("−b/a²", -2.0), ("1/a", 0.5)]
    assert only_text("+", {"x": 2.0}, 7.0, "__radd__") == [("1", 1.0)]
    assert only_text("-", {"x": 2.0}, 7.0, "__rsub__") == [("−1", -1.0)]


def test_what_does_not_compute_what_its_name_says_is_not_known() -> None:
    assert only_text("log", {"x": 100.0}, 2.0, "log") is None  # to base ten
    assert only_text("relu", {"x": -1.0}, -0.01, "relu") is None  # leaks
    assert only_text("×", {"a": 2.0, "b": 3.0}, 5.0, "__mul__") is None
    assert only_text("+", {"x": 3.0}, 6.0, "__add__") is None  # x + x, an edge lost
    assert only_text("gelu", {"x": 1.0}, 0.84, "gelu") is None


def test_a_leaf_and_exotic_numbers_have_none() -> None:
    graph, data = by_text("×", {"a": 2.0, "b": 3.0}, 6.0)
    assert local_derivatives(graph, 0, data) is None
    assert local_derivatives(graph, 2, [2.0, "(1+2j)", 6.0]) is None
    assert local_derivatives(graph, 2, [2.0, None, 6.0]) is None


def test_a_constant_is_called_by_its_number() -> None:
    x = Value(3.0, label="x")
    assert local_derivatives(*around(x * -2, {"x": x}))[0].symbol == "−2"
    assert local_derivatives(*around(x / 4, {"x": x}))[0].symbol == "1/4"


def test_names_with_signs_of_their_own_are_bracketed_inside_formulas() -> None:
    a, b = Value(3.0, label="x1*w1 + b"), Value(2.0, label="b")
    assert [d.symbol for d in local_derivatives(*around(a * b, {}))] == [
        "b",
        "x1*w1 + b",
    ]
    assert [d.symbol for d in local_derivatives(*around(a / b, {}))] == [
        "1/b",
        "−(x1*w1 + b)/b²",
    ]


FIGURES = st.one_of(
    st.floats(),
    st.integers(-(2**53), 2**53),
    st.sampled_from([0, 0.0, -0.0, 1, 1e308, -1e308, 5e-324]),
)
METHODS = [
    *[
        "add",
        "sub",
        "mul",
        "truediv",
        "pow",
        "neg",
        "radd",
        "rsub",
        "rmul",
        "rtruediv",
        "rpow",
        "exp",
        "log",
        "ln",
        "sqrt",
    ],
    *["sin", "cos", "tanh", "sigmoid", "relu", "abs", "max", "min"],
]


@settings(deadline=None)
@given(st.sampled_from(METHODS), st.lists(FIGURES, min_size=1, max_size=3), FIGURES)
def test_it_never_raises(method: str, numbers: list[float], out: float) -> None:
    names = dict(zip("abc", numbers, strict=False))
    found = only_text("", names, out, f"__{method}__")
    assert found is None or len(found) == len(numbers)
    for text in ("**-1", "^0.5", "^1e-5", "^1e400"):
        only_text(text, {"a": numbers[0]}, out)


def test_infinite_slopes_are_infinite() -> None:
    assert only_text("/", {"a": 1.0, "b": 0.0}, math.inf) == [
        ("1/b", math.inf),
        ("−a/b²", -math.inf),
    ]
    assert only_text("sqrt", {"x": 0.0}, 0.0) == [("1/(2·out)", math.inf)]
    (tanh,) = only_text("tanh", {"x": math.nan}, math.nan)
    assert math.isnan(tanh[1])
