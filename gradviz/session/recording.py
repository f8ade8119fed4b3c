"""The calls of ``_backward`` that the person's code makes.

``sys.monitoring`` tells when a hook starts, or what the loop that runs the hooks calls
(``drivers``), and nothing else: other code runs at full speed, and so does everything
while the recorder is stopped. At the start of each call the Values that the hook sees
are noted, as they stand (``log``). Where a loop does nothing but call hooks, that is
done at once for all that it will call (``sweeps``). What each call wrote is found only
when it is asked for, by making the calls again (``repeating``).
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import get_ident
from types import CodeType, FrameType, FunctionType

from gradviz.graph.adapter import AdapterError, Adapters
from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import captured_by
from gradviz.session import drivers
from gradviz.session.drivers import Driver, can_drive
from gradviz.session.hooks import Hook, compiled, hook_beneath, seen_by
from gradviz.session.log import Log
from gradviz.session.recursions import Recursion
from gradviz.session.repeating import Repetition
from gradviz.session.sweeps import Sweeps
from gradviz.session.timeline import RecordedStep, Recording

__all__ = ["RecordedStep", "Recorder", "Recording"]

LIMIT = 100_000
"""Calls that are kept, unless told otherwise."""

_TOOLS = (4, 3, 0, 1, 2, 5)
_NAME = "gradviz recorder"
_EVENTS = sys.monitoring.events
_ALL = (
    _EVENTS.PY_START,
    _EVENTS.CALL,
    _EVENTS.PY_RETURN,
    _EVENTS.INSTRUCTION,
    _EVENTS.PY_UNWIND,
)

_Callbacks = tuple[Callable[..., None], Callable[..., object], Callable[..., None]]


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
        self._hooks: dict[int, Hook] = {}
        self._log = Log(limit, self._hooks)
        self._idle: dict[int, CodeType] = {}
        """Hooks that can touch nothing."""
        self._drivers: dict[int, Driver] = {}
        """Code that calls hooks."""
        self._caller: CodeType | None = None
        """The code that has called the driver which runs, where that calls itself."""
        self._quiet: set[int] = set()
        """Drivers that don't tell of the calls in their loops."""
        self._sweeps = Sweeps(self._log.entries, self._log.put_aside)
        self._grouped: list[CodeType] = []
        """Hooks that can be seen from their drivers."""
        self._left: FrameType | None = None
        """What an exception has left first, until that is seen to."""
        self._callbacks: _Callbacks | None = None
        """What is compiled, kept as it gets quicker with use."""
        self._thread = 0
        self._tool: int | None = None

    @property
    def place(self) -> str:
        """What is running now: the name of a cell or a script."""
        return self._log.place

    @place.setter
    def place(self, place: str) -> None:
        self._log.place = place

    # What is watched

    def watch_hook(self, code: CodeType, value: object) -> None:
        """Record the calls of a hook, on this Value and on every other.

        Args:
            code: The code of the hook. A ``partial`` or a callable object has it in the
                function beneath (``hooks.hook_beneath``).
            value: A Value that carries it.
        """
        known = self._hooks.get(id(code))
        if (known is not None and known.quick is None) or id(code) in self._idle:
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
                if not seen:
                    self._idle[id(code)] = code
                    self._learnt()
                return
            self._hooks[id(code)] = known
            for driver in self._sweeps.expect(type(value)):
                self._meet(driver)
            self._learnt()
        elif known.has_news(seen):
            known.learn(seen, value)
            self._learnt()

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
        if self._thread != get_ident():
            self._thread = get_ident()
            self._callbacks = None
        self._tool = tool
        self._call_back()
        monitoring.set_events(tool, _EVENTS.PY_UNWIND)
        self._quiet.clear()
        for driver in self._drivers.values():
            self._follow(driver)

    def stop(self) -> None:
        """Stop recording; what was recorded stays."""
        if self._tool is None:
            return
        self._sweeps.stop(sys._getframe())
        monitoring, tool = sys.monitoring, self._tool
        self._tool = None
        for event in _ALL:
            monitoring.register_callback(tool, event, None)
        monitoring.set_events(tool, 0)
        codes = [driver.code for driver in self._drivers.values()]
        codes += [hook.code for hook in self._hooks.values()]
        codes += [] if self._caller is None else [self._caller]
        self._caller = None
        for code in codes:
            monitoring.set_local_events(tool, code, 0)
        monitoring.free_tool_id(tool)

    # What was recorded

    def mark(self) -> int:
        """Return the position in the log, for ``steps``."""
        return self._log.position()

    def forget(self) -> None:
        """Forget every call, and let go of the Values."""
        self._log.clear()

    def steps(self, live: LiveGraph, since: int = 0) -> Recording:
        """Return the calls on the Values of a graph, and the writes between them.

        The calls are made again; afterwards the Values are as before.

        Args:
            live: The graph, with the Values as the person's code has left them.
            since: A position in the log; earlier calls are left out.

        Raises:
            KeyboardInterrupt: The person has interrupted their code.
        """
        calls, lost = self._log.calls(since)
        runs = self._tool is not None
        self.stop()
        try:
            return Repetition(live, calls).recording(self.place, lost)
        finally:
            if runs:
                self.start()

    # While their code runs

    def _learnt(self) -> None:
        """Let what is known of hooks take effect, once no loop runs that was read."""
        self._callbacks = None
        if not self._sweeps.runs:
            self._call_back()

    def _call_back(self) -> None:
        """Be called when a hook starts or is called by its driver, if this is on."""
        if self._tool is None:
            return
        if self._callbacks is None:
            self._callbacks = self._compiled()
        start, call, leave = self._callbacks

        def unwind(code: CodeType, _: int, __: BaseException) -> None:
            if id(code) in self._drivers and get_ident() == self._thread:
                # After a RecursionError there is no stack yet for calls of ours.
                self._left = self._left or sys._getframe(1)
                self._sweeps.fail(self._left)
                self._left = None
                leave()

        callbacks = (start, call, leave, leave, unwind)
        for event, callback in zip(_ALL, callbacks, strict=True):
            sys.monitoring.register_callback(self._tool, event, callback)
        for hook in self._hooks.values():
            sys.monitoring.set_local_events(self._tool, hook.code, _EVENTS.PY_START)
        leave()

    def _compiled(self) -> _Callbacks:
        names = {
            "ident": get_ident,
            "thread": self._thread,
            "entries": self._log.entries,
            "most": self._log.most,
            "roll": self._log.roll,
            "come_from": self._log.come_from,
            "site": self._log.site,
        }
        for hook in self._hooks.values():
            if hook.quick is not None:
                self._log.expect(1 + hook.quick[0].size)
        self._sweeps.know(self._hooks.values())
        groups = drivers.grouped(self._hooks.values())
        self._grouped = [code for group in groups for code in group.codes]
        of_drivers = {
            "enter": self._enter,
            "restore": self._restore,
            "loops": self._sweeps.loops,
            "sweep": self._sweep,
            "goes_on": self._goes_on,
            "recurs": self._recurs,
            "missed": self._missed,
            "tire": self._tire,
        }
        of_hooks = {
            "frame": sys._getframe,
            "log": self._log.entries.extend,
            "begin": self._begin,
            "meet": self._meet,
        }
        all_close = all(hook.code.co_freevars for hook in self._hooks.values())
        call, leave = drivers.compiled(
            groups, self._idle.values(), all_close, names | of_drivers
        )
        return compiled(self._hooks.values(), names | of_hooks), call, leave

    def _meet(self, code: CodeType) -> None:
        """Find code that calls hooks."""
        if (
            id(code) not in self._drivers
            and id(code) not in self._hooks
            and can_drive(code)
        ):
            self._drivers[id(code)] = driver = Driver(code)
            self._sweeps.meet(code)
            self._follow(driver)

    def _follow(self, driver: Driver) -> None:
        self._listen(driver.code, driver.events)

    def _listen(self, code: CodeType, events: int) -> None:
        if self._tool is not None:
            sys.monitoring.set_local_events(self._tool, code, events)

    def _enter(self, code: CodeType, watched: Callable[..., object]) -> bool:
        """See hooks only be called by a driver, if it can be told when that ends."""
        if self._tool is None:
            return False
        driver = self._drivers[id(code)]
        if driver.recurs and not (self._is_alone(code) and self._watch_caller(code)):
            driver.recurs = False
            self._listen(code, 0)
            self._follow(driver)
            return False
        sys.monitoring.register_callback(self._tool, _EVENTS.CALL, watched)
        for hook in self._grouped:
            self._listen(hook, 0)
        return True

    def _restore(self, call: Callable[..., object]) -> None:
        """See hooks start again, as no driver runs."""
        self._swept()
        if self._tool is not None:
            sys.monitoring.register_callback(self._tool, _EVENTS.CALL, call)
        if self._caller is not None:
            driver = self._drivers.get(id(self._caller))
            self._listen(self._caller, driver.events if driver is not None else 0)
            self._caller = None
        for hook in self._hooks.values():
            self._listen(hook.code, _EVENTS.PY_START)
        if self._callbacks is None:
            self._call_back()

    def _recurs(self, code: CodeType, is_entered: bool) -> bool:
        """A driver calls itself: no more be told of every end, only of the last one.

        Returns:
            Whether it need not be told again that it does.
        """
        driver = self._drivers[id(code)]
        if not self._is_alone(code):
            return False
        if not driver.recurs:
            driver.recurs = True
            self._follow(driver)
            return not is_entered or self._watch_caller(code)
        return True

    def _is_alone(self, code: CodeType) -> bool:
        """Whether no class has another driver of this name, for the same place."""
        found = (getattr(kind, code.co_name, None) for kind in self._adapters.kinds)
        return all(getattr(f, "__code__", code) is code for f in found)

    def _watch_caller(self, code: CodeType) -> bool:
        """Be told when the code goes on that has called a driver."""
        frame = drivers.caller_of(code, sys._getframe(2))
        if frame is None:
            return False
        self._caller = frame.f_code
        self._listen(self._caller, _EVENTS.INSTRUCTION)
        return True

    def _sweep(self, code: CodeType, offset: int, called: object, what: object) -> bool:
        """Read what a loop will call; else be told of its calls again."""
        recurs = isinstance(self._sweeps.loops[id(code), offset], Recursion)
        if (not recurs or self._recurs(code, False)) and (
            self._sweeps.begin(code, offset, called, what)
        ):
            self._left = None
            if recurs:
                self._watch_caller(code)
            for hook in self._hooks.values():
                self._listen(hook.code, 0)
            return True
        self._be_told(code)
        return False

    def _be_told(self, code: CodeType) -> None:
        """Be told again of the calls in loops."""
        if id(code) in self._quiet:
            self._quiet.discard(id(code))
            self._listen(code, 0)
            self._follow(self._drivers[id(code)])

    def _goes_on(self, code: CodeType, offset: int) -> bool:
        """Whether a call is one of a loop that was read, which need not be told."""
        if not self._sweeps.goes_on(code, offset):
            return False
        self._quiet.add(id(code))
        return True

    def _swept(self) -> None:
        """A loop has ended, if one ran."""
        sweep = self._sweeps.end()
        if sweep is not None:
            if not sweep.loop.tells:
                self._be_told(sweep.loop.code)
            # Up to half of the Values are leaves, which are no calls.
            self._log.expect(2 * (sweep.size // max(len(sweep.values), 1) + 1))
            if len(self._log.entries) > self._log.most:
                self._log.roll()

    def _tire(self, code: CodeType) -> None:
        """Stop following code that calls much besides hooks."""
        driver = self._drivers[id(code)]
        driver.patience -= 1
        if driver.patience == 0 and self._tool is not None:
            sys.monitoring.set_local_events(self._tool, code, 0)

    def _missed(self, hook: FunctionType) -> bool:
        """Log a call by ordinary code; return whether it was that of a hook."""
        code = hook.__code__
        if code in self._grouped:
            self._begin(code, captured_by(hook))
        return id(code) in self._hooks

    def _begin(self, code: CodeType, seen: Mapping[str, object]) -> None:
        """Log a start by ordinary code."""
        with suppress(Exception):  # reading an attribute may run code of theirs
            size = self._hooks[id(code)].begin(seen, self._log.entries.extend)
            self._log.expect(size)
        if len(self._log.entries) > self._log.most:
            self._log.roll()
