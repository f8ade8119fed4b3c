"""What a step did, in one sentence."""

from collections.abc import Sequence

from gradviz.analysis.explain import explain_step, listed, next_in_words, step_name
from gradviz.graph.model import Graph
from gradviz.numbers import DIGITS, shown
from gradviz.session.facts import Figure, StepFact


def summarize_step(
    graph: Graph,
    data: Sequence[Figure],
    step: StepFact,
    digits: int = DIGITS,
    slopes: Sequence[float] | None = None,
) -> str:
    """Return one sentence: ``w21x1 pushed −0.125 to w21 and −0.375 to x1``."""
    if step.effects is None:
        return next_in_words(graph, step)
    if step.kind == "write":
        return step_name(graph, step)
    if step.node < 0:
        return "Every gradient was zeroed and the seeds set again"
    terms = explain_step(graph, data, step, slopes=slopes)
    moved = [term for term in terms if term.before != term.after] or [
        term for term in terms if term.flow is not None and term.after is not None
    ]
    if not moved:
        return f"{step_name(graph, step)} changed no gradient"
    # Nobody asks for the gradient of a number, unless there is no other.
    asked = [term for term in moved if not graph.nodes[term.operand].constant]
    moved = asked or moved
    name = graph.nodes[step.node].name
    pushed: dict[str, list[str]] = {}
    for term in moved:
        unknown = term.flow is None or term.wrong
        flow = "" if unknown else shown(term.flow, digits)
        pushed.setdefault(flow, []).append(graph.nodes[term.operand].name)
    if "" in pushed:
        changed = listed([name for names in pushed.values() for name in names])
        return f"{name} changed the gradients of {changed}"
    return f"{name} pushed " + listed(
        [f"{flow} to {listed(names)}" for flow, names in pushed.items()]
    )
