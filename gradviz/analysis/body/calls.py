"""What calls do, told from the source of what they call."""

import ast
from functools import partial
from itertools import pairwise
from types import FunctionType, MethodType

from gradviz.analysis.body.expressions import Expressions, Frame, made
from gradviz.analysis.body.log import Spot
from gradviz.analysis.body.model import Number
from gradviz.analysis.body.objects import (
    ABSENT,
    Item,
    Thing,
    attribute,
    function_name,
    item_of,
    items_in,
    static,
    term_of,
)
from gradviz.analysis.body.source import SourceError, source_of
from gradviz.graph.calls import captured_by

_DEEPEST = 5
_HARMLESS = frozenset({"isinstance", "len", "print", "type", "id", "str", "repr"})


class Calls(Expressions):
    """Reads what functions do that a body calls; none of them is run."""

    depth = 0

    def run_function(self) -> None:
        """Read the function of the frame."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Item:
        """Return what a call gives; what it sets is noted where its Value stands."""
        function = self._called(node.func)
        arguments = self.row(node.args)
        keywords = {k.arg or "**": self.item(k.value) for k in node.keywords}
        known = isinstance(function, Thing) and arguments is not None
        if not known or "**" in keywords:
            self.log.unsure()
            return None
        assert isinstance(function, Thing)
        assert arguments is not None
        name = function_name(function.it)
        if name and not keywords:
            return self._of_function(name, arguments)
        spots = self._spots(node)
        if function.it is setattr and len(arguments) == 3:
            self._setattr(*arguments, spot=self.spot(node.args[0]))
            return Thing(None)
        plain = self._of_builtin(function.it, arguments)
        if plain is not ABSENT:
            return plain  # type: ignore[return-value]
        return self.inlined(
            function.it, list(arguments), self.spot(node.func), keywords, spots
        )

    def _called(self, node: ast.expr) -> Item:
        """Return the function that an expression names, methods included."""
        if isinstance(node, ast.Attribute):
            owner = self.item(node.value)
            if not isinstance(owner, Thing):
                return None
            name = self.frame.attribute(node.attr)
            found = attribute(owner.it, name)
            if found is not ABSENT and not isinstance(found, FunctionType):
                return Thing(found)
            if isinstance(found, FunctionType) and not isinstance(owner.it, type):
                return Thing(found)
            method = static(owner.it, name)
            if isinstance(method, FunctionType):
                return Thing(MethodType(method, owner.it))
            if isinstance(method, staticmethod):
                return Thing(method.__func__)
            return None
        return self.item(node)

    def _spots(self, node: ast.Call) -> dict[int, Spot]:
        """Return where each Value stands that a call is given."""
        if not self.frame.shown:
            return self.frame.spots
        parts = [*node.args, *(k.value for k in node.keywords)]
        if isinstance(node.func, ast.Attribute):
            parts.append(node.func.value)
        found: dict[int, Spot] = {}
        with self.log.quiet():
            for part in parts:
                item = self._plain_item(part)
                if isinstance(item, Thing):
                    found.setdefault(id(item.it), self.spot(part))
        return found

    def _plain_item(self, node: ast.expr) -> Item:
        while isinstance(node, ast.Starred):
            node = node.value
        is_chain = isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
        return self.item(node) if is_chain else None

    def _setattr(self, owner: Item, name: Item, item: Item, spot: Spot) -> None:
        if isinstance(name, Thing) and type(name.it) is str:
            self.set(owner, name.it, item, spot)
        else:
            self.log.unsure()

    @staticmethod
    def _of_function(name: str, arguments: tuple[Item, ...]) -> Item:
        if name in ("min", "max") and len(arguments) == 1:
            arguments = tuple(items_in(arguments[0]) or (None,))
        return made(name, list(arguments))

    @staticmethod
    def _of_builtin(function: object, arguments: tuple[Item, ...]) -> object:
        """Return what a builtin gives, ABSENT where it is something else."""
        rows = [items_in(argument) for argument in arguments]
        if function is zip and None not in rows:
            return tuple(zip(*(row for row in rows if row is not None), strict=False))
        if rows and rows[0] is not None:
            first = rows[0]
            if function is enumerate and len(rows) == 1:
                return tuple((Number(i), item) for i, item in enumerate(first))
            if function is reversed:
                return tuple(reversed(first))
            if function in (list, tuple):
                return tuple(first)
            if function is sum and len(rows) == 1:
                return made("sum", list(first))
            if function is len:
                return Number(len(first))
        plain = [a.number for a in arguments if isinstance(a, Number)]
        whole = [number for number in plain if type(number) is int]
        if function is range and len(whole) == len(arguments):
            return Thing(range(*whole))
        if function is isinstance and len(arguments) == 2:
            return _is_instance(*arguments)
        name = getattr(function, "__name__", "")
        if getattr(function, "__module__", "") == "builtins" and name in _HARMLESS:
            return None
        return ABSENT

    def inlined(
        self,
        function: object,
        arguments: list[Item],
        spot: Spot,
        keywords: dict[str, Item] | None = None,
        spots: dict[int, Spot] | None = None,
    ) -> Item:
        """Read what a function does with arguments, and return what it gives."""
        keywords = keywords or {}
        while isinstance(function, partial | MethodType):
            if isinstance(function, partial):
                arguments = [*map(item_of, function.args), *arguments]
                given = {n: item_of(i) for n, i in function.keywords.items()}
                keywords = {**given, **keywords}
                function = function.func
            else:
                arguments = [Thing(function.__self__), *arguments]
                function = function.__func__
        frame = self.frame
        inner = None
        if isinstance(function, FunctionType) and self.depth < _DEEPEST:
            inner = frame_of(function, arguments, keywords)
        if inner is None:
            self.log.unsure()
            return None
        inner.shown = False
        inner.spots = (spots or {}) if frame.shown else frame.spots
        inner.spot = spot if frame.shown else frame.spot
        before = self.log.guards
        self.frame, self.depth = inner, self.depth + 1
        try:
            with self.log.quiet():
                self.run_function()
        finally:
            self.frame, self.depth, self.log.guards = frame, self.depth - 1, before
        return inner.returned[0] if len(inner.returned) == 1 else None

    def set(self, owner: Item, name: str, item: Item, spot: Spot) -> None:
        """Note that an attribute of an object is set."""
        if owner is None:
            self.log.unsure()
            return
        if not isinstance(owner, Thing):
            return
        node = self.node_of(owner.it)
        if node is None:
            return
        adapter = self._live.adapters[node]
        spot, is_told = self._spot_of(owner.it, spot)
        of_class = static(owner.it, name)
        if isinstance(of_class, property):
            self.inlined(of_class.fset, [owner, item], spot)
        elif name == adapter.grad:
            self.log.set(node, "grad", term_of(item), spot, is_told)
        elif name == adapter.data:
            self.log.set(node, "data", term_of(item), spot, is_told)

    def _spot_of(self, owner: object, spot: Spot) -> tuple[Spot, bool]:
        """Return where to show what is set, and whether that tells of which Value."""
        frame = self.frame
        if frame.shown or id(owner) in frame.spots:
            return frame.spots.get(id(owner), spot), True
        return frame.spot, False


def frame_of(
    function: FunctionType,
    arguments: list[Item],
    keywords: dict[str, Item] | None = None,
) -> Frame | None:
    """Return a call of a function, None where it has no source.

    Args:
        function: The function.
        arguments: What it is given.
        keywords: What it is given by name.
    """
    try:
        source = source_of(function.__code__)
    except SourceError:
        return None
    code, function_node = function.__code__, source.function
    names: dict[str, Item] = {n: item_of(i) for n, i in captured_by(function).items()}
    count = code.co_argcount
    defaults = function.__defaults__ or ()
    for name, default in zip(
        code.co_varnames[count - len(defaults) : count], defaults, strict=True
    ):
        names[name] = item_of(default)
    names |= {n: item_of(i) for n, i in (function.__kwdefaults__ or {}).items()}
    names.update(zip(code.co_varnames[:count], arguments, strict=False))
    names.update(keywords or {})
    if function_node.args.vararg is not None:
        names[function_node.args.vararg.arg] = tuple(arguments[count:])
    if function_node.args.kwarg is not None:
        names[function_node.args.kwarg.arg] = None
    stores = (
        node.attr
        for node in ast.walk(function_node)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    )
    within = _class_of(code.co_qualname)
    frame = Frame(source, names, function.__globals__, within=within)
    frame.touched = frozenset(map(frame.attribute, stores))
    return frame


def _class_of(path: str) -> str:
    """Return the innermost class in a function's qualified name."""
    parts = path.split(".")
    inside = pairwise(parts)
    classes = [p for p, after in inside if "<locals>" not in (p, after)]
    return classes[-1] if classes else ""


def _is_instance(one: Item, kind: Item) -> Item:
    """Return whether an object is of a class, None where that may be asked of code."""
    if not isinstance(one, Thing) or not isinstance(kind, Thing):
        return None
    if type(kind.it) is not type:
        return None
    return Thing(kind.it in type(one.it).__mro__)
