"""Reading the functions that a driver consists of, statement by statement.

Whatever an expression can stand for is worked out without regard to the order of
statements, again and again until nothing more is learnt: an abstract interpretation
(Nielson, Nielson and Hankin, *Principles of Program Analysis*, 1999, chapter 4).
"""

import ast
from collections.abc import Iterable, Sequence
from functools import partial
from types import FunctionType, ModuleType

from gradviz.graph.adapter import Adapter
from gradviz.graph.held import PLAIN
from gradviz.graph.syntax import syntax_of
from gradviz.session.purity.containers import (
    CHANGE,
    READ,
    items_of,
    only,
    use_builtin,
    use_method,
)
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

_NUMERIC = (Kind.PLAIN, Kind.NUMBER)
_COMPARED = (Kind.PLAIN, Kind.NUMBER, Kind.VALUE, Made)
_SIMPLE = (ast.Pass, ast.Break, ast.Continue, ast.Nonlocal)


class Reading:
    """What is known of a driver's functions so far.

    Attributes:
        outside: What they use that is not their own.
        recurs: Whether the driver may call itself.
    """

    def __init__(self, kind: type, adapter: Adapter, function: FunctionType) -> None:
        """Begin with the driver, which is given a Value and plain things.

        Raises:
            ImpureError: The class or the driver may do something else.
        """
        self.outside = Outside(kind, adapter)
        self._adapter = adapter
        self._numbers = {adapter.data, adapter.grad}
        self._texts = {adapter.op, adapter.label, adapter.color}
        self._is_last = False
        self._made: dict[tuple[int, str], Made] = {}
        self._scopes: dict[int, Scope] = {}
        self._callees: dict[int, Callee] = {}
        self._functions: dict[FunctionType, Callee] = {}
        self.recurs = False
        self._driver = callee = self._function(function)
        given = callee.arguments
        if not given:
            raise ImpureError
        for name in given[1:]:
            callee.scope.names[name].add(Kind.PLAIN)
        for argument in callee.node.args.kwonlyargs:
            callee.scope.names[argument.arg].add(Kind.PLAIN)
        callee.scope.names[given[0]].add(Kind.VALUE)

    def size(self) -> int:
        """Return how much is known: it grows until all is."""
        scopes = [*self._scopes.values(), *(c.scope for c in self._callees.values())]
        known = sum(len(things) for s in scopes for things in s.names.values())
        known += sum(len(m.items) + len(m.keys) for m in self._all_made())
        return known + sum(1 + len(c.returns) for c in self._callees.values())

    def look(self, *, is_last: bool) -> None:
        """Read every function that is known once more.

        Args:
            is_last: Whether all is known that can be; before, what is not understood
                may be yet.

        Raises:
            ImpureError: It may do something that can't be taken back.
        """
        self._is_last = is_last
        for callee in tuple(self._callees.values()):
            self._statements(callee.body, callee)

    def _all_made(self) -> Iterable[Made]:
        yield from self._made.values()
        yield from (c.yields for c in self._callees.values() if c.yields is not None)

    # Functions

    def _function(self, function: FunctionType) -> Callee:
        """Return what is known of a function that was made before the driver runs."""
        if function not in self._functions:
            node = syntax_of(function.__code__)
            if node is None:
                raise ImpureError
            self._functions[function] = self._callee(node, function, None)
        return self._functions[function]

    def _callee(
        self,
        node: ast.FunctionDef | ast.Lambda,
        origin: FunctionType,
        outer: Scope | None,
    ) -> Callee:
        if id(node) not in self._callees:
            given = node.args
            if given.vararg or given.kwarg or getattr(node, "decorator_list", None):
                raise ImpureError
            callee = callee_of(node, origin, outer)
            defaults = [*given.defaults, *filter(None, given.kw_defaults)]
            if not all(isinstance(default, ast.Constant) for default in defaults):
                raise ImpureError  # a list that is made once lasts
            names = [a.arg for a in (*given.posonlyargs, *given.args)]
            without = len(names) - len(given.defaults)
            optional = [*names[without:], *(a.arg for a in given.kwonlyargs)]
            for name in optional:
                callee.scope.names[name].add(Kind.PLAIN)
            self._callees[id(node)] = callee
        return self._callees[id(node)]

    # Statements

    def _statement(self, node: ast.stmt, of: Callee) -> None:
        value = partial(self._value, of=of, scope=of.scope)
        match node:
            case ast.Expr(value=inner):
                value(inner)
            case ast.Assign(targets=targets, value=inner):
                for target in targets:
                    self._assign(target, value(inner), of, of.scope)
            case ast.AnnAssign(target=target, value=ast.expr() as inner):
                self._assign(target, value(inner), of, of.scope)
            case ast.AugAssign(target=target, op=operation, value=inner):
                self._add_to(target, operation, value(inner), of)
            case ast.Return(value=None) | ast.AnnAssign(value=None):
                of.returns.add(Kind.PLAIN)
            case ast.Return(value=ast.expr() as inner):
                of.returns |= value(inner)
            case ast.If(test=test) | ast.While(test=test):
                value(test)
                self._statements((*node.body, *node.orelse), of)
            case ast.For(target=target, iter=inner):
                self._assign(target, items_of(value(inner)), of, of.scope)
                self._statements((*node.body, *node.orelse), of)
            case ast.FunctionDef(name=name):
                callee = self._callee(node, of.origin, of.scope)
                self._named(name, of.scope).add(callee)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._delete(target, of)
            case _ if not isinstance(node, _SIMPLE):
                raise ImpureError

    def _statements(self, nodes: Iterable[ast.stmt], of: Callee) -> None:
        for node in nodes:
            try:
                self._statement(node, of)
            except ImpureError:
                if self._is_last:
                    raise

    def _named(self, name: str, scope: Scope) -> set[Thing]:
        found = scope.find(name)
        if found is None:
            raise ImpureError  # it would change what is outside
        return found

    def _assign(
        self, target: ast.expr, things: set[Thing], of: Callee, scope: Scope
    ) -> None:
        match target:
            case ast.Name(id=name):
                self._named(name, scope).update(things)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                inside = items_of(things)
                for part in parts:
                    self._assign(part, inside, of, scope)
            case ast.Starred(value=inner):
                held = self._make(target, "")
                held.items |= things
                self._assign(inner, {held}, of, scope)
            case ast.Attribute(value=inner, attr=name):
                owner = self._value(inner, of, scope)
                only(owner, Kind.VALUE, Kind.PLAIN, Made)
                only(things, *_NUMERIC)
                if name not in self._numbers and name != self._adapter.color:
                    raise ImpureError
            case ast.Subscript(value=inner, slice=index):
                owner = self._value(inner, of, scope)
                only(owner, Made)
                keys = self._value(index, of, scope)
                for made in owner:
                    assert isinstance(made, Made)
                    made.items |= things
                    if not isinstance(index, ast.Slice):
                        made.keys |= keys
            case _:
                raise ImpureError

    def _add_to(
        self, target: ast.expr, operation: ast.operator, more: set[Thing], of: Callee
    ) -> None:
        """Change what a target holds, maybe in place."""
        if isinstance(target, ast.Attribute):
            only(more, *_NUMERIC)
            self._assign(target, more, of, of.scope)
            return
        before = self._value(target, of, of.scope)
        only(before, Kind.PLAIN, Made)
        found = self._combined(before, more, target)
        for made in before:
            if isinstance(made, Made):
                made.items |= items_of(more - {Kind.NUMBER})
        self._assign(target, found | before, of, of.scope)

    def _delete(self, target: ast.expr, of: Callee) -> None:
        match target:
            case ast.Name():
                return
            case ast.Subscript(value=inner):
                only(self._value(inner, of, of.scope), Made)
            case _:
                raise ImpureError

    # Expressions

    def _value(self, node: ast.expr, of: Callee, scope: Scope) -> set[Thing]:
        """Return what an expression can stand for."""
        value = partial(self._value, of=of, scope=scope)
        match node:
            case ast.Constant():
                return {Kind.PLAIN}
            case ast.Name(id=name):
                found = scope.find(name)
                return self._global(name, of) if found is None else set(found)
            case ast.Attribute(value=inner, attr=name):
                return self._attribute(value(inner), name)
            case ast.Call():
                return self._call(node, of, scope)
            case ast.Subscript(value=inner, slice=index):
                value(index)
                return self._part(value(inner), isinstance(index, ast.Slice), node)
            case ast.Slice(lower=lower, upper=upper, step=step):
                for inner in filter(None, (lower, upper, step)):
                    only(value(inner), Kind.PLAIN)
                return {Kind.PLAIN}
            case ast.Compare():
                return self._comparison(node, of, scope)
            case ast.BoolOp(values=parts):
                return set().union(*map(value, parts))
            case ast.UnaryOp(op=operation, operand=inner):
                things = value(inner)
                if not isinstance(operation, ast.Not):
                    only(things, *_NUMERIC)
                return {Kind.PLAIN}
            case ast.BinOp(left=left, right=right):
                return self._combined(value(left), value(right), node)
            case ast.IfExp(test=test, body=first, orelse=second):
                value(test)
                return value(first) | value(second)
            case ast.NamedExpr(target=target, value=inner) if scope is of.scope:
                self._assign(target, value(inner), of, scope)
                return value(inner)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return self._display(node, parts, of, scope)
            case ast.Dict(keys=keys, values=values):
                made = self._make(node, "")
                made.keys = made.keys.union(*map(value, filter(None, keys)))
                made.items = made.items.union(*map(value, values))
                if None in keys:
                    raise ImpureError
                return {made}
            case ast.Lambda():
                return {self._callee(node, of.origin, scope)}
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, of, scope)
            case ast.Yield(value=inner) if of.yields is not None:
                of.yields.items |= value(inner) if inner else {Kind.PLAIN}
                return {Kind.PLAIN}
            case ast.YieldFrom(value=inner) if of.yields is not None:
                of.yields.items |= items_of(value(inner))
                return {Kind.PLAIN}
        raise ImpureError

    def _make(self, node: ast.AST, part: str) -> Made:
        """Return what is made at one place."""
        return self._made.setdefault((id(node), part), Made())

    def _display(
        self, node: ast.expr, parts: Sequence[ast.expr], of: Callee, scope: Scope
    ) -> set[Thing]:
        made = self._make(node, "")
        for part in parts:
            if isinstance(part, ast.Starred):
                made.items |= items_of(self._value(part.value, of, scope))
            else:
                made.items |= self._value(part, of, scope)
        return {made}

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        of: Callee,
        outer: Scope,
    ) -> set[Thing]:
        scope = self._scopes.setdefault(id(node), Scope(outer, {}))
        for part in node.generators:
            for target in ast.walk(part.target):
                if isinstance(target, ast.Name):
                    scope.names.setdefault(target.id, set())
            if part.is_async:
                raise ImpureError
            items = items_of(self._value(part.iter, of, scope))
            self._assign(part.target, items, of, scope)
            for test in part.ifs:
                self._value(test, of, scope)
        made = self._make(node, "")
        if isinstance(node, ast.DictComp):
            made.keys |= self._value(node.key, of, scope)
            made.items |= self._value(node.value, of, scope)
        else:
            made.items |= self._value(node.elt, of, scope)
        return {made}

    def _part(self, owner: set[Thing], is_slice: bool, node: ast.expr) -> set[Thing]:
        found: set[Thing] = set()
        for thing in owner:
            if is_slice:
                part = self._make(node, "")
                part.items |= items_of([thing])
                found.add(part)
            elif isinstance(thing, Made):
                found |= thing.items
            else:
                found |= items_of([thing])
        return found

    def _comparison(self, node: ast.Compare, of: Callee, scope: Scope) -> set[Thing]:
        left = self._value(node.left, of, scope)
        for operation, inner in zip(node.ops, node.comparators, strict=True):
            right = self._value(inner, of, scope)
            match operation:
                case ast.Is() | ast.IsNot():
                    pass
                case ast.In() | ast.NotIn():
                    only(left, *_COMPARED)
                    only(right, Kind.PLAIN, Kind.OPERANDS, Made)
                case ast.Eq() | ast.NotEq():
                    only(left | right, *_COMPARED)
                case _:
                    only(left | right, *_NUMERIC)
            left = right
        return {Kind.PLAIN}

    def _combined(
        self, left: set[Thing], right: set[Thing], node: ast.expr
    ) -> set[Thing]:
        """Return what an operator makes of numbers or of containers."""
        if not any(isinstance(t, Made) or t is Kind.OPERANDS for t in left | right):
            only(left | right, *_NUMERIC)
            return {Kind.PLAIN}
        only(left | right, Kind.PLAIN, Kind.OPERANDS, Made)
        made = self._make(node, "sum")
        made.items |= items_of(left) | items_of(right)
        return {made, Kind.PLAIN}

    # What comes from outside, and calls

    def _global(self, name: str, of: Callee) -> set[Thing]:
        return self._thing(self.outside.of_function(of.origin, name))

    def _thing(self, found: object) -> set[Thing]:
        if builtin := builtin_name(found):
            return {Builtin(builtin)}
        if isinstance(found, FunctionType):
            return {self._function(found)}
        if isinstance(found, ModuleType):
            return {Module(found)}
        if type(found) in PLAIN and not isinstance(found, list | dict | set | tuple):
            return {Kind.PLAIN}
        return {Kind.OTHER}

    def _attribute(self, owner: set[Thing], name: str) -> set[Thing]:
        found: set[Thing] = set()
        of_value = Kind.VALUE in owner
        for thing in owner:
            if thing is Kind.VALUE:
                found |= self._of_value(name, len(owner) > 1)
            elif isinstance(thing, Module):
                found |= self._thing(self.outside.of_module(thing.module, name))
            elif isinstance(thing, Made) and name in READ | CHANGE:
                found.add(Method(name, thing))
            elif thing is Kind.OPERANDS and name in READ:
                found.add(Method(name, Kind.OPERANDS))
            elif thing is not Kind.PLAIN and not (of_value and isinstance(thing, Made)):
                raise ImpureError
        if owner == {Kind.PLAIN}:
            raise ImpureError
        return found

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
            return {Kind.HOOK}
        found = self.outside.of_class(name)
        if isinstance(found, FunctionType):
            self.outside.methods.add(name)
            return {BoundCallee(self._function(found))}
        if found is not None and hasattr(type(found), "__get__"):
            raise ImpureError
        return set() if is_maybe and name in READ | CHANGE else {Kind.OTHER}

    def _call(self, node: ast.Call, of: Callee, scope: Scope) -> set[Thing]:
        called = self._value(node.func, of, scope)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise ImpureError
        given = [self._value(argument, of, scope) for argument in node.args]
        named: dict[str, set[Thing]] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise ImpureError
            named[keyword.arg] = self._value(keyword.value, of, scope)
        make = partial(self._make, node)
        found: set[Thing] = set()
        for thing in called:
            match thing:
                case Kind.HOOK if not given and not named:
                    found.add(Kind.OTHER)
                case Callee():
                    found |= self._enter(thing, given, named)
                case BoundCallee(callee=callee):
                    found |= self._enter(callee, [{Kind.VALUE}, *given], named)
                case Method(name=name, owner=owner) if not named:
                    found |= use_method(name, owner, given, make)
                case Builtin(name="map" | "filter" | "sorted" as name):
                    found |= self._each(name, given, named, make(""))
                case Builtin(name=name) if not named or name in ("min", "max"):
                    found |= use_builtin(name, [*given, *named.values()], make)
                case _:
                    raise ImpureError
        return found

    def _enter(
        self, callee: Callee, given: Sequence[set[Thing]], named: dict[str, set[Thing]]
    ) -> set[Thing]:
        """Call a function of theirs; return what it can return."""
        self.recurs |= callee is self._driver
        names = callee.arguments
        if len(given) > len(names) or not named.keys() <= callee.scope.names.keys():
            raise ImpureError
        for name, things in (*zip(names, given, strict=False), *named.items()):
            callee.scope.names[name] |= things
        if callee.yields is not None:
            return {callee.yields}
        return callee.returns | {Kind.PLAIN}

    def _each(
        self,
        name: str,
        given: Sequence[set[Thing]],
        named: dict[str, set[Thing]],
        made: Made,
    ) -> set[Thing]:
        """Call a function for each of some things."""
        if name == "sorted":
            reverse = named.pop("reverse", set())
            only(reverse, Kind.PLAIN)
            functions, things = named.pop("key", set()), given
        else:
            functions, things = given[0], given[1:]
        if named or len(things) != 1 or not functions:
            raise ImpureError
        items, results = items_of(things[0]), set()
        for function in functions:
            if not isinstance(function, Callee):
                raise ImpureError
            results |= self._enter(function, [items], {})
        if name == "sorted":
            only(results, *_NUMERIC)
        made.items |= results if name == "map" else items
        return {made}
