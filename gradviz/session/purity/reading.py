"""Reading the functions that a driver consists of, statement by statement.

Whatever an expression can stand for is worked out without regard to the order of
statements, again and again until nothing more is learnt: an abstract interpretation
(Nielson, Nielson and Hankin, *Principles of Program Analysis*, 1999, chapter 4).
"""

import ast
from collections.abc import Iterable
from functools import partial

from gradviz.session.purity.containers import items_of, only
from gradviz.session.purity.expressions import NUMERIC, Expressions
from gradviz.session.purity.kinds import Callee, ImpureError, Kind, Made, Thing
from gradviz.session.purity.known import Known

_SIMPLE = (ast.Pass, ast.Break, ast.Continue, ast.Nonlocal)


class Reading:
    """Reads every function of a driver."""

    def __init__(self, known: Known) -> None:
        """Read nothing yet; what is read will be added to what is known."""
        self._known = known
        self._expressions = Expressions(known)
        self._is_last = False

    def look(self, *, is_last: bool) -> None:
        """Read every function that is known once more.

        Args:
            is_last: Whether all is known that can be; before, what is not understood
                may be yet.

        Raises:
            ImpureError: It may do something that can't be taken back.
        """
        self._is_last = is_last
        for callee in self._known.callees:
            self._statements(callee.body, callee)

    def _statement(self, node: ast.stmt, of: Callee) -> None:
        value = partial(self._expressions.value, of=of, scope=of.scope)
        match node:
            case ast.Expr(value=inner):
                value(inner)
            case ast.Assign(targets=targets, value=inner):
                for target in targets:
                    self._expressions.assign(target, value(inner), of, of.scope)
            case ast.AnnAssign(target=target, value=ast.expr() as inner):
                self._expressions.assign(target, value(inner), of, of.scope)
            case ast.AugAssign(op=ast.Mod()):
                raise ImpureError
            case ast.AugAssign(target=target, value=inner):
                self._add_to(target, value(inner), of)
            case ast.Return(value=None) | ast.AnnAssign(value=None):
                of.returns.add(Kind.PLAIN)
            case ast.Return(value=ast.expr() as inner):
                of.returns |= value(inner)
            case ast.If(test=test) | ast.While(test=test):
                value(test)
                self._statements((*node.body, *node.orelse), of)
            case ast.For(target=target, iter=inner):
                self._expressions.assign(target, items_of(value(inner)), of, of.scope)
                self._statements((*node.body, *node.orelse), of)
            case ast.FunctionDef(name=name):
                callee = self._known.callee(node, of.origin, of.scope)
                self._expressions.named(name, of.scope).add(callee)
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

    def _add_to(self, target: ast.expr, more: set[Thing], of: Callee) -> None:
        """Change what a target holds, maybe in place."""
        if isinstance(target, ast.Attribute):
            only(more, *NUMERIC)
            self._expressions.assign(target, more, of, of.scope)
            return
        before = self._expressions.value(target, of, of.scope)
        only(before, Kind.PLAIN, Made)
        found = self._expressions.combined(before, more, target)
        for made in before:
            if isinstance(made, Made):
                made.items |= items_of(more - {Kind.NUMBER})
        self._expressions.assign(target, found | before, of, of.scope)

    def _delete(self, target: ast.expr, of: Callee) -> None:
        match target:
            case ast.Name():
                return
            case ast.Attribute(value=inner, attr=name):
                only(self._expressions.value(inner, of, of.scope), Kind.VALUE)
                self._known.write(name)
            case ast.Subscript(value=inner):
                only(self._expressions.value(inner, of, of.scope), Made)
            case _:
                raise ImpureError
