"""What is said of a Value, in one wording for tooltips, panels and pictures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gradviz.analysis.local import bracketed, reference
from gradviz.analysis.losses import overwriting
from gradviz.analysis.states import conditions, too_early
from gradviz.graph.model import Graph
from gradviz.numbers import MINUS, shown
from gradviz.session.facts import Figure
from gradviz.session.mirror import GradientState, Mirror

_FEW = 3
"""Digits of a constant where it only tells which one is meant."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a Value held before the file was run again.

    Attributes:
        data_before: Its data then, None where it is the same.
        grad_before: Its gradient then, None where it is the same.
    """

    data_before: Figure = None
    grad_before: Figure = None


def exact(figure: Figure) -> str:
    """Return a number with every digit it has, as a person would type it."""
    if figure is None or isinstance(figure, str):
        return shown(figure)
    number = float(figure)
    if not math.isfinite(number):
        return shown(number)
    text = repr(number).removesuffix(".0")
    return text.replace("-", MINUS)


def state_in_words(mirror: Mirror, node: int) -> str:
    """Return how far the gradient of a Value has come, as a phrase."""
    state, pushed, expected = mirror.progress(node)
    seeded = ", seeded" if node in mirror.seeds else ""
    if state is GradientState.UNSEEDED:
        return "not seeded: no seed is above it"
    if state is GradientState.UNREACHED:
        return "not reached: no consumer has pushed"
    if state is GradientState.PARTIAL:
        told = f"partial: {pushed} of {_consumers(expected)} pushed{seeded}"
        if mirror.pushes.times(node) and mirror.waits_for(node):
            told += "; it has pushed already and will miss the rest"
        return told
    if state is GradientState.REPEATED:
        return f"pushed to {pushed} times, {expected} would do{seeded}"
    zero = " and zero" if is_zero(mirror.grad[node]) else ""
    if expected == 0:
        return f"final{zero}{seeded or ': nothing pushes to it'}"
    if expected == 1:
        return f"final{zero}: its one consumer has pushed{seeded}"
    return f"final{zero}: all {expected} consumers have pushed{seeded}"


def is_zero(gradient: Figure) -> bool:
    """Whether a gradient is there and is zero, so that nothing flows on."""
    return isinstance(gradient, int | float) and gradient == 0


def _consumers(count: int) -> str:
    return f"{count} consumer has" if count == 1 else f"{count} consumers have"


def missing_edges(graph: Graph, node: int) -> list[str]:
    """Return a sentence for each operand that a Value's own class does not list."""
    made = graph.nodes[node]
    missing = dict.fromkeys(made.operands[slot] for slot in made.unlisted)
    return [missing_edge(graph, node, operand) for operand in missing]


def missing_edge(graph: Graph, node: int, operand: int) -> str:
    """Return a sentence on an operand that the class of ``node`` does not list."""
    reader, read = graph.nodes[node].name, graph.nodes[operand].name
    return (
        f"{reader} reads {read}, but its _prev does not list it: a drawing made from "
        f"_prev lacks this edge, and a topological sort over _prev may visit {read} "
        "too late."
    )


def change_in_words(mirror: Mirror, node: int, change: Change) -> list[str]:
    """Return what was and what is: ``∇ was −0.375, is −0.875 now``."""
    return [
        f"{what} was {exact(before)}, is {exact(now)} now"
        for what, before, now in (
            ("data", change.data_before, mirror.data[node]),
            ("∇", change.grad_before, mirror.grad[node]),
        )
        if before is not None and before != now
    ]


def expression(mirror: Mirror, node: int) -> str:
    """Return what an op computes, on one line: ``a × 2``, ``max(a, 3)``."""
    nodes, made = mirror.graph.nodes, mirror.graph.nodes[node]
    is_function = any(character.isalnum() for character in made.op)
    names = [
        shown(mirror.data[i], _FEW)
        if nodes[i].constant
        else (nodes[i].name if is_function else bracketed(nodes[i].name))
        for i in made.operands
    ]
    if is_function:
        return f"{made.op}({', '.join(names)})"
    return f" {made.op} ".join(names)


def value_in_words(
    mirror: Mirror, node: int, changes: Mapping[int, Change] | None = None
) -> str:
    """Return everything about a Value in a few lines: for a tooltip or a picture."""
    graph = mirror.graph
    fact = graph.nodes[node]
    names = [reference(graph, operand, mirror.data) for operand in fact.operands]
    made = f"made by {fact.op} from {', '.join(names)}" if names else "a leaf"
    if fact.constant:
        made = "a leaf without a name"
    lines = [
        f"{fact.name}: {made}",
        f"data {exact(mirror.data[node])}",
        f"∇ {exact(mirror.grad[node])}: {state_in_words(mirror, node)}",
    ]
    doubts = conditions(mirror, node, overwriting(mirror).get(node, ()))
    lines += [f"⚠ {condition.words}" for condition in doubts]
    if node in mirror.seeds:
        lines.append(f"seed gradient {exact(mirror.seeds[node])}")
    if changes and (change := changes.get(node)):
        lines += change_in_words(mirror, node, change)
    if mirror.progress(node).state is GradientState.PARTIAL:
        missed = too_early(mirror, node)
        lines += [f"too early to push: {missed}"] if missed else []
    return "\n".join([*lines, *missing_edges(graph, node)])
