"""The functions of the person's that make a whole backward pass, and their lines."""

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from gradviz.graph.adapter import Adapter

_DRIVERS = (
    "backward",
    "backprop",
    "backpropagate",
    "backward_pass",
    "run_backward",
    "run_backprop",
    "back_propagate",
    "backpropagation",
    "propagate",
    "back",
    "calc_grad",
    "compute_gradients",
    "gradients",
)
_ZEROERS = (
    "zero_grad",
    "zero_grads",
    "zero_gradients",
    "zero",
    "clear_grad",
    "clear_grads",
    "clear_gradients",
    "reset_grad",
    "reset_grads",
)
_LAST = 10**9


@dataclass(frozen=True)
class Driver:
    """A function that can be called on a root.

    Attributes:
        name: What it is called.
        run: Calls it on the root.
        function: The function itself.
    """

    name: str
    run: Callable[[], object]
    function: FunctionType

    @property
    def code(self) -> CodeType:
        """Its code."""
        return self.function.__code__


def driver_of(root: object, adapter: Adapter) -> Driver | None:
    """Return what makes a backward pass from a root, None where there is none."""
    # Some call the hook backward, and what walks the graph _backward.
    swapped = ("_backward",) if adapter.hook == "backward" else ()
    return _found(root, adapter, (*swapped, *_DRIVERS))


def zeroer_of(root: object, adapter: Adapter) -> Driver | None:
    """Return what zeroes gradients from a root on, None where there is nothing."""
    return _found(root, adapter, _ZEROERS)


def _found(root: object, adapter: Adapter, names: tuple[str, ...]) -> Driver | None:
    for name in names:
        if name == adapter.hook:
            continue
        function = inspect.getattr_static(type(root), name, None)
        if isinstance(function, FunctionType) and _wants_only_one(function):
            return Driver(name, getattr(root, name), function)
    made = inspect.getattr_static(type(root), "__init__", None)
    if not isinstance(made, FunctionType):
        return None
    for name in names:
        function = made.__globals__.get(name)
        if isinstance(function, FunctionType) and _wants_only_one(function):
            return Driver(name, partial(function, root), function)
    return None


def _wants_only_one(function: FunctionType) -> bool:
    given = list(inspect.signature(function).parameters.values())
    if not given or given[0].kind is given[0].VAR_POSITIONAL:
        return False
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return all(p.default is not p.empty or p.kind in optional for p in given[1:])


class Source:
    """The syntax of one function of the person's."""

    def __init__(self, code: CodeType) -> None:
        self.first = code.co_firstlineno
        self._body: list[ast.AST] = []
        self._name = code.co_name
        try:
            tree = ast.parse("".join(linecache.getlines(code.co_filename)))
        except SyntaxError:
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                if first == code.co_firstlineno:
                    self.first = node.lineno
                    self._body = list(ast.walk(node))

    def assignment(self, attribute: str) -> int:
        """Return the last line that sets an attribute; the function's where none."""
        return max(self._assignments(attribute), default=self.first)

    def first_assignment(self, attribute: str) -> int:
        """Return the first line that sets an attribute; the function's where none."""
        return min(self._assignments(attribute), default=self.first)

    def pushing(self, attribute: str) -> int:
        """Return the line that pushes to an attribute; the function's where none."""
        adding = [
            node.lineno
            for node in self._of(ast.AugAssign)
            if isinstance(node.target, ast.Attribute) and node.target.attr == attribute
        ]
        return int(max(adding, default=self.assignment(attribute)))

    def _assignments(self, attribute: str) -> list[int]:
        return [
            target.lineno
            for node in self._of(ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute) and target.attr == attribute
        ]

    def loop_around(self, line: int) -> int:
        """Return the line of the innermost loop that holds a line, or that line."""
        loops = [
            loop.lineno
            for loop in (*self._of(ast.For), *self._of(ast.While))
            if loop.lineno <= line <= (loop.end_lineno or _LAST)
        ]
        return max(loops, default=line)

    def recursion(self) -> int:
        """Return the line at which the function calls its like on others, or 0."""
        for call in self._of(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == self._name:
                return int(call.lineno)
        return 0

    def sorting(self) -> int:
        """Return the line that decides when a Value comes into the order, or 0.

        In a function within the function it is the line that appends; where there is
        none, the innermost condition around that.
        """
        line, inner = self._appending()
        if inner is None:
            return self._condition(line) or line
        return line

    def guard(self) -> int:
        """Return the line that should keep a Value from coming in twice, or 0."""
        line, inner = self._appending()
        if inner is None:
            return self._condition(line) or line
        asked = [i.lineno for i in self._of(ast.If) if i.lineno > inner.lineno]
        return int(min(asked, default=inner.lineno))

    def _appending(self) -> tuple[int, ast.FunctionDef | None]:
        """Return the line that appends to the order, and the function that holds it."""
        for call in self._of(ast.Call):
            if not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr not in ("append", "insert", "appendleft"):
                continue
            if isinstance(call.args[-1], ast.Tuple):
                continue  # a to-do list's
            for inner in self._of(ast.FunctionDef):
                last = inner.end_lineno or _LAST
                if self.first < inner.lineno <= call.lineno <= last:
                    return int(call.lineno), inner
            return int(call.lineno), None
        return 0, None

    def _condition(self, line: int) -> int:
        """Return the line of the innermost condition around a line, or 0."""
        found = [
            node.lineno
            for node in self._of(ast.If)
            if node.lineno <= line <= (node.end_lineno or _LAST)
        ]
        return int(max(found, default=0))

    def _of(self, kind: type[Any]) -> Iterator[Any]:
        inside = [node for node in self._body if isinstance(node, kind)]
        return iter(sorted(inside, key=lambda node: node.lineno))
