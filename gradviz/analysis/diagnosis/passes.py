"""What is wrong with the whole backward pass of the person's own driver.

Their driver is called on the root with every hook watched. What is wrong with it is
told by comparing with the same hooks called in a right order, so that a bug of a hook
is not blamed on the order.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from gradviz.analysis.again import Again
from gradviz.analysis.diagnosis.drivers import Driver, Source, driver_of, zeroer_of
from gradviz.analysis.diagnosis.findings import Finding, told
from gradviz.analysis.diagnosis.points import same
from gradviz.analysis.diagnosis.running import Pass, Runner
from gradviz.analysis.diagnosis.theirs import call_theirs


class PassDoctor:
    """Runs a driver and says what is wrong with it."""

    def __init__(
        self, again: Again, seeded: bool, pause: Callable[[], object] = int
    ) -> None:
        """Remember the graph.

        Args:
            again: The graph.
            seeded: Whether the person's code sets the seed itself.
            pause: Is called now and then; what it raises ends the work.
        """
        self._again = again
        self._live = again.live
        self._seeded = seeded
        self._runner = Runner(again, seeded, pause)
        self._pause = pause
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
            made = self._runner.run(root, driver)
        self._pause()
        if made.problem:
            name = f"{self._name(root)}.{driver.name}()"
            self.reasons[root] = f"{name} did not come to its end ({made.problem})"
            return
        with self._again.restored():
            wanted = self._runner.planned(root)
        self._pause()
        if wanted is None:
            return
        if not made.calls:
            yield from self._unwatched(root, driver, made, wanted)
            return
        found = self._wrong_seed(root, driver, made) or self._wrong_order(
            root, driver, made, wanted
        )
        if found is not None:
            yield found
            return
        if hooks_right:
            yield from self._not_zeroed(root, driver, made)

    # Rules

    def _wrong_seed(self, root: int, driver: Driver, made: Pass) -> Finding | None:
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

    def _unwatched(
        self, root: int, driver: Driver, made: Pass, wanted: list[float]
    ) -> Iterator[Finding]:
        """Yield what a driver does wrong that pushes by itself what ops have stored."""
        if self._live.adapters[root].design != "stored":
            return
        if all(same(*pair) for pair in zip(made.after, wanted, strict=True)):
            return
        source, name = Source(driver.code), self._name(root)
        grad = self._live.adapters[root].grad
        if made.after[root] == 0.0:
            sentence = (
                f"{name}.{driver.name}() starts with a gradient of 0 at {name}; "
                f"d{name}/d{name} is 1."
            )
            line = source.first
            yield self._finding("no-seed", sentence, root, driver, line, 0.0, 1.0)
            return
        worst = self._worst(made, wanted)
        sentence = (
            f"After {name}.{driver.name}() the gradient of {self._name(worst)} is "
            f"{told(made.after[worst])} instead of {told(wanted[worst])}."
        )
        yield self._finding(
            "wrong-gradients",
            sentence,
            worst,
            driver,
            source.pushing(grad),
            made.after[worst],
            wanted[worst],
            worst,
        )

    def _wrong_order(
        self, root: int, driver: Driver, made: Pass, wanted: list[float]
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
        made: Pass,
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

    def _early(self, made: Pass) -> tuple[int, list[int]] | None:
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
        made: Pass,
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

    def _not_zeroed(self, root: int, driver: Driver, made: Pass) -> Iterator[Finding]:
        """Yield what clears some gradients between two passes and misses others."""
        value, adapter = self._live.values[root], self._live.adapters[root]
        zeroer = zeroer_of(value, adapter)
        for function in (zeroer, driver):
            if function is None:
                continue
            self._pause()
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
        self, root: int, function: Driver, driver: Driver, made: Pass
    ) -> tuple[list[int], int]:
        """Return the ops that keep a gradient, and how many Values were cleared."""
        mark = 1234.5
        pairs = list(zip(self._live.values, self._live.adapters, strict=True))
        self._pause()
        marked = [n for n, gradient in enumerate(made.after) if gradient]
        for value, adapter in pairs:
            setattr(value, adapter.grad, 0.0)
        for node in marked:
            value, adapter = pairs[node]
            setattr(value, adapter.grad, mark)
        if function is not driver:
            try:
                call_theirs(function.run)
            except (Exception, SystemExit):  # the person's code: anything goes
                return [], 0
            now = self._runner.gradients()
            kept = [n for n in marked if now[n] == mark]
            return kept, len(marked) - len(kept)
        found = self._runner.started(driver)
        kept = [n for n in marked if found and found[n] == mark and n != root]
        return kept, len(marked) - len(kept) - (root in marked)

    # Telling

    def _cost(self, made: Pass, wanted: list[float]) -> str:
        worst = self._worst(made, wanted)
        if same(made.after[worst], wanted[worst]):
            return ""
        return (
            f"; {self._name(worst)} ends at {told(made.after[worst])} instead of "
            f"{told(wanted[worst])}"
        )

    def _worst(self, made: Pass, wanted: list[float]) -> int:
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
