"""What mathematics, and the code itself, say of each file of the corpus.

Numbers are formulas over the leaves, in closed form: ``data`` of Values, and ``grad``
at the end of the planned walk *as the file's own rules give it*, bugs included. With an
edited leaf the same formulas must hold.
"""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        file: Its path in tests/corpus.
        leaves: The data of every leaf that has a name, as the file gives it.
        data: Formulas of other Values, each of which may use those before it.
        grad: Formulas of gradients after all of the planned walk.
        edit: A leaf and its new number.
        size: How many Values the graph has.
        fresh: The gradient of a Value that nothing has reached.
        operands: Names of operands, in slot order and with multiplicity.
        constants: Numbers that an op turned into Values, by the op's Value.
        ops: The text that stands for an op.
        unlisted: Operand slots that the class does not list.
        stuck: Values that the edit can't reach, with the reason.
        says: Every failure told, None where a test of its own looks at them.
        notices: Sentences that must be among the notices.
        places: The line of the code that made a Value.
        seeds: The seeds, where the file sets some.
    """

    file: str
    leaves: dict
    data: dict
    grad: dict
    edit: tuple
    size: int
    fresh: object = 0
    operands: dict = field(default_factory=dict)
    constants: dict = field(default_factory=dict)
    ops: dict = field(default_factory=dict)
    unlisted: dict = field(default_factory=dict)
    stuck: dict = field(default_factory=dict)
    says: tuple | None = ()
    notices: tuple = ()
    places: dict = field(default_factory=dict)
    seeds: dict = field(default_factory=lambda: {"@root": 1})

    def numbers(self, **changed):
        """Return (data, grad) by name, computed from the formulas."""
        leaves = {**self.leaves, **changed}
        known = {identifier(name): number for name, number in leaves.items()}
        data = dict(leaves)
        for name, formula in self.data.items():
            data[name] = known[identifier(name)] = _worth(formula, known)
        grad = {name: _worth(formula, known) for name, formula in self.grad.items()}
        return data, grad


def identifier(name):
    """Return a Value's name as formulas write it: ``w[0]`` is ``w0``."""
    return "".join(c for c in name if c.isalnum() or c == "_")


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


_FUNCTIONS = {
    **{name: getattr(math, name) for name in ("exp", "log", "sin", "cos", "tanh")},
    "sigmoid": sigmoid,
    "max": max,
}


def _worth(formula, known):
    return eval(formula, {"__builtins__": {}, **_FUNCTIONS}, known)


