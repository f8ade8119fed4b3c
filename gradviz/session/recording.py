"""The calls of ``_backward`` that the person's code makes.

``sys.monitoring`` tells when a hook starts and ends, and nothing else: other code runs
at full speed, and so does everything while the recorder is stopped. At each event the
Values that the hook sees are noted, as they stand, in one flat list; a tuple for each
call would cost more than the call, most of it in the garbage collector. What it means
is worked out only when it is asked for (``timeline``).
"""

import sys
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from threading import get_ident
from types import CodeType
from typing import Any

from gradviz.graph.adapter import AdapterError, Adapters
from gradviz.graph.build import LiveGraph
from gradviz.session.hooks import Hook, Mark, compiled, hook_beneath, seen_by
from gradviz.session.timeline import RecordedStep, Recording, Timeline

__all__ = ["RecordedStep", "Recorder", "Recording"]

LIMIT = 100_000
"""Calls that are kept, unless told otherwise."""

_PIECE = 50_000
_ENTRIES_PER_CALL = 24
_TOOLS = (4, 3, 0, 1, 2, 5)
_NAME = "gradviz recorder"
_EVENTS = sys.monitoring.events
_LOCAL = _EVENTS.PY_START | _EVENTS.PY_RETURN
_RESTARTED = Mark(None)


