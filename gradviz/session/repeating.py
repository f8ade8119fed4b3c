"""Making recorded calls again, to see exactly what each of them wrote.

A log says in which order hooks began and how their Values stood. From there each hook
is called once more, on Values that are first put back to how they stood; afterwards
they are exactly as before. A hook that does not do the same again costs no exactness:
what differs shows as a write beside the calls.
"""

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import CodeType
from typing import NamedTuple

from gradviz.graph.build import LiveGraph
from gradviz.session.attributes import Attributes, Change
from gradviz.session.hooks import UNREAD, Mark, hook_beneath
from gradviz.session.sites import Site
from gradviz.session.timeline import Recording, Timeline

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

    def __init__(self, live: LiveGraph, calls: Sequence[Call]) -> None:
        self._live = live
        self._calls = calls
        self._next = 0
        self._timeline = Timeline(live)
        self._attributes = Attributes(live)
        self._left: dict[tuple[int, str], object] = {}
        """How attributes stood that were written since."""
        self._ids = {id(value): node for node, value in enumerate(live.values)}
        self._running: list[tuple[CodeType, bool]] = []
        """The hooks that run, and whether each is a step of its own."""
        self._reach: set[int] = set()
        """The Values that the running calls may write to."""

    def recording(self, place: str, cut: int) -> Recording:
        """Make the calls, leave the Values as they are now, and return the steps.

        Args:
            place: The cell that ran last.
            cut: Calls that are not kept.

        Raises:
            KeyboardInterrupt: The person has had enough; the Values are as before.
        """
        try:
            self._rewind()
            with _silence():
                self._make_all()
        finally:
            self._put_back()
        return self._timeline.finished(place, cut)

    def _rewind(self) -> None:
        """Set what was logged first of each Value."""
        first: dict[tuple[int, str], object] = {}
        for call in self._calls:
            for node, attribute, number in self._numbers(call):
                first.setdefault((node, attribute), number)
        for (node, attribute), number in first.items():
            self._write(node, attribute, number)

    def _make_all(self) -> None:
        tool = next((t for t in _TOOLS if sys.monitoring.get_tool(t) is None), None)
        codes = {call.mark.hook.code for call in self._calls}
        if tool is not None:
            _listen(tool, codes, self._inner_began, self._inner_ended)
        try:
            while self._next < len(self._calls):
                self._make(self._calls[self._next])
        finally:
            if tool is not None:
                _listen_no_more(tool, codes)

    def _make(self, call: Call) -> None:
        """Make one call, and with it those that it makes itself."""
        self._next += 1
        seen = map(id, call.read[: call.mark.count])
        if call.mark.own >= 0 and self._ids.keys().isdisjoint(seen):
            return
        node = self._timeline.started(call.mark, call.read, call.place, call.site)
        if node >= 0:
            for spot, attribute, number in self._numbers(call):
                self._write(spot, attribute, number)
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
        hook = self._live.adapters[node].hook_of(self._live.values[node])
        if hook is not None and getattr(hook_beneath(hook), "__code__", None) is code:
            hook()

    # What a call that is made again calls itself

    def _inner_began(self, code: CodeType, _: int) -> None:
        is_first, at = not self._running, self._next
        call = self._calls[at] if at < len(self._calls) and not is_first else None
        is_step = call is not None and call.mark.hook.code is code
        self._running.append((code, is_step))
        if call is not None and is_step:
            self._next += 1
            self._take()
            node = self._timeline.started(call.mark, call.read, call.place, call.site)
            self._reach |= self._reach_of(call, node)

    def _inner_ended(self, code: CodeType, _: int, __: object) -> None:
        is_inner = len(self._running) > 1 and self._running[-1][0] is code
        if is_inner and self._running.pop()[1]:
            self._take()
            self._timeline.returned()

    # The Values

    def _take(self) -> None:
        """Lay what was written since the last look to the call that runs."""
        delta = self._attributes.take(self._reach)
        self._keep(delta)
        self._timeline.wrote(delta)

    def _write(self, node: int, attribute: str, number: object) -> None:
        if self._attributes.seen(node, attribute) is not number:
            self._keep(self._attributes.write(node, attribute, number))

    def _keep(self, delta: Iterable[Change]) -> None:
        for node, attribute, before, _ in delta:
            self._left.setdefault((node, attribute), before)

    def _put_back(self) -> None:
        self._keep(self._attributes.take())
        for (node, attribute), before in self._left.items():
            self._attributes.write(node, attribute, before)

    def _reach_of(self, call: Call, node: int) -> set[int]:
        found = {self._ids.get(id(v), -1) for v in call.read[: call.mark.count]}
        if node >= 0:
            found |= {node, *self._live.graph.nodes[node].operands}
        return found - {-1}

    def _numbers(self, call: Call) -> Iterable[tuple[int, str, object]]:
        """Yield the attributes of Values of the graph as the log tells them."""
        mark, read = call.mark, call.read
        at = mark.count
        for value in read[: mark.count]:
            node = self._ids.get(id(value))
            for role in mark.roles:
                if node is not None and read[at] is not UNREAD:
                    name = getattr(self._live.adapters[node], role)
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
