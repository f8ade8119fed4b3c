"""Runs of the person's own driver, with every hook watched."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gradviz.analysis.again import Again, as_number
from gradviz.analysis.diagnosis.drivers import Driver
from gradviz.analysis.diagnosis.theirs import call_theirs
from gradviz.graph.order import planned_order
from gradviz.session.forward.trouble import described

_MOST_CALLS = 4
"""Calls per Value after which a driver is stopped: it may be calling forever."""


class _EnoughError(BaseException):
    """Ends a driver that makes far more calls than there are Values."""


@dataclass
class Pass:
    """One run of a driver.

    Attributes:
        calls: The Values whose hooks were called, in order.
        upstream: The gradient each held when its hook was called.
        line: The line that called the last hook of the driver's own.
        after: The gradient of every Value at the end.
        problem: Why it did not come to its end, as a clause.
        stopped: Whether it made far too many calls.
    """

    calls: list[int] = field(default_factory=list)
    upstream: list[float] = field(default_factory=list)
    line: int = 0
    after: list[float] = field(default_factory=list)
    problem: str = ""
    stopped: bool = False


class Runner:
    """Runs drivers on live Values; ``with again.restored()`` belongs around it."""

    def __init__(
        self, again: Again, seeded: bool, pause: Callable[[], object] = int
    ) -> None:
        """Remember the graph.

        Args:
            again: The graph.
            seeded: Whether the person's code sets the seed itself.
            pause: Is called now and then; what it raises ends the work.
        """
        self._pause = pause
        self._again = again
        self._live = again.live
        self._seeded = seeded

    def gradients(self) -> list[float]:
        """Return the gradient of every Value, 0 where it has none."""
        pairs = zip(self._live.values, self._live.adapters, strict=True)
        return [as_number(adapter.gradient(v) or 0.0) for v, adapter in pairs]

    def _seed(self, root: int) -> None:
        setattr(self._live.values[root], self._live.adapters[root].grad, 1.0)

    def run(self, root: int, driver: Driver, times: int = 1) -> Pass:
        """Run a driver on gradients that are all fresh."""
        made = Pass()
        self._again.clear_gradients()
        if self._seeded:
            self._seed(root)
        undo = self._watch(made, driver)
        try:
            self._pause()
            for _ in range(times):
                call_theirs(driver.run)
        except _EnoughError:
            made.stopped = True
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            made.problem = described(error).rstrip(".")
        finally:
            for put_back in undo:
                put_back()
        made.after = self.gradients()
        return made

    def _watch(self, made: Pass, driver: Driver) -> list[Callable[[], None]]:
        """Let every hook tell when it is called; return what ends that."""
        most = _MOST_CALLS * len(self._live.values) + 100

        def told_of(node: int) -> None:
            made.calls.append(node)
            value, adapter = self._live.values[node], self._live.adapters[node]
            made.upstream.append(as_number(adapter.gradient(value) or 0.0))
            frame = sys._getframe(2)
            if frame.f_code is driver.code:
                made.line = frame.f_lineno
            if len(made.calls) > most:
                raise _EnoughError

        return self._watch_with(told_of)

    def _watch_with(self, tell: Callable[[int], None]) -> list[Callable[[], None]]:
        """Let every hook tell when it is called; return what ends that."""
        undo: list[Callable[[], None]] = []
        classes: set[type] = set()
        for node, (value, adapter) in enumerate(
            zip(self._live.values, self._live.adapters, strict=True)
        ):
            if adapter.design == "closure" and self._live.graph.nodes[node].operands:
                hook = getattr(value, adapter.hook, None)
                if callable(hook):
                    setattr(value, adapter.hook, _told_first(tell, node, hook))
            elif adapter.design == "method" and type(value) not in classes:
                classes.add(type(value))
                ids = self._again.ids
                undo += _watch_method(type(value), adapter.hook, tell, ids)
        return undo

    def planned(self, root: int) -> list[float] | None:
        """Return the gradients after the same hooks in a right order."""
        self._again.clear_gradients()
        self._seed(root)
        order = planned_order(self._live.graph, [root])
        self._pause()
        for node in order:
            hook = self._live.adapters[node].hook_of(self._live.values[node])
            if hook is None:
                continue
            try:
                call_theirs(hook)
            except (Exception, SystemExit):  # found by trying it alone
                return None
        return self.gradients()

    def started(self, driver: Driver) -> list[float]:
        """Return the gradients at the time a driver calls its first hook."""
        found: list[float] = []

        def look(node: int) -> None:
            found.extend(self.gradients())
            raise _EnoughError

        undo = self._watch_with(look)
        try:
            self._pause()
            call_theirs(driver.run)
        except (Exception, SystemExit, _EnoughError):
            return found
        finally:
            for put_back in undo:
                put_back()
        return found


def _told_first(
    tell: Callable[[int], None], node: int, hook: Callable[..., Any]
) -> Callable[..., Any]:
    def watched(*arguments: Any, **keywords: Any) -> Any:
        tell(node)
        return call_theirs(hook, *arguments, **keywords)

    return watched


def _watch_method(
    cls: type, name: str, tell: Callable[[int], None], ids: dict[int, int]
) -> list[Callable[[], None]]:
    """Let a method of a class tell on which Value it is called."""
    owner = next((base for base in cls.__mro__ if name in vars(base)), None)
    if owner is None:
        return []
    function = vars(owner)[name]

    def watched(value: Any, *arguments: Any, **keywords: Any) -> Any:
        node = ids.get(id(value))
        if node is not None:
            tell(node)
        return call_theirs(function, value, *arguments, **keywords)

    setattr(owner, name, watched)
    return [lambda: setattr(owner, name, function)]
