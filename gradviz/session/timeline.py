"""From the log of a recorder to steps: who changed what, in the order of the calls.

The log says how some Values stood when a call began; what it wrote is known from its
repetition. Any other difference between two looks at one Value is the work of code
outside all calls. It happened in some gap between two calls; differences are
gathered in as few gaps as can explain them (every interval is pierced, by its earliest
right end), so that a loop over all parameters is one write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Number
from struct import Struct

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import captured_by
from gradviz.session.attributes import MISSING, Change, Delta
from gradviz.session.hooks import UNREAD, Mark, hook_beneath
from gradviz.session.sites import Site

_BITS = Struct("d").pack


@dataclass(frozen=True)
class RecordedStep:
    """One call of a ``_backward``, or a write between calls.

    Attributes:
        node: The Value whose ``_backward`` was called; -1 for a write by code outside
            all calls on Values of the graph.
        delta: What it changed.
        upstream: The gradient of the Value when the call began; None for a write.
        place: The cell or script that ran, or ``rest of <name>._backward`` for what a
            call wrote after one that it made itself.
        site: The line that called, if it is known.
        unzeroed: Leaves whose data a write has moved while they held a gradient that
            was still there when the next call began.
    """

    node: int
    delta: Delta
    upstream: object
    place: str
    site: Site | None = None
    unzeroed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Recording:
    """What was recorded.

    Attributes:
        steps: In the order in which they began. All deltas, in order, lead to the
            Values as they are now.
        cut: How many calls were made before these and are not kept.
        untold: How many others are missing, as they can't be made again: what they
            depend on has changed since.
    """

    steps: tuple[RecordedStep, ...] = ()
    cut: int = 0
    untold: int = 0


@dataclass(slots=True)
class _Segment:
    """A stretch of time in which one piece of the person's code wrote."""

    node: int
    place: str
    upstream: object = None
    site: Site | None = None
    changes: dict[tuple[int, str], Change] = field(default_factory=dict)

    def add(self, changes: dict[tuple[int, str], Change]) -> None:
        """Add what was changed after this."""
        for key, change in changes.items():
            earlier = self.changes.get(key)
            if earlier is not None:
                change = change._replace(before=earlier.before)
            self.changes[key] = change

    def delta(self) -> Delta:
        """Return what is different in the end."""
        return tuple(c for c in self.changes.values() if c.before is not c.after)


@dataclass(slots=True)
class _Open:
    """A call that has not ended."""

    name: str
    segment: _Segment | None


