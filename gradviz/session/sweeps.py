"""Loops that do nothing but call the hook of every Value in a list.

Nearly every class's ``backward`` ends in ``for v in reversed(topo): v._backward()``.
All that such a loop will do is known when it begins, from its bytecode and its list,
and nothing but hooks can write until it ends. So how the Values stand is read once, as
it begins, and then the loop runs at full speed: to watch a call costs more than the
call.
"""

import dis
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FrameType
from typing import Any, NamedTuple

from gradviz.session.hooks import ROLES, Hook, Mark, hook_beneath, is_identifier

_PASSED_OVER = frozenset(
    {"CACHE", "EXTENDED_ARG", "NOP", "NOT_TAKEN", "PRECALL", "PUSH_NULL", "RESUME"}
)
_HALVES = re.compile("(LOAD|STORE)_FAST").findall
_FOR_ITER = dis.opmap["FOR_ITER"]
_SUBSCRIPTS = ("BINARY_SUBSCR", "BINARY_OP")

_FIRSTS = 3
"""Among how many Values that one is which is called when a loop is found."""

_MANY = 5_000
"""Values in a loop that make a piece of the log of their own, as copying takes long."""

_Read = Callable[["Sweep", list[Any]], None]


class Loop(NamedTuple):
    """A loop that does nothing but call hooks.

    Attributes:
        code: The code it is in.
        value: The name of its variable.
        hook: The attribute that is called.
        call: The offset of the call.
        tells: Whether a call of ``reversed``, which is given the list, comes before it.
        values: The name of its list, empty where it has none.
        step: 1, or -1 where it goes through the list backwards.
    """

    code: CodeType
    value: str
    hook: str
    call: int
    tells: bool = True
    values: str = ""
    step: int = -1

    def rest(self, frame: FrameType | None) -> list[Any]:
        """Return the Values whose hooks it is yet to call, soon after it has begun.

        Args:
            frame: What runs; the loop is beneath it.

        Raises:
            LookupError: This can't be told.
        """
        while frame is not None and frame.f_code is not self.code:
            frame = frame.f_back
        if frame is None:
            raise LookupError
        names = frame.f_locals
        values = names[self.values]
        is_other = "reversed" in names or "reversed" in frame.f_globals
        if type(values) is not list or (self.tells and is_other):
            raise LookupError
        ordered = values[:: self.step]
        firsts, present = list(map(id, ordered[:_FIRSTS])), id(names[self.value])
        if firsts.count(present) != 1:
            raise LookupError
        return ordered[firsts.index(present) :]


