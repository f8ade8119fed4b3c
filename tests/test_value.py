"""The reference Value against mathematics that does not use it.

The gradients are compared with central differences in 60-digit decimal arithmetic, so
the reference is exact far beyond a float and shares no code with what it checks.
"""

import doctest
import gc
import itertools
import math
import subprocess
import sys
import tomllib
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import gradviz.value
from gradviz.value import DomainError, Value

STEP = Decimal("1e-20")


def decimal_sine(x):
    """Sum the Taylor series, to all the digits of the context."""
    term = total = x
    k = 0
    while abs(term) > Decimal("1e-55"):
        k += 1
        term *= -x * x / (2 * k * (2 * k + 1))
        total += term
    return total


def decimal_cosine(x):
    half_sine = decimal_sine(x / 2)
    return 1 - 2 * half_sine * half_sine


def decimal_tanh(x):
    return 1 - 2 / ((2 * x).exp() + 1)


def decimal_slopes(function, at):
    """Central differences of a function of Decimals, in each argument, as floats."""
    with localcontext() as context:
        context.prec = 60
        point = [Decimal(x) for x in at]
        slopes = []
        for i in range(len(point)):
            above, below = list(point), list(point)
            above[i] += STEP
            below[i] -= STEP
            slopes.append(float((function(*above) - function(*below)) / (2 * STEP)))
        return float(function(*point)), slopes


def numbers(low, high):
    return st.floats(low, high, allow_subnormal=False)


def away_from_zero(size):
    return st.one_of(numbers(-size, -0.01), numbers(0.01, size))


ANY = numbers(-50, 50)
POSITIVE = numbers(0.01, 50)

# name: (on Values, on Decimals, a domain for each argument)
OPS = {
    "add": (lambda a, b: a + b, lambda a, b: a + b, [ANY, ANY]),
    "sub": (lambda a, b: a - b, lambda a, b: a - b, [ANY, ANY]),
    "mul": (lambda a, b: a * b, lambda a, b: a * b, [ANY, ANY]),
    "div": (lambda a, b: a / b, lambda a, b: a / b, [ANY, away_from_zero(50)]),
    "power": (lambda a, b: a**b, lambda a, b: a**b, [POSITIVE, numbers(-5, 5)]),
    "square": (lambda a: a**2, lambda a: a * a, [ANY]),
    "cube": (lambda a: a**3.0, lambda a: a * a * a, [ANY]),
    "inverse": (lambda a: a**-1, lambda a: 1 / a, [away_from_zero(50)]),
    "root": (lambda a: a**0.5, lambda a: a.sqrt(), [POSITIVE]),
    "two to the": (lambda a: 2**a, lambda a: Decimal(2) ** a, [numbers(-20, 20)]),
    "radd": (lambda a: 2 + a, lambda a: 2 + a, [ANY]),
    "rsub": (lambda a: 2 - a, lambda a: 2 - a, [ANY]),
    "rmul": (lambda a: 2 * a, lambda a: 2 * a, [ANY]),
    "rdiv": (lambda a: 2 / a, lambda a: 2 / a, [away_from_zero(50)]),
    "add number": (lambda a: a + 3, lambda a: a + 3, [ANY]),
    "sub number": (lambda a: a - 3, lambda a: a - 3, [ANY]),
    "mul number": (lambda a: a * 3, lambda a: a * 3, [ANY]),
    "div number": (lambda a: a / 4, lambda a: a / 4, [ANY]),
    "neg": (lambda a: -a, lambda a: -a, [ANY]),
    "abs": (abs, abs, [away_from_zero(50)]),
    "abs method": (Value.abs, abs, [away_from_zero(50)]),
    "exp": (Value.exp, lambda a: a.exp(), [numbers(-20, 20)]),
    "log": (Value.log, lambda a: a.ln(), [POSITIVE]),
    "sqrt": (Value.sqrt, lambda a: a.sqrt(), [POSITIVE]),
    "sin": (Value.sin, decimal_sine, [numbers(-10, 10)]),
    "cos": (Value.cos, decimal_cosine, [numbers(-10, 10)]),
    "tanh": (Value.tanh, decimal_tanh, [numbers(-8, 8)]),
    "sigmoid": (Value.sigmoid, lambda a: 1 / (1 + (-a).exp()), [numbers(-20, 20)]),
    "relu": (Value.relu, lambda a: max(a, Decimal(0)), [away_from_zero(50)]),
    "max": (Value.max, max, [ANY, ANY, ANY]),
    "min": (Value.min, min, [ANY, ANY, ANY]),
    "max number": (lambda a: a.max(1.5), lambda a: max(a, Decimal("1.5")), [ANY]),
    "x times x": (lambda a: a * a, lambda a: a * a, [ANY]),
    "x over x": (lambda a: a / a, lambda a: a / a, [away_from_zero(50)]),
    "x plus x": (lambda a: a + a, lambda a: a + a, [ANY]),
    "x minus x": (lambda a: a - a, lambda a: a - a, [ANY]),
    "x to the x": (lambda a: a**a, lambda a: a**a, [numbers(0.01, 5)]),
    "shared": (
        lambda a, b: (a * b + a).tanh() * (a - b / 7) + a.sigmoid(),
        lambda a, b: decimal_tanh(a * b + a) * (a - b / 7) + 1 / (1 + (-a).exp()),
        [numbers(-1, 1), numbers(-2, 2)],
    ),
}


