"""What is learnt from each call and each return of the person's functions.

Every Value costs a few of these events, and training makes millions of Values: what is
kept of one is a plain tuple of what the garbage collector need not look at, and what
a call needs is used again by the next.
"""

from collections import deque
from collections.abc import Callable
from sys import _getframe
from types import CodeType, FrameType

from gradviz.graph.followed import Created, Followed, Line, OpenCall, OpenCalls
from gradviz.graph.following import (
    Following,
    all_in,
    gave_hook,
    holds,
    is_own,
)
from gradviz.graph.held import PLAIN, reached_from
from gradviz.graph.made import MAKER, SERIAL, packed
from gradviz.graph.memory import Memory

RECENT = 2000
"""How many of the Values made last are kept for the list of graphs."""

_LOOKS = 4
"""Results of a function that are looked at, for whether they reach their operands."""

_MANY = 200
"""Values that a call may make and not return, before they are taken for leaves."""

_DEEP = 40
"""How many calls up the line that made a Value is looked for."""

_UNKNOWN = (None, 0)


def _nothing(value: object) -> None:
    """Nobody has asked for the Values met."""


class Seeing:
    """Gathers how Values are made, from the calls and returns it is told of.

    Nothing here may raise, nor call anything of the person's.

    Attributes:
        place: The name of the cell or script that is running.
        quiet: Whether nothing is to be seen.
        kept: What is known of each Value, by ``id()``.
        recent: The last objects made.
        on_met: Is given the first Values that each function makes, and their operands.
    """

    def __init__(self, own: Following) -> None:
        self.place = ""
        self.quiet = False
        self.recent: deque[object] = deque(maxlen=RECENT)
        self.on_met: Callable[[object], None] = _nothing
        self._own = own
        self._types = own.types
        self._functions = own.functions
        self._unseen = own.unseen
        self._families = own.families
        self._methods = own.methods
        self._bodies = own.bodies
        self._memory = Memory()
        self.kept = self._memory.kept
        self._calls = OpenCalls()
        self._spare: list[OpenCall] = []
        self._serial = 0

    def forget_calls(self) -> None:
        """No call seen so far will be seen to return."""
        for call in self._calls.open:
            self._keep_leaves(call.created)
        self._calls = OpenCalls()

    # The events

    def on_start(self, code: CodeType, offset: int) -> None:
        """A function begins."""
        if self.quiet:
            return
        try:
            info = self._functions[id(code)]
            if info.is_constructor:
                self._construct(info, _getframe(1))
                return
            passed = None
            if info.changes or info.started < _LOOKS:
                passed = self._passed(info, _getframe(1))
            call = self._spare.pop() if self._spare else OpenCall()
            call.info = info
            call.passed = passed
            call.serial = self._serial
            call.inner = False
            self._calls.open.append(call)
        except Exception:
            return

    def on_return(self, code: CodeType, offset: int, result: object) -> None:
        """A function returns."""
        if self.quiet:
            return
        try:
            still_open = self._calls.open
            if not still_open:
                return
            if still_open[-1].info.code is not code and not self._close_down_to(code):
                return  # called before the trace was on
            call = still_open.pop()
            created, kind = call.created, type(result)
            if created and (mine := created.pop(id(result), None)) is not None:
                self._made(call, result, -1, _getframe(1), mine)
            elif created or kind in self._unseen or call.info.hooks:
                self._returned(call, result, _getframe(1))
            elif kind not in PLAIN and kind not in self._types:
                self._meet_result(call, result, _getframe(1))
            call.passed = None
            self._spare.append(call)
        except Exception:
            return

    def on_unwind(self, code: CodeType, offset: int, error: BaseException) -> None:
        """A function is left by an exception."""
        try:
            still_open = self._calls.open
            if still_open and still_open[-1].info.code is code:
                self._close(still_open.pop(), _getframe(1))
        except Exception:
            return

    # Calls

    def _passed(self, info: Followed, frame: FrameType) -> tuple[object, ...]:
        """Read the arguments of a call that begins, and meet what it is a method of."""
        info.started += 1
        if info.names is None:
            info.names = frame.f_globals
        passed = info.read(frame.f_locals)
        if passed:
            kind = type(passed[0])
            if (
                kind not in self._types
                and kind not in PLAIN
                and info.owner is not None
                and not issubclass(kind, type)
            ):
                # Its constructor may be unwatched.
                self._own.watch_class(kind)
        return passed

    def _close_down_to(self, code: CodeType) -> bool:
        """Close the calls whose end was not seen, if one of this code is below."""
        still_open = self._calls.open
        if not any(call.info.code is code for call in still_open):
            return False
        while still_open[-1].info.code is not code:
            self._close(still_open.pop(), None)
        return True

    def _close(self, call: OpenCall, frame: FrameType | None) -> None:
        """What a call made and did not return are leaves, of whoever called it."""
        for value, serial, line in call.created.values():
            if line is None:
                line = self._line_outside(frame and frame.f_back, type(value))
            self._hand_up(value, serial, line)
        call.created.clear()

    def _hand_up(self, value: object, serial: int, line: Line) -> None:
        still_open = self._calls.open
        if still_open:
            still_open[-1].created[id(value)] = (value, serial, line)
        else:
            self._keep_leaf(value, serial, line)

    def _keep_leaves(self, created: dict[int, Created]) -> None:
        for value, serial, line in created.values():
            self._keep_leaf(value, serial, line or _UNKNOWN)
        created.clear()

    def _keep_leaf(
        self, value: object, serial: int, line: Line, constant: bool = False
    ) -> None:
        self.kept[id(value)] = (
            self._types[type(value)], serial, self.place, line[0], line[1], constant,
        )  # fmt: skip

    # Values

    def _construct(self, info: Followed, frame: FrameType) -> None:
        """A new object begins its life."""
        value = frame.f_locals[info.parameters[0]]
        kind = type(value)
        if kind not in self._types:
            self._own.watch_class(kind)
        still_open = self._calls.open
        if not still_open:
            line = self._line_outside(frame.f_back, kind)
            self._serial = serial = self._serial + 1
            self._keep_leaf(value, serial, line)
            self.recent.append(value)
            return
        call = still_open[-1]
        created = call.created
        identity = id(value)
        if identity in created:
            return  # a constructor that calls the one it inherits
        if len(created) >= _MANY:
            self._keep_leaves(created)
        self._serial = serial = self._serial + 1
        if id(call.info.code) in self._methods[kind]:
            created[identity] = (value, serial, None)  # its op returns soon
        else:
            line = self._line_outside(frame.f_back, kind)
            created[identity] = (value, serial, line)
        self.recent.append(value)

    def _line_outside(self, frame: FrameType | None, kind: type) -> Line:
        """Return the innermost line of theirs outside the Value's class."""
        bodies, methods = self._bodies, self._methods[kind]
        left = _DEEP
        while frame is not None and left:
            code = frame.f_code
            identity = id(code)
            if identity in bodies and identity not in methods:
                return code, frame.f_lasti
            frame = frame.f_back
            left -= 1
        return _UNKNOWN

    def _meet_result(self, call: OpenCall, result: object, frame: FrameType) -> None:
        """A class whose construction can't be seen, or was not until now."""
        kind = type(result)
        if not is_own(kind) or self._is_passed(call, result, frame):
            return
        self._own.watch_class(kind)
        self._returned(call, result, frame)

    def _returned(self, call: OpenCall, result: object, frame: FrameType) -> None:
        """Tell what a call made from what it created and returned."""
        if type(result) is tuple or type(result) is list:
            for index, value in enumerate(result):
                self._result(call, value, index, frame)
        else:
            self._result(call, result, -1, frame)
        if call.created:
            self._made_aside(call, result, frame)

    def _result(
        self, call: OpenCall, value: object, index: int, frame: FrameType
    ) -> None:
        mine = call.created.pop(id(value), None)
        if mine is not None:
            self._made(call, value, index, frame, mine)
            return
        if type(value) not in self._types:
            return
        kept = self.kept.get(id(value))
        if kept is None:
            if type(value) in self._unseen and not self._is_passed(call, value, frame):
                self.recent.append(value)
                self._serial += 1
                self._made(call, value, index, frame, (value, self._serial, None))
        elif (
            call.info.hooks
            and kept[SERIAL] > call.serial
            and gave_hook(call.info, value)
        ):
            self._made(call, value, index, frame, (value, kept[SERIAL], None), True)

    def _is_passed(self, call: OpenCall, value: object, frame: FrameType) -> bool:
        passed = call.passed or call.info.read(frame.f_locals)
        return any(value is item for item in passed)

    def _made(
        self,
        call: OpenCall,
        value: object,
        index: int,
        frame: FrameType,
        created: Created,
        unit: bool = False,
    ) -> None:
        """This call is the maker of ``value``."""
        info, types = call.info, self._types
        kind, (_, serial, line) = type(value), created
        final = info.read(frame.f_locals)
        family = self._families[kind]
        for item in final:
            if type(item) in family or holds(item, family):
                break
        else:
            # A Value made of plain numbers is a leaf, of whoever called for it.
            line = line or self._line_outside(frame.f_back, kind)
            self._hand_up(value, serial, line)
            if index < 0 and call.created:
                self._close(call, frame)
            return
        if info.looked < _LOOKS and not info.strong:
            self._look(info, value, final)
        arguments = packed(final, types, info.strong)
        before = call.passed
        passed = None
        if before is not None:
            for position in info.changes:
                if final[position] is not before[position]:
                    passed = packed(before, types, info.strong)
                    break
        if (
            line is None
            or id(line[0]) in self._functions
            or not self._own.is_method(info, kind)
        ):
            line = self._line_outside(frame.f_back, kind)
        identity = id(value)
        self.kept[identity] = (
            types[kind], serial, self.place, line[0], line[1], False, unit, info.code,
            arguments, passed, index, call.serial, self._serial, call.inner,
        )  # fmt: skip
        if info.strong:
            self._memory.watch_end_of(value)
        if len(self.kept) > self._memory.limit:
            self._memory.sweep(types)
        still_open = self._calls.open
        if still_open:
            still_open[-1].inner = True
        if index < 0 and call.created:
            self._keep_constants(call, line)
        if info.met < _LOOKS:
            info.met += 1
            for item in (value, *final):
                if type(item) in types:
                    self.on_met(item)

    def _look(self, info: Followed, value: object, final: tuple[object, ...]) -> None:
        """See whether the results of a function reach their operands."""
        info.looked += 1
        reached = reached_from(value)
        info.strong = not all(all_in(item, self._types, reached) for item in final)
        makers = self._own.makers.setdefault(type(value), [])
        if info not in makers:
            makers.append(info)

    def _made_aside(self, call: OpenCall, result: object, frame: FrameType) -> None:
        """What a call created and did not return: constants of an op, or leaves."""
        kept = self.kept.get(id(result))
        if (
            kept is None
            or kept[SERIAL] <= call.serial
            or (
                kept[MAKER] is not call.info.code
                and not self._own.is_method(call.info, type(result))
            )
        ):
            self._close(call, frame)
            return
        self._keep_constants(call, self._line_outside(frame.f_back, type(result)))

    def _keep_constants(self, call: OpenCall, line: Line) -> None:
        """What an op has turned numbers into; ``line`` is the op's own."""
        for value, serial, its_line in call.created.values():
            self._keep_leaf(value, serial, its_line or line, True)
        call.created.clear()