CASES = [
    Case(
        "value_gradient.py",
        {"a": 2, "b": -3, "c": 10, "f": -2},
        {"e": "a*b", "d": "e + c", "L": "d*f"},
        {"L": "1", "d": "f", "f": "d", "e": "f", "c": "f", "a": "f*b", "b": "f*a"},
        ("a", 5.5),
        7,
        operands={"e": ("a", "b"), "d": ("e", "c"), "L": ("d", "f")},
        ops={"e": "*", "d": "+", "a": ""},
        places={"e": "value_gradient.py:53", "a": "value_gradient.py:49"},
    ),
    Case(
        "val_derivate.py",
        {"x": 0.5, "w": -1.5, "b": 0.25},
        {"z": "x*w + b", "y": "tanh(z)"},
        {
            "z": "1 - y**2",
            "b": "1 - y**2",
            "x": "(1 - y**2)*w",
            "w": "(1 - y**2)*x",
        },
        ("w", 0.75),
        6,
        operands={"y": ("z",)},
    ),
    Case(
        "private_properties.py",
        {"p": 3, "q": -0.5},
        {"r": "p*q", "s": "r + p"},
        {"r": "1", "p": "q + 1", "q": "p"},
        ("q", 4),
        4,
        operands={"r": ("p", "q"), "s": ("r", "p")},
    ),
    Case(
        "delta_out.py",
        {"i1": 0.75, "w1": 2, "bias": -1},
        {"net1": "i1*w1", "net": "net1 + bias", "o": "sigmoid(net)"},
        {
            "net": "o*(1 - o)",
            "bias": "o*(1 - o)",
            "w1": "o*(1 - o)*i1",
            "i1": "o*(1 - o)*w1",
        },
        ("w1", -0.5),
        6,
        operands={"net1": ("i1", "w1"), "net": ("net1", "bias")},
    ),
    Case(
        "came_from.py",
        {"u": 4, "v": 0.5, "k": -1},
        {"@root": "u*v + k*u"},
        {"u": "v + k", "v": "u", "k": "u"},
        ("u", -2.5),
        6,
        operands={"@root": ("u*v", "k*u"), "k*u": ("k", "u")},
    ),
    Case(
        "swapped_names.py",
        {"a": -4, "b": 2},
        {"c": "a + b", "d": "a*b", "e": "c*d"},
        {"c": "d", "d": "c", "a": "d + c*b", "b": "d + c*a"},
        ("b", 3.5),
        5,
        operands={"c": ("a", "b"), "d": ("a", "b"), "e": ("c", "d")},
    ),
    Case(
        "children_list.py",
        {"x": 5, "y": 2},
        {"diff": "x - y", "area": "diff**2"},
        {"diff": "2*diff", "x": "2*diff", "y": "-2*diff"},
        ("y", -1.5),
        4,
        operands={"diff": ("x", "y"), "area": ("diff", "diff")},
    ),
    Case(
        "parents_tuple.py",
        {"hours": 8, "km": 100, "rest": 3},
        {"speed": "km/(hours - rest)"},
        {
            "km": "1/(hours - rest)",
            "hours": "-km/(hours - rest)**2",
            "rest": "km/(hours - rest)**2",
        },
        ("rest", 4),
        5,
        ops={"speed": "Div"},
    ),
    Case(
        "set_operands.py",
        {"x": 3, "y": 4},
        {"square": "x*x", "twice": "2*square", "ratio": "twice/y"},
        {"twice": "1/y", "square": "2/y", "x": "4*x/y", "y": "-twice/y**2"},
        ("x", -0.5),
        5,
        operands={
            "square": ("x", "x"),
            "twice": ("square", "square"),
            "ratio": ("twice", "y"),
        },
    ),
    Case(
        "class_defaults.py",
        {"m": 0.5, "n": 8},
        {"h": "m*n", "goal": "h + m"},
        {"h": "1", "m": "n + 1", "n": "m"},
        ("n", -2),
        4,
        operands={"goal": ("h", "m")},
    ),
    Case(
        "slots.py",
        {"x": 1.5, "w": 2, "b": -1},
        {"pre": "w*x + b", "act": "max(0, pre)"},
        {"pre": "pre > 0", "x": "w*(pre > 0)", "w": "x*(pre > 0)", "b": "pre > 0"},
        ("b", -5),
        6,
        ops={"act": "relu"},
    ),
    Case(
        "dataclass_eq.py",
        {"x": 2, "y": 2},
        {"xy": "x*y", "out": "xy + y"},
        {"xy": "1", "x": "y", "y": "x + 1"},
        ("x", 7),
        4,
        operands={"xy": ("x", "y"), "out": ("xy", "y")},
    ),
    Case(
        "own_hash.py",
        {"a": 0, "b": 0, "c": 0},
        {"ab": "a*b", "y": "ab + c"},
        {"ab": "1", "a": "b", "b": "a", "c": "1"},
        ("b", 2.5),
        5,
        operands={"ab": ("a", "b"), "y": ("ab", "c")},
    ),
    Case(
        "ordering.py",
        {"low": -1, "mid": 2, "high": 3},
        {"lm": "low*mid", "act": "max(0, lm + high)"},
        {
            "high": "lm + high > 0",
            "low": "mid*(lm + high > 0)",
            "mid": "low*(lm + high > 0)",
        },
        ("low", -2),
        6,
        operands={"lm": ("low", "mid")},
    ),
    Case(
        "numpy_scalars.py",
        {"x": 0.5, "w": 0.75},
        {"n": "x*w + 0.125", "y": "tanh(n)"},
        {"n": "1 - y**2", "x": "(1 - y**2)*w", "w": "(1 - y**2)*x"},
        ("x", -0.25),
        6,
        constants={"n": [0.125]},
    ),
    Case(
        "not_coerced.py",
        {"x": 1.25, "y": -2},
        {"tripled": "3*x", "z": "tripled*y + 10"},
        {"tripled": "y", "x": "3*y", "y": "3*x"},
        ("x", 0.5),
        5,
        operands={"tripled": ("x",)},
    ),
    Case(
        "free_functions.py",
        {"x": 0.5, "y": 4.2},
        {"xy": "x*y", "s": "sin(x)", "z": "xy + s"},
        {"xy": "1", "s": "1", "x": "y + cos(x)", "y": "x"},
        ("x", -1.25),
        5,
        operands={"xy": ("x", "y"), "s": ("x",), "z": ("xy", "s")},
        ops={"s": "sin"},
    ),
    Case(
        "dispatch.py",
        {"a": 1, "b": 0.25},
        {"d": "a - b", "e": "exp(d)", "y": "e*b"},
        {"e": "b", "d": "b*e", "a": "b*e", "b": "e - b*e"},
        ("b", 1.5),
        5,
        operands={"d": ("a", "b"), "y": ("e", "b")},
    ),
    Case(
        "match_dispatch.py",
        {"x": 2, "y": 3},
        {"s": "x + y", "p": "s*x", "out": "p + s"},
        {"p": "1", "s": "x + 1", "x": "s + x + 1", "y": "x + 1"},
        ("y", -4),
        5,
        operands={"p": ("s", "x"), "out": ("p", "s")},
    ),
    Case(
        "rule_objects.py",
        {"a": 1.5, "b": -2, "c": 0.5},
        {"ab": "a*b", "y": "ab + c"},
        {"ab": "1", "a": "b", "b": "a", "c": "1"},
        ("a", 4),
        5,
        operands={"ab": ("a", "b"), "y": ("ab", "c")},
    ),
    Case(
        "function_objects.py",
        {"a": 3, "b": -2, "c": 0.5},
        {"ab": "a*b", "y": "ab + c"},
        {"ab": "1", "a": "b", "b": "a", "c": "1"},
        ("b", 4),
        5,
        fresh=None,
        operands={"ab": ("a", "b"), "y": ("ab", "c")},
    ),
    Case(
        "sum_list.py",
        {"x[0]": 1, "x[1]": 2, "x[2]": 3, "w[0]": 0.5, "w[1]": -1, "w[2]": 0.25},
        {"total": "x0*w0 + x1*w1 + x2*w2 + w0"},
        {"x[0]": "w0", "x[1]": "w1", "w[0]": "x0 + 1", "w[2]": "x2"},
        ("w[0]", -3),
        10,
        operands={"total": ("products[0]", "products[1]", "products[2]", "w[0]")},
    ),
    Case(
        "sum_args.py",
        {"a": 2, "b": 3, "c": -1},
        {"t": "2*a + b + c", "y": "t*a*b"},
        {"t": "a*b", "a": "2*a*b + t*b", "b": "a*b + t*a", "c": "a*b"},
        ("a", -1.5),
        5,
        operands={"t": ("a", "b", "c", "a"), "y": ("t", "a", "b")},
    ),
    Case(
        "composites.py",
        {"l1": 0.5, "l2": -0.25},
        {"p1": "sigmoid(l1 - l2)", "p2": "1 - p1", "gap": "p1 - p2"},
        {"l1": "2*p1*p2", "l2": "-2*p1*p2"},
        ("l2", 1.5),
        # two logits, two exp, 0 and two sums, and per division a power and a product,
        # a −1 with its product, and the difference
        2 + 2 + 3 + 4 + 2 + 1,
    ),
    Case(
        "softmax_max.py",
        {"a": 1, "b": 3},
        {"ea": "exp(a - 3)", "eb": "exp(b - 3)", "p": "sigmoid(a - b)"},
        {"a": "p*(1 - p)", "b": "-p*(1 - p)"},
        ("a", 2),
        10,
    ),
    Case(
        "tanh_rehooked.py",
        {"x": 0.5, "w": 1.5},
        {"n": "x*w", "y": "tanh(n)", "z": "y*x"},
        {
            "y": "x",
            "n": "x*(1 - y**2)",
            "x": "y + x*(1 - y**2)*w",
            "w": "x*x*(1 - y**2)",
        },
        ("w", -0.5),
        5,
        operands={"y": ("n",), "z": ("y", "x")},
        ops={"y": "tanh"},
    ),
    Case(
        "prelu_rehooked.py",
        {"x": -2, "p": 0.25, "k": 3},
        {"act": "p*x if x < 0 else x", "y": "act*k"},
        {"act": "k", "x": "k*(p if x < 0 else 1)", "p": "k*x if x < 0 else 0"},
        ("x", -0.5),
        5,
        ops={"act": "prelu"},
    ),
    Case(
        "constants.py",
        {"x": 3},
        {"double": "2*x", "y": "2*x + 1"},
        {"double": "1", "x": "2"},
        ("x", -1.5),
        5,
        operands={"double": ("x", "c1")},
        constants={"double": [2], "y": [1]},
    ),
    Case(
        "stale_locals.py",
        {"a": 0.5, "b": -0.75},
        {"t": "tanh(a*b)", "e": "exp(a)", "s": "sigmoid(t + e)"},
        {
            "t": "s*(1 - s)",
            "e": "s*(1 - s)",
            "a": "s*(1 - s)*((1 - t**2)*b + e)",
            "b": "s*(1 - s)*(1 - t**2)*a",
        },
        ("a", -0.9),
        7,
    ),
    Case(
        "exponents.py",
        {"base": 2, "n": 1.5},
        {"cube": "base**3", "power": "base**n", "y": "cube*power"},
        {
            "cube": "power",
            "power": "cube",
            "base": "(3 + n)*base**(2 + n)",
            "n": "log(base)*y",
        },
        ("n", -0.5),
        5,
        operands={"cube": ("base",), "power": ("base", "n")},
        ops={"cube": "**3", "power": "**"},
    ),
    Case(
        "slope_eps.py",
        {"x": -4, "q": 2},
        {
            "a1": "x if x > 0 else 0.01*x",
            "a2": "x if x > 0 else 0.2*x",
            "l1": "log(q + 0.001)",
            "l2": "log(q + 0.5)",
            "y": "a1 + a2 + l1 + l2",
        },
        {"x": "2 if x > 0 else 0.21", "q": "1/(q + 0.001) + 1/(q + 0.5)"},
        ("q", 0.25),
        9,
    ),
    Case(
        "none_hook.py",
        {"a": 6, "b": 7},
        {"ab": "a*b", "y": "ab + b"},
        {"ab": "1", "a": "b", "b": "a + 1"},
        ("a", -1),
        4,
        operands={"ab": ("a", "b"), "y": ("ab", "b")},
    ),
    Case(
        "hook_on_operand.py",
        {"a": 2, "b": -3, "c": 5},
        {"p": "a*b", "q": "a + c", "z": "p*q"},
        # a's hook of a*b is lost to that of a + c
        {"p": "q", "q": "p", "a": "p", "b": "0", "c": "p"},
        ("b", 1.5),
        6,
        operands={"p": ("a", "b"), "q": ("a", "c"), "z": ("p", "q")},
    ),
    Case(
        "hook_recurses.py",
        {"a": 2, "b": -3, "c": 10, "f": -2},
        {"e": "a*b", "d": "e + c", "L": "d*f"},
        {"d": "f", "f": "d", "e": "f", "c": "f", "a": "f*b", "b": "f*a"},
        ("c", 1),
        7,
        operands={"e": ("a", "b"), "L": ("d", "f")},
    ),
    Case(
        "parent_pull.py",
        {"a": 2, "b": -3, "c": 10},
        {"ab": "a*b", "y": "ab + c"},
        {"ab": "1", "a": "b", "b": "a", "c": "1"},
        ("b", 0.5),
        5,
        operands={"ab": ("a", "b"), "y": ("ab", "c")},
    ),
    Case(
        "imports_beside.py",
        {"x": 1, "w": -0.5},
        {"wx": "w*x", "y": "log(1 + exp(wx + 2))"},
        {"wx": "sigmoid(wx + 2)", "x": "w*sigmoid(wx + 2)", "w": "x*sigmoid(wx + 2)"},
        ("w", -3),
        6,
        operands={"wx": ("w", "x")},
        constants={"#4": [2]},
        ops={"y": "softplus"},
        places={"wx": "imports_beside.py:6", "y": "imports_beside.py:7"},
    ),
    Case(
        "imports_package.py",
        {"x[0]": 1, "x[1]": -2, "w1": 0.5, "w2": -0.25, "b": 0.125},
        {"y": "max(0, w1*x0 + w2*x1 + b)"},
        {"x[0]": "w1*(y > 0)", "w2": "x1*(y > 0)", "b": "1*(y > 0)"},
        ("w1", 2),
        10,
    ),
    Case(
        "repo/demos/demo.ipynb",
        {"a": 7, "b": -0.5},
        {"ab": "a*b", "y": "ab + b"},
        {"ab": "1", "a": "b", "b": "a + 1"},
        ("a", 3),
        4,
        places={"ab": "demo.ipynb, cell 2:3"},
    ),
    Case(
        "microgpt_style.py",
        {"a": 0.5, "b": -2},
        {"ab": "a*b", "e": "exp(ab)", "y": "e*a"},
        {"e": "a", "ab": "a*e", "a": "e + a*e*b", "b": "a*e*a"},
        ("b", 0.75),
        5,
        operands={"ab": ("a", "b"), "e": ("ab",), "y": ("e", "a")},
    ),
    Case(
        "edge_partials.py",
        {"x": 0.5, "y": 4},
        {"xy": "x*y", "s": "sin(x)", "z": "xy + s"},
        {"xy": "1", "s": "1", "x": "y + cos(x)", "y": "x"},
        ("x", -1),
        5,
        operands={"xy": ("x", "y"), "s": ("x",), "z": ("xy", "s")},
    ),
    Case(
        "missing_relu_edge.py",
        {"x": 2, "w": 1.5},
        {"h": "x*w", "act": "max(0, h)", "y": "act + x"},
        {"act": "1", "h": "h > 0", "x": "w*(h > 0) + 1", "w": "x*(h > 0)"},
        ("w", -2),
        5,
        operands={"act": ("h",), "y": ("act", "x")},
        unlisted={"act": (0,), "h": (), "y": ()},
    ),
    Case(
        "missing_exponent_edge.py",
        {"base": 2, "n": 3, "k": 0.5},
        {"power": "base**n", "y": "power*k"},
        {"power": "k", "base": "k*n*base**(n - 1)", "n": "k*power*log(base)"},
        ("n", 1.5),
        5,
        operands={"power": ("base", "n")},
        unlisted={"power": (1,)},
    ),
    Case(
        "edge_without_gradient.py",
        {"a": 4, "b": 1.5},
        {"minus_b": "-b", "d": "a + minus_b", "y": "d*d"},
        {"d": "2*d", "a": "2*d", "minus_b": "2*d", "b": "0"},
        ("b", 3),
        5,
        operands={"minus_b": ("b",), "d": ("a", "minus_b"), "y": ("d", "d")},
    ),
    Case(
        "label_required.py",
        {"price": 2.5, "count": 4, "fee": 1},
        {"goods": "price*count", "bill": "goods + fee"},
        {"goods": "1", "price": "count", "count": "price", "fee": "1"},
        ("count", 6),
        5,
        operands={"goods": ("price", "count"), "bill": ("goods", "fee")},
    ),
    Case(
        "labels_misused.py",
        {"a": 2, "b": 3},
        {"ab": "a*b", "y": "ab + a"},
        {"ab": "1", "a": "b + 1", "b": "a"},
        ("a", -7),
        4,
        operands={"ab": ("a", "b"), "y": ("ab", "a")},
    ),
    Case(
        "no_op_text.py",
        {"a": 3, "b": -1},
        {"s": "a*a", "sb": "s*b", "y": "sb + a"},
        {"sb": "1", "s": "b", "a": "2*a*b + 1", "b": "s"},
        ("a", 0.5),
        5,
        operands={"s": ("a",), "sb": ("s", "b"), "y": ("sb", "a")},
        ops={"s": "square"},
    ),
    Case(
        "op_other_name.py",
        {"a": 1.5, "b": 4},
        {"ab": "a*b", "y": "ab + b"},
        {"ab": "1", "a": "b", "b": "a + 1"},
        ("b", -2),
        4,
        ops={"ab": "times", "y": "plus", "a": ""},
    ),
    Case(
        "dirty_gradients.py",
        {"a": 2, "b": -3},
        {"ab": "a*b", "y": "ab + a"},
        {"ab": "1", "a": "b + 1", "b": "a"},
        ("a", 4),
        4,
        notices=(
            "Your file has run a backward pass of its own: choose Recorded in Steps to "
            "walk through the calls it made.",
        ),
    ),
    Case(
        "none_gradients.py",
        {"a": 2, "b": 5},
        {"ab": "a*b", "y": "ab + a"},
        {"ab": "1", "a": "b + 1", "b": "a"},
        ("b", -1),
        4,
        fresh=None,
    ),
    Case(
        "zeroing_backward.py",
        {"a": -1.5, "b": 2},
        {"ab": "a*b", "y": "ab*a"},
        {"ab": "a", "a": "2*a*b", "b": "a*a"},
        ("a", 0.25),
        4,
    ),
    Case(
        "driver_renamed.py",
        {"u": 3, "v": 0.25},
        {"uv": "u*v", "y": "uv + v"},
        {"uv": "1", "u": "v", "v": "u + 1"},
        ("v", 8),
        4,
    ),
    Case(
        "guarded_main.py",
        {"x": 0.5, "w": 4, "b": -1},
        {"xw": "x*w", "y": "xw + b"},
        {"xw": "1", "x": "w", "w": "x", "b": "1"},
        ("x", 2),
        5,
    ),
    Case(
        "graph_in_function.py",
        {"x": 3, "w": -2},
        {"loss": "x*w + x"},
        {"x": "w + 1", "w": "x"},
        ("w", 0.5),
        4,
        places={"loss": "graph_in_function.py:51", "x": "graph_in_function.py:49"},
    ),
    Case(
        "lazy_forward.py",
        {"x": 0.5, "w": -1, "b": 0.25},
        {"xw": "x*w", "n": "xw + b", "y": "tanh(n)"},
        {"n": "1 - y**2", "x": "(1 - y**2)*w", "w": "(1 - y**2)*x", "b": "1 - y**2"},
        ("x", -0.5),
        6,
        operands={"xw": ("x", "w"), "n": ("xw", "b"), "y": ("n",)},
    ),
    Case(
        "mutable_default.py",
        {"a": 1.5, "b": 2.5},
        {"ab": "a*b", "y": "ab + b"},
        {"ab": "1", "a": "b", "b": "a + 1"},
        ("a", -2),
        4,
    ),
    Case(
        "long_chain.py",
        {"x": 0.5, "start": 10},
        {"total": "start + 3000*x"},
        {"start": "1", "x": "3000"},
        ("x", -0.25),
        3002,
    ),
    Case(
        "lesson_script.py",
        {"x": 2, "u": 3, "v": -4, "top": 1},
        {"xu": "x*u", "xv": "x*v", "s": "xu + top", "r": "xv + top", "root": "s + r"},
        # each use overwrites what the one before it has left
        {
            "xu": "0.5",
            "xv": "-0.25",
            "u": "0.5*x",
            "v": "-0.25*x",
            "x": "-0.25*v",
            "top": "-0.25",
            "root": "0",
        },
        ("v", 6),
        9,
        ops={"xu": "×"},
        seeds={"s": 0.5, "r": -0.25},
    ),
    Case(
        "wrong_rules.py",
        {"a": 5, "b": 2, "k": 3},
        {"d": "a - b", "r": "max(0, d)", "y": "r*k + d"},
        {
            "r": "k",
            "k": "r",
            "d": "1 + k*(d <= 0)",
            "a": "1 + k*(d <= 0)",
            "b": "1 + k*(d <= 0)",
        },
        ("b", 9),
        7,
    ),
    Case(
        "deferred_annotations.py",
        {"a": 0.25, "b": 8},
        {"ab": "a*b", "y": "ab + a"},
        {"ab": "1", "a": "b + 1", "b": "a"},
        ("a", 1.5),
        4,
    ),
    Case(
        "none_operand.py",
        {"a": 4, "b": 0.5},
        {"l": "log(a)", "y": "l*b"},
        {"l": "b", "a": "b/a", "b": "l"},
        ("a", 0.5),
        4,
        operands={"l": ("a",), "y": ("l", "b")},
    ),
    Case(
        "asks_for_input.py",
        {"a": 2, "b": 5},
        {"ab": "a*b", "y": "ab + b"},
        {"ab": "1", "a": "b", "b": "a + 1"},
        ("b", 1),
        4,
        says=(
            "asks_for_input.py asks for input(), which gradviz can't give: set the "
            "value in the script instead.",
        ),
    ),
    Case(
        "walks_itself.py",
        {"a": 2, "b": -3, "c": 10, "f": -2},
        {"e": "a*b", "d": "e + c", "L": "d*f"},
        {"d": "f", "f": "d", "e": "f", "c": "f", "a": "f*b", "b": "f*a"},
        ("f", 4),
        7,
    ),
    Case(
        "own_draw.py",
        {"a": 1, "b": 2},
        {"small": "a + b"},
        {"a": "1", "b": "1"},
        ("a", 9),
        3,
    ),
    Case(
        "magics.ipynb",
        {"x": 0.5, "w": -1.5, "b": 2},
        {"n": "x*w + b", "y": "tanh(n)"},
        {"n": "1 - y**2", "b": "1 - y**2", "x": "(1 - y**2)*w", "w": "(1 - y**2)*x"},
        ("b", 0.5),
        6,
    ),
    Case(
        "torch_first.ipynb",
        {"a": 2, "b": -3},
        {"ab": "a*b", "out": "ab + a"},
        {"ab": "1", "a": "b + 1", "b": "a"},
        ("b", 0.5),
        4,
        says=None,
    ),
    Case(
        "broken_cell.ipynb",
        {"a": 2, "b": 0.5},
        {"ab": "a*b", "y": "ab + a"},
        {"ab": "1", "a": "b + 1", "b": "a"},
        ("b", 4),
        4,
        says=(
            "broken_cell.ipynb, cell 3 failed on line 1: SyntaxError: '(' was never "
            "closed.",
            "broken_cell.ipynb, cell 4 failed on line 2: ZeroDivisionError: division "
            "by zero.",
        ),
    ),
    Case(
        "class_redefined.ipynb",
        {"a": 5, "b": 3},
        {"d": "a - b", "c": "d*a", "late": "c + b"},
        {"c": "1", "d": "a", "a": "a + d", "b": "1 - a"},
        ("a", -1),
        5,
        operands={"d": ("a", "b"), "c": ("d", "a")},
    ),
    Case(
        "several_graphs.py",
        {"a": 3, "b": 4, "c": 5},
        {"ab": "a*b", "abc": "ab + c", "second": "abc*a"},
        {"abc": "a", "ab": "a", "a": "abc + a*b", "b": "a*a", "c": "a"},
        ("c", -5),
        6,
    ),
    Case(
        "subclassed.py",
        {"x": 3, "w": -0.5, "b": 1},
        {"wx": "w*x", "y": "wx + b"},
        {"wx": "1", "w": "x", "x": "w", "b": "1"},
        ("w", 2),
        5,
        operands={"wx": ("w", "x"), "y": ("wx", "b")},
    ),
    Case(
        "number_in_prev.py",
        {"x": 1.5, "y": -2},
        {"x3": "x**3", "scaled": "4*x3", "z": "scaled*y"},
        {"scaled": "y", "x3": "4*y", "x": "12*y*x**2", "y": "4*x**3"},
        ("x", -0.5),
        5,
        operands={"x3": ("x",), "scaled": ("x3",), "z": ("scaled", "y")},
    ),
    Case(
        "decorated.py",
        {"x": 2.5, "y": -1},
        {"xy": "x*y", "z": "xy + 7"},
        {"xy": "1", "x": "y", "y": "x"},
        ("y", 0.5),
        5,
        operands={"xy": ("x", "y")},
        constants={"z": [7]},
        ops={"xy": "*", "z": "+"},
    ),
    Case(
        "op_factory.py",
        {"a": 0.75, "b": 2},
        {"ab": "a*b", "c": "cos(ab)", "y": "c + a"},
        {"c": "1", "ab": "-sin(ab)", "a": "1 - sin(ab)*b", "b": "-sin(ab)*a"},
        ("b", -1),
        5,
        operands={"ab": ("a", "b"), "c": ("ab",), "y": ("c", "a")},
        ops={"c": "cos"},
    ),
    Case(
        "partial_hooks.py",
        {"a": 3, "b": 0.5},
        {"ab": "a*b", "y": "ab + a"},
        {"ab": "1", "a": "b + 1", "b": "a"},
        ("a", -4),
        4,
        operands={"ab": ("a", "b"), "y": ("ab", "a")},
    ),
    Case(
        "default_capture.py",
        {"a": 1.5, "b": 4},
        {"d": "b - a", "y": "d*a"},
        {"d": "a", "b": "a", "a": "d - a"},
        ("a", 3),
        4,
        operands={"d": ("b", "a"), "y": ("d", "a")},
    ),
    Case(
        "bound_methods.py",
        {"a": -2, "b": 6},
        {"ab": "a*b", "y": "ab + b"},
        {"ab": "1", "a": "b", "b": "a + 1"},
        ("b", 0.5),
        4,
        operands={"ab": ("a", "b"), "y": ("ab", "b")},
    ),
    Case(
        "numpy_objects.py",
        {"w1": 0.5, "w2": -1.5, "x1": 2, "x2": 3},
        {"dot": "w1*x1 + w2*x2", "both": "2*(w1 + w2)", "y": "dot + both"},
        {"dot": "1", "w1": "x1 + 2", "w2": "x2 + 2", "x1": "w1", "x2": "w2"},
        ("w1", 2.5),
        13,
        operands={"y": ("dot", "both")},
    ),
    Case(
        "fraction_data.py",
        {"a": 1 / 3, "b": 0.25},
        {"q": "a/b", "y": "q + a"},
        {"q": "1", "a": "1/b + 1", "b": "-a/b**2"},
        ("a", 0.5),
        4,
        operands={"q": ("a", "b"), "y": ("q", "a")},
    ),
    Case(
        "static_ops.py",
        {"a": 2, "b": 7, "c": -1},
        {"ab": "a*b", "y": "ab + c"},
        {"ab": "1", "a": "b", "b": "a", "c": "1"},
        ("a", 5),
        5,
        operands={"ab": ("a", "b"), "y": ("ab", "c")},
        ops={"ab": "mul"},
    ),
    Case(
        "class_in_function.py",
        {"a": 0.5, "b": 4},
        {"ab": "a*b", "y": "ab + b"},
        # every push is clipped to −1 … 1
        {"ab": "1", "a": "max(-1, -max(-1, -b))", "b": "-max(-1, -a) + 1"},
        ("a", 2),
        4,
    ),
    Case(
        "checked_attributes.py",
        {"a": 8, "b": 9},
        {"ab": "a*b"},
        {"a": "b", "b": "a"},
        ("a", 5),
        3,
    ),
    Case(
        "saved_in_dict.py",
        {"a": 0.5, "b": -1.5},
        {"ab": "a*b", "y": "tanh(ab)"},
        {"ab": "1 - y**2", "a": "(1 - y**2)*b", "b": "(1 - y**2)*a"},
        ("a", 1.25),
        4,
    ),
    Case(
        "saved_globally.py",
        {"a": 0.5, "b": -1.5},
        {"ab": "a*b", "y": "ab*a"},
        {"ab": "a", "a": "2*a*b", "b": "a*a"},
        ("a", 1.25),
        4,
    ),
    Case(
        "hook_wrapped.py",
        {"a": 2, "b": -1.5, "k": 5},
        {"ab": "a*b", "y": "ab*k"},
        # what reaches ab is clipped to 1 before it goes on
        {"k": "ab", "ab": "1", "a": "b", "b": "a"},
        ("a", 1.25),
        5,
        operands={"ab": ("a", "b")},
    ),
    Case(
        "by_hand.py",
        {"a": 2, "b": 3},
        {"s": "a + b", "y": "s*a"},
        {"s": "a", "b": "a", "a": "s + a"},
        ("a", 1.25),
        4,
        operands={"s": ("a", "b"), "y": ("s", "a")},
        stuck={
            "s": "its backward function does not tell which operation made it",
            "y": "it is computed from s, which kept its own",
        },
    ),
    Case(
        "keyword_ops.py",
        {"x": 2, "w": -3, "b": 0.5},
        {"h": "x*w + b", "y": "h*w + x"},
        {"h": "w", "x": "w*w + 1", "w": "h + w*x", "b": "w"},
        ("w", 1.25),
        5,
        operands={"h": ("x", "w", "b")},
        ops={"h": "affine"},
    ),
    Case(
        "two_results.py",
        {"a": 5, "b": 2},
        {"s": "a + b", "d": "a - b", "y": "s*d"},
        {"s": "d", "d": "s", "a": "2*a", "b": "-2*b"},
        ("b", -1.5),
        5,
        operands={"s": ("a", "b"), "d": ("a", "b"), "y": ("s", "d")},
    ),
    Case(
        "generator_thread.py",
        {"x": 2, "k": 3},
        {"p2": "x**2", "p3": "x**3", "s": "p3 + k", "y": "s*k"},
        {"s": "k", "p3": "k", "p2": "k*x", "x": "3*k*x**2", "k": "s + k"},
        ("k", -0.5),
        6,
        operands={"p2": ("x", "x"), "p3": ("p2", "x"), "y": ("s", "k")},
    ),
    Case(
        "dot_and_mean.py",
        {
            **{f"xs[{i}]": i + 1 for i in range(3)},
            **{"ws['a']": 0.5, "ws['b']": -1, "ws['c']": 2, "v13": 1 / 3},
        },
        {"out": "xs0*wsa + xs1*wsb + xs2*wsc", "m": "(out + xs0 + wsc)*v13"},
        {"out": "v13", "xs[0]": "(wsa + 1)*v13", "ws['c']": "(xs2 + 1)*v13"},
        ("ws['c']", -4),
        15,
    ),
]
