"""Making recorded calls again, to see exactly what each of them wrote.

A log says in which order hooks began and how their Values stood. From there each hook
is called once more, on Values that are first put back to how they stood; afterwards
they are exactly as before. Where only the beginning of a pass was noted, its driver is
called once more (``again``). A hook that does not do the same again costs no exactness:
what differs shows as a write beside the calls.
"""

import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import CodeType
from typing import NamedTuple

from gradviz.graph.build import LiveGraph
from gradviz.session.again import Again, Drive
from gradviz.session.hooks import UNREAD, Hook, Mark, hook_beneath
from gradviz.session.purity.driver import Pure
from gradviz.session.sites import Site
from gradviz.session.stage import Stage
from gradviz.session.timeline import Recording

_NAME = "gradviz repetition"
_TOOLS = (4, 3, 0, 1, 2, 5)
_EVENTS = sys.monitoring.events
_ENDS = (_EVENTS.PY_RETURN, _EVENTS.PY_UNWIND)


class Call(NamedTuple):
    """A call that was logged.

    Attributes:
        mark: Its mark.
        read: The Values that it saw, and then their numbers when it began.
        place: The cell or script that ran.
        site: The line that made it, if it is known.
    """

    mark: Mark
    read: Sequence[object]
    place: str
    site: Site | None = None


