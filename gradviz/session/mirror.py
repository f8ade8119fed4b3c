"""The window's copy of a session: graph, walk and numbers, kept from facts alone.

Scrubbing over steps that have been made never asks the worker, and works when the
worker is gone.
"""

from bisect import bisect_left
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from gradviz.graph.model import Edge, Graph
from gradviz.graph.order import below
from gradviz.session.facts import (
    DocumentFact,
    Effect,
    Figure,
    ReferenceFact,
    StepFact,
    Update,
)
from gradviz.session.pushes import Pushes


class GradientState(Enum):
    """How far the gradient of a Value has come."""

    UNSEEDED = "not seeded"
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
        stuck: Values that the edits do not reach, with the reason as a clause.
        stale: Values that the edits have outdated, with a sentence on why.
        recorded: How many steps have been made and can be scrubbed over.
        pushes: Which Values have pushed, and how often, in the pass at the playhead.
        ops_in_walk: The Values whose push belongs to the walk.
        reference: What the gradients should be, None while that is not known of the
            document as it is.
        revision: How often the numbers at the start have become others.
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
        self.stuck: dict[int, str] = {}
        self.stale: dict[int, str] = {}
        self.recorded = 0
        self.ops_in_walk: set[int] = set()
        self._set_by_code: set[int] = set()
        self._data_written: list[int] = []
        self._below_seeds: set[int] = set()
        self._below_code: set[int] = set()
        self._expected = [0] * len(graph)
        self.pushes = Pushes(graph)
        self.reference: ReferenceFact | None = None
        self.revision = 0

    @property
    def last_step(self) -> StepFact | None:
        """The step just made, or None at the start."""
        return self.walk[self.playhead - 1] if self.playhead else None

    @property
    def next_step(self) -> StepFact | None:
        """The step that comes next, or None at the end."""
        return self.walk[self.playhead] if self.playhead < len(self.walk) else None

    def subject(self, selected: int) -> int:
        """Return the Value selected, else that of the step just made; -1 for none."""
        if 0 <= selected < len(self.graph):
            return selected
        return self.last_step.node if self.last_step is not None else -1

    def apply(self, update: Update) -> None:
        """Take over what has changed in the session."""
        if update.start is None:
            self._go_to(min(update.walk_from, self.playhead))
        else:
            self.playhead = 0
            self.data = list(update.start.data)
            self.grad = list(update.start.grad)
            self.color = list(update.start.color)
            self.reference = None
            self.revision += 1
        self._replace_steps(update)
        if update.document is not None:
            if update.document.seeds != self.document.seeds:
                self.seeds = dict(update.document.seeds)
                self._below_seeds = below(self.graph, self.seeds)
            self.document = update.document
            self.stuck = dict(update.document.stuck)
            self.stale = self._stale()
        if update.start is not None:
            held = (n for n, number in enumerate(self.grad) if number not in (None, 0))
            self.pushes.begin(frozenset(held) - self.seeds.keys())
        self._go_to(update.playhead)

    def _stale(self) -> dict[int, str]:
        """Return what is outdated, and what was computed from that."""
        found = dict(self.document.stale)
        nodes = self.graph.nodes
        for node in nodes if found else ():
            of = next((nodes[o].name for o in node.operands if o in found), "")
            if of and node.id not in found:
                found[node.id] = f"computed from {of}, which is stale"
        return found

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
        before = self.playhead
        has_begun = self._go_to(playhead)
        low, high = sorted((before, self.playhead))
        if has_begun:
            return set(range(len(self.graph)))
        return set().union(*map(self.touched, self.walk[low:high]))

    def _go_to(self, playhead: int) -> bool:
        """Show the numbers after ``playhead`` steps, as far as they were made.

        Returns:
            Whether a pass has begun on the way, so that every count is another one.
        """
        target = max(0, min(playhead, self.recorded))
        has_begun = False
        while self.playhead > target:
            self.playhead -= 1
            for effect in reversed(self.walk[self.playhead].effects or ()):
                self._show(effect, effect.before)
            has_begun |= self.pushes.take_back(self.walk, self.playhead)
        while self.playhead < target:
            for effect in self.walk[self.playhead].effects or ():
                self._show(effect, effect.after)
            has_begun |= self.pushes.make(self.walk, self.playhead, self.grad)
            self.playhead += 1
        return has_begun

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
        """Return how far the gradient of a Value has come, and what is to come."""
        state = self.state(node)
        return Progress(state, self.pushes.received[node], self._expected[node])

    def state(self, node: int) -> GradientState:
        """Return how far the gradient of a Value has come."""
        pushed = self.pushes.received[node]
        if self.pushes.repeated[node]:
            return GradientState.REPEATED
        if pushed >= self._expected[node] and (
            pushed or node in self._below_seeds or self._is_set_by_code(node)
        ):
            return GradientState.FINAL
        if pushed or node in self.seeds or self._is_set_by_code(node):
            return GradientState.PARTIAL
        if node in self._below_seeds or node in self._below_code:
            return GradientState.UNREACHED
        return GradientState.UNSEEDED

    def expected(self, node: int) -> float | None:
        """Return what the gradient of a Value should be; None where nobody knows.

        Where the person's code has moved data since, as training does, it is that of
        other numbers.
        """
        if self.reference is None or self._data_written:
            return None
        number = self.reference.gradients[node]
        return None if number != number else number

    def slopes(self, node: int) -> tuple[float, ...] | None:
        """Return the local derivatives of an op as measured, None where nobody did."""
        if node < 0 or self.reference is None or self._data_written:
            return None
        return self.reference.slopes[node] or None

    def disagrees(self, node: int) -> bool:
        """Whether a gradient to which all have pushed is not what it should be."""
        return self.state(node) is GradientState.FINAL and self._is_off(node)

    def follows(self, node: int) -> list[int]:
        """Return the consumers whose wrong gradients are why that of a Value is wrong.

        There are none where something that they pushed is wrong as well: then the
        Value is where a mistake shows first.
        """
        wanted, held = float(self.seeds.get(node) or 0), self.grad[node]
        consumers = self.graph.consumers[node]
        terms = [self._share(edge) for edge in consumers]
        if None in terms or not isinstance(held, int | float):
            return []
        shares = [wanted, *(term for term in terms if term is not None)]
        bound = 1e-6 * sum(map(abs, shares)) + self._error(node)
        if not abs(held - sum(shares)) <= bound:
            return []
        found = dict.fromkeys(edge.consumer for edge in consumers)
        return [consumer for consumer in found if self._is_off(consumer)]

    def _share(self, edge: Edge) -> float | None:
        """Return what a slot gets of the gradient that its consumer holds now."""
        if edge.consumer not in self.ops_in_walk:
            return 0.0
        slopes, upstream = self.slopes(edge.consumer), self.grad[edge.consumer]
        if slopes is None or not isinstance(upstream, int | float):
            return None
        return slopes[edge.slot] * upstream

    def _is_off(self, node: int) -> bool:
        """Whether a gradient is not what it should be in the end."""
        wanted, held = self.expected(node), self.grad[node]
        if wanted is None:
            return False
        bound = max(self._error(node), 1e-6 * abs(wanted))
        got = 0.0 if held is None else held
        return isinstance(got, int | float) and not abs(got - wanted) <= bound

    def _error(self, node: int) -> float:
        return self.reference.errors[node] if self.reference is not None else 0.0

    def waits_for(self, node: int) -> list[int]:
        """Return the consumers in the walk that have not pushed to a Value yet."""
        consumers = dict.fromkeys(e.consumer for e in self.graph.consumers[node])
        return [
            consumer
            for consumer in consumers
            if consumer in self.ops_in_walk and not self.pushes.count(consumer, node)
        ]

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
        self._below_code = set()
        if not any(step.kind in ("recorded", "write") for step in self.walk):
            return walked
        self._below_code = reached = below(self.graph, walked | self._set_by_code)
        return {node for node in reached if not self.graph.nodes[node].is_leaf}

    def _expect(self, in_walk: set[int]) -> None:
        """Count the slots that will push to each Value, if the walk has other ops."""
        if in_walk == self.ops_in_walk:
            return
        self.ops_in_walk = in_walk
        self._expected = [0] * len(self.graph)
        for node in in_walk:
            for operand in self.graph.nodes[node].operands:
                self._expected[operand] += 1
