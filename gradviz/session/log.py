"""The log of a recorder: one flat list, in pieces of which the oldest are dropped.

Every call is a mark, which knows how many entries follow it, and what was read when the
call began. A tuple for each call would cost more than the call, most of it in the
garbage collector. Loops and passes that were read at once are one entry for many calls.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from types import CodeType
from typing import Any, NamedTuple

from gradviz.session.again import Again
from gradviz.session.drivers import Group
from gradviz.session.hooks import Hook, Mark
from gradviz.session.loops import Loop, Sweep
from gradviz.session.passes import Pass
from gradviz.session.repeating import Call
from gradviz.session.sites import Site, site_of

_PIECE = 50_000
_ENTRIES_PER_CALL = 24

_MANY = 5_000
"""Calls that make a piece, of loops and passes that were read at once."""


class Piece(NamedTuple):
    """Entries that were put aside.

    Attributes:
        entries: They.
        calls: About how many calls they tell of.
    """

    entries: list[Any]
    calls: int


class Log:
    """Calls as they began, in the order in which they began.

    Attributes:
        entries: The end of the log, which is written to.
        most: How many entries there may be before they have to be put aside.
        site: The code that makes the calls, and where in it, as last told.
    """

    def __init__(
        self, limit: int, hooks: Mapping[int, Hook], doubt: Callable[[Loop], None]
    ) -> None:
        """Start empty.

        Args:
            limit: How many calls are kept at least, before the oldest are dropped.
            hooks: The hooks that are watched, by the ``id()`` of their codes.
            doubt: Is called with a loop of which too little was read.
        """
        self._doubt = doubt
        self.entries: list[Any] = []
        self.most = min(_PIECE, limit * _ENTRIES_PER_CALL)
        self.site: list[Any] = [None, -1]
        self._limit = limit
        self._hooks = hooks
        self._full: deque[Piece] = deque()
        """Pieces that are full."""
        self._weight = 0
        """About how many calls the loops and passes at the end stand for."""
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
        put_aside = sum(len(piece.entries) for piece in self._full)
        return self._dropped + put_aside + len(self.entries)

    def clear(self) -> None:
        """Forget every call."""
        position, place = self.position(), self.place
        self._full.clear()
        self.entries.clear()
        self._weight = 0
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

    def weigh(self, calls: int) -> None:
        """The last entry stands for about so many calls."""
        self._weight += calls
        if self._weight > min(_MANY, self._limit):
            self.roll()

    def roll(self) -> None:
        """Put aside what has been written, and drop what is too old."""
        calls = self._weight + len(self.entries) // self._largest
        self._full.append(Piece(self.entries[:], calls))
        self.entries.clear()
        self._weight = 0
        left = sum(piece.calls for piece in self._full)
        while left - self._full[0].calls >= self._limit:
            dropped = self._full.popleft()
            left -= dropped.calls
            self._dropped += len(dropped.entries)
            count = self._count(dropped.entries, _spans(dropped.entries))
            self._cuts.append((self._dropped, self._cuts[-1][1] + count))
            del self._sites[: _last_before(self._dropped, self._sites)]

    # Reading

    def calls(self, since: int) -> tuple[list[Call | Again], int, int]:
        """Return the last calls, as many as are kept.

        Besides, how many came before, and how many others can't be made again.

        Args:
            since: A position; earlier calls are neither returned nor counted.
        """
        full = [entry for piece in self._full for entry in piece.entries]
        entries = full + self.entries
        position = self._dropped
        spans = [span for span in _spans(entries) if span[0] >= since - position]
        kept: list[list[Call | Again]] = []
        left, untold = self._limit, 0
        while spans and left > 0:
            first, end = spans.pop()
            place = self._places[_last_before(position + first, self._places)][1]
            mark = entries[first]
            if isinstance(mark, Pass):
                again = Again(mark, mark.calls(self._hooks), place, left)
                kept.append([again])
                left -= len(again.codes)
            elif isinstance(mark, Sweep) and not mark.is_complete:
                self._doubt(mark.loop)
                untold += mark.count(self._hooks)
            else:
                site = self._site(mark, position + first)
                found = self._understood(entries[first:end])
                kept.append([Call(mark, read, place, site) for mark, read in found])
                left -= len(kept[-1])
        lost = max(self._calls_before(position) - self._calls_before(since), 0)
        calls = [call for piece in reversed(kept) for call in piece]
        return calls, lost + self._count(entries, spans), untold

    def _understood(
        self, entries: list[Any]
    ) -> Iterable[tuple[Mark, Sequence[object]]]:
        """Return the marks of calls and what was read."""
        mark, *read = entries
        if isinstance(mark, Sweep):
            return mark.read(self._hooks)
        if type(mark) is Group:
            hook = self._hooks.get(id(read[0].__code__))
            return () if hook is None else (mark.read(read, hook),)
        assert type(mark) is Mark
        return ((mark, read),)

    def _count(self, entries: list[Any], spans: Iterable[tuple[int, int]]) -> int:
        """Return how many calls of hooks some entries tell of."""
        return sum(
            entries[first].count(self._hooks)
            if isinstance(entries[first], Sweep | Pass)
            else 1
            for first, _ in spans
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
