"""Functions that call the hook of a Value, and then themselves for each operand.

``def backward(self): self._backward(); for c in self._prev: c.backward()`` is what
people write before they know of the topological order. What it will call is known from
the operands, and nothing but hooks can write until the first such call ends. So all is
read when that one begins, as for loops (``loops``), and then they run at full speed.
"""

from inspect import (
    CO_ASYNC_GENERATOR,
    CO_COROUTINE,
    CO_GENERATOR,
    CO_VARARGS,
    CO_VARKEYWORDS,
)
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

from gradviz.session.descents import Descent, walk
from gradviz.session.loops import Instruction, instructions

_KNOWN = 1_000
"""Callers that are remembered: each run of a cell is another."""

_NOT_PLAIN = (
    CO_VARARGS | CO_VARKEYWORDS | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
)
_SILENT = ("COPY_FREE_VARS", "MAKE_CELL", "TO_BOOL")
_TAIL = frozenset({"END_FOR", "POP_TOP", "POP_ITER", "LOAD_CONST"})


class Recursion(NamedTuple):
    """A function that calls a hook, and then itself for each operand.

    Attributes:
        code: The function's.
        value: Its argument.
        hook: The attribute that is called.
        call: The offset of that call.
        operands: The attribute that it goes through.
        child: The variable of its loop.
        bound: The offset at which that is bound.
        name: What it calls itself by: a method's name, or a variable.
        again: The offset of the call of itself.
        is_method: Whether it is a method.
    """

    code: CodeType
    value: str
    hook: str
    call: int
    operands: str
    child: str
    bound: int
    name: str
    again: int
    is_method: bool

    @property
    def tells(self) -> bool:
        """Whether there is a call of its own that tells of each beginning."""
        return False

    def suits(self, hook: str, operands: str, named: frozenset[str]) -> bool:
        """Whether it calls hooks of Values of which this is known.

        Args:
            hook: The attribute they are in.
            operands: The attribute with their operands.
            named: What they name: they must not change what is called.
        """
        is_theirs = (hook, operands) == (self.hook, self.operands)
        return is_theirs and named.isdisjoint((self.operands, self.name))

    def makes(self, offset: int) -> bool:
        """Whether a call in the code is one of its own."""
        return offset in (self.call, self.again)

    def sweep(self, *read: Any) -> Descent:
        """Return what stands for one in the log."""
        return Descent(self, *read)

    def given(self, offset: int, _: object, __: object, frame: Any) -> list[Any]:
        """Return the Values it will be called with, level by level.

        Args:
            offset: Where it calls now.
            frame: What runs; it is beneath.

        Raises:
            LookupError: This is no beginning, or it can't be told when it will end.
            ValueError: There are too many, or their operands are in no plain container.
        """
        while frame is not None and frame.f_code is not self.code:
            frame = frame.f_back
        if frame is None or offset != self.call:
            raise LookupError
        value = frame.f_locals[self.value]
        if not self._is_begun(frame.f_back, value) or not self._is_plain(value, frame):
            raise LookupError
        visits: list[Any] = walk(self.operands)(value)
        return visits

    def _is_begun(self, caller: FrameType | None, value: object) -> bool:
        """Whether code that isn't its own has called it, with nothing in between.

        What is written in C (``map``) may call it several times, unseen.
        """
        if caller is None or caller.f_code is self.code:
            return False
        function, argument = _calls(caller.f_code, caller.f_lasti)
        if not argument or _named(caller, argument) is not value:
            return False
        if self.is_method:
            return function == "." + self.name
        return self._is_itself(_named(caller, function))

    def _is_plain(self, value: object, frame: FrameType) -> bool:
        """Whether what it calls as itself is it, for all Values of one class."""
        kind: Any = type(value)
        if kind.__hash__ is not object.__hash__ or (
            kind.__getattribute__ is not object.__getattribute__
        ):
            return False
        if self.is_method:
            return self._is_itself(getattr(kind, self.name, None))
        return self._is_itself(_named(frame, self.name))

    def _is_itself(self, function: object) -> bool:
        return type(function) is FunctionType and function.__code__ is self.code


