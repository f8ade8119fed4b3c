"""What is known of a driver so far: its functions, and what they find and make."""

import ast
from collections.abc import Iterable, Sequence
from types import CodeType, FunctionType, ModuleType

from gradviz.graph.adapter import Adapter
from gradviz.graph.held import PLAIN
from gradviz.graph.syntax import Function, syntax_of
from gradviz.session.purity.containers import CHANGE, READ, only
from gradviz.session.purity.kinds import (
    BoundCallee,
    Builtin,
    Callee,
    ImpureError,
    Kind,
    Made,
    Method,
    Module,
    Scope,
    Thing,
    callee_of,
)
from gradviz.session.purity.outside import Outside, builtin_name


class Known:
    """What is known of a driver's functions so far.

    Attributes:
        outside: What they use that is not their own.
    """

    def __init__(self, kind: type, adapter: Adapter, function: FunctionType) -> None:
        """Begin with the driver, which is given a Value and plain things.

        Args:
            kind: The class of the Values.
            adapter: Its adapter.
            function: The driver.

        Raises:
            ImpureError: The class or the driver may do something else.
        """
        self.outside = Outside(kind, adapter)
        self._adapter = adapter
        self._numbers = {adapter.data, adapter.grad}
        self._texts = {adapter.op, adapter.label, adapter.color}
        self._made: dict[tuple[int, str], Made] = {}
        self._scopes: dict[int, Scope] = {}
        self._callees: dict[int, Callee] = {}
        self._functions: dict[FunctionType, Callee] = {}
        driver = self.function(function)
        names, given = driver.scope.names, driver.arguments
        if not given:
            raise ImpureError
        others = [*given[1:], *(a.arg for a in driver.node.args.kwonlyargs)]
        for name in others:
            names[name].add(Kind.PLAIN)
        names[given[0]].add(Kind.VALUE)

    @property
    def called(self) -> list[CodeType]:
        """The codes of the functions that are called, but for those made within."""
        functions = self._functions.items()
        return [f.__code__ for f, callee in functions if callee.is_called]

    @property
    def callees(self) -> tuple[Callee, ...]:
        """The functions that are known."""
        return tuple(self._callees.values())

    def size(self) -> int:
        """Return how much is known: it grows until all is."""
        scopes = [*self._scopes.values(), *(c.scope for c in self._callees.values())]
        known = sum(len(things) for s in scopes for things in s.names.values())
        known += sum(
            len(m.items) + len(m.keys) + sum(map(len, m.parts))
            for m in self._all_made()
        )
        return known + sum(1 + len(c.returns) for c in self._callees.values())

    def _all_made(self) -> Iterable[Made]:
        yield from self._made.values()
        yield from (c.yields for c in self._callees.values() if c.yields is not None)

    def function(self, function: FunctionType) -> Callee:
        """Return what is known of a function that was made before the driver runs."""
        if function not in self._functions:
            node = syntax_of(function.__code__)
            if node is None:
                raise ImpureError
            self._functions[function] = self.callee(node, function, None)
        return self._functions[function]

    def callee(
        self,
        node: Function,
        origin: FunctionType,
        outer: Scope | None,
    ) -> Callee:
        """Return what is known of a function.

        Args:
            node: Its syntax.
            origin: The function that it is, or in which it is made.
            outer: The names of what it is made in.

        Raises:
            ImpureError: It keeps something from one call to the next.
        """
        if id(node) not in self._callees:
            given = node.args
            if given.vararg or given.kwarg or getattr(node, "decorator_list", None):
                raise ImpureError
            callee = callee_of(node, origin, outer)
            defaults = [*given.defaults, *filter(None, given.kw_defaults)]
            if not all(isinstance(default, ast.Constant) for default in defaults):
                raise ImpureError  # a list that is made once lasts
            names = callee.arguments
            without = len(names) - len(given.defaults)
            optional = [*names[without:], *(a.arg for a in given.kwonlyargs)]
            for name in optional:
                callee.scope.names[name].add(Kind.PLAIN)
            self._callees[id(node)] = callee
        return self._callees[id(node)]

    def make(self, node: ast.AST, part: str) -> Made:
        """Return what is made at one place."""
        return self._made.setdefault((id(node), part), Made())

    def scope(self, node: ast.expr, outer: Scope) -> Scope:
        """Return the names of a comprehension."""
        return self._scopes.setdefault(id(node), Scope(outer, {}))

    def call_hook(self, given: Sequence[set[Thing]], made: Made) -> Thing:
        """Return what a hook returns, given what it wants.

        Args:
            given: The arguments.
            made: What it may make.

        Raises:
            ImpureError: It is given something else.
        """
        wanted: dict[str, tuple[Kind, ...]]
        wanted = {"gradient": (Kind.PLAIN, Kind.NUMBER), "value": (Kind.VALUE,)}
        for argument in given:
            only(argument, *wanted.get(self._adapter.takes, ()))
        if not self._adapter.returns:
            return Kind.OTHER
        made.items.add(Kind.NUMBER)
        return made

    def write(self, name: str) -> None:
        """Let an attribute of a Value be set; it will have to be put back.

        Raises:
            ImpureError: It is more than a number or a mark.
        """
        if name in self._numbers or name == self._adapter.color:
            return
        found = self.outside.of_class(name)
        is_used = name in (self._adapter.operands, self._adapter.hook)
        if is_used or isinstance(found, FunctionType) or hasattr(found, "__set__"):
            raise ImpureError
        self.outside.marks.add(name)

    def found(self, name: str, of: Callee) -> set[Thing]:
        """Return what a name can stand for that is not a function's own."""
        return self._thing(self.outside.of_function(of.origin, name))

    def _thing(self, found: object) -> set[Thing]:
        if builtin := builtin_name(found):
            return {Builtin(builtin)}
        if isinstance(found, FunctionType):
            return {self.function(found)}
        if isinstance(found, ModuleType):
            return {Module(found)}
        if type(found) in PLAIN and not isinstance(found, list | dict | set | tuple):
            return {Kind.PLAIN}
        return {Kind.OTHER}

    def attribute(self, owner: set[Thing], name: str) -> set[Thing]:
        """Return what an attribute of something can stand for.

        Raises:
            ImpureError: To read it may run code of theirs.
        """
        found: set[Thing] = set()
        of_value = Kind.VALUE in owner
        for thing in owner:
            if thing is Kind.VALUE:
                found |= self._of_value(name, len(owner) > 1)
            elif isinstance(thing, Module):
                found |= self._thing(self.outside.of_module(thing.module, name))
            elif thing is Kind.RULE:
                found.add(self._of_rule(name))
            elif isinstance(thing, Made) and name in READ | CHANGE:
                found.add(Method(name, thing))
            elif thing is Kind.OPERANDS and name in READ:
                found.add(Method(name, Kind.OPERANDS))
            elif thing is not Kind.PLAIN and not (of_value and isinstance(thing, Made)):
                raise ImpureError
        if owner == {Kind.PLAIN}:
            raise ImpureError
        return found

    def _of_rule(self, name: str) -> Kind:
        """Return what an attribute is of the object that stands for an op."""
        paths = self._adapter.paths
        if f"{self._adapter.hook}.{name}" in paths:
            return Kind.OPERANDS if len(paths) == 1 else Kind.VALUE
        if name != self._adapter.method:
            raise ImpureError
        return Kind.HOOK

    def _of_value(self, name: str, is_maybe: bool) -> set[Thing]:
        """Return what an attribute of a Value can be.

        Args:
            name: The attribute.
            is_maybe: Whether what has it may be no Value.
        """
        if name in self._numbers:
            return {Kind.NUMBER}
        if name in self._texts:
            return {Kind.PLAIN}
        self.outside.uses.add(name)
        if name == self._adapter.operands:
            return {Kind.OPERANDS}
        if name == self._adapter.hook:
            return {Kind.RULE if self._adapter.design == "rule" else Kind.HOOK}
        found = self.outside.of_class(name)
        if isinstance(found, FunctionType):
            self.outside.methods.add(name)
            return {BoundCallee(self.function(found))}
        if found is not None and hasattr(type(found), "__get__"):
            raise ImpureError
        return set() if is_maybe and name in READ | CHANGE else {Kind.OTHER}