@pytest.mark.parametrize("name", OPS)
@given(data=st.data())
def test_gradient_equals_central_difference(name, data):
    on_values, on_decimals, domains = OPS[name]
    at = [data.draw(domain) for domain in domains]
    if name in ("max", "min"):
        assume(min(abs(a - b) for a, b in itertools.combinations(at, 2)) > 1e-9)
    if name == "max number":
        assume(abs(at[0] - 1.5) > 1e-9)
    leaves = [Value(x) for x in at]
    out = on_values(*leaves)
    out.backward()
    expected, slopes = decimal_slopes(on_decimals, at)
    assert out.data == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert [leaf.grad for leaf in leaves] == pytest.approx(slopes, rel=1e-9, abs=1e-12)


@given(numbers(-1e6, 1e6))
@example(-1e308)
@example(1e308)
@example(-745.2)
def test_sigmoid_never_overflows_and_is_symmetric(x):
    above, below = Value(x).sigmoid().data, Value(-x).sigmoid().data
    assert 0 <= above <= 1
    assert above + below == pytest.approx(1, abs=1e-15)


def test_sigmoid_keeps_its_digits_far_below_zero():
    assert Value(-700).sigmoid().data == pytest.approx(math.exp(-700), rel=1e-12)


# Structure


@pytest.mark.parametrize(
    ("make", "op", "operands"),
    [
        (lambda x: 2 + x, "+", [2, "x"]),
        (lambda x: x + 2, "+", ["x", 2]),
        (lambda x: 2 - x, "−", [2, "x"]),
        (lambda x: x - 2, "−", ["x", 2]),
        (lambda x: 2 * x, "×", [2, "x"]),
        (lambda x: x * 2, "×", ["x", 2]),
        (lambda x: 2 / x, "÷", [2, "x"]),
        (lambda x: x / 2, "÷", ["x", 2]),
        (lambda x: 2**x, "^", [2, "x"]),
        (lambda x: x**x, "^", ["x", "x"]),
        (lambda x: x**2, "^2", ["x"]),
        (lambda x: x**-0.5, "^−0.5", ["x"]),
        (lambda x: -x, "−", ["x"]),
        (lambda x: abs(x), "abs", ["x"]),
        (lambda x: x.exp(), "exp", ["x"]),
        (lambda x: x.log(), "log", ["x"]),
        (lambda x: x.sqrt(), "sqrt", ["x"]),
        (lambda x: x.sin(), "sin", ["x"]),
        (lambda x: x.cos(), "cos", ["x"]),
        (lambda x: x.tanh(), "tanh", ["x"]),
        (lambda x: x.sigmoid(), "sigmoid", ["x"]),
        (lambda x: x.relu(), "relu", ["x"]),
        (lambda x: x.max(2, x), "max", ["x", 2, "x"]),
        (lambda x: x.min(2, 4), "min", ["x", 2, 4]),
    ],
)
def test_result_knows_its_op_and_its_operands_in_order(make, op, operands):
    x = Value(3, label="x")
    out = make(x)
    assert isinstance(out._prev, tuple)
    assert [v.label or v.data for v in out._prev] == operands
    assert all(
        (v is x) == (name == "x") for v, name in zip(out._prev, operands, strict=True)
    )
    assert out._op == op
    assert all(v._op == "" and v._prev == () for v in out._prev)


