"""Exact changes to attributes of live Values.

A change keeps the very objects that stood before and after, so undoing it restores
every number bit for bit. Nothing is ever computed backwards: adding and then
subtracting the same float does not always give the first one back.

A list, set or dict that a Value holds (besides its operands) is watched for what is in
it as well. And where an edit needs Values of its own, one change puts them in the place
of all that were shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import is_
from typing import Any, Final, NamedTuple

from gradviz.graph.build import LiveGraph

MISSING: Final = object()
"""Stands for an attribute that is not there."""

_CONTAINERS = frozenset({list, set, dict})


class Change(NamedTuple):
    """One attribute of one Value, before and after.

    With a node of -1 it is the LiveGraph that is shown, before and after.
    """

    node: int
    attribute: str
    before: Any
    after: Any


Delta = tuple[Change, ...]

_new = tuple.__new__
"""Makes a Change in a third of the time that its own constructor takes."""


class Contents:
    """A list, set or dict and what was in it at one time.

    Attributes:
        container: The container that the Value holds.
    """

    def __init__(self, container: Any) -> None:
        self.container = container
        self.held = container.copy()

    def restore(self) -> object:
        """Fill the container with what was in it, and return it."""
        self.container.clear()
        if isinstance(self.container, list):
            self.container.extend(self.held)
        else:
            self.container.update(self.held)
        return self.container

    @property
    def stands(self) -> bool:
        """Whether the container still holds the same objects."""
        now, then = self.container, self.held
        if len(now) != len(then) or not all(map(is_, now, then)):
            return False
        return not isinstance(now, dict) or all(map(is_, now.values(), then.values()))


@dataclass
class Attributes:
    """Every attribute of every Value of a graph, as it was last looked at.

    Attributes:
        live: The graph whose Values are watched.
    """

    live: LiveGraph

    def __post_init__(self) -> None:
        self._look()

    def _look(self) -> None:
        """Remember how everything stands."""
        values, adapters = self.live.values, self.live.adapters
        self._plain = all(type(v).__dictoffset__ for v in values) and not any(
            adapter.slots for adapter in adapters
        )
        """Whether every attribute of every Value stands in its ``__dict__``."""
        self._all = range(len(values))
        self._seen = [dict(self._held(node)) for node in self._all]
        self._contents: dict[int, dict[str, Contents]] = {}
        """The containers that Values hold besides their operands, by attribute."""
        for node, held in enumerate(self._seen):
            if not _CONTAINERS.isdisjoint(map(type, held.values())):
                for name, content in held.items():
                    self._watch(node, name, content)

    def _watch(self, node: int, attribute: str, content: object) -> None:
        watched = self._contents.get(node, {})
        watched.pop(attribute, None)
        if (
            type(content) in _CONTAINERS
            and attribute != self.live.adapters[node].operands
        ):
            self._contents.setdefault(node, watched)[attribute] = Contents(content)

    def take(self, nodes: Iterable[int] | None = None) -> Delta:
        """Return what has changed since the last look, and remember the new state.

        Args:
            nodes: The Values to look at, by default all.
        """
        changes: list[Change] = []
        watches, seen = bool(self._contents), self._seen
        plain, values = self._plain, self.live.values
        for node in self._all if nodes is None else nodes:
            old = seen[node]
            new = values[node].__dict__ if plain else self._held(node)
            found = len(changes)
            for name in _differing(old, new):
                before, after = old.get(name, MISSING), new.get(name, MISSING)
                changes.append(_new(Change, (node, name, before, after)))
                if after is MISSING:
                    del old[name]
                else:
                    old[name] = after
            if watches:
                self._take_contents(node, changes, found)
        return tuple(changes)

    def _take_contents(self, node: int, changes: list[Change], first: int) -> None:
        """Let changes say what was in containers, and find those filled otherwise."""
        old = dict(self._contents.get(node, {}))
        for i in range(first, len(changes)):
            _, name, before, after = changes[i]
            before = old.pop(name, before)
            self._watch(node, name, after)
            after = self._contents.get(node, {}).get(name, after)
            changes[i] = Change(node, name, before, after)
        for name, contents in old.items():
            if not contents.stands:
                self._watch(node, name, contents.container)
                after = self._contents[node][name]
                changes.append(Change(node, name, contents, after))

    def differs(self, nodes: Iterable[int] | None = None) -> bool:
        """Whether any of some Values (by default all) differs from the last look."""
        seen, plain, values = self._seen, self._plain, self.live.values
        for node in self._all if nodes is None else nodes:
            new = values[node].__dict__ if plain else self._held(node)
            if _differing(seen[node], new):
                return True
            if self._contents and not self._contents_stand(node):
                return True
        return False

    def _contents_stand(self, node: int) -> bool:
        return all(c.stands for c in self._contents.get(node, {}).values())

    def _held(self, node: int) -> dict[str, object]:
        """Return every attribute of a Value; not a copy, where there is no need."""
        value = self.live.values[node]
        if self._plain:
            held: dict[str, object] = value.__dict__
            return held
        return self.live.adapters[node].attributes(value)

    def seen(self, node: int, attribute: str) -> object:
        """Return an attribute as it was last looked at, ``MISSING`` where none was."""
        return self._seen[node].get(attribute, MISSING)

    def write(self, node: int, attribute: str, value: object) -> Delta:
        """Set one attribute (or remove it) and return the change it made."""
        before = self._seen[node].get(attribute, MISSING)
        self._assign(node, attribute, value)
        return () if before is value else (Change(node, attribute, before, value),)

    def show(self, live: LiveGraph) -> Delta:
        """Put other Values in the place of those shown and return the change.

        Args:
            live: The same graph; its Values take over the gradients that stand.
        """
        change = Change(-1, "live", self.live, live)
        self.redo((change,))
        return () if change.before is live else (change,)

    def undo(self, delta: Sequence[Change]) -> None:
        """Write back what stood before ``delta``."""
        for change in reversed(delta):
            self._assign(change.node, change.attribute, change.before)

    def redo(self, delta: Sequence[Change]) -> None:
        """Write again what stood after ``delta``."""
        for change in delta:
            self._assign(change.node, change.attribute, change.after)

    def _assign(self, node: int, attribute: str, value: Any) -> None:
        if node < 0:
            self._show(value)
            return
        target = self.live.values[node]
        if isinstance(value, Contents):
            value = value.restore()
            self._watch(node, attribute, value)
        elif self._contents:
            self._watch(node, attribute, value)
        if value is MISSING:
            if attribute in self._seen[node]:
                delattr(target, attribute)
                del self._seen[node][attribute]
            return
        setattr(target, attribute, value)
        self._seen[node][attribute] = value

    def _show(self, live: LiveGraph) -> None:
        """Show other Values; what a walk starts from goes with it."""
        if live is self.live:
            return
        pairs = zip(self.live.values, live.values, live.adapters, strict=True)
        for shown, wanted, adapter in pairs:
            chosen = ("rule",) if hasattr(type(shown), "set_rule") else ()
            for name in (adapter.grad, *chosen):
                if getattr(shown, name) is not getattr(wanted, name):
                    setattr(wanted, name, getattr(shown, name))
        self.live = live
        self._look()


def _differing(old: dict[str, object], new: dict[str, object]) -> list[str]:
    """Return the attributes that hold another object, have come or have gone."""
    if len(old) == len(new):
        try:
            return [name for name in new if old[name] is not new[name]]
        except KeyError:
            pass
    names = dict.fromkeys((*old, *new))
    return [n for n in names if old.get(n, MISSING) is not new.get(n, MISSING)]


def merged(deltas: Iterable[Iterable[Change]]) -> Delta:
    """Return one delta that does what several do, one after the other."""
    found: dict[tuple[int, str], Change] = {}
    for change in chain.from_iterable(deltas):
        node, attribute, _, after = change
        earlier = found.get((node, attribute))
        if earlier is not None:
            change = Change(node, attribute, earlier.before, after)
        found[node, attribute] = change
    return tuple(c for c in found.values() if c.before is not c.after)
