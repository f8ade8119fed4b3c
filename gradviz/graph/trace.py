"""Seeing Values being made, while the person's code runs.

``sys.monitoring`` tells when a function of theirs is called and when it returns;
nothing of theirs is wrapped or changed. A Value belongs to the innermost call in which
it was created directly and which returned it: ``a - b`` is made by ``__add__`` and
``__mul__`` where ``__sub__`` is written with them. A call that gives a Value which it
only passes on a ``_backward`` of its own takes it over.
"""

import gc
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import is_
from types import CodeType, FrameType, FunctionType
from typing import Final

from gradviz.graph.adapter import Adapters
from gradviz.graph.followed import Followed
from gradviz.graph.following import (
    Following,
    all_in,
    holds,
    is_own,
    sees_making_of,
)
from gradviz.graph.held import PLAIN, held_by, reached_from
from gradviz.graph.made import ABSENT, Entry, Made, made_from, packed

RECENT = 2000
"""How many of the Values made last are kept for the list of graphs."""

_LOOKS = 4
"""Results of a function that are looked at, for whether they reach their operands."""

_MANY = 200
"""Values that a call may make and not return, before they are taken for leaves."""

_SWEEP = 50_000
"""Entries from which on those of dead Values are looked for, at every doubling."""

_TOOLS = (3, 4, 0, 1, 2, 5)

_NAME: Final = "gradviz trace"

_EVENTS = sys.monitoring.events


def _nothing(value: object) -> None:
    """Nobody has asked for the Values met."""


class _Call:
    """A call that has not returned yet."""

    __slots__ = ("created", "info", "inner", "passed", "serial")

    def __init__(self, info: Followed, passed: tuple[object, ...], serial: int) -> None:
        self.info = info
        self.passed = passed
        self.serial = serial
        self.created: dict[int, tuple[object, Entry]] = {}
        self.inner = False


class _Calls(threading.local):
    """The calls of one thread, the outermost first."""

    def __init__(self) -> None:
        self.open: list[_Call] = []