def test_fresh_value_has_no_gradient_label_or_colour():
    v = Value(3)
    assert (v.data, v.grad, v.label, v.color) == (3, 0.0, "", None)
    assert (v._prev, v._op, v.rule) == ((), "", "accumulate")
    v._backward()
    assert v.grad == 0.0


def test_integers_stay_integers_where_arithmetic_keeps_them():
    results = [Value(1) * -2, Value(3) - 1, -Value(2), Value(2) ** 3, Value(-2).relu()]
    assert [v.data for v in results] == [-2, 2, -2, 8, 0]
    assert all(type(v.data) is int for v in results)


def test_other_real_numbers_become_plain_python_numbers():
    assert repr(Value(Fraction(1, 4))) == "Value(data=0.25, grad=0.0)"


def test_repr_names_data_gradient_and_label():
    s1 = Value(-2, label="s1")
    s1.grad = 0.25
    assert repr(s1) == "Value(data=-2, grad=0.25, label='s1')"


def test_equality_is_identity_and_people_may_set_attributes():
    a, b = Value(1), Value(1)
    assert a != b
    assert len({a, b}) == 2
    a.note = "mine"
    assert a.note == "mine"


# Closures: what replaying an op relies on


def parameters(function):
    code = function.__code__
    count = code.co_argcount + bool(code.co_flags & 0x04)
    return code.co_varnames[:count]


MADE_BY = {
    "__add__": lambda x, y: x + y,
    "__sub__": lambda x, y: x - y,
    "__mul__": lambda x, y: x * y,
    "__truediv__": lambda x, y: x / y,
    "__pow__": lambda x, y: x**y,
    "__neg__": lambda x, y: -x,
    "__abs__": lambda x, y: abs(x),
    "exp": lambda x, y: x.exp(),
    "log": lambda x, y: x.log(),
    "sqrt": lambda x, y: x.sqrt(),
    "sin": lambda x, y: x.sin(),
    "cos": lambda x, y: x.cos(),
    "tanh": lambda x, y: x.tanh(),
    "sigmoid": lambda x, y: x.sigmoid(),
    "relu": lambda x, y: x.relu(),
    "max": lambda x, y: x.max(y, 1, 7),
    "min": lambda x, y: x.min(y, 1, 7),
    "__add__ with a number": lambda x, y: x + 2,
    "__sub__ from a number": lambda x, y: 2 - x,
    "__pow__ with a number": lambda x, y: x**3,
}


def cells(v):
    return dict(
        zip(v._backward.__code__.co_freevars, v._backward.__closure__, strict=True)
    )


def call_again(v):
    """Call the op that made v with what its closure holds, as gradviz does."""
    function = getattr(Value, v._backward.__qualname__.split(".")[1])
    held = {name: cell.cell_contents for name, cell in cells(v).items()}
    arguments = []
    for name in parameters(function):
        arguments += held[name] if isinstance(held[name], tuple) else [held[name]]
    return function(*arguments)


@pytest.mark.parametrize("name", MADE_BY)
def test_closure_holds_every_argument_of_its_op_and_the_result(name):
    out = MADE_BY[name](Value(3.0), Value(2.0))
    op = name.split()[0]
    assert out._backward.__qualname__ == f"Value.{op}.<locals>._backward"
    assert {*parameters(getattr(Value, op)), "out"} <= set(cells(out))
    assert cells(out)["out"].cell_contents is out


@pytest.mark.parametrize("name", MADE_BY)
def test_op_called_again_gives_the_edited_result_on_the_same_operands(name):
    x, y = Value(3.0), Value(2.0)
    out = MADE_BY[name](x, y)
    assert call_again(out).data == out.data
    x.data = 1.25
    again = call_again(out)
    assert again.data == MADE_BY[name](Value(1.25), Value(2.0)).data
    assert all(a is b for a, b in zip(again._prev, out._prev, strict=True))


