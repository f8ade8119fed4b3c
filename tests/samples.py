"""Value classes of many shapes, random graphs of them, and exact pictures of both."""

import linecache
import math
import struct
import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from hypothesis import assume
from hypothesis import strategies as st

from gradviz.graph.build import build
from gradviz.value import Value as Reference

CORPUS = Path(__file__).parent / "corpus"


def run_source(source, names=None, *, is_kept=True):
    """Run source as if it were a file's, and return the names it leaves.

    Args:
        source: The source.
        names: What it may use.
        is_kept: Whether it can be looked up again.
    """
    names = {} if names is None else names
    file = f"<source {zlib.crc32(source.encode())} {is_kept}>"
    if is_kept:
        linecache.cache[file] = len(source), None, source.splitlines(True), file
    exec(compile(source, file, "exec"), names)
    return names


def corpus(name):
    """Run one sample file afresh and return its names."""
    path = CORPUS / f"{name}.py"
    namespace = {"__name__": f"corpus_{name}"}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    return namespace


@dataclass(frozen=True)
class Shape:
    """One kind of Value class: how to make a leaf, and the ops it has."""

    name: str
    accumulates: bool
    binary: tuple[str, ...] = ("add", "mul")
    unary: tuple[str, ...] = ()
    integers: bool = True

    def kit(self):
        """Return (make a leaf, {op: function}), of a class made afresh."""
        if self.name == "reference":
            return Reference, _METHODS
        names = corpus(self.name)
        make = names["Value"]
        if self.name == "functions":
            return make, {op: names[op] for op in ("add", "mul", "sin")}
        return make, {
            **_METHODS,
            "total": lambda a, b: make.total([a, b, a]),
            "product": lambda a, b: make.product(a, b, b),
        }


_METHODS = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "sub": lambda a, b: a - b,
    "div": lambda a, b: a / b,
    "grow": lambda a, b: _grow(a, b),
    "neg": lambda a: -a,
    "pow": lambda a: a**2,
    "pow3": lambda a: a**3,
    "number": lambda a: a * 2 + 3,
    "relu": lambda a: a.relu(),
    "tanh": lambda a: a.tanh(),
    "sin": lambda a: a.sin(),
    "exp": lambda a: a.exp(),
    "log": lambda a: a.log(),
    "sigmoid": lambda a: a.sigmoid(),
    "leaky": lambda a: a.leaky_relu(0.2),
    "leaky_shift": lambda a: a.leaky_relu(shift=1.0),
    "leaky_default": lambda a: a.leaky_relu(),
}


def _grow(a, b):
    a += b
    return a


SHAPES = {
    shape.name: shape
    for shape in (
        Shape(
            "reference",
            True,
            ("add", "mul", "sub"),
            ("neg", "pow", "number", "tanh", "relu", "log", "sin"),
        ),
        Shape("lesson", False),
        Shape(
            "engine",
            True,
            ("add", "mul", "sub", "grow", "div"),
            ("neg", "pow", "pow3", "number", "relu"),
        ),
        Shape("local_tanh", True, ("add", "mul"), ("tanh", "exp", "log", "number")),
        Shape("slotted", True, unary=("sigmoid",)),
        Shape("functions", True, unary=("sin",)),
        Shape(
            "defaults",
            True,
            ("add", "mul", "total", "product"),
            ("leaky", "leaky_shift", "leaky_default"),
        ),
        Shape("dataclass_value", True),
        Shape("equal_values", True),
    )
}

LEAF_NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 0.5, -0.25, 1.5, 0.1, 1e-3]),
    st.floats(-2, 2, allow_nan=False),
)


@dataclass(frozen=True)
class Recipe:
    """A random program: leaves, then ops on what was there before."""

    leaves: tuple
    ops: tuple[tuple[str, int, int], ...]

    def grow(self, shape, changed=None):
        """Return every Value the program makes, in order; None where an op failed."""
        make, ops = shape.kit()
        return grow(make, ops, self, changed)


def grow(make, ops, recipe, changed=None):
    numbers = {**dict(enumerate(recipe.leaves)), **(changed or {})}
    made = [make(numbers[i]) for i in range(len(recipe.leaves))]
    for op, first, second in recipe.ops:
        a, b = made[first % len(made)], made[second % len(made)]
        function = ops[op]
        two = op in ("add", "mul", "sub", "div", "grow", "total", "product")
        made.append(function(a, b) if two else function(a))
    return made


def recipes(shape, max_ops=8, leaves=LEAF_NUMBERS, ops=None):
    names = st.sampled_from(ops or shape.binary + shape.unary)
    spot = st.integers(0, 40)
    return st.builds(
        Recipe,
        st.lists(leaves, min_size=1, max_size=4).map(tuple),
        st.lists(st.tuples(names, spot, spot), min_size=1, max_size=max_ops).map(tuple),
    )


def grown(shape, recipe, changed=None):
    """Grow a recipe, or let hypothesis choose another where an op refuses."""
    try:
        return recipe.grow(shape, changed)
    except (ArithmeticError, ValueError):
        assume(False)


def live_of(values):
    """Read the graph below everything that nothing else consumes."""
    used = {id(o) for v in values for o in operands(v)}
    roots = [v for v in values if id(v) not in used]
    return build(roots, {})


def operands(value):
    for name in ("_prev", "_children", "parents", "children"):
        if hasattr(value, name):
            return tuple(getattr(value, name))
    raise AssertionError(value)


def bits(content):
    """Return something equal only to what is the same number, type and bits."""
    if isinstance(content, float):
        return ("float", struct.pack(">d", content))
    if isinstance(content, bool | int | str | type(None)):
        return (type(content).__name__, content)
    return ("object", id(content))


def attributes(value):
    slots = [s for c in type(value).__mro__ for s in getattr(c, "__slots__", ())]
    names = [*getattr(value, "__dict__", {}), *(s for s in slots if hasattr(value, s))]
    return {name: getattr(value, name) for name in names}


def picture(live):
    """Return every attribute of every Value, comparable bit for bit."""
    return [
        {name: bits(content) for name, content in attributes(value).items()}
        for value in live.values
    ]


def visible(live, what):
    """Return ``data`` or ``grad`` of every Value, comparable bit for bit."""
    pairs = zip(live.adapters, live.values, strict=True)
    return [bits(getattr(value, getattr(adapter, what))) for adapter, value in pairs]


# An independent reference: the derivative of the whole program, by dual numbers


@dataclass(frozen=True)
class Dual:
    """A number and its derivative, exact."""

    data: Fraction
    slope: Fraction = Fraction(0)

    def __add__(self, other):
        other = _dual(other)
        return Dual(self.data + other.data, self.slope + other.slope)

    def __mul__(self, other):
        other = _dual(other)
        return Dual(
            self.data * other.data, self.slope * other.data + self.data * other.slope
        )

    def __pow__(self, n):
        return Dual(self.data**n, n * self.data ** (n - 1) * self.slope)

    def relu(self):
        return self if self.data > 0 else Dual(Fraction(0))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -_dual(other)

    __radd__ = __add__
    __rmul__ = __mul__


def _dual(number):
    return number if isinstance(number, Dual) else Dual(Fraction(number))


def slopes(recipe, leaf):
    """Return d(every Value of the program) / d(one leaf), exact."""

    def make(pair):
        return pair

    numbers = [
        Dual(Fraction(n), Fraction(int(i == leaf))) for i, n in enumerate(recipe.leaves)
    ]
    made = grow(make, _METHODS, Recipe(tuple(numbers), recipe.ops))
    return [dual.slope for dual in made]


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
