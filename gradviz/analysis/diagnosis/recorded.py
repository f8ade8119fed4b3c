"""What is wrong with the order in which the person's code has called its hooks.

Also where no driver can be tried: where hooks were called by hand, cell by cell. A
recorded pass is made again on the live Values, once as it was and once in a right order
as near to it as can be; an order that costs nothing is no finding.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from gradviz.analysis.again import Again, as_number
from gradviz.analysis.diagnosis.findings import Finding, told
from gradviz.analysis.diagnosis.points import same
from gradviz.analysis.diagnosis.theirs import call_theirs
from gradviz.graph.build import LiveGraph
from gradviz.session.attributes import Change
from gradviz.session.pushes import repeats
from gradviz.session.sites import Site
from gradviz.session.walk import Step

_MOST_NAMES = 3

_State = dict[tuple[int, str], object]
"""What stands in attributes of Values."""


@dataclass
class RecordedPass:
    """One backward pass of a recorded walk.

    Attributes:
        steps: Its steps, each with its place in the walk.
    """

    steps: list[tuple[int, Step]] = field(default_factory=list)

    @property
    def calls(self) -> list[tuple[int, int]]:
        """The steps that called a hook, and the Values they called it of."""
        return [(at, step.node) for at, step in self.steps if step.node >= 0]


def passes_of(live: LiveGraph, walk: Sequence[Step]) -> list[RecordedPass]:
    """Take a walk apart into backward passes.

    One begins where a root, or a Value that has pushed, gets a gradient anew; where a
    Value pushes again whose gradient was reset; and where a root pushes once more, but
    not twice in a row in one cell (``pushes`` counts by the same rule).
    """
    found = [RecordedPass()]
    pushed: set[int] = set()
    reset: set[int] = set()
    for at, step in enumerate(walk):
        is_root = step.node >= 0 and not live.graph.consumers[step.node]
        again = is_root and step.node in pushed and not repeats(walk, at)
        seeds = step.node < 0 and _seeds_anew(live, step, pushed)
        begins = again or seeds or step.kind == "zero" or step.node in reset
        if pushed and begins:
            found.append(RecordedPass())
            pushed, reset = set(), set()
        found[-1].steps.append((at, step))
        if step.node >= 0:
            pushed.add(step.node)
        else:
            reset.update({c.node for c in gradients_in(live, step)} & pushed)
    return found


def _seeds_anew(live: LiveGraph, step: Step, pushed: set[int]) -> bool:
    return any(
        change.attribute == live.adapters[change.node].grad
        and as_number(0.0 if change.after is None else change.after) != 0.0
        and (not live.graph.consumers[change.node] or change.node in pushed)
        for change in gradients_in(live, step)
    )


def gradients_in(live: LiveGraph, step: Step) -> Iterator[Change]:
    """Yield what a step has done to gradients."""
    for change in step.delta or step.writes:
        if change.node >= 0 and change.attribute == live.adapters[change.node].grad:
            yield change


class OrderDoctor:
    """Says which hooks were called too early or too often in a recorded walk."""

    def __init__(
        self, again: Again, walk: Sequence[Step], pause: Callable[[], object] = int
    ) -> None:
        """Remember the walk.

        Args:
            again: The graph.
            walk: What the person's code did.
            pause: Is called now and then; what it raises ends the work.
        """
        self._again, self._live = again, again.live
        self._walk = walk
        self._pause = pause

    def examine(self) -> Iterator[Finding]:
        """Yield what is wrong, each rule once."""
        found: set[str] = set()
        nodes = self._live.graph.nodes
        for one in passes_of(self._live, self._walk):
            calls = [(at, node) for at, node in one.calls if nodes[node].operands]
            by_hand = any(step.kind == "manual" for _, step in one.steps)
            if by_hand or any(nodes[node].calls for _, node in calls):
                continue  # what recurses can't be put into another order
            finding = self._of(one, calls)
            if finding is not None and finding.rule not in found:
                found.add(finding.rule)
                yield finding

    def _of(self, one: RecordedPass, calls: list[tuple[int, int]]) -> Finding | None:
        counts = Counter(node for _, node in calls)
        repeated = [node for node, count in counts.items() if count > 1]
        early = None if repeated else self._early(calls)
        if not repeated and early is None:
            return None
        state = self._state_before(one)
        made, upstream = self._replayed(one, state, None)
        wanted, _ = self._replayed(one, state, self._right_order(calls))
        if not made or not wanted or all(map(same, made, wanted)):
            return None
        if repeated:
            return self._twice(repeated[0], calls, made, wanted)
        assert early is not None
        return self._too_early(*early, upstream, made, wanted)

    def _early(self, calls: list[tuple[int, int]]) -> tuple[int, int, list[int]] | None:
        """Return the step of the Value that came before the fewest consumers."""
        first = {node: at for at, node in reversed(calls)}
        found: list[tuple[int, int, int, list[int]]] = []
        for node, at in first.items():
            consumers = {e.consumer for e in self._live.graph.consumers[node]}
            late = sorted((first[c], c) for c in consumers if first.get(c, -1) > at)
            if late:
                found.append((len(late), at, node, [c for _, c in late]))
        if not found:
            return None
        _, at, node, late_ones = min(found)
        return at, node, late_ones

    def _right_order(self, calls: list[tuple[int, int]]) -> list[int]:
        """Return each Value once, after its consumers, else as they were called."""
        first = {node: at for at, node in reversed(calls)}
        order: list[int] = []
        done: set[int] = set()
        to_do = [(node, False) for node in reversed(first)]
        to_do.sort(key=lambda pair: -first[pair[0]])
        while to_do:
            node, ready = to_do.pop()
            if node in done:
                continue
            consumers = {e.consumer for e in self._live.graph.consumers[node]}
            waits = [c for c in consumers if c in first and c not in done]
            if ready or not waits:
                done.add(node)
                order.append(node)
                continue
            to_do.append((node, True))
            to_do += [(c, False) for c in sorted(waits, key=lambda c: -first[c])]
        return order

    # Making a pass again

    def _state_before(self, one: RecordedPass) -> _State:
        """Return what stood before a pass in all that the walk has changed."""
        first = one.steps[0][0]
        state: _State = {}
        for step in reversed(self._walk):
            for change in reversed(step.delta or ()):
                if change.node >= 0:
                    state[change.node, change.attribute] = change.before
        for step in self._walk[:first]:
            for change in step.delta or step.writes:
                if change.node >= 0:
                    state[change.node, change.attribute] = change.after
        adapters = self._live.adapters
        return {
            (node, name): held
            for (node, name), held in state.items()
            if name in (adapters[node].grad, adapters[node].data)
        }

    def _replayed(
        self, one: RecordedPass, state: _State, order: list[int] | None
    ) -> tuple[list[float], dict[int, float]]:
        """Return the gradients after a pass, and the upstream of each step.

        Args:
            one: The pass.
            state: What stands before it.
            order: The Values to call after all that was set; None for what was done.
        """
        self._pause()
        upstream: dict[int, float] = {}
        with self._again.restored():
            self._again.clear_gradients()
            for (node, name), held in state.items():
                setattr(self._live.values[node], name, held)
            try:
                for at, step in one.steps:
                    if step.node >= 0 and order is None:
                        upstream[at] = self._gradient(step.node)
                        self._call(step.node)
                    elif step.node < 0:
                        self._write(step)
                for node in order or ():
                    self._call(node)
            except (Exception, SystemExit):  # the person's code: anything goes
                return [], {}
            nodes = range(len(self._live.values))
            return [self._gradient(node) for node in nodes], upstream

    def _call(self, node: int) -> None:
        hook = self._live.adapters[node].hook_of(self._live.values[node])
        if hook is not None:
            call_theirs(hook)

    def _write(self, step: Step) -> None:
        for node, name, _, after in step.delta or step.writes:
            adapter = self._live.adapters[node]
            if node >= 0 and name in (adapter.grad, adapter.data):
                setattr(self._live.values[node], name, after)

    def _gradient(self, node: int) -> float:
        gradient = self._live.adapters[node].gradient(self._live.values[node])
        return as_number(0.0 if gradient is None else gradient)

    # Telling

    def _too_early(
        self,
        at: int,
        node: int,
        late: list[int],
        upstream: dict[int, float],
        made: list[float],
        wanted: list[float],
    ) -> Finding:
        name, worst = self._name(node), self._worst(node, made, wanted)
        names = " and ".join(map(self._name, late[:_MOST_NAMES]))
        sentence = (
            f"{name}._backward() was called before that of {names}: it pushed "
            f"when its gradient was {told(upstream[at])}, complete it is "
            f"{told(wanted[node])}"
            f"{self._cost(worst, made, wanted)}."
        )
        part = (late[0], node, self._below(node, made, wanted))
        return self._finding(
            "not-topological", sentence, node, at, worst, made, wanted, part
        )

    def _twice(
        self,
        node: int,
        calls: list[tuple[int, int]],
        made: list[float],
        wanted: list[float],
    ) -> Finding:
        steps = [at for at, called in calls if called == node]
        worst = self._worst(node, made, wanted)
        times = "twice" if len(steps) == 2 else f"{len(steps)} times"
        sentence = (
            f"{self._name(node)}._backward() was called {times} in one "
            f"backward pass, each time with all that its gradient held"
            f"{self._cost(worst, made, wanted)}."
        )
        part = (node, self._below(node, made, wanted))
        return self._finding(
            "pushed-twice", sentence, node, steps[1], worst, made, wanted, part
        )

    def _cost(self, worst: int, made: list[float], wanted: list[float]) -> str:
        return (
            f"; {self._name(worst)} ended at {told(made[worst])} instead of "
            f"{told(wanted[worst])}"
        )

    def _worst(self, node: int, made: list[float], wanted: list[float]) -> int:
        """Return a leaf that ended wrong, near the Value, else any that did."""
        nodes = self._live.graph.nodes
        wrong = [n for n, w in enumerate(wanted) if not same(made[n], w)]
        leaves = [n for n in wrong if nodes[n].is_leaf and not nodes[n].constant]
        near = [n for n in leaves if n in nodes[node].operands]
        return (near or leaves or wrong)[0]

    def _below(self, node: int, made: list[float], wanted: list[float]) -> int:
        """Return an operand that has got the wrong share."""
        operands = self._live.graph.nodes[node].operands
        wrong = [o for o in operands if not same(made[o], wanted[o])]
        return (wrong or list(operands))[0]

    def _finding(
        self,
        rule: str,
        sentence: str,
        node: int,
        at: int,
        worst: int,
        made: list[float],
        wanted: list[float],
        part: tuple[int, ...],
    ) -> Finding:
        step = self._walk[at]
        site = step.site or Site(step.place, 0, "")
        return Finding(
            rule=rule,
            sentence=sentence,
            value=self._name(node),
            node=node,
            op="",
            method=site.function,
            file=site.file,
            line=site.line,
            operand=self._name(worst),
            got=made[worst],
            expected=wanted[worst],
            smallest=tuple(map(self._name, dict.fromkeys(part))),
            step=at,
        )

    def _name(self, node: int) -> str:
        return self._live.graph.nodes[node].name
