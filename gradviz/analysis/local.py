"""Local derivatives of the operations everybody knows, from numbers alone.

No code of the person's is run. An operation is known by the name of the function that
made the Value, or else by its text; and only if its forward rule gives the number that
the Value holds is it taken for what its name says. So a ``log`` to base ten, or a
``relu`` that leaks, gets no derivative rather than a wrong one.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradviz.graph.model import Graph, Node
from gradviz.numbers import MINUS, shown
from gradviz.session.facts import Figure


@dataclass(frozen=True)
class LocalDerivative:
    """d(out)/d(operand) of one operand slot.

    Attributes:
        symbol: The derivative in terms of names (``w11``, ``1 − s1²``).
        number: Its number; nan or infinite where there is none.
    """

    symbol: str
    number: float


def local_derivatives(
    graph: Graph, node: int, data: Sequence[Figure]
) -> tuple[LocalDerivative, ...] | None:
    """Return the local derivative of the op of ``node`` for each operand slot.

    The formulas are those of any table of derivatives (Abramowitz and Stegun, 3.3,
    4.1.46, 4.2.4, 4.3.105, 4.5.71). Where none exists the convention of
    ``gradviz.Value`` holds: 0 for relu and abs at 0, the first of equals for max and
    min.

    Args:
        graph: The graph, for names and operands.
        node: The Value whose op it is.
        data: The number of each Value.

    Returns:
        None for a leaf, an operation not known, or one that does not compute what its
        name says.
    """
    made = graph.nodes[node]
    numbers = [as_float(data[i]) for i in (*made.operands, node)]
    if made.is_leaf or any(number is None for number in numbers):
        return None
    *given, out = (number for number in numbers if number is not None)
    if _is_power(made) and len(given) == 1:
        return _constant_power(graph, made, given[0], out, data)
    names = [_atom(reference(graph, i, data)) for i in made.operands]
    own = _atom(reference(graph, node, data))
    for rule in _rules(made):
        if rule.fits(given, out):
            return rule.derivatives([*names, own], [*given, out])
    return None


def as_float(figure: Figure) -> float | None:
    """Return a number as a float, None for what is no plain number."""
    return float(figure) if isinstance(figure, int | float) else None


def reference(graph: Graph, node: int, data: Sequence[Figure]) -> str:
    """Return what a formula calls a Value: its name, or a constant's number."""
    made = graph.nodes[node]
    return shown(data[node]) if made.constant else made.name


def bracketed(name: str) -> str:
    """Return a name that holds signs of its own in brackets, others as they are."""
    return _atom(name)


def _atom(text: str) -> str:
    if text.isidentifier() or not re.search(r"[\s+\-−*/×·÷^]", text):
        return text
    return f"({text})"


# Numbers, without exceptions


def _safe(compute: Callable[..., float], *numbers: float) -> float:
    """Return compute(*numbers), infinite or nan where Python raises."""
    try:
        return float(compute(*numbers))
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


def _quotient(above: float, below: float) -> float:
    if below != 0:
        return above / below
    if above == 0 or math.isnan(above):
        return math.nan
    return math.copysign(math.inf, above) * math.copysign(1.0, below)


def _power(base: float, exponent: float) -> float:
    """Return base ** exponent as IEEE 754 has it: no complex, 1/0 infinite."""
    if base == 0 and exponent < 0:
        odd = exponent == math.floor(exponent) and exponent % 2 == 1
        return math.copysign(math.inf, base) if odd else math.inf
    power = _safe(math.pow, base, exponent)
    negative = base < 0 and math.isinf(power) and exponent % 2 == 1
    return -math.inf if negative else power


def _power_slope(base: float, exponent: float) -> float:
    return 0.0 if exponent == 0 else exponent * _power(base, exponent - 1)


def _exponent_slope(base: float, exponent: float, out: float) -> float:
    if base == 0 and exponent > 0:
        return 0.0
    return out * _safe(math.log, base) if base > 0 else math.nan


def _sigmoid(number: float) -> float:
    small = _safe(math.exp, -abs(number))
    return (1.0 if number >= 0 else small) / (1.0 + small)


def _sign(number: float) -> float:
    return math.nan if math.isnan(number) else float((number > 0) - (number < 0))


