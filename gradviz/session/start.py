"""Where every walk starts: the document written into the live Values."""

from collections.abc import Callable, Mapping
from numbers import Integral

from gradviz.graph.build import LiveGraph
from gradviz.session.attributes import Attributes, Change, Delta
from gradviz.session.document import Document
from gradviz.session.forward.outside import (
    given_numbers_outside,
    numbers_outside,
)
from gradviz.session.forward.replay import ANEW, Replay
from gradviz.session.forward.trouble import ReplayError, described


class Start:
    """Writes documents into live Values, with no step of the walk made.

    Attributes:
        fresh: For each Value the gradient that a new one of its class has.
        file_numbers: For each leaf the number that the file gave it.
    """

    def __init__(
        self,
        live: LiveGraph,
        attributes: Attributes,
        fresh: tuple[object, ...],
        file_numbers: Mapping[int, object],
    ) -> None:
        """Remember what each leaf holds.

        Args:
            live: The graph.
            attributes: Its Values, watched.
            fresh: For each Value the gradient that a new one of its class has.
            file_numbers: What leaves held before they were edited.
        """
        self.fresh = fresh
        self._attributes = attributes
        self._replay = Replay(live, attributes)
        held = {leaf: self._number(leaf) for leaf in live.graph.leaves}
        self.file_numbers = {**held, **file_numbers}
        self._given: dict[int, object] = {}
        """What every Value held before the first edit."""
        self._suspects: tuple[int, ...] = ()
        """The Values whose op was given a number that an edit may outdate."""

    @property
    def _live(self) -> LiveGraph:
        return self._attributes.live

    @property
    def theirs(self) -> LiveGraph:
        """The graph with the Values that the person's variables hold."""
        return self._replay.live

    @property
    def notice(self) -> str:
        """What the person should know of how edits are made; mostly nothing."""
        return ANEW if self._replay.fresh else ""

    def clear(self, document: Document) -> Delta:
        """Give every Value a fresh gradient, and the seeded ones their seeds."""
        changes: list[Change] = []
        for node, gradient in enumerate(self.fresh):
            wanted = document.seeds.get(node, gradient)
            if self.gradient(node) is not wanted:
                changes.extend(self._write_gradient(node, wanted))
        return tuple(changes)

    def gradient(self, node: int) -> object:
        """Return the gradient a Value holds now."""
        return self._live.adapters[node].gradient(self._live.values[node])

    def prepare(self) -> None:
        """Let the replay try every op once, before an edit, without leaving a trace."""
        if not self._given:
            self._given = {n: self._number(n) for n in range(len(self.fresh))}
            self._given.update(self.file_numbers)
            self._suspects = given_numbers_outside(self.theirs, self._given)
        self._replay.prepare(self.fresh)

    def stuck(self, document: Document) -> dict[int, str]:
        """Return the Values that the edits do not reach, with reasons as clauses."""
        return self._replay.stuck(document.leaves) if document.leaves else {}

    def warnings(self, document: Document) -> dict[int, str]:
        """Return the Values whose op was given a number that an edit has outdated."""
        edited = {*document.leaves, *self._replay.above(document.leaves)}
        return numbers_outside(self.theirs, self._suspects, self._given, edited)

    def outdated(self) -> tuple[int, ...]:
        """Return the Values whose leaves have changed since they were computed."""
        self.prepare()
        return self._replay.outdated()

    def reevaluate(self) -> Delta:
        """Compute every Value from its leaves as they are now.

        Raises:
            ReplayError: An op can't take the numbers; nothing has changed.
        """
        try:
            self._replay.reevaluate()
        except ReplayError:
            self._attributes.undo(self._attributes.take())
            raise
        return self._attributes.take()

    def write(self, old: Document, new: Document) -> Delta:
        """Turn Values that show ``old`` into Values that show ``new``.

        Raises:
            ReplayError: An op can't take the numbers; nothing has changed.
        """
        changes = list(self._write_leaves(old, new))
        for node in {**old.seeds, **new.seeds}:
            gradient = new.seeds.get(node, self.fresh[node])
            changes.extend(self._write_gradient(node, gradient))
        if new.rule != old.rule:
            for node in range(len(self._live.values)):
                changes.extend(self._attributes.write(node, "rule", new.rule))
        return tuple(changes)

    def _number(self, node: int) -> object:
        return self._live.adapters[node].number(self._live.values[node])

    def _write_gradient(self, node: int, gradient: object) -> Delta:
        return self._attributes.write(node, self._live.adapters[node].grad, gradient)

    def _write_leaves(self, old: Document, new: Document) -> Delta:
        edited = [
            leaf
            for leaf in {**old.leaves, **new.leaves}
            if old.leaves.get(leaf) is not new.leaves.get(leaf)
        ]
        if not edited:
            return ()
        if self._replay.fresh:
            numbers = {leaf: self._as_held(leaf, n) for leaf, n in new.leaves.items()}
            return self._attributes.show(self._replay.anew(numbers))
        changes: Delta = ()
        try:
            for leaf in edited:
                number = self.file_numbers[leaf]
                if leaf in new.leaves:
                    number = self._as_held(leaf, new.leaves[leaf])
                changes += self._write_number(leaf, number)
            self._replay.forward(edited)
        except ReplayError:
            self._attributes.undo(self._attributes.take())
            self._attributes.undo(changes)
            raise
        return changes + self._attributes.take()

    def _as_held(self, leaf: int, number: object) -> object:
        """Return an edited number as the kind of number that the file gave the leaf.

        A numpy float stays one; an int that can't hold the number becomes a float.
        """
        kind: Callable[[object], object] = type(self.file_numbers[leaf])
        if kind in (int, float, bool, type(number)):
            return number
        try:
            held = kind(number)
        except Exception:  # a number of any library
            return number
        return held if not isinstance(held, Integral) or held == number else number

    def _write_number(self, leaf: int, number: object) -> Delta:
        try:
            return self._attributes.write(leaf, self._live.adapters[leaf].data, number)
        except Exception as error:  # their class may check what it is given
            name = self._live.graph.nodes[leaf].name
            raise ReplayError(leaf, name, described(error)) from error


def fresh_gradients(live: LiveGraph) -> tuple[object, ...]:
    """Return, for each Value, the gradient that a new one of its class has."""
    by_class: dict[type, object] = {}
    for value in live.values:
        if type(value) not in by_class:
            by_class[type(value)] = _fresh_gradient(live, value)
    return tuple(by_class[type(value)] for value in live.values)


def _fresh_gradient(live: LiveGraph, value: object) -> object:
    """Return the gradient a new Value of this class has: 0, 0.0 or None."""
    node = next(i for i, other in enumerate(live.values) if other is value)
    adapter = live.adapters[node]
    held = adapter.gradient(value)
    make: Callable[[object], object] = type(value)
    try:
        return adapter.gradient(make(adapter.number(value)))
    except Exception:  # a constructor of the person's own can want anything
        return held if held is None or held == 0 else 0.0
