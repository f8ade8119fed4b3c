"""Gradients that a backward pass of the person's own has found from an earlier one."""

from collections.abc import Sequence

from gradviz.analysis.again import as_number
from gradviz.analysis.diagnosis.findings import Finding, told
from gradviz.graph.build import LiveGraph
from gradviz.session.walk import Step

_MOST_NAMES = 4


def left_over(live: LiveGraph, walk: Sequence[Step]) -> Finding | None:
    """Return that gradients were not zeroed between two recorded passes.

    A pass begins where the hook of a root is called. What it adds to first, and what
    nobody has set since the pass before, has to be zero then.

    Args:
        live: The graph.
        walk: What the person's code did, as steps.
    """
    began, passes = set[int](), 0
    written: dict[int, int] = {}
    """The pass in which each gradient was last written by a hook."""
    found: dict[int, tuple[object, object, str]] = {}
    for step in walk:
        if step.node in live.graph.roots and step.kind == "recorded":
            passes += 1
            began = set()
        for change in step.delta or ():
            if change.node < 0 or change.attribute != live.adapters[change.node].grad:
                continue
            if step.kind != "recorded":
                written.pop(change.node, None)
                continue
            held = as_number(0.0 if change.before is None else change.before)
            is_first = change.node not in began
            if is_first and held and written.get(change.node, passes) < passes:
                found.setdefault(change.node, (change.before, change.after, step.place))
            began.add(change.node)
            written[change.node] = passes
    return _finding(live, found) if found else None


def _finding(live: LiveGraph, found: dict[int, tuple[object, object, str]]) -> Finding:
    nodes = live.graph.nodes
    ordered = sorted(found, key=lambda node: (not nodes[node].is_leaf, node))
    inner = [node for node in ordered if not nodes[node].is_leaf]
    first = ordered[0]
    before, after, place = found[first]
    names = ", ".join(nodes[node].name for node in ordered[:_MOST_NAMES])
    more = len(ordered) - _MOST_NAMES
    names += f" and {more} more" if more > 0 else ""
    others = f" So it is with {names}." if len(ordered) > 1 else ""
    missed = ""
    if inner and len(inner) < len(ordered):
        missed = (
            f" Zeroing the leaves alone would miss {nodes[inner[0]].name}"
            f"{f' and {len(inner) - 1} more' if len(inner) > 1 else ''}."
        )
    held = told(as_number(before))
    sentence = (
        f"A second backward pass adds to the gradients of the first, which nobody has "
        f"zeroed: {nodes[first].name} held {held} already.{others}{missed}"
    )
    return Finding(
        rule="not-zeroed",
        sentence=sentence,
        value=nodes[first].name,
        node=first,
        op="",
        method="",
        file=place,
        line=0,
        operand=nodes[first].name,
        got=as_number(after),
        expected=as_number(after) - as_number(before),
        smallest=tuple(nodes[node].name for node in ordered),
    )