class Repetition:
    """Calls in the making, once more."""

    def __init__(
        self,
        live: LiveGraph,
        calls: Sequence[Call | Again],
        hooks: Mapping[int, Hook],
    ) -> None:
        """Make nothing yet.

        Args:
            live: The graph, with the Values as the person's code has left them.
            calls: What was logged.
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        self._calls = calls
        self._hooks = hooks
        self._stage = Stage(live)
        self._timeline = self._stage.timeline
        self._next = 0
        self._running: list[tuple[CodeType, bool]] = []
        """The hooks that run, and whether each is a step of its own."""
        self._reach: set[int] = set()
        """The Values that the running calls may write to."""
        self._drive: Drive | None = None
        """The driver that is called once more."""
        self._cut = self._untold = 0
        self.doubted: list[Pure] = []
        """Drivers that have not done once more what they did."""

    def recording(self, place: str, cut: int, untold: int) -> Recording:
        """Make the calls, leave the Values as they are now, and return the steps.

        Args:
            place: The cell that ran last.
            cut: Calls that are not kept.
            untold: Calls that can't be made again.

        Raises:
            KeyboardInterrupt: The person has had enough; the Values are as before.
        """
        try:
            self._rewind()
            with _silence():
                self._make_all()
        finally:
            self._stage.put_back()
        steps = self._timeline.finished(place)
        return Recording(steps, cut + self._cut, untold + self._untold)

    def _rewind(self) -> None:
        """Set what was logged first of each Value."""
        first: dict[tuple[int, str], object] = {}
        for call in self._calls:
            if isinstance(call, Again):
                numbers = self._driven(call).numbers()
            else:
                numbers = self._numbers(call)
            for node, attribute, number in numbers:
                first.setdefault((node, attribute), number)
        for (node, attribute), number in first.items():
            self._stage.write(node, attribute, number)

    def _make_all(self) -> None:
        tool = next((t for t in _TOOLS if sys.monitoring.get_tool(t) is None), None)
        codes = [hook.code for hook in self._hooks.values()]
        if tool is not None:
            _listen(tool, codes, self._inner_began, self._inner_ended)
        try:
            while self._next < len(self._calls):
                call = self._calls[self._next]
                if isinstance(call, Again):
                    self._make_again(call, tool is not None)
                else:
                    self._make(call)
        finally:
            if tool is not None:
                _listen_no_more(tool, codes)

    def _driven(self, again: Again) -> Drive:
        return Drive(self._stage, again, self._hooks)

    def _make_again(self, again: Again, is_told: bool) -> None:
        """Call a driver once more."""
        self._next += 1
        drive = self._driven(again)
        if not drive.is_shown:
            return
        self._drive = drive
        try:
            if is_told:
                drive.run()
        finally:
            self._drive = None
        self._cut += drive.cut
        self._untold += drive.untold
        if drive.untold and is_told:
            self.doubted.append(again.noted.driver)

    def _make(self, call: Call) -> None:
        """Make one call, and with it those that it makes itself."""
        self._next += 1
        seen = map(id, call.read[: call.mark.count])
        if call.mark.own >= 0 and self._stage.ids.keys().isdisjoint(seen):
            return
        node = self._timeline.started(call.mark, call.read, call.place, call.site)
        if node >= 0:
            for spot, attribute, number in self._numbers(call):
                self._stage.write(spot, attribute, number)
            self._reach = self._reach_of(call, node)
            self._running = []
            with suppress(Exception, SystemExit):
                self._call(node, call.mark.hook.code)
            while len(self._running) > 1:
                self._inner_ended(self._running[-1][0], 0, None)
            self._take()
            self._running = []
        self._timeline.returned()

    def _call(self, node: int, code: CodeType) -> None:
        """Call a hook, if it is still the one that was called."""
        live = self._stage.live
        hook = live.adapters[node].hook_of(live.values[node])
        if hook is not None and getattr(hook_beneath(hook), "__code__", None) is code:
            hook()

    # What a call that is made again calls itself

    def _inner_began(self, code: CodeType, _: int) -> None:
        if self._drive is not None:
            self._drive.began(code, sys._getframe(1))
            return
        is_first, at = not self._running, self._next
        call = self._calls[at] if at < len(self._calls) and not is_first else None
        if isinstance(call, Again) or (call and call.mark.hook.code is not code):
            call = None
        self._running.append((code, call is not None))
        if call is not None:
            self._next += 1
            self._take()
            node = self._timeline.started(call.mark, call.read, call.place, call.site)
            self._reach |= self._reach_of(call, node)

    def _inner_ended(self, code: CodeType, _: int, __: object) -> None:
        if self._drive is not None:
            if id(code) in self._hooks:
                self._drive.ended()
            return
        is_inner = len(self._running) > 1 and self._running[-1][0] is code
        if is_inner and self._running.pop()[1]:
            self._take()
            self._timeline.returned()

    def _take(self) -> None:
        """Lay what was written since the last look to the call that runs."""
        self._timeline.wrote(self._stage.take(self._reach))

    def _reach_of(self, call: Call, node: int) -> set[int]:
        return self._stage.reach(call.read[: call.mark.count], node)

    def _numbers(self, call: Call) -> Iterator[tuple[int, str, object]]:
        """Yield the attributes of Values of the graph as the log tells them."""
        mark, read = call.mark, call.read
        at = mark.count
        for value in read[: mark.count]:
            node = self._stage.ids.get(id(value))
            for role in mark.roles:
                if node is not None and read[at] is not UNREAD:
                    name = getattr(self._stage.live.adapters[node], role)
                    if name is not None:
                        yield node, name, read[at]
                at += 1


@contextmanager
def _silence() -> Iterator[None]:
    """Let nothing be printed; the person may have deleted the streams."""
    names = ("stdout", "stderr")
    streams = {name: vars(sys)[name] for name in names if name in vars(sys)}
    sys.stdout = sys.stderr = _Nowhere()
    try:
        yield
    finally:
        for name in names:
            vars(sys).pop(name, None)
        vars(sys).update(streams)


class _Nowhere(io.TextIOBase):
    """Where hooks print that have printed before."""

    def write(self, text: str) -> int:
        return len(text)


def _listen(tool: int, codes: Iterable[CodeType], start: object, end: object) -> None:
    monitoring = sys.monitoring
    monitoring.use_tool_id(tool, _NAME)
    monitoring.register_callback(tool, _EVENTS.PY_START, start)  # type: ignore[arg-type]
    for event in _ENDS:
        monitoring.register_callback(tool, event, end)  # type: ignore[arg-type]
    monitoring.set_events(tool, _EVENTS.PY_UNWIND)
    for code in codes:
        monitoring.set_local_events(tool, code, _EVENTS.PY_START | _EVENTS.PY_RETURN)


def _listen_no_more(tool: int, codes: Iterable[CodeType]) -> None:
    monitoring = sys.monitoring
    monitoring.set_events(tool, 0)
    for code in codes:
        monitoring.set_local_events(tool, code, 0)
    for event in (_EVENTS.PY_START, *_ENDS):
        monitoring.register_callback(tool, event, None)
    monitoring.free_tool_id(tool)