@pytest.mark.parametrize("name", MADE_BY)
def test_closure_reads_live_numbers_after_data_was_refreshed_in_place(name):
    x, y = Value(3.0), Value(2.0)
    old = MADE_BY[name](x, y)
    x.data = 1.25
    old.data = call_again(old).data
    old.backward()
    fresh_x, fresh_y = Value(1.25), Value(2.0)
    MADE_BY[name](fresh_x, fresh_y).backward()
    assert (x.grad, y.grad) == (fresh_x.grad, fresh_y.grad)


# Kinks and ties, where the docstrings state a convention


@pytest.mark.parametrize("kink", [Value.abs, Value.relu])
def test_slope_at_a_kink_is_zero(kink):
    x = Value(0)
    kink(x).backward()
    assert x.grad == 0


@pytest.mark.parametrize("choose", [Value.max, Value.min])
def test_first_of_equal_operands_gets_the_gradient(choose):
    a, b, c = Value(2), Value(2.0), Value(2)
    choose(a, b, c).backward()
    assert (a.grad, b.grad, c.grad) == (1, 0, 0)


@pytest.mark.parametrize("choose", [Value.max, Value.min])
def test_best_of_x_and_x_is_x(choose):
    x = Value(5)
    choose(x, x).backward()
    assert x.grad == 1


@pytest.mark.parametrize("choose", [Value.max, Value.min])
def test_nan_is_not_lost_in_max_and_min(choose):
    for operands in ([1, math.nan], [math.nan, 1]):
        assert math.isnan(choose(*map(Value, operands)).data)
    assert math.isnan(Value(math.nan).relu().data)


def test_constant_zero_power_has_no_slope_even_at_zero():
    x = Value(0)
    (x**0).backward()
    assert x.grad == 0


def test_exponent_of_base_zero_has_slope_zero_above_zero():
    x, n = Value(0), Value(2)
    (x**n).backward()
    assert (x.grad, n.grad) == (0, 0)


# The whole graph


def test_deep_chain_needs_no_recursion():
    x = Value(1.0)
    out = x
    for _ in range(200_000):
        out = out + x
    out.backward()
    assert x.grad == 200_001
    out.set_rule("assign")
    out.zero_grad()
    assert (x.grad, x.rule, out.grad) == (0, "assign", 0)
    del out, x
    gc.collect()


def test_many_paths_are_walked_once_each_value():
    out = x = Value(1)
    for _ in range(60):
        out = out + out
    out.backward()
    assert x.grad == 2.0**60


def test_backward_goes_down_the_first_operand_first():
    a, b = Value(2, label="a"), Value(3, label="b")
    called = []

    def record(v, name):
        push = v._backward
        v._backward = lambda: (called.append(name), push())

    first, second = a * b, a + b
    out = first - second
    for v, name in [(a, "a"), (b, "b"), (first, "×"), (second, "+"), (out, "−")]:
        record(v, name)
    out.backward()
    assert called[:3] == ["−", "×", "+"]
    assert sorted(called[3:]) == ["a", "b"]


def test_backward_seeds_one_under_either_rule():
    for rule in ("assign", "accumulate"):
        x = Value(3.0, rule=rule)
        y = -x
        y.grad = 7.0
        y.backward()
        assert (y.grad, x.grad) == (1.0, -1.0)
        x.backward()
        assert x.grad == 1.0


def test_zero_grad_clears_every_value_below_and_nothing_else():
    x = Value(2.0)
    y = x * x
    z = y + 1
    z.backward()
    y.zero_grad()
    assert (x.grad, y.grad, z.grad) == (0, 0, 1)


# The rule


def test_second_write_wins_under_assignment_when_x_is_used_twice():
    x = Value(3.0, rule="assign")
    (x * x).backward()
    assert x.grad == 3.0
    y = Value(3.0, rule="assign")
    (y - y).backward()
    assert y.grad == -1.0


def test_result_assigns_if_any_operand_does():
    plain, assigning = Value(1), Value(2, rule="assign")
    assert (plain + plain).rule == "accumulate"
    assert (plain + assigning).rule == (assigning + plain).rule == "assign"
    assert (3 - (2 * assigning).exp()).rule == "assign"
    assert plain.max(0, assigning).rule == "assign"


def test_rule_of_a_built_graph_can_be_switched_and_switched_back():
    x = Value(3.0)
    y = x * x
    for rule, grad in [("assign", 3.0), ("accumulate", 6.0), ("assign", 3.0)]:
        y.set_rule(rule)
        assert (x.rule, y.rule) == (rule, rule)
        y.zero_grad()
        y.backward()
        assert x.grad == grad


