"""How many Values stand, read at once.

One list for each attribute takes a third of what a loop over the Values takes, and
nothing has to be sorted out before somebody asks.
"""

import dis
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from types import CodeType
from typing import Any

from gradviz.graph.adapter import Adapter
from gradviz.session.attributes import MISSING
from gradviz.session.hooks import Hook, attributes_of, is_identifier
from gradviz.session.purity.containers import CHANGE

MOST = 20_000
"""Values that are found from one: more than caches hold are read sooner one by one."""

Columns = tuple[list[object], ...]
"""The numbers of some Values: a list for each role."""


@dataclass(frozen=True, eq=False)
class Shape:
    """What is known of all Values whose hooks are watched.

    Their hooks touch nothing but their Value and its operands, and what the hooks of
    these touch if they call them.

    Attributes:
        adapter: The adapter of all.
        attributes: What is read of each, by role.
        calls_hooks: Whether hooks may call others.
        stored: The attributes that hooks set, and the methods by which they may change
            what is in a container.
    """

    adapter: Adapter
    attributes: dict[str, str]
    calls_hooks: bool
    stored: frozenset[str]

    @cached_property
    def visited(self) -> Callable[[object], list[Any]]:
        """Return a Value and all that it is computed from, once for each path to it.

        Raises:
            LookupError: There are very many.
        """
        visited: Callable[[object], list[Any]] = self._compiled(f"""
def read(root):
    visits = [root]
    for v in islice(visits, most):
        if operands := {self._operands}:
            visits += operands
    if len(visits) > most:
        raise LookupError
    return visits
""")
        return visited

    @cached_property
    def beneath(self) -> Callable[[object], list[Any]]:
        """Return a Value and all that it is computed from, each once.

        It takes half as long again as ``visited``, where nearly all are used once.

        Raises:
            LookupError: There are very many.
        """
        beneath: Callable[[object], list[Any]] = self._compiled(f"""
def read(root):
    seen = {{root}}
    values = [root]
    for v in islice(values, most):
        if operands := {self._operands}:
            for c in operands:
                if c not in seen:
                    seen.add(c)
                    values.append(c)
    if len(values) > most:
        raise LookupError
    return values
""")
        return beneath

    @cached_property
    def hooks(self) -> Callable[[list[Any]], list[Any]]:
        """Return the hook of each Value."""
        hooks: Callable[[list[Any]], list[Any]] = self._compiled(
            f"def read(values): return [v.{self.adapter.hook} for v in values]"
        )
        return hooks

    @cached_property
    def read(self) -> Callable[[list[Any]], tuple[list[Any], Columns]]:
        """Return the hook of each Value, and the numbers."""
        read: Callable[[list[Any]], tuple[list[Any], Columns]] = self._compiled(
            f"""
def read(values):
    return [v.{self.adapter.hook} for v in values], {self._columns}
"""
        )
        return read

    @cached_property
    def touched(self) -> Callable[[list[Any]], list[Any]]:
        """Return Values and their operands."""
        touched: Callable[[list[Any]], list[Any]] = self._compiled(f"""
def read(values):
    return [*set(values).union(*[v.{self.adapter.operands} for v in values])]
""")
        return touched

    @cached_property
    def numbers(self) -> Callable[[list[Any]], Columns]:
        """Return the numbers of Values."""
        numbers: Callable[[list[Any]], Columns] = self._compiled(
            f"def read(values): return {self._columns}"
        )
        return numbers

    @property
    def can_sweep(self) -> bool:
        """Whether a loop that calls hooks can be foreseen."""
        adapter = self.adapter
        is_called = adapter.design != "rule" and not (adapter.takes or adapter.returns)
        return is_called and not self.calls_hooks and is_identifier(adapter.operands)

    @property
    def _operands(self) -> str:
        """What gives the operands of ``v``, or nothing where it is a leaf."""
        *others, last = self.adapter.paths
        held, dot, _ = last.partition(".")
        found = f"(v.{', v.'.join((*others, last))})" if others else f"v.{last}"
        if not dot:
            return found
        return f"(held := v.{held}) and {found.replace(f'v.{held}.', 'held.')}"

    @property
    def _columns(self) -> str:
        lists = [f"[v.{name} for v in values], " for name in self.attributes.values()]
        return f"({''.join(lists)})"

    def _compiled(self, source: str) -> Any:
        names: dict[str, Any] = {"most": MOST, "islice": islice}
        exec(source, names)  # of attributes' names: all identifiers
        return names["read"]


def shape_of(hooks: Iterable[Hook]) -> Shape | None:
    """Return what is known of all Values with hooks; None where that isn't enough."""
    hooks = list(hooks)
    adapters = {hook.adapter for hook in hooks}
    adapter = adapters.pop() if len(adapters) == 1 else None
    if adapter is None or not all(hook.is_local for hook in hooks):
        return None
    attributes = attributes_of(adapter)
    operands = [name for path in adapter.paths for name in path.split(".")]
    names = (adapter.hook, *operands, *attributes.values())
    if not all(map(is_identifier, names)):
        return None
    stored = frozenset().union(*(_stored(hook.code) for hook in hooks))
    calls_hooks = any(hook.may_call_hooks for hook in hooks)
    return Shape(adapter, attributes, calls_hooks, stored)


def _stored(code: CodeType) -> frozenset[str]:
    found = {
        entry.argval
        for entry in dis.get_instructions(code)
        if entry.opname in ("STORE_ATTR", "DELETE_ATTR")
    }
    return CHANGE.intersection(code.co_names).union(found)


def marks_of(values: Iterable[object], names: Iterable[str]) -> Columns:
    """Return attributes of Values that may not be there."""
    values = tuple(values)
    return tuple([getattr(v, name, MISSING) for v in values] for name in names)
