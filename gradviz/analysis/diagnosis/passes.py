"""What is wrong with the whole backward pass of the person's own driver.

Their driver is called on the root with every hook watched. What is wrong with it is
told by comparing with the same hooks called in a right order, so that a bug of a hook
is not blamed on the order.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gradviz.analysis.again import Again, as_number
from gradviz.analysis.diagnosis.drivers import Driver, Source, driver_of, zeroer_of
from gradviz.analysis.diagnosis.findings import Finding, told
from gradviz.analysis.diagnosis.points import same
from gradviz.analysis.diagnosis.probing import Probe
from gradviz.graph.order import planned_order
from gradviz.session.trouble import described

_MOST_CALLS = 4
"""Calls per Value after which a driver is stopped: it may be calling forever."""


class _EnoughError(BaseException):
    """Ends a driver that makes far more calls than there are Values."""


@dataclass
class _Pass:
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


class PassDoctor:
    """Runs a driver and says what is wrong with it."""

    def __init__(self, again: Again, seeded: bool) -> None:
        """Remember the graph.

        Args:
            again: The graph.
            seeded: Whether the person's code sets the seed itself.
        """
        self._again = again
        self._live = again.live
        self._seeded = seeded
        self._fresh = Probe(again).fresh
        self.reasons: dict[int, str] = {}

    def examine(self, root: int, hooks_right: bool) -> Iterator[Finding]:
        """Yield what is wrong with the driver of a root's class.

        Args:
            root: The root.
            hooks_right: Whether nothing was found in any hook.
        """
        value, adapter = self._live.values[root], self._live.adapters[root]
        driver = driver_of(value, adapter)
        if driver is None or not self._live.graph.nodes[root].operands:
            return
        with self._again.restored():
            made = self._run(root, driver)
        if made.problem:
            name = f"{self._name(root)}.{driver.name}()"
            self.reasons[root] = f"{name} did not come to its end ({made.problem})"
            return
        if not made.calls:
            return  # it does not call hooks that could be watched
        with self._again.restored():
            wanted = self._planned(root)
        if wanted is None:
            return
        found = self._wrong_seed(root, driver, made) or self._wrong_order(
            root, driver, made, wanted
        )
        if found is not None:
            yield found
            return
        if hooks_right:
            yield from self._not_zeroed(root, driver, made)

    # Running

    def _clear(self) -> None:
        pairs = zip(self._live.values, self._live.adapters, self._fresh, strict=True)
        for value, adapter, gradient in pairs:
            setattr(value, adapter.grad, gradient)

    def _gradients(self) -> list[float]:
        pairs = zip(self._live.values, self._live.adapters, strict=True)
        return [as_number(adapter.gradient(v) or 0.0) for v, adapter in pairs]

    def _seed(self, root: int) -> None:
        setattr(self._live.values[root], self._live.adapters[root].grad, 1.0)

    def _run(self, root: int, driver: Driver, times: int = 1) -> _Pass:
        """Run a driver on gradients that are all fresh."""
        made = _Pass()
        self._clear()
        if self._seeded:
            self._seed(root)
        undo = self._watch(made, driver)
        try:
            for _ in range(times):
                driver.run()
        except _EnoughError:
            made.stopped = True
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            made.problem = described(error).rstrip(".")
        finally:
            for put_back in undo:
                put_back()
        made.after = self._gradients()
        return made

    def _watch(self, made: _Pass, driver: Driver) -> list[Callable[[], None]]:
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

    def _planned(self, root: int) -> list[float] | None:
        """Return the gradients after the same hooks in a right order."""
        self._clear()
        self._seed(root)
        for node in planned_order(self._live.graph, [root]):
            hook = self._live.adapters[node].hook_of(self._live.values[node])
            if hook is None:
                continue
            try:
                hook()
            except (Exception, SystemExit):  # found by trying it alone
                return None
        return self._gradients()

    # Rules

    def _wrong_seed(self, root: int, driver: Driver, made: _Pass) -> Finding | None:
        if root not in made.calls:
            return None
        seed = made.upstream[made.calls.index(root)]
        if seed == 1.0 or (seed != 0.0 and self._seeded):
            return None
        name = self._name(root)
        sentence = (
            f"{name}.{driver.name}() starts with a gradient of {told(seed)} at {name}; "
            f"d{name}/d{name} is 1."
        )
        line = Source(driver.code).assignment(self._live.adapters[root].grad)
        return self._finding("no-seed", sentence, root, driver, line, seed, 1.0)

    def _wrong_order(
        self, root: int, driver: Driver, made: _Pass, wanted: list[float]
    ) -> Finding | None:
        nodes = range(len(wanted))
        wrong = [n for n in nodes if not same(made.after[n], wanted[n])]
        if not wrong and not made.stopped:
            return None
        ops = [n for n in made.calls if self._live.graph.nodes[n].operands]
        repeated = [n for n, count in Counter(ops).items() if count > 1]
        source = Source(driver.code)
        if repeated:
            return self._repeated(repeated[0], ops, driver, made, wanted, source)
        early = self._early(made)
        if early is not None:
            return self._too_early(*early, driver, made, wanted, source)
        called = set(made.calls)
        missed = [
            n
            for n in reversed(nodes)
            if self._live.graph.nodes[n].operands
            and n not in called
            and wanted[n] != 0.0
        ]
        if missed:
            name = self._name(missed[0])
            sentence = (
                f"{self._name(root)}.{driver.name}() never calls {name}._backward(), "
                f"so that nothing flows on from its gradient of "
                f"{told(wanted[missed[0]])}."
            )
            line = source.loop_around(made.line) if made.line else source.first
            return self._finding("not-called", sentence, missed[0], driver, line)
        return None

    def _repeated(
        self,
        node: int,
        ops: list[int],
        driver: Driver,
        made: _Pass,
        wanted: list[float],
        source: Source,
    ) -> Finding:
        name, count = self._name(node), ops.count(node)
        cost = self._cost(made, wanted)
        sentence = (
            f"{driver.name}() calls {name}._backward() {count} times, each time with "
            f"all that its gradient holds{cost}."
        )
        line = source.recursion() or source.guard()
        line = line or source.loop_around(made.line) or source.first
        worst = self._worst(made, wanted)
        return self._finding(
            "pushed-twice",
            sentence,
            node,
            driver,
            line,
            made.after[worst],
            wanted[worst],
            worst,
            self._around(node),
        )

    def _early(self, made: _Pass) -> tuple[int, list[int]] | None:
        """Return the Value pushed before the fewest consumers, and these."""
        first = {n: i for i, n in reversed(list(enumerate(made.calls)))}
        found: list[tuple[int, int, int, list[int]]] = []
        for node, at in first.items():
            edges = self._live.graph.consumers[node]
            late = [e.consumer for e in edges if first.get(e.consumer, -1) > at]
            if late and self._live.graph.nodes[node].operands:
                found.append((len(set(late)), at, node, late))
        if not found:
            return None
        _, _, node, late = min(found)
        return node, list(dict.fromkeys(late))

    def _too_early(
        self,
        node: int,
        late: list[int],
        driver: Driver,
        made: _Pass,
        wanted: list[float],
        source: Source,
    ) -> Finding:
        name = self._name(node)
        had = made.upstream[made.calls.index(node)]
        names = " and ".join(self._name(consumer) for consumer in late[:3])
        sentence = (
            f"{driver.name}() calls {name}._backward() before that of {names}: it "
            f"pushed {told(had)} of a gradient of {told(wanted[node])}"
            f"{self._cost(made, wanted)}."
        )
        loop = source.loop_around(made.line) if made.line else 0
        line = source.recursion()
        if not line and self._is_order(made.calls[::-1]):
            line = loop
        line = line or source.sorting() or loop or source.first
        return self._finding(
            "not-topological",
            sentence,
            node,
            driver,
            line,
            had,
            wanted[node],
            node,
            (*self._around(node, late),),
        )

    def _is_order(self, calls: list[int]) -> bool:
        """Whether consumers come before operands."""
        at = {node: i for i, node in enumerate(calls)}
        return all(
            at[edge.consumer] < at[edge.operand]
            for edge in self._live.graph.edges
            if edge.consumer in at and edge.operand in at
        )

    def _not_zeroed(self, root: int, driver: Driver, made: _Pass) -> Iterator[Finding]:
        """Yield what clears some gradients between two passes and misses others."""
        value, adapter = self._live.values[root], self._live.adapters[root]
        zeroer = zeroer_of(value, adapter)
        for function in (zeroer, driver):
            if function is None:
                continue
            with self._again.restored():
                missed, cleared = self._missed(root, function, driver, made)
            if not missed or cleared < 2:
                continue  # it clears all, or only its own Value by design
            node = missed[0]
            more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
            sentence = (
                f"{function.name}() zeroes gradients but not that of "
                f"{self._name(node)}{more}: a second backward pass adds to what is "
                "left of the first."
            )
            line = Source(function.code).assignment(adapter.grad)
            if function is driver:
                line = Source(driver.code).first_assignment(adapter.grad)
            yield self._finding("not-zeroed", sentence, node, function, line)
            return

    def _missed(
        self, root: int, function: Driver, driver: Driver, made: _Pass
    ) -> tuple[list[int], int]:
        """Return the ops that keep a gradient, and how many Values were cleared."""
        mark = 1234.5
        pairs = list(zip(self._live.values, self._live.adapters, strict=True))
        marked = [n for n, gradient in enumerate(made.after) if gradient]
        for node, (value, adapter) in enumerate(pairs):
            setattr(value, adapter.grad, mark if node in set(marked) else 0.0)
        if function is not driver:
            try:
                function.run()
            except (Exception, SystemExit):  # the person's code: anything goes
                return [], 0
            now = self._gradients()
            kept = [n for n in marked if now[n] == mark]
            return kept, len(marked) - len(kept)
        found = self._started(driver)
        kept = [n for n in marked if found and found[n] == mark and n != root]
        return kept, len(marked) - len(kept) - (root in marked)

    def _started(self, driver: Driver) -> list[float]:
        """Return the gradients at the time a driver calls its first hook."""
        found: list[float] = []

        def look(node: int) -> None:
            found.extend(self._gradients())
            raise _EnoughError

        undo = self._watch_with(look)
        try:
            driver.run()
        except (Exception, SystemExit, _EnoughError):
            return found
        finally:
            for put_back in undo:
                put_back()
        return found

    # Telling

    def _cost(self, made: _Pass, wanted: list[float]) -> str:
        worst = self._worst(made, wanted)
        if same(made.after[worst], wanted[worst]):
            return ""
        return (
            f"; {self._name(worst)} ends at {told(made.after[worst])} instead of "
            f"{told(wanted[worst])}"
        )

    def _worst(self, made: _Pass, wanted: list[float]) -> int:
        """Return a leaf that ends wrong, else any Value that does."""
        wrong = [n for n, w in enumerate(wanted) if not same(made.after[n], w)]
        nodes = self._live.graph.nodes
        leaves = [n for n in wrong if nodes[n].is_leaf and not nodes[n].constant]
        return (leaves or wrong or [0])[0]

    def _around(self, node: int, consumers: list[int] | None = None) -> tuple[str, ...]:
        """Return the names of a Value, its consumers and its operands."""
        graph = self._live.graph
        above = consumers or [edge.consumer for edge in graph.consumers[node]]
        found = dict.fromkeys((*above, node, *graph.nodes[node].operands))
        return tuple(self._name(n) for n in found)

    def _finding(
        self,
        rule: str,
        sentence: str,
        node: int,
        driver: Driver,
        line: int,
        got: float | None = None,
        expected: float | None = None,
        operand: int = -1,
        smallest: tuple[str, ...] = (),
    ) -> Finding:
        return Finding(
            rule=rule,
            sentence=sentence,
            value=self._name(node),
            node=node,
            op="",
            method=driver.name,
            file=driver.code.co_filename,
            line=line,
            operand=self._name(operand) if operand >= 0 else "",
            got=got,
            expected=expected,
            smallest=smallest,
        )

    def _name(self, node: int) -> str:
        return self._live.graph.nodes[node].name


def _told_first(
    tell: Callable[[int], None], node: int, hook: Callable[..., Any]
) -> Callable[..., Any]:
    def watched(*arguments: Any, **keywords: Any) -> Any:
        tell(node)
        return hook(*arguments, **keywords)

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
        return function(value, *arguments, **keywords)

    setattr(owner, name, watched)
    return [lambda: setattr(owner, name, function)]