def recursion_in(code: CodeType, found: list[Instruction]) -> Recursion | None:
    """Return the recursion that a function is, if it does nothing else.

    Args:
        code: The function's.
        found: Its instructions, if no exception can be caught.
    """
    given = code.co_argcount, code.co_kwonlyargcount, code.co_flags & _NOT_PLAIN
    if given != (1, 0, 0):
        return None
    match [entry for entry in found if entry[1] not in _SILENT]:
        case [
            (_, "LOAD", value), (_, "LOAD_ATTR", hook), (call, "CALL", 0),
            (_, "POP_TOP", _), *rest,
        ]:  # fmt: skip
            return _loop_over(_untested(rest), code, value, hook, call)
    return None


def _untested(found: list[Instruction]) -> list[Instruction]:
    """Leave out a test whether there is anything to go through."""
    match found:
        case [
            (_, "LOAD", value), (_, "LOAD_ATTR", tested),
            (_, "POP_JUMP_IF_FALSE", end), *rest,
        ] if [entry[1:] for entry in rest[:2]] == [
            ("LOAD", value), ("LOAD_ATTR", tested)
        ]:  # fmt: skip
            jumps = [at for at, name, _ in rest if name == "JUMP_BACKWARD"]
            return rest if max(jumps, default=end) < end else []
    return found


def _loop_over(
    found: list[Instruction], code: CodeType, value: str, hook: str, call: int
) -> Recursion | None:
    """Return the recursion that goes on with these instructions, if it is one."""
    match found:
        case [
            (_, "LOAD", again), (_, "LOAD_ATTR", operands), (_, "GET_ITER", _),
            (start, "FOR_ITER", _), (bound, "STORE", child), *rest,
        ] if again == value and _are_own(code, value, child):  # fmt: skip
            match rest:
                case [
                    (_, "LOAD", given),
                    (_, "LOAD_ATTR", name),
                    (at, "CALL", 0),
                    *end,
                ] if given == child:
                    is_method = True
                case [(_, "LOAD", name), (_, "LOAD", given), (at, "CALL", 1), *end] if (
                    given == child and name not in (child, value)
                ):
                    is_method = False
                case _:
                    return None
            if _only_ends(end, start):
                where = operands, child, bound
                return Recursion(code, value, hook, call, *where, name, at, is_method)
    return None


def _are_own(code: CodeType, value: str, child: str) -> bool:
    """Whether these are its argument and a variable that each call has for itself."""
    return value == code.co_varnames[0] and child in code.co_varnames[1:]


def _only_ends(found: list[Instruction], start: int) -> bool:
    """Whether a loop only begins again, and nothing comes after it."""
    firsts = [entry[1:] for entry in found[:2]]
    return firsts == [("POP_TOP", None), ("JUMP_BACKWARD", start)] and all(
        name in _TAIL or name.startswith("RETURN_") for _, name, _ in found[2:]
    )


_callers: dict[tuple[int, int], tuple[CodeType, str, str]] = {}


def _calls(code: CodeType, offset: int) -> tuple[str, str]:
    """Return what code calls there, and with which variable, empty if with none.

    A method's name comes after a dot.
    """
    known = _callers.get((id(code), offset))
    if known is not None:
        return known[1:]
    if len(_callers) > _KNOWN:
        _callers.clear()
    before = [entry for entry in instructions(code) if entry[0] <= offset][-3:]
    function = argument = ""
    match before:
        case [_, (_, "LOAD", str(name)), (at, "CALL", 1)] if at == offset:
            if before[0][1] == "LOAD":
                function, argument = before[0][2], name
        case [(_, "LOAD", str(name)), (_, "LOAD_ATTR", method), (at, "CALL", 0)] if (
            at == offset
        ):
            function, argument = "." + method, name
    _callers[id(code), offset] = code, function, argument
    return function, argument


def _named(frame: FrameType, name: str) -> object:
    names = frame.f_locals
    return names[name] if name in names else frame.f_globals.get(name)