class Sweep:
    """Stands in the log before what was read of each Value when a loop began.

    After it come the hook, the Value and its numbers, each operand and its numbers.

    Attributes:
        loop: The loop.
        roles: What was read of each Value.
        values: The Values whose hooks the loop calls.
        calls: How many it calls: an exception may prevent the last of them.
        size: How many entries follow, up to the end of all.
    """

    __slots__ = ("calls", "loop", "roles", "size", "values")

    def __init__(self, loop: Loop, roles: tuple[str, ...], values: list[Any]) -> None:
        self.loop = loop
        self.roles = roles
        self.values = values
        self.calls = len(values)
        self.size = 0

    def read(
        self, entries: list[Any], hooks: Mapping[int, Hook]
    ) -> Iterator[tuple[Mark, list[object]]]:
        """Yield the mark of each call and what it read: the first of them, all.

        Args:
            entries: What follows in the log.
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        called, values, numbers = self._parts(entries)
        is_first = True
        for function, value in called[: self.calls]:
            code = getattr(hook_beneath(function), "__code__", None)
            hook = hooks.get(id(code))
            if hook is not None and is_first:
                own = next(i for i, v in enumerate(values) if v is value)
                mark = Mark(hook, len(values), self.roles, own)
                yield mark, [*values, *numbers]
                is_first = False
            elif hook is not None:
                yield Mark(hook, 1, (), 0), [value]

    def _parts(
        self, entries: list[Any]
    ) -> tuple[list[tuple[object, object]], list[object], list[object]]:
        """Return what is called on which Value; all Values; all their numbers."""
        called: list[tuple[object, object]] = []
        values: list[object] = []
        numbers: list[object] = []
        at, count = 0, len(self.roles)
        while at < len(entries):
            if entries[at] is self or at == 0:
                at += at > 0
                called.append((entries[at], entries[at + 1]))
                at += 1
            values.append(entries[at])
            numbers += entries[at + 1 : at + 1 + count]
            at += 1 + count
        return called, values, numbers


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
        self.loops: dict[tuple[int, int], Loop] = {}
        """By the ``id()`` of the code and the offset of the call that begins them."""
        self._met: dict[int, CodeType] = {}
        self._read: _Read | None = None
        self._hook = ""
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
        self._read = None
        adapters = {hook.adapter for hook in hooks}
        adapter = adapters.pop() if len(adapters) == 1 else None
        if adapter is None or not all(hook.is_alone for hook in hooks):
            return
        found = {role: getattr(adapter, role) for role in ROLES}
        attributes = {role: name for role, name in found.items() if name}
        names = (adapter.hook, adapter.operands, *attributes.values())
        if adapter.takes or adapter.returns or not all(map(is_identifier, names)):
            return
        self._hook, self._roles = adapter.hook, tuple(attributes)
        self._read = _compiled(adapter.hook, adapter.operands, attributes)

    def expect(self, kind: type) -> list[CodeType]:
        """Return the methods of a class that have such loops, before one is called."""
        found = (getattr(held, "__code__", None) for held in vars(kind).values())
        codes = [code for code in found if isinstance(code, CodeType)]
        return [code for code in codes if id(code) not in self._met and self.meet(code)]

    def meet(self, code: CodeType) -> bool:
        """Find the loops in code that calls hooks; return whether there are any.

        It takes as long as a pass over a small graph, so that it is done only once.
        """
        found = {}
        if id(code) not in self._met:
            self._met[id(code)] = code
            found = {(id(code), at): loop for at, loop in _loops_in(code)}
            self.loops.update(found)
        return bool(found)

    def begin(self, code: CodeType, offset: int, called: object, values: Any) -> bool:
        """Read all that a loop will call, if it begins with what is called now.

        Args:
            code: The code that calls.
            offset: Where it calls.
            called: What it calls.
            values: With what.
        """
        loop = self.loops.get((id(code), offset))
        if loop is None or self._read is None or loop.hook != self._hook:
            return False
        try:
            if offset == loop.call:
                values = loop.rest(sys._getframe(1))
            elif called is reversed and type(values) is list:
                values = values[::-1]
            else:
                return False
        except LookupError:
            return False
        sweep = Sweep(loop, self._roles, values)
        try:
            self._log_all(sweep, self._read)
        except Exception:  # reading an attribute may run code of theirs
            del self.loops[id(code), offset]
            return False
        self._running = sweep
        return True

    def goes_on(self, code: CodeType, offset: int) -> bool:
        """Whether a call is one of the loop that runs."""
        loop = self._running.loop if self._running is not None else None
        return loop is not None and loop.code is code and loop.call == offset

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
            last = frame.f_locals.get(sweep.loop.value)
            at = (i for i, value in enumerate(sweep.values, 1) if value is last)
            sweep.calls = next(at, sweep.calls)


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


# Bytecode


def _loops_in(code: CodeType) -> Iterator[tuple[int, Loop]]:
    """Yield every such loop, and the offset of a call that begins it.

    There are none where an exception can be caught, as it would not be seen that the
    loop has ended.
    """
    may_be = _FOR_ITER in code.co_code[::2] and not code.co_exceptiontable
    found = list(_instructions(code)) if may_be else []
    for i in range(2, len(found) - 6):
        start, name, _ = found[i]
        value, hook, call = found[i + 1][2], found[i + 3][2], found[i + 4][0]
        if name != "FOR_ITER" or [entry[1:] for entry in found[i + 1 : i + 7]] != [
            ("STORE", value), ("LOAD", value), ("LOAD_ATTR", hook), ("CALL", 0),
            ("POP_TOP", None), ("JUMP_BACKWARD", start),
        ]:  # fmt: skip
            continue
        loop = Loop(code, value, hook, call)
        before = [entry[1:] for entry in found[:i]]
        if before[-2:] == [("CALL", 1), ("GET_ITER", None)]:
            if before[-4:-2] == [("LOAD", "reversed"), ("LOAD", before[-3][1])]:
                # The first time it is not known yet when reversed is called.
                loop = loop._replace(values=before[-3][1])
                yield call, loop
            yield found[i - 2][0], loop
        elif not any(
            to <= start and at > call for at, name, to in found[i + 7 :] if _jumps(name)
        ):  # else it may run again without a call that tells
            if before[-2][0] == "LOAD":
                yield call, loop._replace(tells=False, values=before[-2][1], step=1)
            elif before[-2][0] in _SUBSCRIPTS and (name := _reversed(before[:-2])):
                yield call, loop._replace(tells=False, values=name)


def _jumps(name: str) -> bool:
    return name.startswith("JUMP_BACKWARD")


def _reversed(found: list[tuple[str, Any]]) -> str:
    """Return the name of the list of which ``[::-1]`` is taken, empty if none is."""
    match found[-5:]:
        case [*_, ("LOAD", str(name)), ("LOAD_CONST", slice() as part)] if (
            part == slice(None, None, -1)
        ):
            return name
        case [
            ("LOAD", str(name)), ("LOAD_CONST", None), ("LOAD_CONST", None),
            ("LOAD_CONST", -1), ("BUILD_SLICE", 3),
        ]:  # fmt: skip
            return name
    return ""


def _instructions(code: CodeType) -> Iterator[tuple[int, str, Any]]:
    """Yield offset, name and argument, in the words of every version of Python."""
    for entry in dis.get_instructions(code):
        name, argument = entry.opname, entry.argval
        kind = name.partition("_")[0]
        if name in _PASSED_OVER:
            continue
        if name in ("LOAD_ATTR", "LOAD_METHOD"):
            yield entry.offset, "LOAD_ATTR", argument
        elif isinstance(argument, tuple) and "_FAST" in name:
            for half, one in zip(_HALVES(name), argument, strict=True):
                yield entry.offset, half, one
        elif kind in ("LOAD", "STORE") and name != "LOAD_CONST":
            yield entry.offset, kind, argument
        else:
            yield entry.offset, name, argument
