"""Calling ops again on the live operands: each Value keeps its identity.

It takes the new number and the new ``_backward``, whose captured result is pointed back
at the old Value. Copying the number alone would leave stale forward-time numbers in
closures (the ``t`` of a tanh).
"""

from collections.abc import Iterable, Mapping
from functools import partial
from types import CellType, FunctionType, MethodType
from typing import Any

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import Call, captured_by
from gradviz.session.forward.passing import made_by
from gradviz.session.forward.trouble import ANOTHER_GRAPH, ReplayError, described

_CONTAINERS = frozenset({set, tuple, list})


class Renewal:
    """Calls the ops of a graph again, in place.

    Attributes:
        ids: The node of each Value, by ``id()``.
        taken_over: Besides number and hook, the attributes that a Value takes from the
            new result of its op.
    """

    def __init__(self, live: LiveGraph, calls: Mapping[int, Call]) -> None:
        """Remember the graph.

        Args:
            live: The graph.
            calls: The call of each op.
        """
        self.ids = {id(value): node for node, value in enumerate(live.values)}
        self.taken_over: dict[int, tuple[str, ...]] = {}
        self._live = live
        self._calls = calls
        self._classes = frozenset(map(type, live.values))
        self._counts = [
            len(adapter.operands_of(value))
            for adapter, value in zip(live.adapters, live.values, strict=True)
        ]

    def renew(self, node: int) -> None:
        """Call the op of a Value again and give the Value what came out.

        Raises:
            ReplayError: The op failed.
        """
        try:
            fresh = made_by(self._calls[node], self._live.adapters[node])
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            name = self._live.graph.nodes[node].name
            raise ReplayError(node, name, described(error)) from error
        if self.is_another(node, fresh):
            name = self._live.graph.nodes[node].name
            raise ReplayError(node, name, ANOTHER_GRAPH)
        self.take_over(node, fresh)

    def is_another(self, node: int, fresh: object) -> bool:
        """Whether an op's new result has other operands than the Value of ``node``."""
        if id(fresh) in self.ids or type(fresh) not in self._classes:
            return True
        adapter = self._live.adapters[node]
        claimed: Any = getattr(fresh, adapter.operands, None)
        if adapter.design != "closure" or type(claimed) not in _CONTAINERS:
            claimed = adapter.operands_of(fresh)
        if len(claimed) != self._counts[node]:
            return True
        operands, ids = self._live.graph.nodes[node].operands, self.ids
        for operand in claimed:
            known = ids.get(id(operand))
            if known is not None and known not in operands:
                return True
        return False

    def take_over(self, node: int, fresh: Any) -> None:
        """Give the Value of ``node`` the number and the hook of its op's new result."""
        value, adapter = self._live.values[node], self._live.adapters[node]
        setattr(value, adapter.data, getattr(fresh, adapter.data))
        if adapter.stores_hook:
            hook = getattr(fresh, adapter.hook)
            if adapter.design == "closure":
                hook = _bound_back(hook, fresh, value)
                self._point_back(hook, getattr(value, adapter.hook), fresh, value)
            elif adapter.design == "rule":
                _point_rule_back(hook, fresh, value)
            setattr(value, adapter.hook, hook)
        for attribute in self.taken_over.get(node, ()):
            setattr(value, attribute, getattr(fresh, attribute))

    def _point_back(self, new: Any, old: Any, fresh: object, value: object) -> None:
        """Let a new hook hold the graph's own Values instead of an op's new ones.

        The result is the most usual one; an op can make more Values on the way, which
        the old hook holds under the same names. Helpers inside the op are followed.
        """
        todo = [(new, old)]
        while todo:
            new, old = todo.pop()
            held: dict[str, object] | None = None
            for name, cell in _cells(new):
                try:
                    content = cell.cell_contents
                except ValueError:  # nothing is in it (yet)
                    continue
                if content is fresh:
                    cell.cell_contents = value
                elif id(content) in self.ids:
                    continue
                elif isinstance(content, FunctionType):
                    held = captured_by(old) if held is None else held
                    if content.__closure__ and content is not held.get(name):
                        todo.append((content, held.get(name)))
                elif self._is_foreign(content):
                    held = captured_by(old) if held is None else held
                    if self._is_known(held.get(name)):
                        cell.cell_contents = held[name]

    def _is_foreign(self, content: object) -> bool:
        """Whether something is, or holds, a Value that is not in the graph."""
        if isinstance(content, list | tuple):
            return any(map(self._is_foreign, content))
        return type(content) in self._classes and id(content) not in self.ids

    def _is_known(self, content: object) -> bool:
        """Whether something is, or holds, Values, and all of them in the graph."""
        if isinstance(content, list | tuple):
            return bool(content) and not any(map(self._is_foreign, content))
        return id(content) in self.ids


def _bound_back(hook: Any, fresh: object, value: object) -> Any:
    """Return a hook that was given an op's new result, with the old Value instead."""
    if type(hook) is FunctionType and not (hook.__defaults__ or hook.__kwdefaults__):
        return hook

    def back(item: object) -> object:
        return value if item is fresh else item

    if isinstance(hook, MethodType) and hook.__self__ is fresh:
        return MethodType(hook.__func__, value)
    if isinstance(hook, partial):
        keywords = {name: back(item) for name, item in hook.keywords.items()}
        function = _bound_back(hook.func, fresh, value)
        return partial(function, *map(back, hook.args), **keywords)
    if isinstance(hook, FunctionType) and hook.__defaults__:
        hook.__defaults__ = tuple(map(back, hook.__defaults__))
    if isinstance(hook, FunctionType) and hook.__kwdefaults__:
        hook.__kwdefaults__ = {n: back(d) for n, d in hook.__kwdefaults__.items()}
    return hook


def _point_rule_back(rule: object, fresh: object, value: object) -> None:
    """Let a new rule object hold the old Value where it holds an op's new result."""
    for name, content in tuple(getattr(rule, "__dict__", {}).items()):
        if content is fresh:
            setattr(rule, name, value)


def _cells(hook: Any) -> Iterable[tuple[str, CellType]]:
    """Return the closure cells of ``hook`` with their names."""
    closure: tuple[CellType, ...] = getattr(hook, "__closure__", None) or ()
    return zip(hook.__code__.co_freevars, closure, strict=True) if closure else ()
