"""What cards and edges show now: the numbers, marks and colours of a mirror."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gradviz.analysis.losses import overwriting
from gradviz.analysis.states import Doubt, conditions, is_doubtful
from gradviz.analysis.words import is_zero
from gradviz.graph.model import Node
from gradviz.numbers import DIGITS, shown
from gradviz.session.facts import Effect, Figure, StepFact
from gradviz.session.mirror import GradientState, Mirror

Sign = Literal["", "check", "warning", "cross", "follows"]

_BORDERS = {
    GradientState.UNSEEDED: "card_line",
    GradientState.UNREACHED: "card_line",
    GradientState.PARTIAL: "dim",
    GradientState.FINAL: "done",
    GradientState.REPEATED: "attention",
}
WARNED = {"warning": "attention", "cross": "error", "follows": "dim"}
"""The role of the border and of the tag, by what is wrong."""
_SIGNS: dict[Doubt, Sign] = {"disagrees": "cross", "follows": "follows"}
_NOT_THERE = (GradientState.UNSEEDED, GradientState.UNREACHED)


class Card(NamedTuple):
    """What one card shows.

    Attributes:
        name: The Value's name.
        number: Its number.
        gradient: Its gradient, None where there is none yet.
        digits: Significant digits shown.
        mark: A few letters on the gradient: ``1/2`` where not all slots have pushed,
            ``zero``, ``lost −0.5``.
        sign: What stands before them: a check mark for a final gradient, a warning
            sign for a doubtful one, a cross for one that is not what it should be, a
            pale one where that follows from others.
        grad_role: The colour of the gradient, by its sign.
        border_role: The colour of the border, by how far the gradient is.
        color: The colour the person's code gave it, which wins.
        stuck: Whether an edit has not reached it, or has outdated it.
        seeded: Whether it has a seed gradient.
        constant: Whether it is a number that an op made a Value of.
        changed: Whether it is another one than before the file was run again.
    """

    name: str
    number: Figure
    gradient: Figure
    digits: int
    mark: str
    sign: Sign
    grad_role: str
    border_role: str
    color: str | None
    stuck: bool
    seeded: bool
    constant: bool
    changed: bool

    # Written only when read: most cards of a large graph are drawn without text.

    @property
    def data(self) -> str:
        """The number as text."""
        return shown(self.number, self.digits)

    @property
    def grad(self) -> str:
        """The gradient as text, or an em dash."""
        return shown(self.gradient, self.digits)


@dataclass(frozen=True, slots=True)
class Flow:
    """What the last step did to the gradient of one operand.

    Attributes:
        operand: The Value whose gradient it is.
        text: What to write on the edge.
        changed: Whether the gradient is another one now.
    """

    operand: int
    text: str
    changed: bool


class Shown:
    """Cards made from a mirror when they are asked for, and kept until they change.

    Attributes:
        mirror: Where the numbers come from.
        digits: Significant digits shown.
        last: The Value whose step was just made.
        next: The Value whose step comes next.
        made: The Values whose step stands since the gradients were last zeroed.
        flows: What the last step did, by operand.
        written: What it set, where the person's code did so outside of any call.
        changed: The Values that are not as they were before the file was run again.
    """

    def __init__(self, mirror: Mirror, digits: int = DIGITS) -> None:
        self.mirror = mirror
        self.digits = digits
        self.last: int | None = None
        self.next: int | None = None
        self.made: frozenset[int] = frozenset()
        self.flows: tuple[Flow, ...] = ()
        self.written: frozenset[int] = frozenset()
        self.changed: frozenset[int] = frozenset()
        self._cards: list[Card | None] = []
        self._stuck: frozenset[int] = frozenset()
        self._overwriting: dict[int, list[int]] = {}
        self.refresh(None)

    def refresh(self, dirty: set[int] | None) -> bool:
        """Forget what was shown of these Values, or of all.

        Returns:
            Whether it was all: because it was asked for, or the document has changed.
        """
        stuck = frozenset(self.mirror.stuck.keys() | self.mirror.stale.keys())
        everything = dirty is None or stuck != self._stuck
        if dirty is None or everything:
            self._cards = [None] * len(self.mirror.graph)
            self._stuck = stuck
        else:
            for node in dirty:
                self._cards[node] = None
        # Kept, because the mirror moves on before the canvas hears of it.
        self.last = _stepped(self.mirror.last_step)
        self.next = _stepped(self.mirror.next_step)
        self.made = self._made()
        self._overwriting = overwriting(self.mirror)
        self.flows = self._flows()
        self.written = _written(self.mirror.last_step)
        return everything

    def card(self, node: int) -> Card:
        """Return what the card of a Value shows."""
        found = self._cards[node]
        if found is None:
            found = self._cards[node] = self._card(self.mirror.graph.nodes[node])
        return found

    def border(self, node: int) -> str:
        """Return the role of a card's border, which is all there is of it from afar."""
        found = self._cards[node]
        if found is not None:
            return found.border_role
        mirror = self.mirror
        if is_doubtful(mirror, node, self._overwriting.get(node, ())):
            return "attention"
        if mirror.disagrees(node):
            return "dim" if mirror.follows(node) else "error"
        return _BORDERS[mirror.state(node)]

    def numbers(self, nodes: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return the numbers of some Values as they are shown, and in fewer digits."""
        data, digits = self.mirror.data, range(self.digits, 0, -1)
        return {
            node: tuple(dict.fromkeys(shown(data[node], count) for count in digits))
            for node in nodes
        }

    def _card(self, node: Node) -> Card:
        mirror = self.mirror
        progress = mirror.progress(node.id)
        reached = progress.state not in _NOT_THERE
        grad = mirror.grad[node.id]
        # A gradient nobody has pushed is nothing yet, not 0; unless it isn't 0.
        has_gradient = reached or (grad is not None and grad != 0)
        mark, sign = self._mark(node.id)
        return Card(
            name=node.name,
            number=mirror.data[node.id],
            gradient=grad if has_gradient else None,
            digits=self.digits,
            mark=mark,
            sign=sign,
            grad_role=_sign_role(grad) if has_gradient else "dim",
            border_role=WARNED.get(sign) or _BORDERS[progress.state],
            color=mirror.color[node.id],
            stuck=node.id in self._stuck,
            seeded=node.id in mirror.seeds,
            constant=node.constant,
            changed=node.id in self.changed,
        )

    def _mark(self, node: int) -> tuple[str, Sign]:
        """Return what is said of a gradient in a few letters: the worst there is."""
        mirror, overwriting = self.mirror, self._overwriting.get(node, ())
        for condition in conditions(mirror, node, overwriting, self.digits):
            return condition.mark, _SIGNS.get(condition.kind, "warning")
        state, pushed, expected = mirror.progress(node)
        if state is GradientState.PARTIAL:
            return f"{pushed}/{expected}", ""
        if state is GradientState.FINAL:
            return "zero" if is_zero(mirror.grad[node]) else "", "check"
        return "no seed" if state is GradientState.UNSEEDED else "", ""

    def _made(self) -> frozenset[int]:
        made: set[int] = set()
        for step in self.mirror.walk[: self.mirror.playhead]:
            if step.kind == "zero":
                made.clear()
            elif step.node >= 0:
                made.add(step.node)
        return frozenset(made)

    def _flows(self) -> tuple[Flow, ...]:
        step = self.mirror.last_step
        if step is None or step.node < 0:
            return ()
        changes: dict[int, list[Effect]] = {}
        for effect in step.effects or ():
            if effect.what == "grad":
                changes.setdefault(effect.node, []).append(effect)
        operands = dict.fromkeys(self.mirror.graph.nodes[step.node].operands)
        return tuple(self._flow(node, changes.get(node, [])) for node in operands)

    def _flow(self, node: int, changes: list[Effect]) -> Flow:
        if not changes:
            stays = shown(self.mirror.grad[node], self.digits)
            return Flow(node, f"stays {stays}", changed=False)
        before = shown(changes[0].before, self.digits)
        after = shown(changes[-1].after, self.digits)
        if before == after:
            return Flow(node, f"stays {after}", changed=False)
        return Flow(node, f"{before} → {after}", changed=True)


def _stepped(step: StepFact | None) -> int | None:
    return None if step is None or step.node < 0 else step.node


def _written(step: StepFact | None) -> frozenset[int]:
    if step is None or step.kind != "write":
        return frozenset()
    return frozenset(effect.node for effect in step.effects or ())


def _sign_role(grad: Figure) -> str:
    if not isinstance(grad, int | float) or grad != grad or grad == 0:
        return "text"
    return "positive" if grad > 0 else "negative"