def _same(one: float, other: float) -> bool:
    """Whether two numbers agree as far as single precision would let them."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)


# Rules


@dataclass(frozen=True)
class _Rule:
    """What an operation computes, and its derivatives.

    Attributes:
        arity: How many operand slots it has, 0 for any number.
        forward: The result from the operands.
        symbols: The derivatives as text; ``{0}``, ``{1}`` are operands, ``{out}`` the
            result. For any number of slots there is one, with ``{x}`` for the slot.
        slopes: The derivatives from the operands and, last, the result.
    """

    arity: int
    forward: Callable[..., float]
    symbols: tuple[str, ...]
    slopes: Callable[..., tuple[float, ...]]

    def fits(self, given: Sequence[float], out: float) -> bool:
        """Whether this is what has made ``out``."""
        if self.arity and self.arity != len(given):
            return False
        return _same(_safe(self.forward, *given), out)

    def derivatives(
        self, names: Sequence[str], numbers: Sequence[float]
    ) -> tuple[LocalDerivative, ...]:
        """Return the derivatives; names and numbers are operands, then the result."""
        *operands, out = names
        if self.arity:
            texts = [text.format(*operands, out=out) for text in self.symbols]
        else:
            texts = [self.symbols[0].format(x=name) for name in operands]
        slopes = self.slopes(*numbers)
        return tuple(map(LocalDerivative, map(_bare, texts), slopes))


def _bare(symbol: str) -> str:
    """Return a symbol without the brackets that only a longer formula would need."""
    inner = symbol[1:-1]
    alone = symbol.startswith("(") and symbol.endswith(")")
    return inner if alone and not set(inner) & set("()") else symbol


def _swapped(rule: _Rule) -> _Rule:
    """Return the rule for the same operation with its two operands exchanged."""
    first, second = (
        text.replace("{0}", "{}").replace("{1}", "{0}").replace("{}", "{1}")
        for text in rule.symbols
    )
    return _Rule(
        2,
        lambda a, b: rule.forward(b, a),
        (second, first),
        lambda a, b, out: rule.slopes(b, a, out)[::-1],
    )


def _of_one(
    forward: Callable[[float], float],
    symbol: str,
    slope: Callable[[float, float], float],
) -> _Rule:
    """Return the rule of a function of one operand; slope takes it and the result."""
    return _Rule(1, forward, (symbol,), lambda x, out: (slope(x, out),))


def _first_best(choose: Callable[[Sequence[float]], float]) -> _Rule:
    word = "largest" if choose is max else "smallest"

    def forward(*given: float) -> float:
        nans = [number for number in given if math.isnan(number)]
        return nans[0] if nans else choose(given)

    def slopes(*numbers: float) -> tuple[float, ...]:
        *given, _ = numbers
        nans = [slot for slot, number in enumerate(given) if math.isnan(number)]
        best = nans[0] if nans else given.index(choose(given))
        return tuple(float(slot == best) for slot in range(len(given)))

    return _Rule(0, forward, (f"1 if {{x}} is {word} else 0",), slopes)


class _WithNumber(_Rule):
    """``x + 2`` and its like, where the 2 is no Value and nobody has kept it."""

    def fits(self, given: Sequence[float], out: float) -> bool:
        """Whether this is one operand, and not x + x or x − x with an edge lost."""
        return len(given) == 1 and not (_same(out, 2 * given[0]) or _same(out, 0.0))


_ADD = _Rule(2, lambda a, b: a + b, ("1", "1"), lambda a, b, out: (1.0, 1.0))
_SUB = _Rule(2, lambda a, b: a - b, ("1", f"{MINUS}1"), lambda a, b, out: (1.0, -1.0))
_MUL = _Rule(2, lambda a, b: a * b, ("{1}", "{0}"), lambda a, b, out: (b, a))
_DIV = _Rule(
    2,
    _quotient,
    ("1/{1}", f"{MINUS}{{0}}/{{1}}²"),
    lambda a, b, out: (_quotient(1.0, b), -_quotient(_quotient(a, b), b)),
)
_POW = _Rule(
    2,
    _power,
    (f"{{1}}·{{0}}^({{1}} {MINUS} 1)", "{out}·log({0})"),
    lambda a, b, out: (_power_slope(a, b), _exponent_slope(a, b, out)),
)
_NEG = _of_one(lambda x: -x, f"{MINUS}1", lambda x, out: -1.0)
_RISING = _WithNumber(1, math.fabs, ("1",), lambda x, out: (1.0,))
_FALLING = _WithNumber(1, math.fabs, (f"{MINUS}1",), lambda x, out: (-1.0,))
_EXP = _of_one(math.exp, "exp({0})", lambda x, out: out)
_LOG = _of_one(math.log, "1/{0}", lambda x, out: _quotient(1.0, x))
_SQRT = _of_one(math.sqrt, "1/(2·{out})", lambda x, out: _quotient(0.5, out))
_SIN = _of_one(math.sin, "cos({0})", lambda x, out: _safe(math.cos, x))
_COS = _of_one(math.cos, f"{MINUS}sin({{0}})", lambda x, out: -_safe(math.sin, x))
_TANH = _of_one(math.tanh, f"1 {MINUS} {{out}}²", lambda x, out: 1.0 - out * out)
_SIGMOID = _of_one(
    _sigmoid, f"{{out}}·(1 {MINUS} {{out}})", lambda x, out: out * (1.0 - out)
)
_RELU = _of_one(
    lambda x: x if x > 0 or math.isnan(x) else 0.0,
    "1 if {0} > 0 else 0",
    lambda x, out: math.nan if math.isnan(x) else float(x > 0),
)
_ABS = _of_one(abs, "sign({0})", lambda x, out: _sign(x))
_MAX, _MIN = _first_best(max), _first_best(min)

# Operands of a set may come in either order: the one that gives the result is right.
_EITHER = {rule: (rule, _swapped(rule)) for rule in (_SUB, _DIV, _POW)}

_BY_METHOD: dict[str, tuple[_Rule, ...]] = {
    "add": (_ADD, _RISING),
    "radd": (_ADD, _RISING),
    "iadd": (_ADD, _RISING),
    "sub": (*_EITHER[_SUB], _RISING),
    "isub": (*_EITHER[_SUB], _RISING),
    "subtract": (*_EITHER[_SUB], _RISING),
    "rsub": (*_EITHER[_SUB], _FALLING),
    "mul": (_MUL,),
    "rmul": (_MUL,),
    "imul": (_MUL,),
    "multiply": (_MUL,),
    "truediv": _EITHER[_DIV],
    "rtruediv": _EITHER[_DIV],
    "div": _EITHER[_DIV],
    "divide": _EITHER[_DIV],
    "pow": _EITHER[_POW],
    "rpow": _EITHER[_POW],
    "power": _EITHER[_POW],
    "neg": (_NEG,),
    "negate": (_NEG,),
    "exp": (_EXP,),
    "log": (_LOG,),
    "ln": (_LOG,),
    "sqrt": (_SQRT,),
    "sin": (_SIN,),
    "cos": (_COS,),
    "tanh": (_TANH,),
    "sigmoid": (_SIGMOID,),
    "logistic": (_SIGMOID,),
    "relu": (_RELU,),
    "abs": (_ABS,),
    "max": (_MAX,),
    "maximum": (_MAX,),
    "min": (_MIN,),
    "minimum": (_MIN,),
}
_BY_TEXT: dict[str, tuple[_Rule, ...]] = {
    "+": (_ADD,),
    "-": (*_EITHER[_SUB], _NEG),
    "*": (_MUL,),
    "×": (_MUL,),
    "·": (_MUL,),
    "⋅": (_MUL,),
    "/": _EITHER[_DIV],
    "÷": _EITHER[_DIV],
    "**": _EITHER[_POW],
    "^": _EITHER[_POW],
    "σ": (_SIGMOID,),
    "√": (_SQRT,),
    "⁺": (_RELU,),
    "()⁺": (_RELU,),
    "|·|": (_ABS,),
}


def _rules(node: Node) -> tuple[_Rule, ...]:
    """Return the rules that a Value's op may follow, likeliest first."""
    found = _BY_METHOD.get(_plain(node.method))
    text = node.op.strip().replace(MINUS, "-")
    return found or _BY_TEXT.get(text) or _BY_METHOD.get(_plain(text), ())


