"""Hooks seen from the code that calls them, which is cheaper than from inside.

When a hook starts, ``sys.monitoring`` tells its code, and the Values have to be read
from its frame: on a plain hook that alone takes longer than the hook. When it is
called, we are handed the function, and with it its closure. So once the same piece of
code (a *driver*, such as the loop in ``backward``) has called several hooks and nothing
else, its calls are watched and not the starts of those hooks; until it ends, or calls
anything that may call hooks itself. A generator, which can be left and entered again,
is no driver.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from types import CodeType, FunctionType
from typing import Any

from gradviz.session.attributes import MISSING
from gradviz.session.hooks import UNREAD, Hook, Mark

CALLS_BEFORE = 8
"""Calls in a row after which a driver's calls are watched."""

PATIENCE = 50
"""How often a driver may call something else before it is left alone."""

_OFTEN = 250
"""After how many calls it is looked whether the log is full; small numbers are free."""

_PAUSES = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
_EVENTS = sys.monitoring.events


@dataclass
class Driver:
    """Code that has called a hook.

    Attributes:
        code: It.
        is_pure: Whether it can be called again, so that its start has to be told.
        is_followed: Whether its calls have to be told.
        patience: How often it may still call something else.
    """

    code: CodeType
    is_pure: bool = False
    is_followed: bool = True
    patience: int = PATIENCE

    @property
    def events(self) -> int:
        """What to be told of it."""
        start = _EVENTS.PY_START if self.is_pure else 0
        if not self.is_followed or self.patience <= 0:
            return start
        return start | _EVENTS.CALL | _EVENTS.PY_RETURN


def can_drive(code: CodeType) -> bool:
    """Whether code can't be left and entered again."""
    return not code.co_flags & _PAUSES


class Group:
    """Hooks whose closures hold Values in the same places.

    In the log it comes before the function that was called, and then come the numbers
    of each Value; but not the data of the one whose hook it is: no hook changes them,
    and where an op reads them they are noted there.

    Attributes:
        cells: How many cells their closures have.
        places: Which of them hold Values.
        own: Which of these is the one whose hook it is.
        attributes: What is read of each, by role.
        reads: Which Value and role each number is.
        codes: The codes of the hooks.
        size: How many entries follow.
    """

    __slots__ = ("attributes", "cells", "codes", "own", "places", "reads", "size")

    def __init__(
        self, cells: int, places: tuple[int, ...], own: int, attributes: dict[str, str]
    ) -> None:
        self.cells = cells
        self.places = places
        self.own = own
        self.attributes = attributes
        self.codes: list[CodeType] = []
        self.reads = [
            (i, role)
            for i in range(len(places))
            for role in attributes
            if (i, role) != (own, "data")
        ]
        self.size = 1 + len(self.reads)

    def read(self, entries: list[Any], hook: Hook) -> tuple[Mark, list[object]]:
        """Return the mark of a call and what would come after it.

        Args:
            entries: The function and the numbers.
            hook: The function's hook.
        """
        function, *numbers = entries
        roles = tuple(self.attributes)
        if "data" in roles:
            numbers.insert(self.own * len(roles) + roles.index("data"), UNREAD)
        values = [_content(function.__closure__[at]) for at in self.places]
        return Mark(hook, len(values), roles, self.own), [*values, *numbers]


def grouped(hooks: Iterable[Hook]) -> list[Group]:
    """Return the groups that hooks are in; none where a hook may call another."""
    hooks = list(hooks)
    found: dict[object, Group] = {}
    if any(hook.may_call_hooks for hook in hooks):
        return []
    for hook in hooks:
        names = hook.code.co_freevars
        if hook.quick is None or hook.code.co_argcount:
            continue
        mark, seen, attributes = hook.quick
        if not set(seen) <= set(names):
            continue
        places = tuple(map(names.index, seen))
        key = len(names), places, mark.own, tuple(attributes.items())
        group = Group(len(names), places, mark.own, attributes)
        found.setdefault(key, group).codes.append(hook.code)
    return list(found.values())


