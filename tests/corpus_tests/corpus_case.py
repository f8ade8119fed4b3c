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
