"""The log of a recorder: one flat list, in pieces of which the oldest are dropped.

Every call is a mark, which knows how many entries follow it, and what was read when the
call began; a loop that was read at once is one mark for many calls. A tuple for each
call would cost more than the call, most of it in the garbage collector.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from types import CodeType
from typing import Any

from gradviz.session.drivers import Group
from gradviz.session.hooks import Hook, Mark
from gradviz.session.loops import Sweep
from gradviz.session.repeating import Call
from gradviz.session.sites import Site, site_of

_PIECE = 50_000
_ENTRIES_PER_CALL = 24


class Log:
    """Calls as they began, in the order in which they began.

    Attributes:
        entries: The end of the log, which is written to.
        most: How many entries there may be before they have to be put aside.
        site: The code that makes the calls, and where in it, as last told.
    """

    def __init__(self, limit: int, hooks: Mapping[int, Hook]) -> None:
        """Start empty.

        Args:
            limit: How many calls are kept at least, before the oldest are dropped.
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        self.entries: list[Any] = []
        self.most = min(_PIECE, limit * _ENTRIES_PER_CALL)
        self.site: list[Any] = [None, -1]
        self._limit = limit
        self._hooks = hooks
        self._full: deque[list[Any]] = deque()
        """Pieces that are full."""
        self._largest = 1
        """The most entries that one call has taken."""
        self._dropped = 0
        """Entries dropped; positions in the log count them."""
        self._cuts: list[tuple[int, int]] = [(0, 0)]
        """(position, calls that began before it), where pieces were dropped."""
        self._places: list[tuple[int, str]] = [(0, "")]
        self._sites: list[tuple[int, CodeType | None, int]] = [(0, None, -1)]
        """(position, the code and the offset that make the calls from there on)."""

    @property
    def place(self) -> str:
        """The name of the cell or script that runs now."""
        return self._places[-1][1]

    @place.setter
    def place(self, place: str) -> None:
        if place != self.place:
            self._places.append((self.position(), place))

    def position(self) -> int:
        """Return where the log ends."""
        return self._dropped + sum(map(len, self._full)) + len(self.entries)

    def clear(self) -> None:
        """Forget every call."""
        position, place = self.position(), self.place
        self._full.clear()
        self.entries.clear()
        self._dropped = position
        self._cuts = [(position, 0)]
        self._places = [(position, place)]
        self._sites = [(position, *self.site)]

    # Writing

    def expect(self, size: int) -> None:
        """One call may take so many entries."""
        self._largest = max(self._largest, size)

    def come_from(self, code: CodeType, offset: int) -> None:
        """The calls that follow are made by this instruction."""
        self.site[:] = code, offset
        self._sites.append((self.position(), code, offset))

    def roll(self) -> None:
        """Put aside what has been written, and drop what is too old."""
        piece = self.entries[:]
        self.entries.clear()
        self.put_aside(piece)

    def put_aside(self, piece: list[Any]) -> None:
        """Take a piece that is full; it comes after all that has been written."""
        if self.entries:
            self.roll()
        self._full.append(piece)
        entries = sum(map(len, self._full))
        while entries - len(self._full[0]) >= self._limit * self._largest:
            piece = self._full.popleft()
            entries -= len(piece)
            self._dropped += len(piece)
            calls = self._count(piece, _spans(piece))
            self._cuts.append((self._dropped, self._cuts[-1][1] + calls))
            del self._sites[: _last_before(self._dropped, self._sites)]

    # Reading

    def calls(self, since: int) -> tuple[list[Call], int]:
        """Return the last calls, as many as are kept, and how many came before.

        Args:
            since: A position; earlier calls are neither returned nor counted.
        """
        entries = [entry for piece in self._full for entry in piece] + self.entries
        position = self._dropped
        spans = [span for span in _spans(entries) if span[0] >= since - position]
        kept: list[list[Call]] = []
        count = 0
        while spans and count < self._limit:
            first, end = spans.pop()
            place = self._places[_last_before(position + first, self._places)][1]
            site = self._site(entries[first], position + first)
            found = self._understood(entries[first:end])
            kept.append([Call(mark, read, place, site) for mark, read in found])
            count += len(kept[-1])
        lost = max(self._calls_before(position) - self._calls_before(since), 0)
        calls = [call for piece in reversed(kept) for call in piece]
        return calls, lost + self._count(entries, spans)

    def _understood(self, entries: list[Any]) -> Iterable[tuple[Mark, list[object]]]:
        """Return the marks of calls and what was read."""
        mark, *read = entries
        if isinstance(mark, Sweep):
            return mark.read(read, self._hooks)
        if type(mark) is Group:
            hook = self._hooks.get(id(read[0].__code__))
            return () if hook is None else (mark.read(read, hook),)
        assert type(mark) is Mark
        return ((mark, read),)

    def _count(self, entries: list[Any], spans: Iterable[tuple[int, int]]) -> int:
        """Return how many calls of hooks some entries tell of."""
        return sum(
            entries[first].count(entries[first + 1 : end], self._hooks)
            if isinstance(entries[first], Sweep)
            else 1
            for first, end in spans
        )

    def _site(self, mark: object, position: int) -> Site | None:
        """Return which line made a call."""
        if isinstance(mark, Sweep):
            return site_of(mark.loop.code, mark.loop.call)
        _, code, offset = self._sites[_last_before(position, self._sites)]
        return None if code is None else site_of(code, offset)

    def _calls_before(self, position: int) -> int:
        """Return how many dropped calls began before a position."""
        return self._cuts[_last_before(position, self._cuts)][1]


def _spans(entries: list[Any]) -> Iterator[tuple[int, int]]:
    """Yield where the entries of each mark begin and end."""
    at = 0
    while at < len(entries):
        first, at = at, at + 1 + entries[at].size
        yield first, at


def _last_before(position: int, entries: Sequence[tuple[Any, ...]]) -> int:
    """Return which was the last to begin at a position or before it."""
    return max(bisect_right(entries, position, key=itemgetter(0)) - 1, 0)
