"""An expression such as ``tanh(w1*x1 + w2*x2 + b)`` as a graph of Values.

The text is parsed and its operations are made one by one; it is never evaluated as
Python, so nothing in it can run. The Values are gradviz's own or of the person's class.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradviz.graph.adapter import Adapters
from gradviz.sources.own_class import (
    OPERATORS,
    Maker,
    OwnMaker,
    ReferenceMaker,
    RefusedError,
    is_number,
)

LABEL_LIMIT = 8
"""Longer parts of an expression are drawn without their text as a label."""

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
assert set(_SIGNS.values()) == set(OPERATORS)
_OF_ONE = ("abs", "cos", "exp", "log", "relu", "sigmoid", "sin", "sqrt", "tanh")
_OF_SEVERAL = ("max", "min")
FUNCTIONS = (*_OF_ONE, *_OF_SEVERAL)


class ExpressionError(Exception):
    """A text that is no expression gradviz can draw; the message says why."""


@dataclass(frozen=True)
class Expression:
    """A parsed expression.

    Attributes:
        text: What the person wrote.
        names: The variables in it, in order of appearance.
    """

    text: str
    names: tuple[str, ...]
    _tree: ast.expr

    def build(
        self,
        numbers: Mapping[str, float],
        cls: type | None = None,
        adapters: Adapters | None = None,
        names: dict[int, str] | None = None,
    ) -> Any:
        """Make the Values, operands from left to right, and return the root.

        Args:
            numbers: The data of each variable.
            cls: The person's class they are of; gradviz's own where it is None.
            adapters: Adapters of the classes met before.
            names: Takes the name of each variable by the ``id()`` of its Value, for
                classes that have no label.

        Raises:
            ExpressionError: A variable has no number, an operation has no result, or
                the class has no such operation.
        """
        missing = [name for name in self.names if name not in numbers]
        if missing:
            shown = " ".join(f"{name}=1" for name in missing)
            raise ExpressionError(
                f"There is no number for {', '.join(missing)}: give it as in {shown}."
            )
        maker: Maker = (
            ReferenceMaker() if cls is None else OwnMaker(cls, adapters or Adapters())
        )
        try:
            leaves = {name: maker.leaf(numbers[name], name) for name in self.names}
            root = _make(self._tree, leaves, maker)
        except RefusedError as error:
            raise ExpressionError(str(error)) from None
        except (ZeroDivisionError, OverflowError):
            raise ExpressionError(
                f"{_short(self.text)} has no value: a number in it is divided by 0, or "
                "grows too large."
            ) from None
        if is_number(root):
            raise ExpressionError(
                f"{_short(self.text)} is a plain number: there is nothing to "
                "differentiate by; use a name such as x in it."
            )
        maker.label(root, _free_name(self.names))
        if names is not None:
            names.update((id(leaf), name) for name, leaf in leaves.items())
        return root


def parse_expression(text: str) -> Expression:
    """Read an expression of + − * / **, numbers, names and FUNCTIONS.

    ``^`` is a power, and × · ÷ − are understood.

    Raises:
        ExpressionError: In a sentence, with the part that is not understood.
    """
    plain = text.strip()
    for shown, typed in (("^", "**"), ("×", "*"), ("·", "*"), ("÷", "/"), ("−", "-")):
        plain = plain.replace(shown, typed)
    if not plain:
        raise ExpressionError("Write an expression, such as tanh(w*x + b).")
    try:
        tree = ast.parse(plain, mode="eval").body
        _check(tree)
    except (SyntaxError, ValueError) as error:
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ExpressionError(f"“{_short(text)}” can't be read: {said}.") from None
    except (RecursionError, MemoryError):
        raise ExpressionError("The expression is nested too deeply.") from None
    names = [
        node.id
        for node in sorted(ast.walk(tree), key=lambda n: getattr(n, "col_offset", -1))
        if isinstance(node, ast.Name) and node.id not in FUNCTIONS
    ]
    return Expression(text, tuple(dict.fromkeys(names)), tree)


def _check(tree: ast.expr) -> None:
    """Make sure that an expression holds nothing but arithmetic.

    Raises:
        ExpressionError: It holds something else.
    """
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
                todo += [left, right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                todo.append(operand)
            case ast.Constant(value=bool()):
                raise ExpressionError(f"{ast.unparse(node)} is not a number.")
            case ast.Name(id=name) if name in FUNCTIONS:
                raise ExpressionError(f"{name} is a function: write {name}(…).")
            case ast.Constant(value=int() | float()) | ast.Name():
                pass
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                _check_call(name, len(args))
                todo += args
            case _:
                raise ExpressionError(
                    f"{_short(ast.unparse(node).strip())} is not understood here: an "
                    "expression is made of numbers, names, + − * / ^ and "
                    f"{', '.join(FUNCTIONS)}."
                )


def _check_call(name: str, given: int) -> None:
    if name not in FUNCTIONS:
        raise ExpressionError(
            f"There is no function {name}; there are {', '.join(FUNCTIONS)}."
        )
    if name in _OF_ONE and given != 1:
        raise ExpressionError(f"{name} takes one argument, not {given}.")
    if name in _OF_SEVERAL and given < 2:
        raise ExpressionError(f"{name} takes two arguments or more, not {given}.")


def _make(tree: ast.expr, leaves: Mapping[str, Any], maker: Maker) -> Any:
    """Return the Value of a checked tree, or its number where no name is in it."""
    made: dict[int, Any] = {}
    for node in _operands_first(tree):
        result = _made(node, made, leaves, maker)
        parts = _parts(node)
        if parts and not is_number(result) and result is not made[id(parts[0])]:
            maker.label(result, _label(node))
        made[id(node)] = result
    return made[id(tree)]


def _operands_first(tree: ast.expr) -> list[ast.expr]:
    """Return the parts of an expression, each after its own parts, left to right."""
    order: list[ast.expr] = []
    todo = [tree]
    while todo:
        node = todo.pop()
        order.append(node)
        todo += _parts(node)
    return order[::-1]


def _parts(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.Call(args=args):
            return args
    return []


def _made(
    node: ast.expr, made: Mapping[int, Any], leaves: Mapping[str, Any], maker: Maker
) -> Any:
    """Make one operation of parts that are made already."""
    parts = [made[id(part)] for part in _parts(node)]
    match node:
        case ast.Constant(value=int() | float() as number):
            # A float, because an integer power could grow for ever.
            return float(number)
        case ast.Name(id=name):
            return leaves[name]
        case ast.UnaryOp(op=ast.USub()):
            return maker.negated(parts[0])
        case ast.UnaryOp():
            return parts[0]
        case ast.BinOp(op=op):
            return maker.operated(_SIGNS[type(op)], parts[0], parts[1])
        case ast.Call(func=ast.Name(id=name)):
            return maker.called(name, parts)
    raise AssertionError(ast.dump(node))


def _label(node: ast.expr) -> str:
    """Return a short part of the expression as a label, a longer one as none."""
    if (node.end_col_offset or 0) - node.col_offset > 2 * LABEL_LIMIT:
        return ""
    text = ast.unparse(node).replace("**", "^").replace("*", "·").replace(" ", "")
    return text if len(text) <= LABEL_LIMIT else ""


def _short(text: str) -> str:
    """Return a text that fits into a sentence."""
    plain = text.strip()
    return plain if len(plain) <= 40 else f"{plain[:39]}…"


def _free_name(taken: tuple[str, ...]) -> str:
    """Return a name for the result that no variable has."""
    return next(name for name in ("y", "f", "out", "result_") if name not in taken)
