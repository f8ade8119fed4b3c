"""Loops that do nothing but call the hook of every Value in a list.

They are found in bytecode; what one of them will call is known when it begins.
"""

import dis
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from types import CodeType, FrameType
from typing import Any, NamedTuple

from gradviz.session.hooks import Hook, Mark, hook_beneath
from gradviz.session.noting import Columns, Shape

_PASSED_OVER = frozenset(
    {"CACHE", "EXTENDED_ARG", "NOP", "NOT_TAKEN", "PRECALL", "PUSH_NULL", "RESUME"}
)
_HALVES = re.compile("(LOAD|STORE)_FAST").findall
_FOR_ITER = dis.opmap["FOR_ITER"]
_SUBSCRIPTS = ("BINARY_SUBSCR", "BINARY_OP")

_FIRSTS = 3
"""Among how many Values that one is which is called when a loop is found."""


Instruction = tuple[int, str, Any]
"""Its offset, its name and its argument."""


@dataclass(frozen=True, eq=False)
class Loop:
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

    def given(self, offset: int, called: object, values: Any) -> list[Any]:
        """Return the Values whose hooks it will call, as it begins.

        Args:
            offset: Where the code calls now.
            called: What it calls.
            values: With what.

        Raises:
            LookupError: This can't be told.
        """
        if offset == self.call:
            return self._rest(sys._getframe(1))
        if called is reversed and type(values) is list:
            return values[::-1]
        raise LookupError

    def _rest(self, frame: FrameType | None) -> list[Any]:
        """Return the Values whose hooks it is yet to call, soon after it has begun."""
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


class Sweep(NamedTuple):
    """Stands in the log for all calls of one loop.

    Attributes:
        loop: The loop.
        called: The Values whose hooks it calls.
        hooks: These hooks.
        values: Those that were read: the Values called, and maybe their operands.
        numbers: How they stood when it began.
        shape: What is known of them.
        ends: After how many calls an exception has ended it, if one has.
    """

    loop: Loop
    called: list[Any]
    hooks: list[Any]
    values: list[Any]
    numbers: Columns
    shape: Shape
    ends: list[int]

    @property
    def size(self) -> int:
        """How many entries of the log follow."""
        return 0

    @property
    def calls(self) -> int:
        """How many hooks it has called."""
        return min((len(self.called), *self.ends))

    @property
    def is_complete(self) -> bool:
        """Whether all operands are read."""
        read = set(map(id, self.values))
        return all(id(v) in read for v in self.shape.touched(self.called))

    def read(
        self, hooks: Mapping[int, Hook]
    ) -> Iterator[tuple[Mark, Sequence[object]]]:
        """Yield the mark of each call and what it read: the first of them, all.

        Args:
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        is_first, roles = True, tuple(self.shape.attributes)
        for function, value in islice(
            zip(self.hooks, self.called, strict=True), self.calls
        ):
            code = getattr(hook_beneath(function), "__code__", None)
            hook = hooks.get(id(code))
            if hook is not None and is_first:
                own = next(i for i, v in enumerate(self.values) if v is value)
                by_value = zip(*self.numbers, strict=True)
                numbers = [number for row in by_value for number in row]
                mark = Mark(hook, len(self.values), roles, own)
                yield mark, [*self.values, *numbers]
                is_first = False
            elif hook is not None:
                yield Mark(hook, 1, (), 0), [value]

    def count(self, hooks: Mapping[int, Hook]) -> int:
        """Return how many calls it tells of on Values that have operands.

        To understand them would take longer than the calls, which would be felt once
        there are so many that old ones are dropped all the time.

        Args:
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        if self.calls == len(self.called):
            with suppress(Exception):  # reading an attribute may run code of theirs
                name = self.shape.adapter.operands
                return len([1 for v in self.called if getattr(v, name)])
        return sum(1 for _ in self.read(hooks))

    def stop(self, frame: FrameType) -> None:
        """What runs the loop is left: calls that are yet to come won't be made."""
        last = frame.f_locals.get(self.loop.value)
        at = (i for i, value in enumerate(self.called, 1) if value is last)
        self.ends.append(next(at, self.calls))


_new = tuple.__new__
"""Makes a Sweep in a third of the time that its own constructor takes."""


def sweep(loop: Loop, called: list[Any], shape: Shape, is_complete: bool) -> Sweep:
    """Read how Values stand.

    Args:
        loop: The loop.
        called: The Values whose hooks it will call.
        shape: What is known of them.
        is_complete: Whether their operands are all among them.
    """
    if is_complete:
        hooks, numbers = shape.read(called)
        return _new(Sweep, (loop, called, hooks, called, numbers, shape, []))
    hooks, values = shape.hooks(called), shape.touched(called)
    return Sweep(loop, called, hooks, values, shape.numbers(values), shape, [])


# Bytecode


def instructions_of_loops(code: CodeType) -> list[Instruction]:
    """Return the instructions of code that may have loops which can be foreseen.

    There are none where an exception can be caught, as it would not be seen that the
    loop has ended.
    """
    may_be = _FOR_ITER in code.co_code[::2] and not code.co_exceptiontable
    return list(instructions(code)) if may_be else []


def loops_in(code: CodeType, found: list[Instruction]) -> Iterator[tuple[int, Loop]]:
    """Yield every such loop, and the offset of a call that begins it.

    Args:
        code: The code.
        found: Its instructions.
    """
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
                loop = replace(loop, values=before[-3][1])
                yield call, loop
            yield found[i - 2][0], loop
        elif not any(
            to <= start and at > call for at, name, to in found[i + 7 :] if _jumps(name)
        ):  # else it may run again without a call that tells
            if before[-2][0] == "LOAD":
                yield call, replace(loop, tells=False, values=before[-2][1], step=1)
            elif before[-2][0] in _SUBSCRIPTS and (name := _reversed(before[:-2])):
                yield call, replace(loop, tells=False, values=name)


def jumps_over(entry: Instruction, offset: int) -> bool:
    """Whether an instruction jumps back from behind an offset to before it."""
    at, name, to = entry
    return _jumps(name) and to < offset < at


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


def instructions(code: CodeType) -> Iterator[Instruction]:
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
