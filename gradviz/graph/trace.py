"""Seeing Values being made, while the person's code runs.

``sys.monitoring`` tells when a function of theirs is called and when it returns;
nothing of theirs is wrapped or changed. A Value belongs to the innermost call in which
it was created directly and which returned it: ``a - b`` is made by ``__add__`` and
``__mul__`` where ``__sub__`` is written with them. A call that gives a Value which it
only passes on a ``_backward`` of its own takes it over.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Final

from gradviz.graph.adapter import Adapters
from gradviz.graph.followed import Followed
from gradviz.graph.following import Following
from gradviz.graph.made import Entry, Made, made_from
from gradviz.graph.seeing import Seeing

_TOOLS = (3, 4, 0, 1, 2, 5)

_NAME: Final = "gradviz trace"

_EVENTS = sys.monitoring.events


class Trace:
    """Sees the construction of Values."""

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters
        adapters.while_probing = self.paused
        self._own = Following(self._on_followed)
        adapters.ops_of = self._own.ops_of
        self._seeing = Seeing(self._own)
        self._tool: int | None = None

    @property
    def place(self) -> str:
        """The cell or script that is running, for Values whose line is not known."""
        return self._seeing.place

    @place.setter
    def place(self, name: str) -> None:
        self._seeing.place = name

    @property
    def on_met(self) -> Callable[[object], None]:
        """Is given the first Values that each function makes, and their operands."""
        return self._seeing.on_met

    @on_met.setter
    def on_met(self, told: Callable[[object], None]) -> None:
        self._seeing.on_met = told

    def watch(self, code: CodeType) -> None:
        """Follow every function in a piece of the person's compiled code."""
        self._own.watch(code)

    def watch_class(self, cls: type) -> None:
        """Follow the methods of a class, wherever it was defined."""
        self._own.watch_class(cls)

    # On and off

    def start(self) -> None:
        """Begin to see; does nothing where it already does, or where others trace."""
        if self._tool is not None:
            return
        monitoring, seeing = sys.monitoring, self._seeing
        tool = next((t for t in _TOOLS if monitoring.get_tool(t) is None), None)
        if tool is None:
            return
        monitoring.use_tool_id(tool, _NAME)
        self._tool = tool
        monitoring.register_callback(tool, _EVENTS.PY_START, seeing.on_start)
        monitoring.register_callback(tool, _EVENTS.PY_RETURN, seeing.on_return)
        monitoring.register_callback(tool, _EVENTS.PY_UNWIND, seeing.on_unwind)
        # Python has no local event for this; it comes only with exceptions.
        monitoring.set_events(tool, _EVENTS.PY_UNWIND)
        for info in self._own.functions.values():
            self._on_followed(info)

    def stop(self) -> None:
        """Stop seeing; what was seen stays known."""
        if self._tool is None:
            return
        monitoring, tool = sys.monitoring, self._tool
        self._tool = None
        for event in (_EVENTS.PY_START, _EVENTS.PY_RETURN, _EVENTS.PY_UNWIND):
            monitoring.register_callback(tool, event, None)
        monitoring.set_events(tool, 0)
        for info in self._own.functions.values():
            monitoring.set_local_events(tool, info.code, 0)
        monitoring.free_tool_id(tool)
        self._seeing.forget_calls()

    def _on_followed(self, info: Followed) -> None:
        if self._tool is not None:
            sys.monitoring.set_local_events(self._tool, info.code, _events(info))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """See nothing meanwhile: gradviz itself calls functions of theirs."""
        before, self._seeing.quiet = self._seeing.quiet, True
        try:
            yield
        finally:
            self._seeing.quiet = before

    # What was seen

    def __len__(self) -> int:
        """Return how many Values something is remembered of."""
        return len(self._seeing.kept)

    def __bool__(self) -> bool:
        """A trace is there, also before it has seen anything."""
        return True

    def made(self, value: object) -> Made | None:
        """Return how a Value was made, None where that was not seen."""
        kept = self._seeing.kept.get(id(value))
        if kept is None or kept[0] != self._own.types.get(type(value)):
            return None
        entry = Entry(*kept)
        maker = self._own.functions[id(entry.maker)] if entry.maker else None
        return made_from(entry, maker, value)

    def recent(self) -> list[object]:
        """Return the last Values made, in order, each once."""
        return [v for v in self.recent_objects() if self._adapters.is_value(v)]

    def recent_objects(self) -> list[object]:
        """Return the last objects made of any class of the person's own, in order."""
        return list({id(thing): thing for thing in self._seeing.recent}.values())

    def forget_recent(self) -> None:
        """Begin the list of recent Values anew."""
        self._seeing.recent.clear()


def _events(info: Followed) -> int:
    if not info.is_constructor:
        return _EVENTS.PY_START | _EVENTS.PY_RETURN
    # What ``__new__`` gives is seen when it comes back from an op.
    return _EVENTS.PY_START if info.code.co_name == "__init__" else 0
