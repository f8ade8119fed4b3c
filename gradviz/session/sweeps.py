"""Calls of many hooks that are known when the first of them begins.

Nearly every backward pass ends in ``for v in reversed(topo): v._backward()``, in a
function or in a cell (``loops``). All that this will do is known from bytecode and the
Values, and nothing but hooks can write until it ends. So how the Values stand is read
once, as it begins, and then it runs at full speed: to watch a call costs more than the
call.
"""

from types import CodeType, FrameType
from typing import Any

from gradviz.session.hooks import methods_of
from gradviz.session.loops import (
    Loop,
    Sweep,
    instructions_of_loops,
    jumps_over,
    loops_in,
    sweep,
)
from gradviz.session.noting import Shape


class Sweeps:
    """The loops that are known, and the one that runs.

    Attributes:
        loops: By the ``id()`` of the code and the offset of the call that begins them.
        running: The one that runs.
    """

    def __init__(self) -> None:
        """Know no loop yet."""
        self.loops: dict[tuple[int, int], Loop] = {}
        self.offsets: set[int] = set()
        """The offsets of these calls."""
        self.before: dict[int, int] = {}
        """Where the first loop in code begins, by the ``id()`` of the code: a call
        before that, which was none of a hook, need not be told again."""
        self.running: Sweep | None = None
        self._met: dict[int, CodeType] = {}
        self._shape: Shape | None = None
        self._complete: set[Loop] = set()
        """Those that have called all operands of what they call."""

    def know(self, shape: Shape | None) -> None:
        """Read from now on Values of this shape, none where it is not known."""
        self._shape = shape if shape is not None and shape.can_sweep else None

    def expect(self, kind: type) -> list[CodeType]:
        """Return what is such in the methods of a class, before one is called."""
        outer = [method.__code__ for method in methods_of(kind).values()]
        codes = [c for o in outer for c in (o, *o.co_consts) if type(c) is CodeType]
        return [code for code in codes if id(code) not in self._met and self.meet(code)]

    def meet(self, code: CodeType) -> bool:
        """Find the loops in code that calls hooks; return whether there are any.

        It takes as long as a pass over a small graph, so that it is done only once.
        """
        found: dict[tuple[int, int], Loop] = {}
        shape = self._shape
        if id(code) not in self._met and shape is not None:
            self._met[id(code)] = code
            listed = instructions_of_loops(code)
            for at, loop in loops_in(code, listed):
                if loop.hook == shape.adapter.hook:
                    found[id(code), at] = loop
            self.loops.update(found)
            self.offsets.update(at for _, at in found)
            first = min((at for _, at in found), default=0)
            if not any(jumps_over(entry, first) for entry in listed):
                self.before[id(code)] = first
        return bool(found)

    def begin(
        self, code: CodeType, offset: int, called: object, what: Any
    ) -> Sweep | None:
        """Read all that a loop will call, if it begins with what is called now.

        Args:
            code: The code that calls.
            offset: Where it calls.
            called: What it calls.
            what: With what.
        """
        loop, shape = self.loops[id(code), offset], self._shape
        if shape is None:
            return None
        try:
            values = loop.given(offset, called, what)
            is_complete = loop in self._complete
            self.running = running = sweep(loop, values, shape, is_complete)
            # Of leaves alone, nothing can be told.
            if not is_complete and len(running.values) == len(values) > 1:
                self._complete.add(loop)
        except LookupError:
            return None
        except Exception:  # reading an attribute may run code of theirs
            del self.loops[id(code), offset]
            return None
        return self.running

    def goes_on(self, code: CodeType, offset: int) -> bool:
        """Whether a call is one of the loop that runs."""
        loop = self.running.loop if self.running is not None else None
        return loop is not None and loop.code is code and loop.call == offset

    def doubt(self, loop: Loop) -> None:
        """Read operands as well: a loop does not call them all."""
        self._complete.discard(loop)

    def end(self) -> Sweep | None:
        """The loop has ended, if one ran; return what stands for it in the log."""
        running, self.running = self.running, None
        return running

    def stop(self, frame: FrameType | None) -> None:
        """No more is recorded: leave to others what a loop that runs is yet to call.

        Args:
            frame: What runs; the loop is beneath it.
        """
        while self.running is not None and frame is not None:
            self.fail(frame)
            frame = frame.f_back
        self.running = None

    def fail(self, frame: FrameType) -> None:
        """What runs is left: calls that are yet to come in its loop won't be made."""
        running = self.running
        if running is not None and running.loop.code is frame.f_code:
            running.stop(frame)
