"""Exact changes to attributes of live Values.

A change keeps the very objects that stood before and after, so undoing it restores
every number bit for bit. Nothing is ever computed backwards: adding and then
subtracting the same float does not always give the first one back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import is_
from typing import Any, Final, NamedTuple

from gradviz.graph.build import LiveGraph

MISSING: Final = object()
"""Stands for an attribute that is not there."""


class Change(NamedTuple):
    """One attribute of one Value, before and after."""

    node: int
    attribute: str
    before: Any
    after: Any


Delta = tuple[Change, ...]


@dataclass
class Attributes:
    """Every attribute of every Value of a graph, as it was last looked at.

    Attributes:
        live: The graph whose Values are watched.
    """

    live: LiveGraph

    def __post_init__(self) -> None:
        self._seen = [self._read(node) for node in range(len(self.live.values))]

    def _read(self, node: int) -> dict[str, object]:
        return self.live.adapters[node].attributes(self.live.values[node])

    def take(self, nodes: Iterable[int] | None = None) -> Delta:
        """Return what has changed since the last look, and remember the new state.

        Args:
            nodes: The Values to look at, by default all.
        """
        changes: list[Change] = []
        for node in range(len(self._seen)) if nodes is None else nodes:
            old, new = self._seen[node], self._read(node)
            if old.keys() == new.keys() and all(map(is_, old.values(), new.values())):
                continue
            changes.extend(_changes(node, old, new))
            self._seen[node] = new
        return tuple(changes)

    def write(self, node: int, attribute: str, value: object) -> Delta:
        """Set one attribute (or remove it) and return the change it made."""
        before = self._seen[node].get(attribute, MISSING)
        change = Change(node, attribute, before, value)
        self._assign(change.node, attribute, value)
        return () if before is value else (change,)

    def undo(self, delta: Sequence[Change]) -> None:
        """Write back what stood before ``delta``."""
        for change in reversed(delta):
            self._assign(change.node, change.attribute, change.before)

    def redo(self, delta: Sequence[Change]) -> None:
        """Write again what stood after ``delta``."""
        for change in delta:
            self._assign(change.node, change.attribute, change.after)

    def _assign(self, node: int, attribute: str, value: object) -> None:
        target = self.live.values[node]
        if value is MISSING:
            if attribute in self._seen[node]:
                delattr(target, attribute)
                del self._seen[node][attribute]
            return
        setattr(target, attribute, value)
        self._seen[node][attribute] = value


def _changes(node: int, old: dict[str, object], new: dict[str, object]) -> list[Change]:
    names = dict.fromkeys((*old, *new))
    pairs = ((n, old.get(n, MISSING), new.get(n, MISSING)) for n in names)
    return [
        Change(node, name, before, after)
        for name, before, after in pairs
        if before is not after
    ]


def merged(first: Delta, second: Delta) -> Delta:
    """Return one delta that does what ``first`` and then ``second`` do."""
    found: dict[tuple[int, str], Change] = {}
    for change in (*first, *second):
        key = (change.node, change.attribute)
        earlier = found.get(key)
        before = earlier.before if earlier else change.before
        found[key] = change._replace(before=before)
    return tuple(c for c in found.values() if c.before is not c.after)
