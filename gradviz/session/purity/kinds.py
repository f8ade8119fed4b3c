"""What an expression in a driver can stand for, and what its names stand for.

Containers are told apart by the place in the source where they are made.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import FunctionType, ModuleType

from gradviz.graph.syntax import Function


class ImpureError(Exception):
    """A driver may do something that can't be taken back, or that is not understood."""


class Kind(Enum):
    """What something is that the driver has not made itself."""

    PLAIN = "a number, a text or anything else that nothing can change"
    NUMBER = "the data or the gradient of a Value"
    VALUE = "a Value of the graph"
    OPERANDS = "the container with a Value's operands"
    RULE = "the object that stands for the op of a Value"
    HOOK = "the hook of a Value"
    OTHER = "anything, of which nothing but its truth is used"


@dataclass(eq=False)
class Made:
    """What is made at one place: a container, an iterator or a generator.

    Attributes:
        items: What it can hold.
        keys: What its keys can be, if it is a dictionary.
        parts: What it can hold at each place, if it is a tuple.
    """

    items: set["Thing"] = field(default_factory=set)
    keys: set["Thing"] = field(default_factory=set)
    parts: list[set["Thing"]] = field(default_factory=list)

    def be_tuple(self, parts: Sequence[set["Thing"]]) -> None:
        """Be a tuple, which can hold these at its places."""
        self.parts = self.parts or [set() for _ in parts]
        for known, part in zip(self.parts, parts, strict=True):
            known |= part
            self.items |= part


@dataclass(frozen=True)
class Method:
    """A method of something that the driver has made, or of operands."""

    name: str
    owner: "Made | Kind"


@dataclass(frozen=True)
class Builtin:
    """A function or class of Python's own, by its name."""

    name: str


@dataclass(frozen=True)
class Module:
    """A module that was imported."""

    module: ModuleType


@dataclass(eq=False)
class Scope:
    """Names that stand for something, in a function or a comprehension."""

    outer: "Scope | None"
    names: dict[str, set["Thing"]]

    def find(self, name: str) -> "set[Thing] | None":
        """Return what a name can stand for; None if it comes from outside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


@dataclass(eq=False)
class Callee:
    """A function of theirs.

    Attributes:
        node: Its syntax.
        origin: The function that it is, or in which it is made.
        scope: Its names.
        returns: What it can return.
        yields: What it yields if it is a generator.
        is_called: Whether the driver or a function of its may call it.
    """

    node: Function
    origin: FunctionType
    scope: Scope
    returns: set["Thing"] = field(default_factory=set)
    yields: Made | None = None
    is_called: bool = False

    @property
    def arguments(self) -> list[str]:
        """Its arguments that can be given by position."""
        given = self.node.args
        return [a.arg for a in (*given.posonlyargs, *given.args)]

    @property
    def body(self) -> list[ast.stmt]:
        """Its statements."""
        node = self.node
        if isinstance(node, ast.Lambda):
            return [ast.Return(node.body)]
        return node.body


@dataclass(frozen=True)
class BoundCallee:
    """A method of theirs, of a Value."""

    callee: Callee


Thing = Kind | Made | Method | Builtin | Module | Callee | BoundCallee


def callee_of(node: Function, origin: FunctionType, outer: Scope | None) -> Callee:
    """Return what is known of a function before it has been looked at.

    Raises:
        ImpureError: It changes global variables.
    """
    given = node.args
    names = {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    is_generator = False
    outside: set[str] = set()
    for inner in _own(node):
        match inner:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name):
                names.add(name)
            case ast.Nonlocal(names=others):
                outside.update(others)
            case ast.Yield() | ast.YieldFrom():
                is_generator = True
            case ast.Global():
                raise ImpureError
    scope = Scope(outer, {name: set() for name in names - outside})
    return Callee(node, origin, scope, yields=Made() if is_generator else None)


def _own(node: Function) -> Iterator[ast.AST]:
    """Yield what stands in a function itself, not in those made within."""
    body = node.body if isinstance(node, ast.FunctionDef) else [node.body]
    todo: list[ast.AST] = list(body)
    while todo:
        inner = todo.pop()
        yield inner
        if isinstance(inner, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(
            inner, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
        ):
            continue
        todo.extend(ast.iter_child_nodes(inner))
