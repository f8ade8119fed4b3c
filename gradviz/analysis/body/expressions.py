"""What expressions mean, told from their syntax and from the objects around them."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from gradviz.analysis.body.log import Log, Spot
from gradviz.analysis.body.model import Held, Made, Number, Term
from gradviz.analysis.body.objects import (
    ABSENT,
    Item,
    Thing,
    attribute,
    item_of,
    items_in,
    part_of,
    term_of,
    truth_of,
)
from gradviz.analysis.body.reckoning import UNTOLD, reckoned
from gradviz.analysis.body.source import Source
from gradviz.graph.adapter import Adapter
from gradviz.graph.build import LiveGraph


@dataclass
class Frame:
    """One call of a function.

    Attributes:
        source: Its source.
        names: What its variables mean.
        outside: The global names of its module.
        shown: Whether it is the one whose lines are shown.
        spots: Where to show what is set in a function that is not shown, by the
            ``id()`` of the Value.
        spot: Where to show what is set on any other.
        touched: Attributes that it sets; on helper objects they can't be told.
        within: The class that it is written in, empty where it is in none.
        returned: What it has returned.
    """

    source: Source
    names: dict[str, Item]
    outside: dict[str, Any]
    shown: bool = True
    spots: dict[int, Spot] = field(default_factory=dict)
    spot: Spot = (-1, 0, 0)
    touched: frozenset[str] = frozenset()
    within: str = ""
    returned: list[Item] = field(default_factory=list)

    def attribute(self, name: str) -> str:
        """Return what Python calls an attribute that begins with two underscores."""
        if not name.startswith("__") or name.endswith("__") or not self.within:
            return name
        return f"_{self.within.lstrip('_')}{name}"


class Expressions:
    """Tells what expressions mean, and notes the numbers that they read.

    Attributes:
        log: Where that is noted.
        frame: The call that is read.
    """

    def __init__(self, live: LiveGraph, frame: Frame, near: Iterable[int]) -> None:
        """Begin with a call.

        Args:
            live: The graph.
            frame: The call.
            near: Values that are likely to be met; the others take long to be found
                in a large graph.
        """
        self.log = Log()
        self.frame = frame
        self._live = live
        self._near = {id(live.values[i]): i for i in near}
        self._kinds: dict[type, Adapter] = dict(
            zip(map(type, live.values), live.adapters, strict=True)
        )
        self._everywhere: dict[int, int] = {}

    def node_of(self, thing: object) -> int | None:
        """Return the id of a Value, None of what is no Value of the graph."""
        found = self._near.get(id(thing))
        if found is not None or type(thing) not in self._kinds:
            return found
        if not self._everywhere:
            values = self._live.values
            self._everywhere = dict(zip(map(id, values), count(), strict=False))
        return self._everywhere.get(id(thing))

    def call(self, node: ast.Call) -> Item:
        """Return what a call gives."""
        raise NotImplementedError

    def inlined(self, function: object, arguments: list[Item], spot: Spot) -> Item:
        """Read what a function does with arguments, and return what it gives."""
        raise NotImplementedError

    def spot(self, node: ast.expr) -> Spot:
        """Return where an expression is shown."""
        frame = self.frame
        return frame.source.spot(node) if frame.shown else frame.spot

    def item(self, node: ast.expr) -> Item:
        """Return what an expression means."""
        tell: Callable[[Any], Item] | None = getattr(
            self, f"_of_{type(node).__name__.lower()}", None
        )
        return tell(node) if tell is not None else None

    def term(self, node: ast.expr) -> Term | None:
        """Return the number that an expression means."""
        return term_of(self.item(node))

    def _noted(self, node: ast.expr, item: Item) -> Item:
        is_number = item is not None and not isinstance(item, Thing | tuple)
        if self.frame.shown and is_number:
            self.log.read(item, self.spot(node))  # type: ignore[arg-type]
        return item

    # The kinds of expressions

    def _of_constant(self, node: ast.Constant) -> Item:
        return item_of(node.value)

    def _of_name(self, node: ast.Name) -> Item:
        return self._noted(node, self._named(node.id))

    def _named(self, name: str) -> Item:
        if name in self.frame.names:
            return self.frame.names[name]
        outside = self.frame.outside
        if name in outside:
            return item_of(outside[name])
        builtins = outside.get("__builtins__", {})
        builtins = builtins if isinstance(builtins, dict) else vars(builtins)
        return item_of(builtins[name]) if name in builtins else None

    def _of_attribute(self, node: ast.Attribute) -> Item:
        base = self.item(node.value)
        if not isinstance(base, Thing):
            return None
        return self._noted(
            node, self.held(base.it, self.frame.attribute(node.attr), node)
        )

    def held(self, owner: object, name: str, node: ast.expr) -> Item:
        """Return what an attribute of an object means."""
        identity, adapter = self.node_of(owner), self._kinds.get(type(owner))
        found = attribute(owner, name)
        if found is ABSENT:
            found = getattr(type(owner), name, None) if _is_own(owner, name) else None
            getter = getattr(found, "fget", None)
            return self.inlined(getter, [Thing(owner)], self.spot(node))
        if identity is not None:
            adapter = self._live.adapters[identity]
            if name == adapter.data:
                return Held(identity, "data")
            if name == adapter.grad:
                return Held(identity, "grad")
        elif adapter is not None and name == adapter.grad:
            # It is in no graph that is followed: its gradient may change any time.
            return None
        return None if name in self.frame.touched else item_of(found)

    def _of_subscript(self, node: ast.Subscript) -> Item:
        base = self.item(node.value)
        with self.log.quiet():
            key = self.item(node.slice)
        return self._noted(node, part_of(base, key))

    def _of_binop(self, node: ast.BinOp) -> Item:
        return self._made(type(node.op).__name__, [node.left, node.right])

    def _of_unaryop(self, node: ast.UnaryOp) -> Item:
        if isinstance(node.op, ast.Not):
            item = self.item(node.operand)
            truth = truth_of(item)
            return Thing(not truth) if truth is not None else made("Not", [item])
        return self._made(type(node.op).__name__, [node.operand])

    def _made(self, op: str, nodes: list[ast.expr]) -> Item:
        return made(op, [self.item(node) for node in nodes])

    def _of_compare(self, node: ast.Compare) -> Item:
        items = [self.item(part) for part in (node.left, *node.comparators)]
        found = [
            compared(type(op).__name__, items[i], items[i + 1])
            for i, op in enumerate(node.ops)
        ]
        return found[0] if len(found) == 1 else made("And", found)

    def _of_boolop(self, node: ast.BoolOp) -> Item:
        wants = isinstance(node.op, ast.Or)
        items: list[Item] = []
        for value in node.values:
            items.append(self.item(value))
            if (truth := truth_of(items[-1])) is wants and len(items) == 1:
                return items[-1]
            if truth is (not wants) and len(items) < len(node.values):
                items.pop()
        if len(items) == 1:
            return items[0]
        return made(type(node.op).__name__, items)

    def _of_ifexp(self, node: ast.IfExp) -> Item:
        test = self.item(node.test)
        truth = truth_of(test)
        if truth is not None:
            return self.item(node.body if truth else node.orelse)
        kept = self.log.keep(term_of(test))
        with self.log.guarded((kept.slot, True)):
            yes = self.item(node.body)
        with self.log.guarded((kept.slot, False)):
            no = self.item(node.orelse)
        return made("if", [kept, yes, no])

    def _of_call(self, node: ast.Call) -> Item:
        return self.call(node)

    def _of_tuple(self, node: ast.Tuple | ast.List) -> Item:
        return self.row(node.elts)

    _of_list = _of_tuple

    def row(self, nodes: list[ast.expr]) -> tuple[Item, ...] | None:
        """Return what several expressions mean; None where it is not known how many."""
        found: list[Item] = []
        known = True
        for node in nodes:
            if not isinstance(node, ast.Starred):
                found.append(self.item(node))
                continue
            inside = items_in(self.item(node.value))
            known = known and inside is not None
            found.extend(inside or ())
        return tuple(found) if known else None

    def _of_listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> Item:
        generator, *others = node.generators
        items = items_in(self.item(generator.iter))
        if items is None or others or generator.ifs or len(items) > 100:
            return None
        before, found = dict(self.frame.names), []
        with self.log.quiet():
            for item in items:
                self.assign(generator.target, item)
                found.append(self.item(node.elt))
        self.frame.names = before
        return tuple(found)

    _of_generatorexp = _of_listcomp

    def assign(self, target: ast.expr, item: Item) -> None:
        """Give a target what an expression means."""
        raise NotImplementedError


def _is_own(owner: object, name: str) -> bool:
    """Whether a class has a plain property of a name."""
    kind = type(owner)
    return any(isinstance(vars(c).get(name), property) for c in kind.__mro__) and (
        kind.__getattribute__ is object.__getattribute__
    )


def compared(op: str, one: Item, other: Item) -> Item:
    """Return what a comparison gives."""
    if isinstance(one, Thing) and isinstance(other, Thing):
        plain = (str, bool, type(None))
        if op in ("Is", "IsNot"):
            return Thing((one.it is other.it) is (op == "Is"))
        if type(one.it) in plain and type(other.it) in plain and op in ("Eq", "NotEq"):
            return Thing((one.it == other.it) is (op == "Eq"))
        return None
    if op in ("In", "NotIn"):
        return _contained(op, one, other)
    return made(op, [one, other])


def _contained(op: str, one: Item, other: Item) -> Item:
    items = items_in(other)
    plain = isinstance(one, Thing) and type(one.it) is str
    if items is None or not plain:
        return None
    inside = any(
        isinstance(item, Thing) and type(item.it) is str and item.it == one.it  # type: ignore[union-attr]
        for item in items
    )
    return Thing(inside is (op == "In"))


def made(op: str, items: list[Item]) -> Item:
    """Return what an operator makes of items; of plain numbers it is one."""
    terms = [term_of(item) for item in items]
    if op == "if" and any(term is None for term in terms):
        return None
    if any(term is None for term in terms):
        return None
    parts = [term for term in terms if term is not None]
    if all(isinstance(part, Number) for part in parts):
        number = reckoned(op, [getattr(part, "number", None) for part in parts])
        return None if number is UNTOLD else Number(number)
    return Made(op, tuple(parts))
