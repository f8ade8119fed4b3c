"""Calling a driver once more, of which only was noted how it began (``passes``).

What it calls is checked against what it had called then. Where it does something else
nothing more is told of it: that it had no other effect was known, but not that nothing
it looks at would change.
"""

import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import CodeType, FrameType
from typing import Any, NamedTuple

from gradviz.graph.held import held_by
from gradviz.session.attributes import MISSING
from gradviz.session.hooks import (
    UNREAD,
    Hook,
    attributes_of,
    does_nothing,
    hook_beneath,
)
from gradviz.session.passes import Pass
from gradviz.session.sites import site_of
from gradviz.session.stage import Stage

_STACK = 500
"""How much deeper the driver may call itself than the first time."""


class Again(NamedTuple):
    """A pass of which the beginning was noted.

    Attributes:
        noted: How it began.
        codes: The codes of the hooks that were called.
        place: The cell or script that ran.
        most: How many of the calls are told, the last ones.
    """

    noted: Pass
    codes: Sequence[CodeType]
    place: str
    most: int


class EnoughError(BaseException):
    """The driver has called what it had called before, or something else."""


class Drive:
    """A driver that is called once more."""

    def __init__(self, stage: Stage, again: Again, hooks: Mapping[int, Hook]) -> None:
        """Call nothing yet.

        Args:
            stage: The Values.
            again: What to make again.
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        self._stage = stage
        self._again = again
        self._hooks = hooks
        self.cut = max(len(again.codes) - again.most, 0)
        """How many calls come before those that are told."""
        self._begun = 0
        self._running: list[set[int] | None] = []
        """The Values that the hooks which run may write to, the last one's last; None
        for a hook that is not told."""
        self._waits = False
        """Whether a hook has ended that leaves it to the driver to add what it gave."""

    @property
    def untold(self) -> int:
        """How many calls can't be made again."""
        return len(self._again.codes) - max(self._begun, self.cut)

    @property
    def is_shown(self) -> bool:
        """Whether it calls a hook of a Value of the graph."""
        ids = self._stage.ids
        return any(id(value) in ids for value in self._again.noted.values)

    def numbers(self) -> Iterator[tuple[int, str, object]]:
        """Yield how attributes of Values of the graph stood, as the pass began."""
        noted, ids = self._again.noted, self._stage.ids
        for name, column in zip(noted.attributes, noted.numbers, strict=True):
            for value, number in zip(noted.values, column, strict=True):
                if id(value) in ids:
                    yield ids[id(value)], name, number

    def run(self) -> None:
        """Put the Values back to how they stood, and call the driver.

        Raises:
            KeyboardInterrupt: The person has interrupted it.
        """
        noted = self._again.noted
        if not self._may_be_called():
            return
        for node, name, number in self.numbers():
            self._stage.write(node, name, number)
        limit = sys.getrecursionlimit()
        with _as_they_stood(noted, self._stage.ids), self._with_hooks():
            sys.setrecursionlimit(limit + _STACK)
            try:
                with suppress(Exception, SystemExit, EnoughError):
                    self._call()
            finally:
                sys.setrecursionlimit(limit)
                while self._running:
                    self._close()

    def _call(self) -> None:
        given, named = self._again.noted.given or ([self._again.noted.root], {})
        self._again.noted.driver.function(*given, **named)

    def _may_be_called(self) -> bool:
        """Whether it does what it did, as far as that is known without calling it."""
        noted, driver = self._again.noted, self._again.noted.driver
        hooks = noted.hooks or [
            getattr(value, driver.adapter.hook, None) for value in noted.values
        ]
        if driver.adapter.design == "rule":
            hooks = [getattr(rule, driver.adapter.method, None) for rule in hooks]
        return (
            driver.is_unchanged
            and all(map(self._is_as_it_was, noted.values))
            and all(map(self._is_known, hooks))
        )

    def _is_as_it_was(self, value: object) -> bool:
        """Whether a Value has the class's methods."""
        driver = self._again.noted.driver
        return type(value) is driver.kind and driver.methods.isdisjoint(held_by(value))

    def _is_known(self, hook: object) -> bool:
        code = getattr(hook_beneath(hook), "__code__", None)
        return code is None or id(code) in self._hooks or does_nothing(code)

    @contextmanager
    def _with_hooks(self) -> Iterator[None]:
        """Let Values have the hooks that they had."""
        noted, name = self._again.noted, self._again.noted.driver.adapter.hook
        changed = [
            (value, hook, getattr(value, name, MISSING))
            for value, hook in zip(noted.values, noted.hooks, strict=False)
            if getattr(value, name, MISSING) is not hook
        ]
        if not changed:
            yield
            return
        for value, hook, _ in changed:
            _set(value, name, hook)
        self._stage.take()
        try:
            yield
        finally:
            for value, _, now in changed:
                _set(value, name, now)
            self._stage.take()

    # While it runs

    def began(self, code: CodeType, frame: FrameType) -> None:
        """A hook has started.

        Args:
            code: Its code.
            frame: It.

        Raises:
            EnoughError: It had not been called.
        """
        if self._waits:
            self._close()
        at, codes = self._begun, self._again.codes
        if at >= len(codes) or codes[at] is not code:
            raise EnoughError
        self._begun += 1
        if at < self.cut:
            self._running.append(None)
            return
        if at == self.cut:
            self._look_at_all()
        elif self._running:
            self._take()
        read: list[Any] = []
        self._hooks[id(code)].begin(frame.f_locals, read.extend)
        mark, *seen = read
        caller = frame.f_back
        site = site_of(caller.f_code, caller.f_lasti) if caller is not None else None
        node = self._stage.timeline.started(mark, seen, self._again.place, site)
        reach = self._stage.reach(seen[: mark.count], node)
        self._stage.take(reach)
        self._running.append(reach)

    def ended(self) -> None:
        """The hook that started last has ended."""
        if not self._running:
            return
        if self._again.noted.driver.adapter.returns:
            self._waits = True
        else:
            self._close()

    def _close(self) -> None:
        """All that belongs to the hook that started last has been written."""
        self._waits = False
        if self._running[-1] is not None:
            self._take()
            self._stage.timeline.returned()
        self._running.pop()

    def _take(self) -> None:
        """Lay what was written since the last look to the hook that started last."""
        reach = self._running[-1]
        if reach is not None:
            self._stage.timeline.wrote(self._stage.take(reach))

    def _look_at_all(self) -> None:
        """Tell how all Values stand, as the first call begins."""
        noted, stage = self._again.noted, self._stage
        stage.take()
        shown = [value for value in noted.values if id(value) in stage.ids]
        names = attributes_of(noted.driver.adapter)
        numbers = [
            getattr(value, name, UNREAD) for value in shown for name in names.values()
        ]
        stage.timeline.met(shown, numbers, tuple(names), self._again.place)


@contextmanager
def _as_they_stood(noted: Pass, shown: Container[int]) -> Iterator[None]:
    """Put Values that are not shown back as well, and afterwards to how they are."""
    others = {id(v): v for v in noted.values if id(v) not in shown}
    now = {key: held_by(value) for key, value in others.items()}
    for name, column in zip(noted.attributes, noted.numbers, strict=True):
        for value, number in zip(noted.values, column, strict=True):
            if id(value) in others:
                _set(value, name, number)
    try:
        yield
    finally:
        for key, value in others.items():
            for name in {**now[key], **held_by(value)}:
                _set(value, name, now[key].get(name, MISSING))


def _set(value: object, name: str, number: object) -> None:
    if number is not MISSING:
        setattr(value, name, number)
    elif name in held_by(value):
        delattr(value, name)
