"""Classes with one line replaced, and what a check has to say of each."""

from dataclasses import dataclass
from pathlib import Path

BY_HAND = "by_hand"
CLASSES = Path(__file__).parent / "classes"


@dataclass(frozen=True)
class Mutant:
    """A class with one bug.

    Attributes:
        of: The file of the class.
        method: Where the line is, as ``def`` has it; its first line is looked for.
        old: The line that is replaced, stripped.
        new: What stands there instead.
        rule: The rule that a check has to name.
        blamed: The method that it has to name, empty for ``method``.
        at: The line it has to name, stripped; empty for the new one.
    """

    of: str
    method: str
    old: str
    new: str
    rule: str
    blamed: str = ""
    at: str = ""

    @property
    def name(self):
        return f"{self.of}-{self.method}-{self.rule}-{self.new}"

    def source(self):
        """Return the source, and the number of the line to be blamed."""
        lines = (CLASSES / f"{self.of}.py").read_text().splitlines()
        start = next(i for i, x in enumerate(lines) if f"def {self.method}(" in x)
        place = next(
            i for i in range(start, len(lines)) if lines[i].strip() == self.old
        )
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        lines[place] = indent + self.new
        blamed = place
        if self.at:
            blamed = next(
                i for i in range(start, len(lines)) if lines[i].strip() == self.at
            )
        return "\n".join(lines) + "\n", 0 if self.has_no_line else blamed + 1

    @property
    def expected_method(self):
        return "" if self.has_no_line else self.blamed or self.method

    @property
    def has_no_line(self):
        """Whether only steps show it, and no call among them is what is wrong."""
        return self.of == BY_HAND and self.rule == ZERO


ASSIGN, WRONG, UPSTREAM = "assigns", "wrong-derivative", "ignores-upstream"
LINEAR, FORGETS, OPERAND = "not-linear", "forgets-operand", "not-operand"
SAME, STALE, NONE = "same-operand", "stale", "no-backward"
TOPO, TWICE, SEED = "not-topological", "pushed-twice", "no-seed"
ZERO, CALLED = "not-zeroed", "not-called"

A, B, C, D, E, F, G, H = (
    "closures",
    "helpers",
    "dispatch",
    "free",
    "stored",
    "cached",
    "layered",
    "local_grads",
)
HOOK = "def _backward():"
RULE = "def rule():"

_MUL_1, _MUL_2 = (
    "self.grad += other.data * out.grad",
    "other.grad += self.data * out.grad",
)
_POW = "self.grad += n * self.data**(n - 1) * out.grad"
_EXP = "self.grad += out.data * out.grad"
_LOG = "self.grad += (1 / self.data) * out.grad"
_TANH = "self.grad += (1 - t**2) * out.grad"
_RELU = "self.grad += (out.data > 0) * out.grad"