def test_rule_is_that_of_the_result_alone():
    x = Value(3.0)
    y = x * x
    x.rule = "assign"
    y.backward()
    assert x.grad == 6.0


@pytest.mark.parametrize("word", ["assing", "", "Accumulate", None])
def test_unknown_rule_is_refused_in_a_sentence(word):
    message = f'The rule is "assign" or "accumulate", not {word!r}.'
    x = Value(1.0)
    y = x + x
    with pytest.raises(ValueError) as error:  # noqa: PT011 - compared in full below
        y.set_rule(word)
    assert str(error.value) == message
    assert (x.rule, y.rule) == ("accumulate", "accumulate")
    y.rule = word
    with pytest.raises(ValueError) as error:  # noqa: PT011
        y.backward()
    assert str(error.value) == message
    assert x.grad == 0
    if word is not None:
        with pytest.raises(ValueError) as error:  # noqa: PT011
            Value(1, rule=word)
        assert str(error.value) == message


# Where an operation has no answer

TOO_LARGE = "the result is too large for a float."
NEEDS_BASE = "it needs a base above 0 (or a plain number as the exponent)."


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (
            lambda: Value(0, "x2").log(),
            "log(x2): x2 is 0, and log needs a number above 0.",
        ),
        (lambda: Value(-1.5).log(), "log(-1.5): log needs a number above 0."),
        (
            lambda: Value(3, "a") / Value(0, "b"),
            "a ÷ b: a is 3, b is 0, and ÷ needs a divisor other than 0.",
        ),
        (
            lambda: 1 / Value(0.0, "x2"),
            "1 ÷ x2: x2 is 0, and ÷ needs a divisor other than 0.",
        ),
        (lambda: Value(1) / 0, "1 ÷ 0: ÷ needs a divisor other than 0."),
        (
            lambda: (lambda x: x / x)(Value(0, "x")),
            "x ÷ x: x is 0, and ÷ needs a divisor other than 0.",
        ),
        (
            lambda: Value(-4, "x").sqrt(),
            "sqrt(x): x is -4, and sqrt needs a number not below 0.",
        ),
        (
            lambda: Value(0, "x") ** -1,
            "x ^ -1: x is 0, and 0 has no real power -1.",
        ),
        (
            lambda: Value(-8, "x") ** 0.5,
            "x ^ 0.5: x is -8, and a number below 0 has no real power 0.5.",
        ),
        (
            lambda: Value(-8, "x") ** Value(0.5, "n"),
            "x ^ n: x is -8, n is 0.5, and a number below 0 has no real power 0.5.",
        ),
        (lambda: 10 ** Value(400, "n"), f"10 ^ n: n is 400, and {TOO_LARGE}"),
        (lambda: Value(1000, "x").exp(), f"exp(x): x is 1000, and {TOO_LARGE}"),
        (
            lambda: Value(math.inf, "t").sin(),
            "sin(t): t is inf, and sin needs a finite number.",
        ),
        (lambda: Value(-math.inf).cos(), "cos(-inf): cos needs a finite number."),
        (
            lambda: Value(10**300, "x") * 10**300,
            "x × 1e+300: x is 1e+300, and the integer is too large for a float.",
        ),
        (lambda: Value(10**400), "Value(...): the integer is too large for a float."),
        (
            lambda: Value(2) ** 10**400,
            "Value(...): the integer is too large for a float.",
        ),
    ],
)
def test_domain_error_names_the_operation_and_the_operand(act, sentence):
    with pytest.raises(DomainError) as error:
        act()
    assert str(error.value) == sentence
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda x: x.sqrt(),
            "the slope of sqrt(x): x is 0, and it is infinite there.",
        ),
        (
            lambda x: x**0.5,
            "the slope of x ^ 0.5: x is 0, and 0 has no real power -0.5.",
        ),
        (
            lambda x: x ** Value(0, "n"),
            f"the slope of x ^ n in its exponent: x is 0, n is 0, and {NEEDS_BASE}",
        ),
        (
            lambda x: (x - 3) ** Value(2, "n"),
            f"the slope of -3 ^ n in its exponent: n is 2, and {NEEDS_BASE}",
        ),
    ],
)
def test_missing_gradient_is_an_error_that_changes_nothing(make, sentence):
    x = Value(0, "x")
    out = make(x)
    out.grad = 1.0
    with pytest.raises(DomainError) as error:
        out._backward()
    assert str(error.value) == sentence
    assert [v.grad for v in (x, *out._prev)] == [0] * (1 + len(out._prev))