def compiled(
    groups: Iterable[Group],
    idle: Iterable[CodeType],
    all_close: bool,
    names: dict[str, Any],
) -> tuple[Callable[..., object], Callable[..., None]]:
    """Compile the functions that are called when a driver calls, and when it ends.

    Args:
        groups: The hooks that are to be seen.
        idle: The codes of hooks that can do nothing, such as those of leaves.
        all_close: Whether every other hook is a closure.
        names: What the functions use of the recorder's, by name.
    """
    groups = list(groups)
    names = {
        **names,
        "codes": {id(code) for group in groups for code in group.codes},
        "idle": set(map(id, idle)),
        "function": FunctionType,
        "disable": sys.monitoring.DISABLE,
    }
    names |= {f"group{i}": group for i, group in enumerate(groups)}
    names |= {f"code{id(code)}": code for group in groups for code in group.codes}
    counts = [group.cells for group in groups]
    # Where hooks without a closure are idle, what is called where hooks are has none.
    at_site = "offset == first or " if all_close else ""
    branches = "".join(
        _branch(f"group{i}", group, counts) for i, group in enumerate(groups)
    )
    source = f"""
def make({", ".join(names)}):
    row, first, watches, sweeps, ticks = 0, -1, False, False, iter(())
    trusted = None
    def call(driver, offset, called, argument):
        nonlocal sweeps
        if sweeps:
            if goes_on(driver, offset):
                return disable
            leave()
            if sweeps:
                return
        if offset in offsets and (id(driver), offset) in loops and ident() == thread:
            sweeps = sweep(driver, offset, called, argument)
            if sweeps:
                return disable if goes_on(driver, offset) else None
        if type(called) is function:
            code = id(called.__code__)
            if code in codes:
                return begin(driver, offset, called)
            if code in idle:
                return
        if row:
            interrupted(driver)
        if offset < before.get(id(driver), 0):
            return disable
    def watched(driver, offset, called, _):
        nonlocal ticks
        if offset != site[1] or driver is not site[0]:
            come_from(driver, offset)
        try:
            cells = called.__closure__
            if cells is None:
                if {at_site}id(called.__code__) in idle:
                    return
                return other(driver, called)
            for _ in ticks:
                break
            else:
                ticks = iter(range({_OFTEN}))
                if len(entries) > most:
                    roll()
            {branches}
        except Exception:
            pass
        return other(driver, called)
    def begin(driver, offset, called):
        nonlocal row, first, watches, trusted
        if ident() != thread:
            return
        row += 1
        if (row >= {CALLS_BEFORE} or driver is trusted) and enter(watched):
            watches, trusted, first = True, driver, offset
            watched(driver, offset, called, None)
    def interrupted(driver):
        nonlocal row
        row = 0
        tire(driver)
    def other(driver, called):
        nonlocal trusted
        if type(called) is function and missed(called):
            return
        trusted = None
        leave()
    def leave(*_):
        nonlocal row, watches, sweeps
        if ident() != thread:
            return
        row = 0
        if watches or sweeps:
            # It may fail where there is no stack left, and is done again.
            restore(call, watches)
            watches = sweeps = False
    return call, leave
"""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # of attributes' names: all identifiers
    found: tuple[Any, Any] = namespace["make"](**names)
    return found


def _branch(name: str, group: Group, counts: list[int]) -> str:
    """Return what logs a call of one group.

    Appending in place, number by number, takes a third of what a tuple and ``extend``
    take.

    Args:
        name: The group's name.
        group: It.
        counts: How many cells those of each group have.
    """
    test = f"len(cells) == {group.cells}" if len(counts) > 1 else "True"
    if counts.count(group.cells) > 1:
        codes = " or ".join(f"code is code{id(code)}" for code in group.codes)
        test += f" and ((code := called.__code__) and {codes})"
    cells = "".join(f"c{i}, " for i in range(group.cells))
    values = [f"v{i} = c{at}.cell_contents" for i, at in enumerate(group.places)]
    reads = [f"entries.append(v{i}.{group.attributes[r]})" for i, r in group.reads]
    return f"""
            if {test}:
                {cells} = cells
                {"; ".join(values)}
                try:
                    entries.append({name})
                    entries.append(called)
                    {"; ".join(reads)}
                    return
                except Exception:
                    while entries.pop() is not called:
                        pass
                    entries.pop()"""


def _content(cell: Any) -> object:
    try:
        content: object = cell.cell_contents
    except ValueError:
        return MISSING
    return content
