"""The forward pass again, into Values made anew.

Where an op writes to its operands (a ``_backward`` stored on one of them, a pointer to
the consumer) it can't be called again on them. Then every call that made the graph is
made once more, in the order of creation, on copies of the leaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gradviz.graph.adapter import Adapter
from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import Call, captured_by
from gradviz.graph.order import planned_order
from gradviz.session.attributes import Attributes
from gradviz.session.forward.passing import DEPTH, Passing, items_in, made_by, moved
from gradviz.session.forward.trouble import ANOTHER_GRAPH, ReplayError, described

_PLAIN = (int, float, complex, str, bool, bytes, type(None))


class Tape:
    """Every call that made a graph.

    Attributes:
        live: The graph with the person's own Values.
    """

    def __init__(self, live: LiveGraph, calls: Mapping[int, Call]) -> None:
        """Remember the calls.

        Args:
            live: The graph with the person's own Values.
            calls: The call of each op.
        """
        self.live = live
        self._calls = calls
        self._classes = frozenset(map(type, live.values))
        self._ids = {id(value) for value in live.values}
        serials = [origin.serial for origin in live.origins]
        self._order = sorted(range(len(serials)), key=serials.__getitem__)
        """As they were made; operands come before their consumers."""
        if not all(serials):
            self._order = list(range(len(serials)))
        self._kept: list[dict[str, object]] | None = None
        """For each Value what is the person's own, not its op's."""

    def again(self, numbers: Mapping[int, object]) -> LiveGraph:
        """Return the same graph, of Values made anew.

        Args:
            numbers: Numbers of leaves, where they differ.

        Raises:
            ReplayError: An op failed.
        """
        old = self.live
        made: dict[int, int] = {}
        new: dict[int, object] = {}
        passing = Passing(self._classes, lambda value: new.get(id(value), value))
        calls: dict[int, Call] = {}
        for node in self._order:
            value = old.values[node]
            if node in self._calls:
                calls[node] = passing.call(self._calls[node])
                result = self._called(node, calls[node], made)
            else:
                result = self._copied(node, numbers)
            new[id(value)] = result
            made[id(result)] = node
        fresh = [new[id(value)] for value in old.values]
        if self._kept is None:
            self._kept = [
                self._own(node, value, passing) for node, value in enumerate(fresh)
            ]
        for value, kept in zip(fresh, self._kept, strict=True):
            for name, content in kept.items():
                setattr(value, name, passing.mapped(content))
        origins = tuple(
            replace(
                origin,
                operands=tuple(map(passing.mapped, origin.operands)),
                call=calls.get(node),
            )
            for node, origin in enumerate(old.origins)
        )
        return replace(old, values=tuple(fresh), origins=origins)

    def agrees(self, attributes: Attributes, gradients: Sequence[object]) -> bool:
        """Whether Values made anew do as the old ones, and each set as if alone.

        Of the same leaves they do the same bit for bit, and so they do after Values of
        other leaves were made: nothing that a gradient needs is shared between them.

        Args:
            attributes: The person's Values, at the start of the walk.
            gradients: For each Value the gradient that a new one has.
        """
        try:
            fresh = self.again({})
            if attributes.take() or not self._corresponds(fresh):
                return False
            if _numbers(self.live) != _numbers(fresh):
                return False
            mine = self._walked_by_theirs(attributes, gradients)
            if mine != _walked(fresh, gradients):
                return False
            moved = self._moved()
            if moved is not None:
                theirs = _walked(moved, gradients)
                if mine != _walked(self.again({}), gradients):
                    return False
                if theirs != _walked(moved, gradients):
                    return False
            return mine == self._walked_by_theirs(attributes, gradients)
        except ReplayError:
            return False
        finally:
            attributes.undo(attributes.take())

    def _moved(self) -> LiveGraph | None:
        """Return the graph of other leaves, None where its ops do not take them."""
        nodes = self.live.graph.nodes
        numbers = {
            leaf: self.live.adapters[leaf].number(self.live.values[leaf])
            for leaf in self.live.graph.leaves
            if not nodes[leaf].constant
        }
        try:
            return self.again({leaf: moved(n) for leaf, n in numbers.items()})
        except (ReplayError, TypeError):
            return None

    def _walked_by_theirs(
        self, attributes: Attributes, gradients: Sequence[object]
    ) -> list[str]:
        """Return every gradient after a walk over the person's Values, and undo it."""
        try:
            return _walked(self.live, gradients)
        finally:
            attributes.undo(attributes.take())

    def _called(self, node: int, call: Call, made: Mapping[int, int]) -> object:
        """Return what an op makes of Values made anew."""
        nodes = self.live.graph.nodes
        try:
            result = made_by(call, self.live.adapters[node])
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            raise ReplayError(node, nodes[node].name, described(error)) from error
        adapter = self.live.adapters[node]
        another = id(result) in made or type(result) not in self._classes
        if not another:
            claimed = adapter.operands_of(result)
            known = {made[id(o)] for o in claimed if id(o) in made}
            theirs = adapter.operands_of(self.live.values[node])
            another = (
                len(claimed) != len(theirs)
                or any(id(o) in self._ids for o in claimed)
                or not known.issubset(nodes[node].operands)
            )
        if another:
            raise ReplayError(node, nodes[node].name, ANOTHER_GRAPH)
        return result

    def _copied(self, node: int, numbers: Mapping[int, object]) -> object:
        """Return a leaf made anew; it has no consumers yet."""
        value, adapter = self.live.values[node], self.live.adapters[node]
        number = numbers.get(node, adapter.number(value))
        make: Callable[[object], Any] = type(value)
        try:
            leaf = make(number)
        except Exception:  # a constructor of the person's own can want anything
            leaf = self._without_constructor(value, node)
        try:
            setattr(leaf, adapter.data, number)
        except Exception as error:  # their class may check what it is given
            name = self.live.graph.nodes[node].name
            raise ReplayError(node, name, described(error)) from error
        return leaf

    def _without_constructor(self, value: object, node: int) -> object:
        leaf = object.__new__(type(value))
        for name, content in self.live.adapters[node].attributes(value).items():
            if type(content) in (list, set, dict):
                content = type(content)()
            elif type(content) in self._classes:
                content = None
            object.__setattr__(leaf, name, content)
        return leaf

    def _own(self, node: int, fresh: object, passing: Passing) -> dict[str, object]:
        """Return the attributes that the person gave to a Value of their own."""
        adapter = self.live.adapters[node]
        computed = (adapter.data, adapter.grad, adapter.hook, adapter.operands)
        mine, its = (
            adapter.attributes(value) for value in (self.live.values[node], fresh)
        )
        return {
            name: content
            for name, content in mine.items()
            if name not in computed
            and (
                name not in its
                or (isinstance(content, _PLAIN) and content != its[name])
            )
        }

    def _corresponds(self, fresh: LiveGraph) -> bool:
        """Whether Values made anew hold each other just as the old ones do.

        In their attributes and in what their hooks captured; and none of the old.
        """
        old_ids = {id(value): node for node, value in enumerate(self.live.values)}
        new_ids = {id(value): node for node, value in enumerate(fresh.values)}
        pairs = zip(fresh.adapters, self.live.values, fresh.values, strict=True)
        for adapter, old, new in pairs:
            if self._held(adapter, new, old_ids):
                return False
            if self._held(adapter, old, old_ids) != self._held(adapter, new, new_ids):
                return False
        return True

    def _held(
        self, adapter: Adapter, value: object, ids: Mapping[int, int]
    ) -> list[int]:
        """Return which of some Values one holds, in any order."""
        captured = captured_by(adapter.hook_of(value)).values()
        held = (*adapter.attributes(value).values(), *captured)
        found = items_in(held, self._classes, DEPTH + 1)
        return sorted(ids[id(item)] for item in found if id(item) in ids)


def _numbers(live: LiveGraph) -> list[tuple[type, str]]:
    pairs = zip(live.adapters, live.values, strict=True)
    numbers = [adapter.number(value) for adapter, value in pairs]
    return [(type(number), repr(number)) for number in numbers]


def _walked(live: LiveGraph, gradients: Sequence[object]) -> list[str]:
    """Return every gradient after a walk from the roots, seeded with 1."""
    pairs = list(zip(live.adapters, live.values, strict=True))
    for (adapter, value), gradient in zip(pairs, gradients, strict=True):
        setattr(value, adapter.grad, gradient)
    for root in live.graph.roots:
        setattr(live.values[root], live.adapters[root].grad, 1.0)
    failed: list[str] = []
    for node in planned_order(live.graph, live.graph.roots):
        hook = live.adapters[node].hook_of(live.values[node])
        try:
            if hook is not None:
                hook()
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            failed.append(f"{node} {type(error).__name__}")
            break
    return [repr(adapter.gradient(value)) for adapter, value in pairs] + failed
