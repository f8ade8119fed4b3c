"""What statements do, told from their syntax: assignments, branches, loops."""

import ast
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from gradviz.analysis.body.calls import Calls
from gradviz.analysis.body.expressions import compared, made
from gradviz.analysis.body.model import Kept, Number
from gradviz.analysis.body.objects import Item, Thing, items_in, term_of, truth_of

_MOST_TURNS = 200


class Statements(Calls):
    """Reads a function statement by statement."""

    def run(self, statements: Iterable[ast.stmt]) -> bool:
        """Read statements; return whether what follows them is never reached."""
        statements = list(statements)
        for i, statement in enumerate(statements):
            if self.frame.shown:
                self.log.begin_line(self.frame.source.line_of(statement))
            if isinstance(statement, ast.If):
                return self._branch(statement, statements[i + 1 :])
            if self._do(statement):
                return True
        return False

    def _do(self, statement: ast.stmt) -> bool:
        do: Callable[[Any], bool | None] | None = getattr(
            self, f"_do_{type(statement).__name__.lower()}", None
        )
        if do is None:
            self._skip(statement)
            return False
        return bool(do(statement))

    def _skip(self, statement: ast.stmt) -> None:
        """Pass over a statement whose way is not followed."""
        self.log.unsure()
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.frame.names[node.id] = None

    # Simple statements

    def _do_expr(self, statement: ast.Expr) -> None:
        self.item(statement.value)

    def _do_pass(self, statement: ast.Pass) -> None:
        pass

    def _do_assert(self, statement: ast.Assert) -> None:
        self.item(statement.test)

    def _do_continue(self, statement: ast.Continue) -> bool:
        return True

    def _do_raise(self, statement: ast.Raise) -> bool:
        return True

    def _do_return(self, statement: ast.Return) -> bool:
        item = self.item(statement.value) if statement.value else Thing(None)
        self.frame.returned.append(item)
        return True

    def _do_import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            module = sys.modules.get(alias.name if alias.asname else name)
            self.frame.names[name] = Thing(module) if module else None

    def _do_global(self, statement: ast.Global | ast.Nonlocal) -> None:
        for name in statement.names:
            self.frame.names[name] = None

    _do_nonlocal = _do_global

    def _do_functiondef(self, statement: ast.FunctionDef) -> None:
        self.frame.names[statement.name] = None

    def _do_with(self, statement: ast.With) -> bool:
        for part in statement.items:
            self.item(part.context_expr)
            if part.optional_vars is not None:
                self.assign(part.optional_vars, None)
        return self.run(statement.body)

    def _do_try(self, statement: ast.Try) -> bool:
        return self.run([*statement.body, *statement.orelse, *statement.finalbody])

    # Assignments

    def _do_assign(self, statement: ast.Assign) -> None:
        item = self.item(statement.value)
        with self._unless_plain(statement.value):
            for target in statement.targets:
                self.assign(target, item)

    def _unless_plain(self, value: ast.expr) -> AbstractContextManager[None]:
        """Show nothing of a name that is given the very number beside it."""
        return self.log.quiet() if isinstance(value, ast.Constant) else nullcontext()

    def _do_annassign(self, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            self.assign(statement.target, self.item(statement.value))

    def _do_augassign(self, statement: ast.AugAssign) -> None:
        with self.log.quiet():
            before = self.item(statement.target)
        after = made(type(statement.op).__name__, [before, self.item(statement.value)])
        self.assign(statement.target, after)

    def assign(self, target: ast.expr, item: Item) -> None:
        """Give a target what an expression means."""
        if isinstance(target, ast.Name):
            self.frame.names[target.id] = self._kept(target, item)
        elif isinstance(target, ast.Attribute):
            with self.log.quiet():
                owner = self.item(target.value)
            name = self.frame.attribute(target.attr)
            self.set(owner, name, item, self.spot(target))
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, item)
        elif isinstance(target, ast.Subscript):
            with self.log.quiet():
                self.item(target.value)

    def _kept(self, target: ast.Name, item: Item) -> Item:
        if item is None or isinstance(item, Thing | tuple | Number):
            if isinstance(item, Number) and self.frame.shown:
                self.log.read(item, self.spot(target))
            return item
        spot = self.spot(target) if self.frame.shown else None
        return self.log.keep(item, spot)

    def _unpack(self, targets: list[ast.expr], item: Item) -> None:
        items = items_in(item)
        if items is None or len(items) != len(targets):
            items = [None] * len(targets)
        for target, part in zip(targets, items, strict=True):
            starred = isinstance(target, ast.Starred)
            self.assign(target.value if starred else target, None if starred else part)  # type: ignore[attr-defined]

    # Branches and loops

    def _branch(self, statement: ast.If, rest: list[ast.stmt]) -> bool:
        """Read a branch and what comes after it."""
        test = self.item(statement.test)
        truth = truth_of(test)
        if truth is not None:
            taken = statement.body if truth else statement.orelse
            return self.run(taken) or self.run(rest)
        slot = self.log.keep(term_of(test)).slot
        before = dict(self.frame.names)
        with self.log.guarded((slot, True)):
            one_ends = self.run(statement.body)
        one, self.frame.names = self.frame.names, before.copy()
        with self.log.guarded((slot, False)):
            other_ends = self.run(statement.orelse)
        other = self.frame.names
        if one_ends and other_ends:
            return True
        if one_ends or other_ends:
            self.frame.names = other if one_ends else one
            with self.log.guarded((slot, other_ends)):
                return self.run(rest)
        self.frame.names = self._joined(slot, one, other)
        if not _may_return(statement):
            return self.run(rest)
        with self.log.guarded((self.log.keep(None).slot, True)):
            return self.run(rest)

    def _joined(
        self, slot: int, one: dict[str, Item], other: dict[str, Item]
    ) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for name in one | other:
            mine, theirs = one.get(name), other.get(name)
            alike = mine is theirs or _same(mine, theirs)
            found[name] = mine if alike else made("if", [Kept(slot), mine, theirs])
        return found

    def _do_match(self, statement: ast.Match) -> bool:
        subject = self.item(statement.subject)
        before = dict(self.frame.names)
        for case in statement.cases:
            fits = case.guard is None and self._fits(case.pattern, subject)
            if fits:
                return self.run(case.body)
            self.frame.names = before.copy()
            if fits is None or case.guard is not None:
                self._skip(statement)
                return False
        return False

    def _fits(self, pattern: ast.pattern, item: Item) -> bool | None:
        """Return whether a pattern fits, None where that is not told."""
        match pattern:
            case ast.MatchAs(pattern=None, name=name):
                if name is not None:
                    self.frame.names[name] = item
                return True
            case ast.MatchValue(value=value):
                return truth_of(compared("Eq", item, self.item(value)))
            case ast.MatchSequence(patterns=patterns):
                items = items_in(item)
                starred = any(isinstance(part, ast.MatchStar) for part in patterns)
                if items is None or starred:
                    return None
                if len(items) != len(patterns):
                    return False
                fits = [self._fits(*pair) for pair in zip(patterns, items, strict=True)]
                return False if False in fits else None if None in fits else True
        return None

    def _do_for(self, statement: ast.For) -> None:
        with_else = statement.orelse or any(
            isinstance(node, ast.Break | ast.Return) for node in ast.walk(statement)
        )
        items = items_in(self.item(statement.iter))
        if items is None or with_else or len(items) > _MOST_TURNS:
            self._skip(statement)
            return
        for turn, item in enumerate(items):
            if turn and self.frame.shown:
                self.log.begin_line(self.frame.source.line_of(statement))
            self.assign(statement.target, item)
            self._name(statement.target)
            self.run(statement.body)

    def _name(self, target: ast.expr) -> None:
        """Note the names of the Values that a turn of a loop is about."""
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._name(part)
        elif isinstance(target, ast.Name) and self.frame.shown:
            item = self.frame.names[target.id]
            node = self.node_of(item.it) if isinstance(item, Thing) else None
            if node is not None:
                self.log.name(node, self.spot(target))

    def run_function(self) -> None:
        """Read the function of the frame."""
        function = self.frame.source.function
        if isinstance(function, ast.Lambda):
            if self.frame.shown:
                self.log.begin_line(self.frame.source.spot(function.body)[0])
            self.frame.returned.append(self.item(function.body))
        elif not self.run(function.body):
            self.frame.returned.append(Thing(None))


def _may_return(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return) for node in ast.walk(statement))


def _same(one: Item, other: Item) -> bool:
    if isinstance(one, Thing) and isinstance(other, Thing):
        return one.it is other.it
    if isinstance(one, Thing | tuple) or isinstance(other, Thing | tuple):
        return False
    return one == other
