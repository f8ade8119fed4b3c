"""Hooks seen from the loop that calls them, which is cheaper than from inside.

When a hook starts, ``sys.monitoring`` tells its code, and the Values have to be read
from its frame: on a plain hook that alone takes longer than the hook. When it is
called, we are handed the function, and with it its closure. So once the same piece of
code (a *driver*, such as the loop in ``backward``) has called several hooks and nothing
else, its calls are watched and not the starts of those hooks; until it ends, or calls
anything that may call hooks itself.
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

_PAUSES = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR


@dataclass
class Driver:
    """Code that has called a hook.

    Attributes:
        code: It.
        patience: How often it may still call something else.
    """

    code: CodeType
    patience: int = PATIENCE


class Group:
    """Hooks whose closures hold the same number of Values, and nothing else.

    In the log there is the function that was called, and then the numbers of each
    Value; but not the data of the one whose hook it is: no hook changes them, and
    where an op reads them they are noted there.

    Attributes:
        count: How many Values their closures hold.
        own: Which of them is the one whose hook it is.
        attributes: What is read of each, by role.
        reads: Which Value and role each number is.
        marks: The mark of each hook, by the ``id()`` of its code.
        size: How many entries follow the function.
    """

    __slots__ = ("attributes", "count", "marks", "own", "reads", "size")

    def __init__(self, mark: Mark, attributes: dict[str, str]) -> None:
        self.count = mark.count
        self.own = mark.own
        self.attributes = attributes
        self.marks: dict[int, Mark] = {}
        self.reads = [
            (i, role)
            for i in range(mark.count)
            for role in mark.roles
            if (i, role) != (mark.own, "data")
        ]
        self.size = len(self.reads)

    def read(self, entries: list[Any]) -> tuple[Mark, list[object]] | None:
        """Return the mark of a hook and what would come after it; None if it is none.

        Args:
            entries: The function and the numbers.
        """
        function, *numbers = entries
        mark = self.marks.get(id(function.__code__))
        if mark is None:
            return None
        if "data" in mark.roles:
            at = self.own * len(mark.roles) + mark.roles.index("data")
            numbers.insert(at, UNREAD)
        return mark, [*map(_content, function.__closure__), *numbers]


class Groups(dict[int, Group]):
    """Groups by how many Values their closures hold."""

    def regroup(self, hooks: Iterable[Hook]) -> list[CodeType]:
        """Put every hook into its group; return the codes of those in one.

        There are none where a hook may call another. What is read of the Values of a
        group never changes, so that the log can be understood.
        """
        for group in self.values():
            group.marks.clear()
        hooks = list(hooks)
        if any(hook.may_call_hooks for hook in hooks):
            return []
        codes: list[CodeType] = []
        for hook in hooks:
            if hook.quick is None:
                continue
            mark, seen, attributes = hook.quick
            if seen != hook.code.co_freevars or hook.code.co_argcount:
                continue
            group = self.setdefault(mark.count, Group(mark, attributes))
            if group.own == mark.own and group.attributes == attributes:
                group.marks[id(hook.code)] = mark
                codes.append(hook.code)
        return codes

    def of(self, function: FunctionType) -> Group:
        """Return the group that a function in the log was read as."""
        return self[len(function.__closure__ or ())]


def can_drive(code: CodeType) -> bool:
    """Whether code can't be left and entered again."""
    return not code.co_flags & _PAUSES


def compiled(
    groups: Iterable[Group], idle: Iterable[CodeType], names: dict[str, Any]
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Compile the functions that are called when a driver calls, and when it ends.

    Args:
        groups: The hooks that are to be seen.
        idle: The codes of hooks that can do nothing, such as those of leaves.
        names: What the functions use of the recorder's, by name.
    """
    groups = [group for group in groups if group.marks]
    codes = {code for group in groups for code in group.marks}
    names = {**names, "codes": codes, "function": FunctionType, "before": CALLS_BEFORE}
    names["disable"] = sys.monitoring.DISABLE
    names |= {f"idle{i}": code for i, code in enumerate(idle)}
    is_idle = " or ".join(f"code is {n}" for n in names if n.startswith("idle"))
    branches = "".join(map(_branch, groups))
    source = f"""
def make({", ".join(names)}):
    row, watches, trusted = 0, False, None
    def call(driver, offset, called, _):
        nonlocal watches
        if not watches and ident() == thread and sweep(driver, offset):
            watches = True
            switch(False)
            return disable
        if type(called) is function:
            cells = called.__closure__
            if not watches and not begin(driver, called):
                return
            if cells is None:
                code = called.__code__
                if {is_idle or False}:
                    return
                distrust()
                return
            count = len(cells)
            try:
                pass{branches}
            except Exception:
                while entries.pop() is not called:
                    pass
            if not missed(called):
                distrust()
        elif watches:
            distrust()
        else:
            interrupted(driver)
    def begin(driver, called):
        nonlocal row, watches, trusted
        code = called.__code__
        if id(code) in codes:
            row += 1
            if (row >= before or driver is trusted) and ident() == thread:
                watches, trusted = True, driver
                switch(False)
        elif not ({is_idle or False}):
            interrupted(driver)
        return watches
    def interrupted(driver):
        nonlocal row
        if row:
            row = 0
            tire(driver)
    def distrust():
        nonlocal trusted
        trusted = None
        leave()
    def leave(*_):
        nonlocal row, watches
        row = 0
        if watches:
            watches = False
            switch(True)
            swept()
    return call, leave
"""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # of attributes' names: all identifiers
    found: tuple[Any, Any] = namespace["make"](**names)
    return found


def _branch(group: Group) -> str:
    """Return what logs a call of one group.

    Appending in place, number by number, takes a third of what a tuple and ``extend``
    take.
    """
    lines = ["entries.append(called)"]
    lines.append("".join(f"c{i}, " for i in range(group.count)) + "= cells")
    lines += [f"v{i} = c{i}.cell_contents" for i in range(group.count)]
    lines += [
        f"entries.append(v{i}.{group.attributes[role]})" for i, role in group.reads
    ]
    lines += ["if len(entries) > most:", "    roll()", "return"]
    body = "\n                    ".join(lines)
    return f"""
                if count == {group.count}:
                    {body}"""


def _content(cell: Any) -> object:
    try:
        content: object = cell.cell_contents
    except ValueError:
        return MISSING
    return content
