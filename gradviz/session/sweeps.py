"""Calls of many hooks that are known when the first of them begins.

Nearly every class's ``backward`` ends in ``for v in reversed(topo): v._backward()``
(``loops``); some call themselves for each operand (``recursions``). All that these will
do is known from bytecode and the Values, and nothing but hooks can write until they
end. So how the Values stand is read once, as they begin, and then they run at full
speed: to watch a call costs more than the call.
"""

import sys
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any

from gradviz.session import descents
from gradviz.session.hooks import ROLES, Hook, is_identifier
from gradviz.session.loops import Loop, Sweep, instructions_of_loops, loops_in
from gradviz.session.recursions import Recursion, recursion_in

_MANY = 5_000
"""Calls that make a piece of the log of their own, as copying takes long."""

_Read = Callable[[Any, list[Any]], None]


class Sweeps:
    """The loops that are known, and the one that runs."""

    def __init__(self, log: list[Any], put_aside: Callable[[list[Any]], None]) -> None:
        """Know no loop yet.

        Args:
            log: Where to put what is read.
            put_aside: Takes what is read of a long loop.
        """
        self._log = log
        self._put_aside = put_aside
        self.loops: dict[tuple[int, int], Loop | Recursion] = {}
        """By the ``id()`` of the code and the offset of the call that begins them."""
        self._met: dict[int, CodeType] = {}
        self._reads: dict[type, _Read] = {}
        self._hook = self._operands = ""
        self._named: frozenset[str] = frozenset()
        """What hooks name."""
        self._roles: tuple[str, ...] = ()
        self._running: Sweep | None = None

    @property
    def runs(self) -> bool:
        """Whether a loop runs that was read."""
        return self._running is not None

    def know(self, hooks: Iterable[Hook]) -> None:
        """Read from now on what these hooks may touch.

        They have to touch nothing but their Value and its operands, and to call no
        other hooks.
        """
        hooks = list(hooks)
        self._reads = {}
        adapters = {hook.adapter for hook in hooks}
        adapter = adapters.pop() if len(adapters) == 1 else None
        if adapter is None or not all(hook.is_alone for hook in hooks):
            return
        found = {role: getattr(adapter, role) for role in ROLES}
        attributes = {role: name for role, name in found.items() if name}
        names = (adapter.hook, adapter.operands, *attributes.values())
        if adapter.takes or adapter.returns or not all(map(is_identifier, names)):
            return
        self._hook, self._operands = hook, operands = adapter.hook, adapter.operands
        self._roles = tuple(attributes)
        self._named = frozenset(name for hook in hooks for name in hook.code.co_names)
        self._reads = {
            Loop: _compiled(hook, operands, attributes),
            Recursion: descents.compiled(hook, operands, attributes),
        }

    def expect(self, kind: type) -> list[CodeType]:
        """Return what is such in the methods of a class, before one is called."""
        found = (getattr(held, "__code__", None) for held in vars(kind).values())
        outer = [code for code in found if isinstance(code, CodeType)]
        codes = [c for o in outer for c in (o, *o.co_consts) if type(c) is CodeType]
        return [code for code in codes if id(code) not in self._met and self.meet(code)]

    def meet(self, code: CodeType) -> bool:
        """Find the loops in code that calls hooks; return whether there are any.

        It takes as long as a pass over a small graph, so that it is done only once.
        """
        found: dict[tuple[int, int], Loop | Recursion] = {}
        if id(code) not in self._met:
            self._met[id(code)] = code
            listed = instructions_of_loops(code)
            found.update(((id(code), at), loop) for at, loop in loops_in(code, listed))
            if (recursion := recursion_in(code, listed)) is not None:
                found[id(code), recursion.call] = recursion
            self.loops.update(found)
        return bool(found)

    def begin(self, code: CodeType, offset: int, called: object, what: Any) -> bool:
        """Read all that a loop will call, if it begins with what is called now.

        Args:
            code: The code that calls.
            offset: Where it calls.
            called: What it calls.
            what: With what.
        """
        loop = self.loops.get((id(code), offset))
        read = self._reads.get(type(loop))
        if loop is None or read is None:
            return False
        if not loop.suits(self._hook, self._operands, self._named):
            return False
        try:
            values = loop.given(offset, called, what, sys._getframe(1))
            sweep = loop.sweep(self._operands, self._roles, values)
            self._log_all(sweep, read)
        except LookupError:
            return False
        except Exception:  # reading an attribute may run code of theirs
            del self.loops[id(code), offset]
            return False
        self._running = sweep
        return True

    def goes_on(self, code: CodeType, offset: int) -> bool:
        """Whether a call is one of the loop that runs."""
        loop = self._running.loop if self._running is not None else None
        return loop is not None and loop.code is code and loop.makes(offset)

    def _log_all(self, sweep: Sweep, read: _Read) -> None:
        is_long = sweep.calls > _MANY
        log = [] if is_long else self._log
        first = len(log)
        try:
            read(sweep, log)
        except Exception:
            del log[first:]
            raise
        sweep.size = len(log) - first - 1
        if is_long:
            self._put_aside(log)

    def end(self) -> Sweep | None:
        """The loop has ended, if one ran; return what stands for it in the log."""
        running, self._running = self._running, None
        return running

    def stop(self, frame: FrameType | None) -> None:
        """No more is recorded: leave to others what a loop that runs is yet to call.

        Args:
            frame: What runs; the loop is beneath it.
        """
        while self._running is not None and frame is not None:
            self.fail(frame)
            frame = frame.f_back
        self._running = None

    def fail(self, frame: FrameType) -> None:
        """What runs is left: calls that are yet to come in its loop won't be made."""
        sweep = self._running
        if sweep is not None and sweep.loop.code is frame.f_code:
            sweep.stop(frame)


def _compiled(hook: str, operands: str, attributes: dict[str, str]) -> _Read:
    """Compile what reads all that a loop will call.

    It goes through the Values once, as there may be more of them than caches hold.

    Args:
        hook: The attribute that is called.
        operands: The container of operands.
        attributes: What is read of each Value, by role.
    """
    numbers = "; ".join(f"log.append(v.{name})" for name in attributes.values())
    source = f"""
def read(sweep, log):
    for v in sweep.values:
        log.append(sweep)
        log.append(v.{hook})
        log.append(v)
        {numbers}
        for v in v.{operands}:
            log.append(v)
            {numbers}
"""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # of attributes' names: all identifiers
    read: _Read = namespace["read"]
    return read