class Timeline:
    """Steps in the making."""

    def __init__(self, live: LiveGraph) -> None:
        self._live = live
        self._ids = {id(value): node for node, value in enumerate(live.values)}
        self._segments: list[_Segment] = []
        self._open: list[_Open] = []
        self._gaps: list[_Segment] = []
        self._pierced = -1
        """The last gap that has a write."""
        self._known: dict[tuple[int, str], object] = {}
        self._looked: dict[tuple[int, str], int] = {}
        """How many gaps there had been when an attribute was last looked at."""
        self._unzeroed: set[int] = set()
        """Leaves that have moved, and whose gradients nobody has zeroed since."""
        self._holders: dict[int, int] | None = None
        self._captured: dict[tuple[int, frozenset[int]], int] | None = None

    def started(
        self, mark: Mark, read: Sequence[object], place: str, site: Site | None
    ) -> int:
        """A call has begun; return the Value whose hook it is, -1 if it is not shown.

        Args:
            mark: Its mark.
            read: The Values and then their numbers.
            place: The cell that runs.
            site: The line that has called, if it is known.
        """
        values = read[: mark.count]
        if not self._open:
            self._gap(place)
        self._look(values, read[mark.count :], mark.roles)
        node = self._node(mark, values)
        if self._open:
            self._open[-1].segment = None
        segment = _Segment(node, place, site=site)
        name = ""
        if node >= 0:
            name = self._live.graph.nodes[node].name
            segment.upstream = self._known.get((node, self._live.adapters[node].grad))
        self._segments.append(segment)
        self._open.append(_Open(name, segment))
        return node

    def met(
        self,
        values: Sequence[object],
        numbers: Sequence[object],
        roles: tuple[str, ...],
        place: str,
    ) -> None:
        """Some Values were looked at before a call.

        Args:
            values: They.
            numbers: What was read of each, one Value after the other.
            roles: What that is.
            place: The cell that runs.
        """
        self._gap(place)
        self._look(values, numbers, roles)

    def wrote(self, delta: Delta) -> None:
        """The innermost call that runs has written."""
        for node, attribute, before, after in delta:
            key = node, attribute
            self._known.setdefault(key, before)
            self._known[key] = after
            self._looked[key] = len(self._gaps)
            self._changed(node, attribute, before, after)

    def returned(self) -> None:
        """The innermost call has returned or failed."""
        self._open.pop()

    def finished(self, place: str) -> tuple[RecordedStep, ...]:
        """Look at the Values as they are now, and return the steps.

        Args:
            place: The cell that ran last.
        """
        if self._segments:
            self._gap(place)
            for (node, attribute), before in tuple(self._known.items()):
                now = getattr(self._live.values[node], attribute, MISSING)
                if not same(before, now):
                    self._changed(node, attribute, before, now)
        return tuple(self._steps())

    def _steps(self) -> Iterable[RecordedStep]:
        write: _Segment | None = None
        for segment in self._segments:
            node = segment.node
            if node < 0:
                if write is None or write.place != segment.place:
                    yield from self._written(write)
                    write = _Segment(-1, segment.place)
                write.add(segment.changes)
                continue
            yield from self._written(write)
            write = None
            delta = segment.delta()
            if delta or not self._live.graph.nodes[node].is_leaf:
                yield RecordedStep(
                    node, delta, segment.upstream, segment.place, segment.site
                )
        yield from self._written(write)

    def _written(self, write: _Segment | None) -> Iterable[RecordedStep]:
        """Yield a step for what was written outside of calls, if anything was."""
        if write is None or not (delta := write.delta()):
            return
        adapters = self._live.adapters
        moved = {c.node for c in delta if c.attribute == adapters[c.node].data}
        unzeroed = frozenset(moved & self._unzeroed)
        yield RecordedStep(-1, delta, None, write.place, unzeroed=unzeroed)

    def _gap(self, place: str) -> None:
        self._gaps.append(_Segment(-1, place))
        self._segments.append(self._gaps[-1])

    def _look(
        self,
        values: Sequence[object],
        numbers: Sequence[object],
        roles: tuple[str, ...],
    ) -> None:
        """Compare Values with how they were last seen."""
        gaps, count = len(self._gaps), len(roles)
        for i, value in enumerate(values):
            node = self._ids.get(id(value))
            if node is None:
                continue
            adapter = self._live.adapters[node]
            read = numbers[i * count : (i + 1) * count]
            if "grad" in roles and self._live.graph.nodes[node].is_leaf:
                self._note_zeroing(node, dict(zip(roles, read, strict=True)))
            for role, now in zip(roles, read, strict=True):
                name = getattr(adapter, role)
                if name is None or now is UNREAD:
                    continue
                key = node, name
                before = self._known.setdefault(key, now)
                if not same(before, now):
                    self._changed(node, name, before, now)
                self._known[key] = now
                self._looked[key] = gaps

    def _note_zeroing(self, node: int, read: Mapping[str, object]) -> None:
        """Note a leaf that has moved and holds a gradient, until that is zeroed."""
        if not _holds(read["grad"]):
            self._unzeroed.discard(node)
        elif "data" in read:
            now = read["data"]
            before = self._known.get((node, self._live.adapters[node].data), now)
            if now is not UNREAD and not same(before, now):
                self._unzeroed.add(node)

    def _changed(self, node: int, attribute: str, before: object, now: object) -> None:
        """Lay a change to the segment it happened in."""
        since = self._looked[node, attribute]
        if since == len(self._gaps):
            segment = self._running()
        else:
            if self._pierced < since:
                self._pierced = len(self._gaps) - 1
            segment = self._gaps[self._pierced]
        earlier = segment.changes.get((node, attribute))
        if earlier is not None:
            before = earlier.before
        segment.changes[node, attribute] = Change(node, attribute, before, now)

    def _running(self) -> _Segment:
        """Return the segment of the innermost call that runs."""
        call = self._open[-1]
        if call.segment is None:
            place = f"rest of {call.name}._backward" if call.name else ""
            call.segment = _Segment(-1, place)
            self._segments.append(call.segment)
        return call.segment

    # Which Value a call was on

    def _node(self, mark: Mark, values: Sequence[object]) -> int:
        """Return the Value whose hook was called, -1 where it is not shown."""
        if mark.own >= 0:
            return self._ids.get(id(values[mark.own]), -1)
        if self._holders is None or self._captured is None:
            self._read_hooks()
        assert self._holders is not None
        assert self._captured is not None
        for thing in mark.given:
            if id(thing) in self._holders:
                return self._holders[id(thing)]
        captured = frozenset(map(id, values))
        return self._captured.get((id(mark.hook.code), captured), -1)

    def _read_hooks(self) -> None:
        """Find Values by what their hooks hold, for hooks that do not hold them."""
        self._holders, self._captured = {}, {}
        for node, (adapter, value) in enumerate(
            zip(self._live.adapters, self._live.values, strict=True)
        ):
            function = hook_beneath(adapter.hook_of(value))
            owner = getattr(function, "__self__", None)
            if owner is not None:
                self._holders.setdefault(id(owner), node)
            code = getattr(function, "__code__", None)
            held = captured_by(function).values()
            values = frozenset(id(v) for v in held if id(v) in self._ids)
            self._captured.setdefault((id(code), values), node)


def _holds(gradient: object) -> bool:
    """Whether a gradient is a number other than zero."""
    return isinstance(gradient, int | float) and gradient != 0


def same(first: object, second: object) -> bool:
    """Whether two numbers are the same in kind and in every bit, or one object."""
    if first is second:
        return True
    kind = type(first)
    if kind is not type(second):
        return False
    if isinstance(first, float):
        return _BITS(first) == _BITS(second)
    return isinstance(first, Number) and repr(first) == repr(second)
