"""The window's copy of a session: graph, walk and numbers, kept from facts alone.

Scrubbing over steps that have been made never asks the worker, and works when the
worker is gone.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from gradviz.graph.model import Graph
from gradviz.graph.order import below
from gradviz.session.facts import DocumentFact, Effect, Figure, StepFact, Update


class GradientState(Enum):
    """How far the gradient of a Value has come."""

    UNREACHED = "not reached"
    PARTIAL = "partial"
    FINAL = "final"
    REPEATED = "pushed more than once"


class Progress(NamedTuple):
    """How many of the operand slots that read a Value have pushed to it.

    Attributes:
        state: The gradient's state.
        pushed: How often they have pushed since the gradients were last zeroed.
        expected: Slots whose step is in the walk.
    """

    state: GradientState
    pushed: int
    expected: int


class Mirror:
    """Everything the window shows of a session.

    Attributes:
        graph: The graph.
        walk: Every step, made and to come.
        playhead: How many steps the numbers below have seen.
        document: Seeds, edited leaves, the rule, and what can be undone.
        data: The number of each Value.
        grad: The gradient of each Value.
        color: The colour the person's code gave each Value, or None.
        seeds: Seed gradients by Value, in walking order.
        recorded: How many steps have been made and can be scrubbed over.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.walk: list[StepFact] = []
        self.playhead = 0
        self.document = DocumentFact()
        self.data: list[Figure] = [None] * len(graph)
        self.grad: list[Figure] = [None] * len(graph)
        self.color: list[str | None] = [None] * len(graph)
        self.seeds: dict[int, Figure] = {}
        self.recorded = 0
        self._in_walk: set[int] = set()
        self._set_by_code: set[int] = set()
        self._data_written: list[int] = []
        self._below_seeds: set[int] = set()
        self._expected = [0] * len(graph)
        self._forget_pushes()

    @property
    def last_step(self) -> StepFact | None:
        """The step just made, or None at the start."""
        return self.walk[self.playhead - 1] if self.playhead else None

    @property
    def next_step(self) -> StepFact | None:
        """The step that comes next, or None at the end."""
        return self.walk[self.playhead] if self.playhead < len(self.walk) else None

    def apply(self, update: Update) -> None:
        """Take over what has changed in the session."""
        if update.start is None:
            self.move_to(min(update.walk_from, self.playhead))
        else:
            self.playhead = 0
            self.data = list(update.start.data)
            self.grad = list(update.start.grad)
            self.color = list(update.start.color)
            self._forget_pushes()
        self._replace_steps(update)
        if update.document is not None:
            if update.document.seeds != self.document.seeds:
                self.seeds = dict(update.document.seeds)
                self._below_seeds = below(self.graph, self.seeds)
            self.document = update.document
        self.move_to(update.playhead)

    def _replace_steps(self, update: Update) -> None:
        first, last = update.walk_from, len(self.walk) - update.walk_kept
        before = [step.node for step in self.walk[first:last]]
        self.walk[first:last] = update.walk
        if before != [step.node for step in update.walk]:
            self._expect(self._ops_walked())
        if self._data_written or any(step.kind == "write" for step in update.walk):
            self._data_written = [
                number
                for number, step in enumerate(self.walk)
                if step.kind == "write"
                and any(effect.what == "data" for effect in step.effects or ())
            ]
        if first <= self.recorded:
            self.recorded = next(
                (
                    number
                    for number in range(first, len(self.walk))
                    if self.walk[number].effects is None
                ),
                len(self.walk),
            )

    def move_to(self, playhead: int) -> set[int]:
        """Show the numbers after ``playhead`` steps, as far as they were made.

        Returns:
            The Values whose numbers, colour or progress may have changed.
        """
        target = max(0, min(playhead, self.recorded))
        dirty: set[int] = set()
        while self.playhead > target:
            self.playhead -= 1
            step = self.walk[self.playhead]
            for effect in reversed(step.effects or ()):
                self._show(effect, effect.before)
            dirty |= self.touched(step)
            self._count(step, -1)
        while self.playhead < target:
            step = self.walk[self.playhead]
            for effect in step.effects or ():
                self._show(effect, effect.after)
            dirty |= self.touched(step)
            self._count(step, 1)
            self.playhead += 1
        return dirty

    def data_after(self, made: int) -> Sequence[Figure]:
        """Return the number of each Value after some of the steps made so far.

        It is that of now, unless the person's code has set data since.
        """
        since = bisect_left(self._data_written, made)
        before = bisect_left(self._data_written, self.playhead)
        written = self._data_written[since:before]
        data = list(self.data) if written else self.data
        for number in reversed(written):
            for effect in reversed(self.walk[number].effects or ()):
                if effect.what == "data":
                    data[effect.node] = effect.before
        return data

    def progress(self, node: int) -> Progress:
        """Return how far the gradient of a Value has come."""
        pushed, expected = self._pushed[node], self._expected[node]
        if self._again[node]:
            state = GradientState.REPEATED
        elif pushed >= expected and (
            pushed or node in self._below_seeds or self._is_set_by_code(node)
        ):
            state = GradientState.FINAL
        elif pushed or node in self.seeds or self._is_set_by_code(node):
            state = GradientState.PARTIAL
        else:
            state = GradientState.UNREACHED
        return Progress(state, pushed, expected)

    def _is_set_by_code(self, node: int) -> bool:
        return node in self._set_by_code and bool(self.grad[node])

    def _show(self, effect: Effect, content: Figure) -> None:
        if effect.what == "data":
            self.data[effect.node] = content
        elif effect.what == "grad":
            self.grad[effect.node] = content
        else:
            self.color[effect.node] = None if content is None else str(content)

    def touched(self, step: StepFact) -> set[int]:
        """Return the Values whose numbers or progress a step may change."""
        if step.kind == "zero":
            return set(range(len(self.graph)))
        written = {effect.node for effect in step.effects or ()}
        if step.node < 0:
            return written
        return {step.node, *self.graph.nodes[step.node].operands, *written}

    def _ops_walked(self) -> set[int]:
        """Return the ops that push in the walk.

        A recorded walk may go on: in it, it is every op below a Value that has pushed,
        or whose gradient their code has set.
        """
        walked = {step.node for step in self.walk if step.node >= 0}
        self._set_by_code = {
            effect.node
            for step in self.walk
            if step.kind == "write"
            for effect in step.effects or ()
            if effect.what == "grad" and effect.after
        }
        if not any(step.kind in ("recorded", "write") for step in self.walk):
            return walked
        reached = below(self.graph, walked | self._set_by_code)
        return {node for node in reached if not self.graph.nodes[node].is_leaf}

    def _expect(self, in_walk: set[int]) -> None:
        """Count the slots that will push to each Value, if the walk has other ops."""
        if in_walk == self._in_walk:
            return
        self._in_walk = in_walk
        self._expected = [0] * len(self.graph)
        for node in in_walk:
            for operand in self.graph.nodes[node].operands:
                self._expected[operand] += 1

    def _forget_pushes(self) -> None:
        """Count from nothing: how often each op has pushed to each operand."""
        self._made_of: Counter[tuple[int, int]] = Counter()
        self._pushed = [0] * len(self.graph)
        self._again = [0] * len(self.graph)

    def _count(self, step: StepFact, by: int) -> None:
        """Count a step made, or taken back, before the playhead moves over it."""
        if step.node >= 0:
            self._count_pushes(step.node, by)
        elif by > 0:
            self._count_reset(step)
        else:
            self._count_again()

    def _count_reset(self, step: StepFact) -> None:
        """Forget what was pushed to the gradients that a step has set anew."""
        if step.kind == "zero":
            self._forget_pushes()
            return
        for effect in step.effects or ():
            if effect.what == "grad":
                self._pushed[effect.node] = self._again[effect.node] = 0
                for edge in self.graph.consumers[effect.node]:
                    del self._made_of[edge.consumer, effect.node]

    def _count_again(self) -> None:
        """Count every step before the playhead since all gradients were zeroed."""
        self._forget_pushes()
        zeroed = [i for i in range(self.playhead) if self.walk[i].kind == "zero"]
        for step in self.walk[zeroed[-1] + 1 if zeroed else 0 : self.playhead]:
            if step.node >= 0:
                self._count_pushes(step.node, 1)
            else:
                self._count_reset(step)

    def _count_pushes(self, node: int, by: int) -> None:
        operands = self.graph.nodes[node].operands
        for operand in operands:
            self._pushed[operand] += by
        for operand in set(operands):
            before = self._made_of[node, operand]
            self._made_of[node, operand] = after = before + by
            self._again[operand] += (after > 1) - (before > 1)
