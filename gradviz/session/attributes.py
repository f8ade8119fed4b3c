"""Exact changes to attributes of live Values.

A change keeps the very objects that stood before and after, so undoing it restores
every number bit for bit. Nothing is ever computed backwards: adding and then
subtracting the same float does not always give the first one back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, is_
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
        values, adapters = self.live.values, self.live.adapters
        self._plain = all(type(v).__dictoffset__ for v in values) and not any(
            adapter.slots for adapter in adapters
        )
        """Whether every attribute of every Value stands in its ``__dict__``."""
        self._all = range(len(values))
        self._seen = [dict(self._held(node)) for node in self._all]

    def take(self, nodes: Iterable[int] | None = None) -> Delta:
        """Return what has changed since the last look, and remember the new state.

        Args:
            nodes: The Values to look at, by default all.
        """
        if nodes is None:
            if self._plain and self._nothing_changed():
                return ()
            nodes = self._all
        changes: list[Change] = []
        for node in nodes:
            old, new = self._seen[node], self._held(node)
            if _same(old, new):
                continue
            changes.extend(_changes(node, old, new))
            self._seen[node] = dict(new)
        return tuple(changes)

    def differs(self, nodes: Iterable[int] | None = None) -> bool:
        """Whether any of some Values (by default all) differs from the last look."""
        if nodes is None:
            if self._plain:
                return not self._nothing_changed()
            nodes = self._all
        return not all(_same(self._seen[node], self._held(node)) for node in nodes)

    def _held(self, node: int) -> dict[str, object]:
        """Return every attribute of a Value; not a copy, where there is no need."""
        value = self.live.values[node]
        if self._plain:
            held: dict[str, object] = value.__dict__
            return held
        return self.live.adapters[node].attributes(value)

    def _nothing_changed(self) -> bool:
        """Compare everything by identity, without a line of Python per Value."""
        live = list(map(attrgetter("__dict__"), self.live.values))
        seen = self._seen
        return (
            all(map(int.__eq__, map(len, live), map(len, seen)))
            and all(map(is_, _names(live), _names(seen)))
            and all(map(is_, _contents(live), _contents(seen)))
        )

    def seen(self, node: int, attribute: str) -> object:
        """Return an attribute as it was last looked at, ``MISSING`` where none was."""
        return self._seen[node].get(attribute, MISSING)

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


_names = chain.from_iterable


def _contents(held: Iterable[dict[str, object]]) -> Iterable[object]:
    return chain.from_iterable(map(dict.values, held))


def _same(old: dict[str, object], new: dict[str, object]) -> bool:
    return [*old] == [*new] and all(map(is_, old.values(), new.values()))


def _changes(node: int, old: dict[str, object], new: dict[str, object]) -> list[Change]:
    if [*old] == [*new]:
        pairs = zip(old, old.values(), new.values(), strict=True)
    else:
        names = dict.fromkeys((*old, *new))
        pairs = ((n, old.get(n, MISSING), new.get(n, MISSING)) for n in names)  # type: ignore[assignment]
    return [
        Change(node, name, before, after)
        for name, before, after in pairs
        if before is not after
    ]


def merged(first: Delta, second: Delta) -> Delta:
    """Return one delta that does what ``first`` and then ``second`` do."""
    found: dict[tuple[int, str], Change] = {}
    for change in chain(first, second):
        node, attribute, _, after = change
        earlier = found.get((node, attribute))
        if earlier is not None:
            change = Change(node, attribute, earlier.before, after)
        found[node, attribute] = change
    return tuple(c for c in found.values() if c.before is not c.after)
