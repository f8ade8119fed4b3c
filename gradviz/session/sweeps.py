"""Loops that do nothing but call the hook of every Value in a list.

Nearly every class's ``backward`` ends in ``for v in reversed(topo): v._backward()``. All
that such a loop will do is known when it begins, from its bytecode and its list, and
nothing but hooks can write until it ends. So how the Values stand is read once, as they
are about to be called, and then the loop runs at full speed: what is told of each call
by watching it costs more than the call.
"""

import dis
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FrameType
from typing import Any, NamedTuple

from gradviz.session.hooks import ROLES, Hook, Mark, hook_beneath, is_identifier

_PASSED_OVER = frozenset(
    {"CACHE", "EXTENDED_ARG", "NOP", "NOT_TAKEN", "PRECALL", "PUSH_NULL", "RESUME"}
)
_BACKWARDS = slice(None, None, -1)
_FIRST = 3
"""How late in the list a loop may be met, as it is not known before its first call."""

_Read = Callable[[list[Any]], list[Any]]


class Loop(NamedTuple):
    """A loop that does nothing but call hooks.

    Attributes:
        code: The code it is in.
        value: The name of its variable.
        values: The name of its list.
        hook: The attribute that is called.
        backwards: Whether it begins at the end of the list.
    """

    code: CodeType
    value: str
    values: str
    hook: str
    backwards: bool

    def rest(self, frame: FrameType) -> list[Any]:
        """Return the Values whose hooks will be called, the present one first."""
        names = frame.f_locals
        values, value = names[self.values], names[self.value]
        if type(values) not in (list, tuple) or "reversed" in frame.f_globals:
            return []
        ordered = list(reversed(values) if self.backwards else values)
        at = next((i for i, v in enumerate(ordered[:_FIRST]) if v is value), None)
        return [] if at is None else ordered[at:]


class Sweep:
    """Stands in the log before what was read when a loop began.

    After it come the hooks that the loop calls, the Values it calls them on, their
    other operands, and then the numbers of all of these, role by role.

    Attributes:
        loop: The loop.
        roles: What was read of each Value.
        calls: How many hooks the loop calls.
        count: How many Values were read.
        size: How many entries follow.
    """

    __slots__ = ("calls", "count", "loop", "roles", "size")

    def __init__(self, loop: Loop, roles: tuple[str, ...], size: int, calls: int):
        self.loop = loop
        self.roles = roles
        self.calls = calls
        self.size = size
        self.count = (size - calls) // (1 + len(roles))

    def read(
        self, entries: list[Any], hooks: Mapping[int, Hook]
    ) -> Iterator[tuple[Mark, list[object]]]:
        """Yield the mark of each call and what it read: the first of them, all.

        Args:
            entries: What follows in the log.
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        size = len(entries) - self.count * (1 + len(self.roles))
        values = entries[size : size + self.count]
        columns = [
            entries[at : at + self.count]
            for at in range(size + self.count, len(entries), self.count)
        ]
        is_first = True
        for i, called in enumerate(entries[: self.calls]):
            code = getattr(hook_beneath(called), "__code__", None)
            hook = hooks.get(id(code))
            if hook is None:
                continue
            if is_first:
                numbers = [number for row in zip(*columns) for number in row]
                yield Mark(hook, self.count, self.roles, i), values + numbers
            else:
                yield Mark(hook, 1, (), 0), [values[i]]
            is_first = False


class Sweeps:
    """The loops that are known, and the one that runs."""

    def __init__(self, log: list[Any]) -> None:
        self._log = log
        self._loops: dict[tuple[int, int], Loop] = {}
        """By the ``id()`` of the code and the offset of the call."""
        self._read: _Read | None = None
        self._hook = ""
        self._roles: tuple[str, ...] = ()
        self._types: frozenset[type] = frozenset()
        self._running: tuple[Sweep, list[Any]] | None = None

    def know(self, hooks: Iterable[Hook]) -> int:
        """Read what these hooks may touch; return the most entries for one call.

        They have to touch nothing but their Value and its operands, and to call no
        other hooks.
        """
        hooks = list(hooks)
        self._read = None
        adapters = {hook.adapter for hook in hooks}
        types = frozenset(kind for hook in hooks for kind in hook.types)
        if (
            len(adapters) != 1
            or any(hook.may_call_hooks or not hook.is_local for hook in hooks)
            or not all(map(_is_compared_by_identity, types))
        ):
            return 0
        adapter = adapters.pop()
        found = {role: getattr(adapter, role) for role in ROLES}
        attributes = {role: name for role, name in found.items() if name}
        names = (adapter.hook, adapter.operands, *attributes.values())
        if adapter.takes or adapter.returns or not all(map(is_identifier, names)):
            return 0
        self._hook, self._types, self._roles = adapter.hook, types, tuple(attributes)
        self._read = _compiled(adapter.hook, adapter.operands, attributes, types)
        return 2 + 3 * len(names)

    def meet(self, code: CodeType) -> None:
        """Find the loops in code that calls hooks."""
        self._loops.update({(id(code), at): loop for at, loop in _loops_in(code)})

    def begin(self, code: CodeType, offset: int) -> bool:
        """Read all that a loop will call, if the call that begins is that of one."""
        loop = self._loops.get((id(code), offset))
        if loop is None or self._read is None or loop.hook != self._hook:
            return False
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code is not code:
            frame = frame.f_back
        try:
            assert frame is not None
            values = loop.rest(frame)
            calls = len(values)
            entries = self._read(values) if values else []
        except Exception:  # reading an attribute may run code of theirs
            entries = []
        if not entries:
            del self._loops[id(code), offset]
            return False
        sweep = Sweep(loop, self._roles, len(entries), calls)
        self._running = sweep, values[:calls]
        self._log.append(sweep)
        self._log.extend(entries)
        return True

    def end(self) -> CodeType | None:
        """The loop has ended, if one ran; return the code it is in."""
        running, self._running = self._running, None
        return None if running is None else running[0].loop.code

    def fail(self, code: CodeType, frame: FrameType) -> None:
        """An exception leaves a piece of code: calls that it prevented were not made."""
        if self._running is None or self._running[0].loop.code is not code:
            return
        sweep, values = self._running
        last = frame.f_locals.get(sweep.loop.value)
        at = next((i for i, v in enumerate(values) if v is last), sweep.calls - 1)
        sweep.calls = at + 1


def _is_compared_by_identity(kind: type) -> bool:
    return kind.__hash__ is object.__hash__ and kind.__eq__ is object.__eq__


def _compiled(
    hook: str, operands: str, attributes: dict[str, str], types: frozenset[type]
) -> _Read:
    """Compile what reads all that a loop will call.

    Args:
        hook: The attribute that is called.
        operands: The container of operands.
        attributes: What is read of each Value, by role.
        types: The classes of Values known.
    """
    columns = "".join(f", *[v.{name} for v in found]" for name in attributes.values())
    source = f"""
