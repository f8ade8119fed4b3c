"""The calls of ``_backward`` that the person's code makes.

Of a function that does nothing but call hooks, such as most people's ``backward``, it
is noted how all its Values stand when it starts, and nothing is watched until it ends
(``passes``); in other code that is done for loops which call nothing else (``sweeps``).
Otherwise ``sys.monitoring`` tells when a hook starts, or what the code that runs the
hooks calls (``drivers``), and the Values that the hook sees are noted (``log``). All
else runs at full speed, and so does everything while the recorder is stopped. What each
call wrote is found only when it is asked for, by making the calls again
(``repeating``).
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from operator import is_
from threading import get_ident
from types import CodeType, FrameType, FunctionType

from gradviz.graph.adapter import AdapterError, Adapters
from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import captured_by
from gradviz.session import drivers
from gradviz.session.following import Following
from gradviz.session.hooks import Hook, compiled, does_nothing, hook_beneath, seen_by
from gradviz.session.log import Log
from gradviz.session.noting import shape_of
from gradviz.session.passes import KEY, Ending, Pass, Passes
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
    _EVENTS.PY_UNWIND,
)

_call_back = sys.monitoring.register_callback
_ignore = is_
"""Takes the two arguments of a start and does nothing, in a fifth of the time that a
function of Python's takes."""

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
        self._sweeps = Sweeps()
        self._log = Log(limit, self._hooks, self._sweeps.doubt)
        self._others: dict[int, CodeType] = {}
        """Hooks that touch no Values as far as is known."""
        self._idle: dict[int, CodeType] = {}
        """Those of them that can touch nothing."""
        self._passes = Passes(adapters.kinds)
        self._following = Following(adapters, self._hooks, self._sweeps, self._passes)
        self._passing: Pass | None = None
        """The pass that runs, of which nothing is watched."""
        self._passing_frame = self._ending = 0
        """The ``id()`` of its driver's frame, and of what tells when that goes."""
        self._grouped: list[CodeType] = []
        """Hooks that can be seen from their drivers."""
        self._left: FrameType | None = None
        """What an exception has left first, until that is seen to."""
        self._callbacks: _Callbacks | None = None
        """What is compiled, kept as it gets quicker with use."""
        self._leave: Callable[..., None] = lambda: None
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
        if (known is not None and known.quick is None) or id(code) in self._others:
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
                self._others[id(code)] = code
                if not seen:
                    self._idle[id(code)] = code
                self._learnt()
                return
            self._hooks[id(code)] = known
            self._following.drivers.pop(id(code), None)
            self._learnt()
            self._following.expect(type(value))
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
        self._tool = self._following.tool = tool
        self._call_back()
        monitoring.set_events(tool, _EVENTS.PY_UNWIND)
        self._following.follow_all()

    def stop(self) -> None:
        """Stop recording; what was recorded stays."""
        if self._tool is None:
            return
        self._sweeps.stop(sys._getframe())
        monitoring, tool = sys.monitoring, self._tool
        self._tool = self._following.tool = self._passing = None
        for event in _ALL:
            monitoring.register_callback(tool, event, None)
        monitoring.set_events(tool, 0)
        codes = [driver.code for driver in self._following.drivers.values()]
        codes += [hook.code for hook in self._hooks.values()]
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
        calls, lost, untold = self._log.calls(since)
        runs = self._tool is not None
        self.stop()
        try:
            repetition = Repetition(live, calls, self._hooks)
            recording = repetition.recording(self.place, lost, untold)
            for driver in repetition.doubted:
                self._following.doubt(driver)
            return recording
        finally:
            if runs:
                self.start()

    # While their code runs

    def _learnt(self) -> None:
        """Let what is known of hooks take effect, once no loop runs that was read."""
        self._callbacks = None
        shape = shape_of(self._hooks.values())
        self._sweeps.know(shape)
        # A driver that is called again calls every hook, also those of leaves.
        is_safe = all(map(does_nothing, self._others.values()))
        self._passes.know(shape if is_safe else None)
        if self._sweeps.running is None and self._passing is None:
            self._call_back()

    def _call_back(self) -> None:
        """Be called when a hook starts or is called by its driver, if this is on."""
        if self._tool is None:
            return
        if self._callbacks is None:
            self._callbacks = self._compiled()
        start, call, self._leave = self._callbacks
        leave = self._leave

        def unwind(code: CodeType, _: int, __: BaseException) -> None:
            if id(code) in self._following.drivers and get_ident() == self._thread:
                if id(sys._getframe(1)) == self._passing_frame:
                    self._passed(self._ending)
                # After a RecursionError there is no stack yet for calls of ours.
                self._left = self._left or sys._getframe(1)
                self._sweeps.fail(self._left)
                self._left = None
                leave()

        callbacks = (start, call, leave, unwind)
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
        groups = drivers.grouped(self._hooks.values())
        self._grouped = [code for group in groups for code in group.codes]
        of_drivers = {
            "enter": self._enter,
            "restore": self._restore,
            "loops": self._sweeps.loops,
            "offsets": self._sweeps.offsets,
            "sweep": self._sweep,
            "goes_on": self._following.goes_on,
            "missed": self._missed,
            "tire": self._following.tire,
            "before": self._sweeps.before,
        }
        of_hooks = {
            "frame": sys._getframe,
            "log": self._log.entries.extend,
            "begin": self._begin,
            "meet": self._following.meet,
            "drivers": self._following.drivers,
            "begin_pass": self._begin_pass,
        }
        all_close = all(hook.code.co_freevars for hook in self._hooks.values())
        call, leave = drivers.compiled(
            groups, self._idle.values(), all_close, names | of_drivers
        )
        return compiled(self._hooks.values(), names | of_hooks), call, leave

    def _enter(self, watched: Callable[..., object]) -> bool:
        """See hooks only be called by a driver."""
        if self._tool is None:
            return False
        sys.monitoring.register_callback(self._tool, _EVENTS.CALL, watched)
        for hook in self._grouped:
            self._following.listen(hook, 0)
        return True

    def _restore(self, call: Callable[..., object], was_entered: bool) -> None:
        """See hooks start again, as no driver runs."""
        self._swept()
        if was_entered and self._tool is not None:
            sys.monitoring.register_callback(self._tool, _EVENTS.CALL, call)
            for hook in self._grouped:
                self._following.listen(hook, _EVENTS.PY_START)
        if self._callbacks is None:
            self._call_back()

    def _sweep(self, code: CodeType, offset: int, called: object, what: object) -> bool:
        """Read what a loop will call; else be told of its calls again."""
        sweep = self._sweeps.begin(code, offset, called, what)
        if sweep is None or self._tool is None:
            self._following.be_told(code)
            return False
        self._left = None
        self._log.entries.append(sweep)
        _call_back(self._tool, _EVENTS.PY_START, _ignore)
        return True

    def _swept(self) -> None:
        """A loop has ended."""
        sweep = self._sweeps.end()
        if sweep is not None:
            if self._tool is not None and self._callbacks is not None:
                _call_back(self._tool, _EVENTS.PY_START, self._callbacks[0])
            if not sweep.loop.tells:
                self._following.be_told(sweep.loop.code)
            self._log.weigh(len(sweep.called) // 2 + 1)  # half may be leaves

    def _begin_pass(self, code: CodeType, frame: FrameType) -> None:
        """Note how Values stand as a driver starts, if it can be called again."""
        driver, names = self._following.drivers[id(code)], frame.f_locals
        start = self._passes.drivers.get(id(code))
        passed = start.note(names) if start is not None else None
        if driver.is_followed is (passed is not None):
            driver.is_followed = passed is None
            self._following.follow(driver)
        if passed is None or self._tool is None:
            return
        self._leave()
        self._log.entries.append(passed)
        self._passing = passed
        self._passing_frame = id(frame)
        _call_back(self._tool, _EVENTS.PY_START, passed.started.put)
        self._following.silence(passed.driver)
        names[KEY] = ending = Ending()
        self._ending = id(ending)
        ending.call = self._passed

    def _passed(self, ending: int) -> None:
        """A driver has ended, if it is the one that runs."""
        passed = self._passing
        if passed is None or ending != self._ending:
            return
        self._passing = None
        self._passing_frame = 0
        if self._callbacks is None:
            self._call_back()
        elif self._tool is not None:
            _call_back(self._tool, _EVENTS.PY_START, self._callbacks[0])
        self._following.follow_again(passed.driver)
        self._log.weigh(passed.started.qsize())

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