def _plain(name: str) -> str:
    return name.strip("_() ").lower()


# A power whose exponent is no Value

_EXPONENT = re.compile(
    r"(?:\*\*|\^|pow)\s*\(?\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*\)?", re.IGNORECASE
)
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _is_power(node: Node) -> bool:
    text = node.op.strip()
    return _plain(node.method) in ("pow", "power", "ipow") or (
        not node.method and text.startswith(("**", "^", "pow"))
    )


def _constant_power(
    graph: Graph, node: Node, base: float, out: float, data: Sequence[Figure]
) -> tuple[LocalDerivative, ...] | None:
    """Return d(x ** n)/dx = n · x ** (n − 1) for an n that only the op's text tells."""
    found = _EXPONENT.fullmatch(node.op.strip().replace(MINUS, "-"))
    if found is None:
        return None
    exponent = float(found[1])
    if not _same(_power(base, exponent), out):
        # The text may have been rounded: ``^0.333333``.
        if base <= 0 or base == 1 or out <= 0:
            return None
        exact = _quotient(_safe(math.log, out), _safe(math.log, base))
        if not math.isclose(exact, exponent, rel_tol=1e-5):
            return None
        exponent = exact
    name = _atom(reference(graph, node.operands[0], data))
    symbol = _power_symbol(name, exponent)
    return (LocalDerivative(symbol, _power_slope(base, exponent)),)


def _power_symbol(name: str, exponent: float) -> str:
    """Return ``3·x²`` for the derivative of x³."""
    if exponent in (0, 1):
        return f"{exponent:.0f}"
    lower = exponent - 1
    if lower == 1:
        power = name
    elif lower.is_integer() and abs(lower) < 1000:
        power = name + f"{lower:.0f}".translate(_RAISED)
    else:
        power = f"{name}^{_atom(shown(lower))}"
    factor = MINUS if exponent == -1 else f"{shown(exponent)}·"
    return f"{factor}{power}"
