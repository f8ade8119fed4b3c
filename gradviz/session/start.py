"""Where every walk starts: the document written into the live Values."""

from collections.abc import Callable, Mapping

from gradviz.graph.build import LiveGraph
from gradviz.session.attributes import Attributes, Change, Delta
from gradviz.session.document import Document
from gradviz.session.replay import Replay, ReplayError, described


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
        self._live = live
        self._attributes = attributes
        self._replay = Replay(live, attributes)
        held = {leaf: self._number(leaf) for leaf in live.graph.leaves}
        self.file_numbers = {**held, **file_numbers}

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
        self._replay.prepare(self.fresh)

    def stuck(self, document: Document) -> dict[int, str]:
        """Return the Values that the edits do not reach, with reasons as clauses."""
        return self._replay.stuck(document.leaves) if document.leaves else {}

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
        changes: Delta = ()
        try:
            for leaf in edited:
                number = new.leaves.get(leaf, self.file_numbers[leaf])
                changes += self._write_number(leaf, number)
            self._replay.forward(edited)
        except ReplayError:
            self._attributes.undo(self._attributes.take())
            self._attributes.undo(changes)
            raise
        return changes + self._attributes.take()

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