def read(values):
    seen = set(values)
    if len(seen) < len(values):
        return []
    hooks = [v.{hook} for v in values]
    seen.update(*[v.{operands} for v in values])
    if not types.issuperset(map(type, seen)):
        return []
    found = values
    if len(seen) > len(values):
        found = [*values, *seen.difference(values)]
    return [*hooks, *found{columns}]
"""
    namespace: dict[str, Any] = {"types": types}
    exec(source, namespace)  # of attributes' names: all identifiers
    read: _Read = namespace["read"]
    return read


# Bytecode


def _loops_in(code: CodeType) -> Iterator[tuple[int, Loop]]:
    """Yield every such loop, and the offset of its call.

    There are none where an exception can be caught, as it would not be seen that the
    loop has ended.
    """
    if code.co_exceptiontable:
        return
    found = list(_instructions(code))
    jumps = [(at, to) for at, name, to in found if name == "JUMP_BACKWARD"]
    for i, (start, name, _) in enumerate(found):
        body = [entry[1:] for entry in found[i + 1 : i + 7]]
        if name != "FOR_ITER" or len(body) < 6:
            continue
        value, hook = body[0][1], body[2][1]
        if body != [
            ("STORE", value), ("LOAD", value), ("LOAD_ATTR", hook), ("CALL", 0),
            ("POP_TOP", None), ("JUMP_BACKWARD", start),
        ]:  # fmt: skip
            continue
        runs_again = any(to < start and at > start for at, to in jumps)
        values = _list_before([entry[1:] for entry in found[:i]], runs_again)
        if values is not None:
            yield found[i + 4][0], Loop(code, value, values[0], hook, values[1])


def _list_before(
    found: list[tuple[str, Any]], runs_again: bool
) -> tuple[str, bool] | None:
    """Return the name of the list that a loop runs over, and whether backwards.

    Args:
        found: The instructions before the loop.
        runs_again: Whether the loop is in another, so that a call has to tell that it
            begins anew.
    """
    if found[-1:] != [("GET_ITER", None)]:
        return None
    match found[-4:-1]:
        case [("LOAD", "reversed"), ("LOAD", str(name)), ("CALL", 1)]:
            return name, True
    if runs_again:
        return None
    match found[-7:-1]:
        case [*_, ("LOAD", str(name)), ("LOAD_CONST", part), ("BINARY_SUBSCR", _)] if (
            part == _BACKWARDS
        ):
            return name, True
        case [
            ("LOAD", str(name)), ("LOAD_CONST", None), ("LOAD_CONST", None),
            ("LOAD_CONST", -1), ("BUILD_SLICE", 3), ("BINARY_SUBSCR", _),
        ]:  # fmt: skip
            return name, True
    match found[-2]:
        case ("LOAD", str(name)):
            return name, False
    return None


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
            for half, one in zip(name.split("_FAST"), argument, strict=False):
                yield entry.offset, half.strip("_").partition("_")[0], one
        elif kind in ("LOAD", "STORE") and name != "LOAD_CONST":
            yield entry.offset, kind, argument
        else:
            yield entry.offset, name, argument
