"""What the expressions of a driver can stand for, and what they may do."""

import ast
from collections.abc import Sequence
from functools import partial

from gradviz.session.purity.containers import (
    items_of,
    only,
    unpacked,
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
    Scope,
    Thing,
)
from gradviz.session.purity.known import Known

NUMERIC = (Kind.PLAIN, Kind.NUMBER)
_COMPARED = (Kind.PLAIN, Kind.NUMBER, Kind.VALUE, Made)


class Expressions:
    """Works out what expressions can stand for.

    Every method raises ImpureError where an expression may do something that can't be
    taken back, or is not understood.
    """

    def __init__(self, known: Known) -> None:
        """Add to what is known."""
        self._known = known

    def value(self, node: ast.expr, of: Callee, scope: Scope) -> set[Thing]:
        """Return what an expression can stand for."""
        value = partial(self.value, of=of, scope=scope)
        match node:
            case ast.Constant():
                return {Kind.PLAIN}
            case ast.Name(id=name):
                found = scope.find(name)
                return self._known.found(name, of) if found is None else set(found)
            case ast.Attribute(value=inner, attr=name):
                return self._known.attribute(value(inner), name)
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
                    only(things, *NUMERIC)
                return {Kind.PLAIN}
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                only(value(left) | value(right), *NUMERIC)  # or a text is made of them
                return {Kind.PLAIN}
            case ast.BinOp(left=left, right=right):
                return self.combined(value(left), value(right), node)
            case ast.IfExp(test=test, body=first, orelse=second):
                value(test)
                return value(first) | value(second)
            case ast.NamedExpr(target=target, value=inner) if scope is of.scope:
                self.assign(target, value(inner), of, scope)
                return value(inner)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return self._display(node, parts, of, scope)
            case ast.Dict(keys=keys, values=values):
                made = self._known.make(node, "")
                made.keys = made.keys.union(*map(value, filter(None, keys)))
                made.items = made.items.union(*map(value, values))
                if None in keys:
                    raise ImpureError
                return {made}
            case ast.Lambda():
                return {self._known.callee(node, of.origin, scope)}
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, of, scope)
            case ast.Yield(value=inner) if of.yields is not None:
                of.yields.items |= value(inner) if inner else {Kind.PLAIN}
                return {Kind.PLAIN}
            case ast.YieldFrom(value=inner) if of.yields is not None:
                of.yields.items |= items_of(value(inner))
                return {Kind.PLAIN}
        raise ImpureError

    def named(self, name: str, scope: Scope) -> set[Thing]:
        """Return what a name stands for that is bound to something."""
        found = scope.find(name)
        if found is None:
            raise ImpureError  # it would change what is outside
        return found

    def assign(
        self, target: ast.expr, things: set[Thing], of: Callee, scope: Scope
    ) -> None:
        """Bind a target to something.

        Args:
            target: What stands before the ``=``.
            things: What it is bound to.
            of: The function that does it.
            scope: The names that are known there.
        """
        match target:
            case ast.Name(id=name):
                self.named(name, scope).update(things)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                if any(isinstance(part, ast.Starred) for part in parts):
                    bound = [items_of(things)] * len(parts)
                else:
                    bound = unpacked(things, len(parts))
                for part, inside in zip(parts, bound, strict=True):
                    self.assign(part, inside, of, scope)
            case ast.Starred(value=inner):
                held = self._known.make(target, "")
                held.items |= things
                self.assign(inner, {held}, of, scope)
            case ast.Attribute(value=inner, attr=name):
                owner = self.value(inner, of, scope)
                only(owner, Kind.VALUE, Kind.PLAIN, Made)
                only(things, *NUMERIC)
                self._known.write(name)
            case ast.Subscript(value=inner, slice=index):
                owner = self.value(inner, of, scope)
                only(owner, Made)
                keys = self.value(index, of, scope)
                for made in owner:
                    assert isinstance(made, Made)
                    made.items |= things
                    if not isinstance(index, ast.Slice):
                        made.keys |= keys
            case _:
                raise ImpureError

    def _display(
        self, node: ast.expr, parts: Sequence[ast.expr], of: Callee, scope: Scope
    ) -> set[Thing]:
        made = self._known.make(node, "")
        is_starred = any(isinstance(part, ast.Starred) for part in parts)
        if isinstance(node, ast.Tuple) and not is_starred:
            made.be_tuple([self.value(part, of, scope) for part in parts])
            return {made}
        for part in parts:
            if isinstance(part, ast.Starred):
                made.items |= items_of(self.value(part.value, of, scope))
            else:
                made.items |= self.value(part, of, scope)
        return {made}

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        of: Callee,
        outer: Scope,
    ) -> set[Thing]:
        scope = self._known.scope(node, outer)
        for part in node.generators:
            for target in ast.walk(part.target):
                if isinstance(target, ast.Name):
                    scope.names.setdefault(target.id, set())
            if part.is_async:
                raise ImpureError
            items = items_of(self.value(part.iter, of, scope))
            self.assign(part.target, items, of, scope)
            for test in part.ifs:
                self.value(test, of, scope)
        made = self._known.make(node, "")
        if isinstance(node, ast.DictComp):
            made.keys |= self.value(node.key, of, scope)
            made.items |= self.value(node.value, of, scope)
        else:
            made.items |= self.value(node.elt, of, scope)
        return {made}

    def _part(self, owner: set[Thing], is_slice: bool, node: ast.expr) -> set[Thing]:
        found: set[Thing] = set()
        for thing in owner:
            if is_slice:
                part = self._known.make(node, "")
                part.items |= items_of([thing])
                found.add(part)
            elif isinstance(thing, Made):
                found |= thing.items
            else:
                found |= items_of([thing])
        return found

    def _comparison(self, node: ast.Compare, of: Callee, scope: Scope) -> set[Thing]:
        left = self.value(node.left, of, scope)
        for operation, inner in zip(node.ops, node.comparators, strict=True):
            right = self.value(inner, of, scope)
            match operation:
                case ast.Is() | ast.IsNot():
                    pass
                case ast.In() | ast.NotIn():
                    only(left, *_COMPARED)
                    only(right, Kind.PLAIN, Kind.OPERANDS, Made)
                case ast.Eq() | ast.NotEq():
                    only(left | right, *_COMPARED)
                case _:
                    only(left | right, *NUMERIC)
            left = right
        return {Kind.PLAIN}

    def combined(
        self, left: set[Thing], right: set[Thing], node: ast.expr
    ) -> set[Thing]:
        """Return what an operator makes of numbers or of containers."""
        if not any(isinstance(t, Made) or t is Kind.OPERANDS for t in left | right):
            only(left | right, *NUMERIC)
            return {Kind.PLAIN}
        only(left | right, Kind.PLAIN, Kind.OPERANDS, Made)
        made = self._known.make(node, "sum")
        made.items |= items_of(left) | items_of(right)
        return {made, Kind.PLAIN}

    def _call(self, node: ast.Call, of: Callee, scope: Scope) -> set[Thing]:
        called = self.value(node.func, of, scope)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise ImpureError
        given = [self.value(argument, of, scope) for argument in node.args]
        named: dict[str, set[Thing]] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise ImpureError
            named[keyword.arg] = self.value(keyword.value, of, scope)
        make = partial(self._known.make, node)
        found: set[Thing] = set()
        for thing in called:
            match thing:
                case Kind.HOOK if not named:
                    found.add(self._known.call_hook(given, make("")))
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
        callee.is_called = True
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
            only(results, *NUMERIC)
        made.items |= results if name == "map" else items
        return {made}