class Trace:
    """Sees the construction of Values.

    Attributes:
        place: The name of the cell or script that is running, for Values whose line is
            not known.
        on_met: Is given the first Values that each function makes, and their operands.
    """

    def __init__(self, adapters: Adapters) -> None:
        self.place = ""
        self.on_met: Callable[[object], None] = _nothing
        self._adapters = adapters
        adapters.while_probing = self.paused
        self._own = Following(self._on_followed)
        adapters.ops_of = self._own.ops_of
        self._entries: dict[int, Entry] = {}
        self._sweep_at = _SWEEP
        self._recent: deque[object] = deque(maxlen=RECENT)
        self._calls = _Calls()
        self._serial = 0
        self._tool: int | None = None
        self._quiet = False

    @property
    def literals(self) -> set[float]:
        """The floats that stand in the functions followed, without sign."""
        return self._own.literals

    def watch(self, code: CodeType) -> None:
        """Follow every function in a piece of the person's compiled code."""
        self._own.watch(code)

    def watch_class(self, cls: type) -> None:
        """Follow the methods of a class, wherever it was defined."""
        self._own.watch_class(cls)

    def _on_followed(self, info: Followed) -> None:
        if self._tool is not None:
            sys.monitoring.set_local_events(self._tool, info.code, _events(info))

    # On and off

    def start(self) -> None:
        """Begin to see; does nothing where it already does, or where others trace."""
        if self._tool is not None:
            return
        monitoring = sys.monitoring
        tool = next((t for t in _TOOLS if monitoring.get_tool(t) is None), None)
        if tool is None:
            return
        monitoring.use_tool_id(tool, _NAME)
        self._tool = tool
        monitoring.register_callback(tool, _EVENTS.PY_START, self._on_start)
        monitoring.register_callback(tool, _EVENTS.PY_RETURN, self._on_return)
        monitoring.register_callback(tool, _EVENTS.PY_UNWIND, self._on_unwind)
        monitoring.set_events(tool, _EVENTS.PY_UNWIND)
        for info in self._own.functions.values():
            monitoring.set_local_events(tool, info.code, _events(info))

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
        self._calls = _Calls()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """See nothing meanwhile: gradviz itself calls functions of theirs."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    # What was seen

    def made(self, value: object) -> Made | None:
        """Return how a Value was made, None where that was not seen."""
        entry = self._entries.get(id(value))
        if entry is None or entry.kind is not type(value):
            return None
        return made_from(entry, value)

    def recent(self) -> list[object]:
        """Return the last Values made, in order, each once."""
        found = {id(v): v for v in self._recent if self._adapters.is_value(v)}
        return list(found.values())

    def recent_objects(self) -> list[object]:
        """Return the last objects made of any class of the person's own, in order."""
        return list({id(thing): thing for thing in self._recent}.values())

    def forget_recent(self) -> None:
        """Begin the list of recent Values anew."""
        self._recent.clear()

    # While their code runs: nothing here may raise, nor call anything of theirs

    def _on_start(self, code: CodeType, offset: int) -> None:
        if self._quiet:
            return
        try:
            info = self._own.functions.get(id(code))
            if info is None:
                return
            frame = sys._getframe(1)
            if info.is_constructor:
                self._construct(info, frame)
                return
            if info.names is None:
                info.names = frame.f_globals
            names = frame.f_locals
            passed = tuple([names.get(name, ABSENT) for name in info.parameters])
            if passed:
                kind = type(passed[0])
                if kind not in self._own.types and kind not in PLAIN:
                    self._meet(kind, info)
            self._calls.open.append(_Call(info, passed, self._serial))
        except Exception:
            return

    def _on_unwind(self, code: CodeType, offset: int, error: BaseException) -> None:
        calls = self._calls.open
        if calls and calls[-1].info.code is code:
            try:
                self._close(calls.pop())
            except Exception:
                return

    def _on_return(self, code: CodeType, offset: int, result: object) -> None:
        if self._quiet:
            return
        try:
            calls = self._calls.open
            if not calls:
                return
            if calls[-1].info.code is not code and not any(
                call.info.code is code for call in calls
            ):
                return  # called before the trace was on
            call = calls.pop()
            while call.info.code is not code:
                self._close(call)
                call = calls.pop()
            if call.created or type(result) in self._own.types:
                self._returned(call, result, sys._getframe(1))
            elif type(result) not in PLAIN:
                self._meet_result(call, result, sys._getframe(1))
        except Exception:
            return

    def _construct(self, info: Followed, frame: FrameType) -> None:
        """A new object begins its life."""
        if info.code.co_name == "__new__":
            return  # it comes back as a result
        first = info.parameters[0]
        value = frame.f_locals[first]
        kind = type(value)
        if kind not in self._own.types:
            self.watch_class(kind)
        calls = self._calls.open
        if calls and id(value) in calls[-1].created:
            return  # a constructor that calls the one it inherits
        entry = self._new(kind, frame.f_back)
        self._recent.append(value)
        if calls:
            created = calls[-1].created
            if len(created) >= _MANY:
                self._keep_leaves(created)
            created[id(value)] = (value, entry)
        else:
            self._entries[id(value)] = entry

    def _new(self, kind: type, frame: FrameType | None) -> Entry:
        self._serial += 1
        entry = Entry(kind, self._serial, self.place)
        self._set_place(entry, frame, self._own.methods.get(kind, _NONE))
        return entry

    def _set_place(
        self, entry: Entry, frame: FrameType | None, skipped: set[int]
    ) -> None:
        """Remember the innermost line of theirs outside the Value's class."""
        bodies = self._own.bodies
        for _ in range(40):
            if frame is None:
                return
            code = frame.f_code
            if id(code) in bodies and id(code) not in skipped:
                entry.code, entry.offset = code, frame.f_lasti
                return
            frame = frame.f_back

    def _meet(self, kind: type, info: Followed) -> None:
        """A method of a class not met before, whose constructor may be unwatched."""
        if info.owner is not None and not issubclass(kind, type):
            self.watch_class(kind)

    def _meet_result(self, call: _Call, result: object, frame: FrameType) -> None:
        """A class whose construction can't be seen, or was not until now."""
        kind = type(result)
        if not is_own(kind) or any(result is item for item in call.passed):
            return
        self.watch_class(kind)
        self._returned(call, result, frame)

    def _close(self, call: _Call) -> None:
        """A call that raised, or whose end was not seen: what it made are leaves."""
        calls = self._calls.open
        if calls:
            calls[-1].created.update(call.created)
        else:
            self._keep_leaves(call.created)

    def _keep_leaves(self, created: dict[int, tuple[object, Entry]]) -> None:
        for identity, (_, entry) in created.items():
            self._entries[identity] = entry
        created.clear()

    def _returned(self, call: _Call, result: object, frame: FrameType) -> None:
        """Tell what a call made from what it created and returned."""
        created = call.created
        if type(result) is tuple or type(result) is list:
            for index, value in enumerate(result):
                self._result(call, value, index, frame)
        else:
            self._result(call, result, -1, frame)
        if created:
            self._made_aside(call, result)

    def _result(self, call: _Call, value: object, index: int, frame: FrameType) -> None:
        mine = call.created.pop(id(value), None)
        if mine is not None:
            self._made(call, value, mine[1], index, frame)
            return
        kind = type(value)
        if kind not in self._own.types:
            return
        entry = self._entries.get(id(value))
        if entry is None:
            if not self._is_passed(call, value) and not sees_making_of(kind):
                self._recent.append(value)
                self._made(call, value, self._new(kind, frame), index, frame)
        elif (
            call.info.hooks
            and entry.serial > call.serial
            and self._gave_hook(call, value)
        ):
            entry.unit = True
            self._made(call, value, entry, index, frame)

    def _is_passed(self, call: _Call, value: object) -> bool:
        return any(value is item for item in call.passed)

    def _gave_hook(self, call: _Call, value: object) -> bool:
        """Whether a function nested in this call sits on a Value it passes on."""
        hooks = call.info.hooks
        return any(
            type(held) is FunctionType and id(held.__code__) in hooks
            for held in held_by(value).values()
        )

    def _made(
        self, call: _Call, value: object, entry: Entry, index: int, frame: FrameType
    ) -> None:
        """This call is the maker of ``value``."""
        info = call.info
        identity = id(value)
        names = frame.f_locals
        final = tuple([names.get(name, ABSENT) for name in info.parameters])
        types = self._own.types
        family = self._own.families[entry.kind]
        for item in final:
            if type(item) in family or holds(item, family):
                break
        else:
            # A Value made of plain numbers is a leaf, of whoever called for it.
            self._hand_up(value, entry)
            return
        if info.looked < _LOOKS and not info.strong:
            info.looked += 1
            reached = reached_from(value)
            info.strong = not all(all_in(item, types, reached) for item in final)
            if info not in (makers := self._own.makers.setdefault(entry.kind, [])):
                makers.append(info)
        arguments = packed(final, types, info.strong)
        passed = None
        if not all(map(is_, final, call.passed)):
            passed = packed(call.passed, types, info.strong)
        entry.maker = info
        entry.making = (
            arguments, passed, index, call.serial, self._serial, call.inner
        )  # fmt: skip
        if (
            not self._own.is_method(info, entry.kind)
            or id(entry.code) in self._own.functions
        ):
            self._set_place(
                entry, frame.f_back, self._own.methods.get(entry.kind, _NONE)
            )
        if info.strong:
            entry.watch_end_of(value, self._entries)
        self._entries[identity] = entry
        if len(self._entries) > self._sweep_at:
            self._sweep()
        calls = self._calls.open
        if calls:
            calls[-1].inner = True
        if info.met < _LOOKS:
            info.met += 1
            for item in (value, *final):
                if type(item) in types:
                    self.on_met(item)

    def _sweep(self) -> None:
        """Forget the Values that are no more; nothing else tells of their end."""
        types = self._own.types
        live = {id(thing) for thing in gc.get_objects() if type(thing) in types}
        for identity in [i for i in self._entries if i not in live]:
            del self._entries[identity]
        self._sweep_at = max(_SWEEP, 2 * len(self._entries))

    def _hand_up(self, value: object, entry: Entry) -> None:
        calls = self._calls.open
        if calls:
            calls[-1].created[id(value)] = (value, entry)
        else:
            self._entries[id(value)] = entry

    def _made_aside(self, call: _Call, result: object) -> None:
        """What a call created and did not return: constants of an op, or leaves."""
        entry = self._entries.get(id(result))
        is_op = (
            entry is not None
            and entry.serial > call.serial
            and (
                entry.maker is call.info or self._own.is_method(call.info, type(result))
            )
        )
        if is_op:
            for identity, (_, made) in call.created.items():
                made.constant = True
                self._entries[identity] = made
        else:
            self._close(call)
        call.created = {}


_NONE: set[int] = set()


def _events(info: Followed) -> int:
    if info.is_constructor and info.code.co_name == "__init__":
        return _EVENTS.PY_START
    return _EVENTS.PY_START | _EVENTS.PY_RETURN
