"""How often Values have pushed, counted for each backward pass by itself.

A pass begins where every gradient is zeroed, and where the person's code gives a root,
or a Value that has pushed already, a gradient anew, or calls the hook of a root again,
except where one cell does that twice in a row: then it has pushed twice. What other
Values hold when a pass begins is left over from the one before.
"""

from collections.abc import Sequence

from gradviz.graph.model import Graph
from gradviz.session.facts import Effect, Figure, StepFact
from gradviz.session.walk import Step

_Pass = tuple[int, frozenset[int]]
"""The step that a pass began with, and the Values with a gradient of an earlier one."""


class Pushes:
    """Counts the pushes of the pass that the playhead is in.

    Attributes:
        received: How many slots have pushed to each Value.
        repeated: How many consumers have pushed more than once to each Value.
        twice: How many operands each Value has pushed to more than once.
        late: How many steps have changed each Value's gradient after it had pushed.
        left: Values that still hold a gradient of an earlier pass.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._passes: list[_Pass] = []
        self.begin(frozenset())

    def begin(self, left: frozenset[int]) -> None:
        """Go to before the first step.

        Args:
            left: The Values that have a gradient there and no seed.
        """
        self._passes = [(-1, left)]
        self._count_from(left)

    @property
    def began(self) -> int:
        """The first step of the pass."""
        return max(self._passes[-1][0], 0)

    def began_before(self, step: int) -> int:
        """Return the first step of the pass that a step made belongs to."""
        return max(max(began for began, _ in self._passes if began <= step), 0)

    def times(self, node: int) -> int:
        """Return how often a Value has pushed what its operands still hold."""
        by = self._by
        found = [by.get((node, o), 0) for o in self._graph.nodes[node].operands]
        return max(found) if found else 0

    def count(self, consumer: int, operand: int) -> int:
        """Return how often a consumer has pushed to an operand in this pass."""
        return self._by.get((consumer, operand), 0)

    def make(self, walk: Sequence[StepFact], at: int, grad: Sequence[Figure]) -> bool:
        """Count a step.

        Args:
            walk: Every step.
            at: Which of them it is.
            grad: The gradients after it.

        Returns:
            Whether it has begun a pass, so that every count is another one.
        """
        passes = len(self._passes)
        step = walk[at]
        if step.kind == "zero":
            self._open(at, frozenset())
        elif self._begins_pass(walk, at):
            self._open(at, _left(step, grad))
        if step.node >= 0:
            self._count(step, 1)
        else:
            self._reset(step)
        return len(self._passes) != passes

    def take_back(self, walk: Sequence[StepFact], at: int) -> bool:
        """Forget the step counted last; return whether it had begun a pass."""
        step = walk[at]
        has_begun = self._passes[-1][0] == at
        if step.node >= 0 and not has_begun:
            self._count(step, -1)
            return False
        if has_begun:
            self._passes.pop()
        began, left = self._passes[-1]
        self._count_from(left)
        for earlier in walk[max(began, 0) : at]:
            if earlier.node >= 0:
                self._count(earlier, 1)
            else:
                self._reset(earlier)
        return has_begun

    def _open(self, at: int, left: frozenset[int]) -> None:
        self._passes.append((at, left))
        self._count_from(left)

    def _count_from(self, left: frozenset[int]) -> None:
        count = len(self._graph)
        self.received, self.repeated = [0] * count, [0] * count
        self.twice, self.late = [0] * count, [0] * count
        self.left = set(left)
        self._by: dict[tuple[int, int], int] = {}
        self._steps = 0

    def _begins_pass(self, walk: Sequence[StepFact], at: int) -> bool:
        step, consumers = walk[at], self._graph.consumers
        if step.node >= 0:
            if step.kind != "recorded" or consumers[step.node]:
                return False
            return self.times(step.node) > 0 and not repeats(walk, at)
        return self._steps > 0 and any(
            effect.after not in (None, 0)
            and (not consumers[effect.node] or self.times(effect.node) > 0)
            for effect in _gradients(step)
        )

    def _reset(self, step: StepFact) -> None:
        """Forget what was pushed to the gradients that a write has set anew.

        A leaf that holds a gradient before anything has pushed has kept it.
        """
        for effect in _gradients(step):
            node = effect.node
            self.received[node] = self.repeated[node] = self.late[node] = 0
            is_kept = self._steps == 0 and effect.after not in (None, 0)
            if is_kept and self._is_used_leaf(node):
                self.left.add(node)
            else:
                self.left.discard(node)
            for consumer in {edge.consumer for edge in self._graph.consumers[node]}:
                self.twice[consumer] -= self._by.pop((consumer, node), 0) > 1

    def _is_used_leaf(self, node: int) -> bool:
        """Whether a Value is used but not made: what is set there is no seed."""
        return self._graph.nodes[node].is_leaf and bool(self._graph.consumers[node])

    def _count(self, step: StepFact, by: int) -> None:
        self._steps += by
        node = step.node
        operands = self._graph.nodes[node].operands
        for effect in _gradients(step):
            if effect.node != node and self.times(effect.node):
                changed = repr(effect.before) != repr(effect.after)
                self.late[effect.node] += by * changed
        for operand in operands:
            self.received[operand] += by
        for operand in set(operands):
            before = self._by.get((node, operand), 0)
            self._by[node, operand] = after = before + by
            again = (after > 1) - (before > 1)
            if again:
                self.repeated[operand] += again
                self.twice[node] += again


def repeats(walk: Sequence[Step] | Sequence[StepFact], at: int) -> bool:
    """Whether a cell calls a hook that it has called just before.

    Args:
        walk: Every step.
        at: The call.
    """
    calls = (walk[i] for i in range(at - 1, -1, -1) if walk[i].node >= 0)
    before, call = next(calls, None), walk[at]
    if before is None:
        return False
    return (before.node, before.place) == (call.node, call.place)


def _left(step: StepFact, grad: Sequence[Figure]) -> frozenset[int]:
    """Return what holds a gradient when a pass begins, and has not got it just now."""
    held = {node for node, number in enumerate(grad) if number not in (None, 0)}
    written = {effect.node for effect in _gradients(step)}
    if step.node < 0:
        return frozenset(held - written)
    had = {e.node for e in _gradients(step) if e.before not in (None, 0)}
    return frozenset((held - written | had) - {step.node})


def _gradients(step: StepFact) -> list[Effect]:
    return [effect for effect in step.effects or () if effect.what == "grad"]