class Recorder:
    """Logs calls of hooks in the thread that started it.

    The log holds on to the Values of the calls it keeps, and to no others.
    """

    def __init__(self, adapters: Adapters, limit: int = LIMIT) -> None:
        """Know no hook yet.

        Args:
            adapters: Adapters of the classes met.
            limit: How many calls are kept; before the oldest are dropped.
        """
        self._adapters = adapters
        self._limit = limit
        self._hooks: dict[int, Hook] = {}
        self._log: list[Any] = []
        self._full: deque[tuple[list[Any], int]] = deque()
        """Pieces of the log that are full, with the calls that begin in each."""
        self._piece = min(_PIECE, limit * _ENTRIES_PER_CALL)
        self._dropped = 0
        """Entries dropped; positions in the log count them."""
        self._cuts: list[tuple[int, int]] = [(0, 0)]
        """(position, calls that began before it), where pieces were dropped."""
        self._places: list[tuple[int, str]] = [(0, "")]
        self._running: list[tuple[Any, ...]] = []
        self._thread = 0
        self._tool: int | None = None

    @property
    def place(self) -> str:
        """What is running now: the name of a cell or a script."""
        return self._places[-1][1]

    @place.setter
    def place(self, place: str) -> None:
        if place != self.place:
            self._places.append((self.mark(), place))

    # What is watched

    def watch_hook(self, code: CodeType, value: object) -> None:
        """Record the calls of a hook, on this Value and on every other.

        Args:
            code: The code of the hook. A ``partial`` or a callable object has it in the
                function beneath (``hooks.hook_beneath``).
            value: A Value that carries it.
        """
        known = self._hooks.get(id(code))
        if known is not None and known.quick is None:
            return
        try:
            hook = self._adapters.adapter(value).hook_of(value)
        except AdapterError:
            return
        if getattr(hook_beneath(hook), "__code__", None) is not code:
            return
        seen = seen_by(hook)
        if known is None:
            known = Hook(code, self._adapters)
            if not known.learn(seen, value):
                return
            self._hooks[id(code)] = known
            if self._tool is not None:
                self._call_back()
                sys.monitoring.set_local_events(self._tool, code, _LOCAL)
        elif known.has_news(seen):
            known.learn(seen, value)
            self._call_back()

    # On and off

    def start(self) -> None:
        """Begin to record this thread; does nothing where it already does."""
        if self._tool is not None:
            return
        monitoring = sys.monitoring
        tool = next((t for t in _TOOLS if monitoring.get_tool(t) is None), None)
        if tool is None:
            return
        monitoring.use_tool_id(tool, _NAME)
        self._tool, self._thread = tool, get_ident()
        self._running.clear()
        self._log.append(_RESTARTED)
        self._call_back()
        monitoring.set_events(tool, _EVENTS.PY_UNWIND)
        for hook in self._hooks.values():
            monitoring.set_local_events(tool, hook.code, _LOCAL)

    def stop(self) -> None:
        """Stop recording; what was recorded stays."""
        if self._tool is None:
            return
        monitoring, tool = sys.monitoring, self._tool
        self._tool = None
        for event in (_EVENTS.PY_START, _EVENTS.PY_RETURN, _EVENTS.PY_UNWIND):
            monitoring.register_callback(tool, event, None)
        monitoring.set_events(tool, 0)
        for hook in self._hooks.values():
            monitoring.set_local_events(tool, hook.code, 0)
        monitoring.free_tool_id(tool)
        self._running.clear()

    # What was recorded

    def mark(self) -> int:
        """Return the position in the log, for ``steps``."""
        return self._dropped + sum(len(p) for p, _ in self._full) + len(self._log)

    def forget(self) -> None:
        """Forget every call, and let go of the Values."""
        position, place = self.mark(), self.place
        self._full.clear()
        self._log.clear()
        self._running.clear()
        self._dropped = position
        self._cuts = [(position, 0)]
        self._places = [(position, place)]

    def steps(self, live: LiveGraph, since: int = 0) -> Recording:
        """Return the calls on the Values of a graph, and the writes between them.

        Args:
            live: The graph, with the Values as the person's code has left them.
            since: A position in the log; earlier calls are left out.
        """
        timeline = Timeline(live)
        entries = [entry for piece, _ in self._full for entry in piece]
        entries += self._log
        position, kept = self._dropped, _starts(entries)
        lost = self._calls_before(position) - self._calls_before(since)
        at = max(since - position, 0)
        starts = kept - _starts(entries[:at]) if at else kept
        skip = max(starts - self._limit, 0)
        cut = max(lost, 0) + skip
        while at < len(entries):
            mark: Mark = entries[at]
            first = at + 1
            at = first + mark.size
            if mark.hook is None:
                timeline.restarted()
            elif skip:
                skip -= mark.starts
            elif mark.starts:
                place = self._place_at(position + first - 1)
                timeline.started(mark, entries[first:at], place)
            else:
                timeline.ended(mark, entries[first:at])
        return timeline.finished(self.place, cut)

    def _place_at(self, position: int) -> str:
        return self._places[bisect_right(self._places, position, key=_first) - 1][1]

    def _calls_before(self, position: int) -> int:
        """Return how many dropped calls began before a position."""
        return self._cuts[max(bisect_right(self._cuts, position, key=_first) - 1, 0)][1]

    def _roll(self) -> None:
        """Put what is full aside, and drop what is too old."""
        piece = self._log[:]
        self._log.clear()
        self._full.append((piece, _starts(piece)))
        kept = sum(count for _, count in self._full)
        while self._full and kept - self._full[0][1] >= self._limit:
            piece, count = self._full.popleft()
            kept -= count
            self._dropped += len(piece)
            self._cuts.append((self._dropped, self._cuts[-1][1] + count))

    # While their code runs

    def _call_back(self) -> None:
        """Be called when a hook starts and ends, if this is on."""
        if self._tool is None:
            return
        names = {
            "ident": get_ident,
            "thread": self._thread,
            "frame": sys._getframe,
            "entries": self._log,
            "log": self._log.extend,
            "most": self._piece,
            "roll": self._roll,
            "running": self._running,
            "push": self._running.append,
            "pop": self._running.pop,
            "begin": self._begin,
            "log_end": self._log_end,
            "look_around": self._look_around,
        }
        start, end = compiled(self._hooks.values(), names)
        sys.monitoring.register_callback(self._tool, _EVENTS.PY_START, start)
        sys.monitoring.register_callback(self._tool, _EVENTS.PY_RETURN, end)
        sys.monitoring.register_callback(self._tool, _EVENTS.PY_UNWIND, end)

    def _begin(self, code: CodeType, seen: Mapping[str, object]) -> None:
        """Log a start by ordinary code."""
        with suppress(Exception):  # reading an attribute may run code of theirs
            self._running.append(self._hooks[id(code)].begin(seen, self._log.extend))
        if len(self._log) > self._piece:
            self._roll()

    def _look_around(self) -> None:
        """Log how the Values of a call stand that calls another."""
        mark, *values = self._running[-1]
        with suppress(Exception):
            now = Mark(mark.hook, mark.count, mark.roles, ends=False)
            mark.hook.end(now, values, self._log.extend)

    def _log_end(self, top: tuple[Any, ...]) -> None:
        """Log an end by ordinary code."""
        with suppress(Exception):
            top[0].hook.end(top[0], top[1:], self._log.extend)


def _starts(entries: list[Any]) -> int:
    """Return how many calls begin in a piece of the log."""
    return sum(type(entry) is Mark and entry.starts for entry in entries)


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]
