"""What a step did, in one sentence."""

from collections.abc import Mapping, Sequence

from gradviz.analysis.explain import (
    Term,
    explain_step,
    listed,
    next_in_words,
    step_name,
)
from gradviz.analysis.local import as_float
from gradviz.graph.model import Graph
from gradviz.numbers import DIGITS, shown
from gradviz.session.facts import Figure, StepFact


def summarize_step(
    graph: Graph,
    data: Sequence[Figure],
    step: StepFact,
    digits: int = DIGITS,
    slopes: Sequence[float] | None = None,
    rule: str | None = None,
    held: Mapping[int, Figure] | None = None,
) -> str:
    """Return one sentence: ``w21x1 pushed −0.125 to w21 and −0.375 to x1``.

    What is wrong says so: ``o pushed −0.17 to n, not −0.34``. The arguments are those
    of ``explain_step``.
    """
    if step.effects is None:
        return next_in_words(graph, step)
    if step.kind == "write":
        return step_name(graph, step)
    if step.node < 0:
        return "Every gradient was zeroed and the seeds set again"
    terms = explain_step(graph, data, step, rule, held=held, slopes=slopes)
    told = [t for t in terms if t.wrong or t.before != t.after] or [
        term for term in terms if term.flow is not None and term.after is not None
    ]
    if not told:
        return f"{step_name(graph, step)} changed no gradient"
    # Nobody asks for the gradient of a number, unless there is no other.
    told = [t for t in told if not graph.nodes[t.operand].constant] or told
    name = graph.nodes[step.node].name
    if any(term.flow is None for term in told):
        changed = listed([_called(graph, term.operand, data) for term in told])
        return f"{name} changed the gradients of {changed}"
    pushed: dict[tuple[str, str], list[str]] = {}
    others = any(term.after is not None for term in terms)
    but = " (not {})" if sum(term.wrong for term in told) > 1 else ", not {}"
    for term in sorted(told, key=lambda term: term.wrong):
        flow = shown(term.flow, digits)
        said = (_pushed(term, others, digits), but.format(flow))
        names = pushed.setdefault(said if term.wrong else (flow, ""), [])
        names.append(_called(graph, term.operand, data))
    return f"{name} pushed " + listed(
        [f"{flow} to {listed(names)}{end}" for (flow, end), names in pushed.items()]
    )


def _pushed(term: Term, others: bool, digits: int) -> str:
    """Return what a wrong step has pushed; an operand alone may have got a 0."""
    if term.after is None:
        return "nothing" if others else "0"
    after, before = as_float(term.after), as_float(term.before or 0)
    if after is None or before is None:
        return shown(term.after, digits)
    return shown(after - before, digits)


def _called(graph: Graph, node: int, data: Sequence[Figure]) -> str:
    """Return a Value's name, or a constant's number, whose name nobody has seen."""
    made = graph.nodes[node]
    return f"the constant {shown(data[node])}" if made.constant else made.name