@pytest.mark.parametrize("data", ["2", True, 1j, None, [1], Value(1)])
def test_only_real_numbers_are_held(data):
    kind = type(data).__name__
    with pytest.raises(TypeError) as error:
        Value(data)
    sentence = f"A Value holds a real number, int or float; this is a {kind}."
    assert str(error.value) == sentence


@pytest.mark.parametrize("other", ["2", None, [1], True, 1j])
def test_other_operands_are_type_errors_on_both_sides(other):
    x = Value(2)
    for act in (
        lambda: x + other,
        lambda: other - x,
        lambda: x * other,
        lambda: other / x,
        lambda: x**other,
        lambda: other**x,
        lambda: x.max(other),
    ):
        with pytest.raises(TypeError):
            act()


def test_another_class_may_take_over_the_operation():
    class Vector:
        def __rmul__(self, other):
            return "the vector's own product"

    assert Value(2) * Vector() == "the vector's own product"


# The numbers of the lessons, by hand


def lesson_17(rule):
    leaves = {
        "x1": Value(1, "x1", rule=rule),
        "x2": Value(0, "x2", rule=rule),
        "w11": Value(-2, "w11", rule=rule),
        "w12": Value(4, "w12", rule=rule),
        "w21": Value(3, "w21", rule=rule),
        "w22": Value(-1, "w22", rule=rule),
    }
    x1, x2, w11, w12, w21, w22 = leaves.values()
    w11x1, w12x2, w21x1, w22x2 = w11 * x1, w12 * x2, w21 * x1, w22 * x2
    s1, s2 = w11x1 + w12x2, w21x1 + w22x2
    s1.grad, s2.grad = 0.25, -0.125
    return leaves, [s1, w11x1, w12x2], [s2, w21x1, w22x2]


def gradients(leaves):
    return {name: leaf.grad for name, leaf in leaves.items()}


def test_lesson_17_assignment_keeps_the_path_that_wrote_last():
    leaves, path_1, path_2 = lesson_17("assign")
    assert (path_1[0].data, path_2[0].data) == (-2, 3)
    for v in path_1 + path_2:
        v._backward()
    assert leaves["x1"].grad == 3 * -0.125 == -0.375
    leaves, path_1, path_2 = lesson_17("assign")
    for v in path_2 + path_1:
        v._backward()
    assert leaves["x1"].grad == -2 * 0.25 == -0.5


def test_lesson_17_accumulation_adds_both_paths():
    leaves, path_1, path_2 = lesson_17("accumulate")
    for v in path_1 + path_2:
        v._backward()
    assert gradients(leaves) == {
        "x1": -0.875,
        "x2": 1.125,
        "w11": 0.25,
        "w12": 0,
        "w21": -0.125,
        "w22": 0,
    }


def test_neuron_of_the_lecture():
    x1, x2, w1, w2 = Value(2.0), Value(0.0), Value(-3.0), Value(1.0)
    b = Value(6.8813735870195432)
    o = (x1 * w1 + x2 * w2 + b).tanh()
    o.backward()
    assert o.data == pytest.approx(math.sqrt(0.5), rel=1e-12)
    grads = [v.grad for v in (x1, w1, x2, w2, b)]
    assert grads == pytest.approx([-1.5, 1.0, 0.5, 0.0, 0.5], rel=1e-12)


# The package


def test_example_in_the_documentation_is_true():
    failed, tried = doctest.testmod(gradviz.value)
    assert (failed, tried) == (0, 4)


def test_version_is_that_of_the_project_file():
    project = tomllib.loads(
        (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    )
    assert gradviz.__version__ == project["project"]["version"]


def test_importing_value_loads_neither_qt_nor_numpy():
    code = (
        "import sys; from gradviz import Value; import gradviz.value; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('PySide6', 'shiboken6', 'numpy', 'networkx', 'nbformat', 'pygraphviz')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
