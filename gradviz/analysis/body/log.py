"""What is noted down while a body is read: events, guards, and where they stand."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from gradviz.analysis.body.model import Event, Kept, Term, What

Spot = tuple[int, int, int]
"""A line's index, and the columns of an expression in it."""

MOST_EVENTS = 4000


class TooLongError(Exception):
    """A body does more than can be shown."""


class Log:
    """The events of a body, in the order in which they happen.

    Attributes:
        events: The events.
        guards: What has to hold for the next event to happen.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.guards: tuple[tuple[int, bool], ...] = ()
        self.is_quiet = False
        self._slots = 0
        self._turns: dict[int, int] = {}
        self._turn = 0

    @contextmanager
    def guarded(self, *guards: tuple[int, bool]) -> Iterator[None]:
        """Let what follows happen only under some conditions more."""
        before, self.guards = self.guards, (*self.guards, *guards)
        try:
            yield
        finally:
            self.guards = before

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Show nothing of what is read."""
        before, self.is_quiet = self.is_quiet, True
        try:
            yield
        finally:
            self.is_quiet = before

    def begin_line(self, line: int) -> None:
        """Begin a statement on a line."""
        self._turn = self._turns.get(line, 0)
        self._turns[line] = self._turn + 1

    def read(self, term: Term, spot: Spot) -> None:
        """Note a number that is read."""
        if not self.is_quiet:
            self._add(Event("read", term), spot)

    def name(self, node: int, spot: Spot) -> None:
        """Note which Value a name means."""
        if not self.is_quiet:
            self._add(Event("name", node=node), spot)

    def keep(self, term: Term | None, spot: Spot | None = None) -> Kept:
        """Note that a number is kept; return what stands for it."""
        if isinstance(term, Kept) and spot is None:
            return term
        self._slots += 1
        event = Event("keep", term, slot=self._slots - 1)
        self._add(event, None if self.is_quiet else spot)
        return Kept(self._slots - 1)

    def set(
        self,
        node: int,
        what: What,
        term: Term | None,
        spot: Spot,
        is_told: bool = True,
    ) -> None:
        """Note that a number of a Value is set.

        Args:
            node: The Value.
            what: Which of its numbers.
            term: What it becomes.
            spot: Where to show it.
            is_told: Whether the expression there tells which Value it is.
        """
        event = Event("set", term, node=node, what=what, unnamed=not is_told)
        self._add(event, spot)

    def unsure(self) -> None:
        """Note that something runs that may set any number."""
        self._add(Event("unsure"), None)

    def _add(self, event: Event, spot: Spot | None) -> None:
        if len(self.events) >= MOST_EVENTS:
            raise TooLongError
        line, start, end = spot or (-1, 0, 0)
        event = msgspec.structs.replace(
            event,
            line=line,
            start=start,
            end=end,
            turn=self._turn if spot else 0,
            guards=self.guards,
        )
        self.events.append(event)