MUTANTS = [
    # Assign for accumulate
    Mutant(A, "__add__", "self.grad += out.grad", "self.grad = out.grad", ASSIGN),
    Mutant(
        A,
        "__add__",
        "other.grad += 1.0 * out.grad",
        "other.grad = 1.0 * out.grad",
        ASSIGN,
    ),
    Mutant(A, "__mul__", _MUL_1, "self.grad = other.data * out.grad", ASSIGN),
    Mutant(A, "__mul__", _MUL_2, "other.grad = self.data * out.grad", ASSIGN),
    Mutant(A, "__pow__", _POW, _POW.replace("+=", "="), ASSIGN),
    Mutant(A, "exp", _EXP, _EXP.replace("+=", "="), ASSIGN),
    Mutant(A, "log", _LOG, _LOG.replace("+=", "="), ASSIGN),
    Mutant(A, "tanh", _TANH, _TANH.replace("+=", "="), ASSIGN),
    Mutant(A, "relu", _RELU, _RELU.replace("+=", "="), ASSIGN),
    Mutant(
        B,
        "__sub__",
        "accumulate(other, -result.gradient)",
        "other.gradient = -result.gradient",
        ASSIGN,
    ),
    Mutant(
        B,
        "sin",
        "accumulate(self, math.cos(self.value) * result.gradient)",
        "self.gradient = math.cos(self.value) * result.gradient",
        ASSIGN,
    ),
    Mutant(
        B,
        "accumulate",
        "node.gradient = node.gradient + flow",
        "node.gradient = flow",
        ASSIGN,
        "__add__",
    ),
    Mutant(
        C,
        "_backward",
        "left.grad += right.data * self.grad",
        "left.grad = right.data * self.grad",
        ASSIGN,
    ),
    Mutant(
        C,
        "_backward",
        "inner.grad += self.data * self.grad",
        "inner.grad = self.data * self.grad",
        ASSIGN,
    ),
    Mutant(
        D,
        "power",
        "y.grad += z.grad * z.data * math.log(x.data)",
        "y.grad = z.grad * z.data * math.log(x.data)",
        ASSIGN,
    ),
    Mutant(
        E,
        "_made",
        "x.grad += slope * out.grad",
        "x.grad = slope * out.grad",
        ASSIGN,
        "__add__",
    ),
    Mutant(F, "__mul__", "self._add(y * out.grad)", "self.grad = y * out.grad", ASSIGN),
    Mutant(
        F,
        "_add",
        "self.grad = flow if self.grad is None else self.grad + flow",
        "self.grad = flow",
        ASSIGN,
        "__add__",
    ),
    Mutant(
        G,
        "_push_product",
        "b.grad += a.data * out.grad",
        "b.grad = a.data * out.grad",
        ASSIGN,
        "__mul__",
    ),
    # Dropped or doubled upstream
    Mutant(A, "__mul__", _MUL_1, "self.grad += other.data", UPSTREAM),
    Mutant(A, "tanh", _TANH, "self.grad += 1 - t**2", UPSTREAM),
    Mutant(A, "exp", _EXP, "self.grad += out.data", UPSTREAM),
    Mutant(
        B,
        "sqrt",
        "accumulate(self, 0.5 / result.value * result.gradient)",
        "accumulate(self, 0.5 / result.value)",
        UPSTREAM,
    ),
    Mutant(
        D,
        "cube",
        "x.grad += 3 * x.data ** 2 * z.grad",
        "x.grad += 3 * x.data ** 2",
        UPSTREAM,
    ),
    Mutant(
        F, "tanh", "self._add((1 - t * t) * out.grad)", "self._add(1 - t * t)", UPSTREAM
    ),
    Mutant(
        A,
        "__add__",
        "self.grad += out.grad",
        "self.grad += out.grad * out.grad",
        LINEAR,
    ),
    Mutant(
        C,
        "_backward",
        "right.grad += left.data * self.grad",
        "right.grad += left.data * self.grad**2",
        LINEAR,
    ),
    Mutant(A, "log", _LOG, "self.grad += 2 * (1 / self.data) * out.grad", WRONG),
    Mutant(
        B,
        "__add__",
        "accumulate(other, result.gradient)",
        "accumulate(other, result.gradient + result.gradient)",
        WRONG,
    ),
    # Wrong sign
    Mutant(
        B,
        "__sub__",
        "accumulate(other, -result.gradient)",
        "accumulate(other, result.gradient)",
        WRONG,
    ),
    Mutant(
        B,
        "__truediv__",
        "accumulate(other, -self.value / other.value**2 * result.gradient)",
        "accumulate(other, self.value / other.value**2 * result.gradient)",
        WRONG,
    ),
    Mutant(A, "__mul__", _MUL_2, "other.grad -= self.data * out.grad", WRONG),
    Mutant(
        E,
        "cos",
        'return Num._made(math.cos(self.data), "cos", (self, -math.sin(self.data)))',
        'return Num._made(math.cos(self.data), "cos", (self, math.sin(self.data)))',
        WRONG,
    ),
    Mutant(
        G,
        "_push_atan",
        "a.grad += out.grad / (1 + a.data * a.data)",
        "a.grad -= out.grad / (1 + a.data * a.data)",
        WRONG,
        "atan",
    ),
    # Swapped operands
    Mutant(A, "__mul__", _MUL_1, "self.grad += self.data * out.grad", WRONG),
    Mutant(A, "__mul__", _MUL_2, "other.grad += other.data * out.grad", WRONG),
    Mutant(D, "mul", "x.grad += z.grad * y.data", "x.grad += z.grad * x.data", WRONG),
    Mutant(
        F,
        "__mul__",
        "x, y = out.saved",
        "y, x = out.saved",
        WRONG,
        at="self._add(y * out.grad)",
    ),
    Mutant(
        C,
        "_backward",
        "left.grad += self.grad if left.data > right.data else 0.0",
        "left.grad += 0.0 if left.data > right.data else self.grad",
        WRONG,
    ),
    # The derivative of another function
    Mutant(A, "exp", _EXP, "self.grad += self.data * out.grad", WRONG),
    Mutant(A, "log", _LOG, "self.grad += (1 / out.data) * out.grad", WRONG),
    Mutant(
        B,
        "sin",
        "accumulate(self, math.cos(self.value) * result.gradient)",
        "accumulate(self, math.sin(self.value) * result.gradient)",
        WRONG,
    ),
    Mutant(
        B,
        "sqrt",
        "accumulate(self, 0.5 / result.value * result.gradient)",
        "accumulate(self, 0.5 * result.value * result.gradient)",
        WRONG,
    ),
    Mutant(
        C,
        "_backward",
        "inner.grad += self.data * (1 - self.data) * self.grad",
        "inner.grad += self.data * self.grad",
        WRONG,
    ),
    Mutant(
        D,
        "softplus",
        "x.grad += z.grad / (1 + math.exp(-x.data))",
        "x.grad += z.grad / (1 + math.exp(x.data))",
        WRONG,
    ),
    Mutant(
        D,
        "power",
        "y.grad += z.grad * z.data * math.log(x.data)",
        "y.grad += z.grad * z.data * math.log10(x.data)",
        WRONG,
    ),
    Mutant(
        F,
        "abs",
        "self._add(math.copysign(1.0, x) * out.grad)",
        "self._add(x * out.grad)",
        WRONG,
    ),
    Mutant(A, "__pow__", _POW, "self.grad += n * self.data**n * out.grad", WRONG),
    Mutant(A, "__pow__", _POW, "self.grad += self.data**(n - 1) * out.grad", WRONG),
    Mutant(
        D,
        "cube",
        "x.grad += 3 * x.data ** 2 * z.grad",
        "x.grad += 3 * x.data ** 3 * z.grad",
        WRONG,
    ),
    Mutant(
        D,
        "power",
        "x.grad += z.grad * y.data * x.data ** (y.data - 1)",
        "x.grad += z.grad * y.data * x.data ** y.data",
        WRONG,
    ),
    Mutant(A, "tanh", _TANH, "self.grad += (1 - t) * out.grad", WRONG),
    Mutant(
        F,
        "tanh",
        "self._add((1 - t * t) * out.grad)",
        "self._add((1 - t) * out.grad)",
        WRONG,
    ),
    Mutant(A, "relu", _RELU, "self.grad += (out.data <= 0) * out.grad", WRONG),
    Mutant(A, "relu", _RELU, "self.grad += out.grad", WRONG),
    Mutant(
        E,
        "square",
        'return Num._made(self.data**2, "square", (self, 2 * self.data))',
        'return Num._made(self.data**2, "square", (self, self.data))',
        WRONG,
    ),
    # A missing operand
    Mutant(A, "__add__", "other.grad += 1.0 * out.grad", "pass", FORGETS, at=HOOK),
    Mutant(A, "__mul__", _MUL_1, "pass", FORGETS, at=HOOK),
    Mutant(
        B,
        "__truediv__",
        "accumulate(other, -self.value / other.value**2 * result.gradient)",
        "pass",
        FORGETS,
        at=RULE,
    ),
    Mutant(D, "mul", "y.grad += z.grad * x.data", "pass", FORGETS, at="def push():"),
    Mutant(
        F,
        "__add__",
        "out._backward = lambda: (self._add(out.grad), other._add(out.grad))",
        "out._backward = lambda: self._add(out.grad)",
        FORGETS,
    ),
    Mutant(A, "__mul__", _MUL_1, "out.grad += other.data * out.grad", OPERAND),
    Mutant(A, "exp", "out._backward = _backward", "pass", NONE, at="def exp(self):"),
    Mutant(B, "sin", "result._backprop = rule", "pass", NONE, at="def sin(self):"),
    # Stale locals
    Mutant(
        F,
        "tanh",
        "(t,) = out.saved",
        "t = Cell.latest",
        STALE,
        at="self._add((1 - t * t) * out.grad)",
    ),
    Mutant(
        F,
        "tanh",
        "(t,) = out.saved",
        "t = MEMO.setdefault(id(self), out.saved[0])",
        STALE,
        at="self._add((1 - t * t) * out.grad)",
    ),
    Mutant(
        F,
        "__mul__",
        "x, y = out.saved",
        "x, y = MEMO.setdefault((id(self), id(other)), out.saved)",
        STALE,
        at="self._add(y * out.grad)",
    ),
    # The whole pass
    Mutant(
        G,
        "backward",
        "for v in consumers_first(root):",
        "for v in depth_first(root):",
        TWICE,
    ),
    Mutant(
        G,
        "backward",
        "for v in consumers_first(root):",
        "for v in breadth_first(root):",
        TOPO,
    ),
    Mutant(G, "backward", "root.grad = 1.0", "pass", SEED, at="def backward(root):"),
    Mutant(A, "backward", "for v in reversed(topo):", "for v in topo:", TOPO),
    Mutant(B, "backprop", "for node in reversed(order):", "for node in order:", TOPO),
    Mutant(C, "backward", "for node in order[::-1]:", "for node in order:", TOPO),
    Mutant(
        D,
        "backward",
        "order.insert(0, v)",
        "order.append(v)",
        TOPO,
        at="for v in order:",
    ),
    Mutant(A, "backward", "if v not in visited:", "if True:", TWICE),
    Mutant(C, "backward", "if node in order:", "if node in ():", TWICE),
    Mutant(D, "backward", "if v not in seen:", "if v not in ():", TWICE),
    Mutant(
        F,
        "backward",
        "if all(c in seen for c in consumers(v, self)):",
        "if True:",
        TOPO,
    ),
    Mutant(A, "backward", "self.grad = 1.0", "pass", SEED, at="def backward(self):"),
    Mutant(B, "backprop", "self.gradient = 1.0", "self.gradient = 0.0", SEED),
    Mutant(C, "backward", "self.grad = 1.0", "self.grad = 2.0", SEED),
    Mutant(D, "backward", "self.grad = 1", "pass", SEED, at="def backward(self):"),
    Mutant(A, "zero_grad", "v.grad = 0.0", "v.grad = v.grad if v._prev else 0.0", ZERO),
    Mutant(
        B,
        "backprop",
        "node.gradient = 0.0",
        "node.gradient = 0.0 if not node.parents else node.gradient",
        ZERO,
    ),
    # No hooks but stored derivatives, in a graph whose leaves have moved
    *(
        Mutant(H, method, old, new, WRONG, at=at)
        for method, old, new, at in (
            (
                "tanh",
                "slope = 1 - t * t",
                "slope = 1 - t",
                "return Value(t, (self,), (slope,))",
            ),
            (
                "__mul__",
                "slopes = (other.data, self.data)",
                "slopes = (self.data, other.data)",
                "return Value(self.data * other.data, (self, other), slopes)",
            ),
            (
                "relu",
                "return Value(max(0, self.data), (self,), (float(self.data > 0),))",
                "return Value(max(0, self.data), (self,), (float(self.data < 0),))",
                "",
            ),
        )
    ),
    Mutant(
        H,
        "__mul__",
        "slopes = (other.data, self.data)",
        "slopes = (other.data,)",
        FORGETS,
        at="return Value(self.data * other.data, (self, other), slopes)",
    ),
    # Hooks called by hand, or by a function that nobody could know
    Mutant(
        BY_HAND,
        "cells",
        "c._backward()",
        "(b._backward(), c._backward())",
        TWICE,
        at="b._backward()",
    ),
    Mutant(BY_HAND, "cells", "d._backward()", "(d._backward(), d._backward())", TWICE),
    Mutant(
        BY_HAND,
        "unroll",
        "for v in order[::-1]:",
        "for v in order:",
        TOPO,
        at="v._backward()",
    ),
    Mutant(
        BY_HAND, "unroll", "if v not in seen:", "if True:", TWICE, at="v._backward()"
    ),
    Mutant(
        BY_HAND, "reset", "v.grad = 0.0", "v.grad = v.grad if v._prev else 0.0", ZERO
    ),
    Mutant(BY_HAND, "reset", "v.grad = 0.0", "v.grad = v.grad", ZERO),
    # A shared operand counted once
    Mutant(
        A,
        "__mul__",
        _MUL_2,
        "other.grad += self.data * out.grad if other is not self else 0.0",
        SAME,
    ),
    Mutant(
        B,
        "__mul__",
        "accumulate(other, self.value * result.gradient)",
        "other is self or accumulate(other, self.value * result.gradient)",
        SAME,
    ),
    Mutant(
        E,
        "_made",
        "for x, slope in pairs:",
        "for x, slope in dict(pairs).items():",
        SAME,
        "__add__",
        at="x.grad += slope * out.grad",
    ),
]
