"""Where a gradient comes from: the sum over its consumers, and every write to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gradviz.analysis.chain import flow_to
from gradviz.analysis.explain import Term, explain_step, step_name
from gradviz.analysis.local import as_float
from gradviz.numbers import factor, shown
from gradviz.session.facts import Figure, StepFact
from gradviz.session.mirror import GradientState, Mirror


@dataclass(frozen=True)
class Summand:
    """What one consumer contributes to a gradient, all of its slots together.

    Attributes:
        consumer: The consumer.
        slots: How many of its slots read the Value.
        product: The term in names: ``w11 · ∇w11x1``; empty where the op is not known.
        arithmetic: The term in numbers: ``−2 × 0.25``; empty while they are not final.
        flow: Its number, None while nobody knows it.
        term: What the push did, None before it.
    """

    consumer: int
    slots: int
    product: str
    arithmetic: str
    flow: float | None
    term: Term | None = None

    @property
    def pushed(self) -> float | None:
        """What was pushed: the flow, or else the change that was made."""
        if self.term is None:
            return None
        after = as_float(self.term.after)
        if self.term.flow is not None and not self.term.wrong:
            return self.term.flow
        return None if after is None else after - (as_float(self.term.before) or 0.0)


@dataclass(frozen=True)
class Entry:
    """One write to a gradient.

    Attributes:
        step: The index of the step that made it.
        by: What made it: ``w11x1._backward()``, ``zero gradients``.
        arithmetic: ``−2 × 0.25``: local derivative times upstream, where known.
        before: The gradient before it.
        after: The gradient after it.
        lost: What it has overwritten, None for nothing.
    """

    step: int
    by: str
    arithmetic: str
    before: Figure
    after: Figure
    lost: float | None


def summands(mirror: Mirror, node: int) -> list[Summand]:
    """Return what the consumers of a Value contribute, in the order of the graph.

    Those that have not pushed yet are there too.
    """
    edges = mirror.graph.consumers[node]
    pushes = _pushes(mirror, node)
    return [
        _summand(mirror, node, consumer, pushes.get(consumer))
        for consumer in dict.fromkeys(edge.consumer for edge in edges)
    ]


def _summand(mirror: Mirror, node: int, consumer: int, push: int | None) -> Summand:
    """Return what one consumer contributes, and what its last push did."""
    graph, slopes = mirror.graph, mirror.slopes(consumer)
    slots = graph.nodes[consumer].operands.count(node)
    if push is None:
        is_ready = mirror.progress(consumer).state is GradientState.FINAL
        upstream = mirror.grad[consumer] if is_ready else None
        told = flow_to(graph, mirror.data, consumer, node, upstream, slopes)
        return Summand(consumer, slots, *told)
    step, data = mirror.walk[push], mirror.data_after(push + 1)
    told = flow_to(graph, data, consumer, node, step.upstream, slopes)
    return Summand(consumer, slots, *told, term=_term(mirror, push, node))


def ledger(mirror: Mirror, node: int, most: int) -> tuple[list[Entry], int]:
    """Return the last writes to a gradient, newest last, and how many came before."""
    found = list(_writing(mirror, node))
    told = [_entry(mirror, number, node) for number in found[-most:]]
    return told, max(len(found) - most, 0)


def total(parts: Sequence[float], most: int) -> str:
    """Return a sum as a person writes it: ``−0.5 + (−0.375) = −0.875``."""
    if len(parts) > most or len(parts) < 2:
        return shown(sum(parts))
    first, *rest = parts
    terms = " + ".join([shown(first), *map(factor, rest)])
    return f"{terms} = {shown(sum(parts))}"


def _term(mirror: Mirror, number: int, node: int) -> Term:
    """Return what a step did to the gradient of a Value."""
    step = mirror.walk[number]
    terms = explain_step(
        mirror.graph,
        mirror.data_after(number + 1),
        step,
        mirror.document.rule,
        slopes=mirror.slopes(step.node),
    )
    return next(term for term in terms if term.operand == node)


def _pushes(mirror: Mirror, node: int) -> dict[int, int]:
    """Return the last step of each consumer since the gradient was last set."""
    consumers = {edge.consumer for edge in mirror.graph.consumers[node]}
    found: dict[int, int] = {}
    for number in reversed(range(mirror.playhead)):
        step = mirror.walk[number]
        if len(found) == len(consumers) or _resets(step, node):
            break
        if step.node in consumers:
            found.setdefault(step.node, number)
    return found


def _resets(step: StepFact, node: int) -> bool:
    """Whether a step sets a Value's gradient anew, whatever was pushed to it."""
    if step.kind == "write":
        return any(e.node == node and e.what == "grad" for e in step.effects or ())
    return step.kind == "zero"


def _writing(mirror: Mirror, node: int) -> Iterator[int]:
    """Yield the steps made that have written a gradient."""
    for number, step in enumerate(islice(mirror.walk, mirror.playhead)):
        for effect in step.effects or ():
            if effect.node == node and effect.what == "grad":
                yield number
                break


def _entry(mirror: Mirror, number: int, node: int) -> Entry:
    step = mirror.walk[number]
    name = step_name(mirror.graph, step)
    effects = [e for e in step.effects or () if e.node == node and e.what == "grad"]
    before, after = effects[0].before, effects[-1].after
    if step.node < 0:
        by = step.place or name if step.kind == "write" else name
        return Entry(number, by, "", before, after, None)
    data, slopes = mirror.data_after(number + 1), mirror.slopes(step.node)
    arithmetic = ""
    if node in mirror.graph.nodes[step.node].operands:
        _, arithmetic, _ = flow_to(
            mirror.graph, data, step.node, node, step.upstream, slopes
        )
    lost = _term(mirror, number, node).lost
    return Entry(number, name, arithmetic, before, after, lost)
