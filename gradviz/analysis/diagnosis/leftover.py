"""Gradients that a backward pass of the person's own has found from an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradviz.analysis.again import as_number
from gradviz.analysis.diagnosis.findings import Finding, told
from gradviz.analysis.diagnosis.recorded import gradients_in, passes_of
from gradviz.graph.build import LiveGraph
from gradviz.session.walk import Step

_MOST_NAMES = 4


@dataclass(frozen=True)
class _Found:
    """A gradient that a pass has added to though it was left of an earlier one.

    Attributes:
        before: What it held.
        after: What it holds after that step.
        step: The step.
        place: Where it was made.
    """

    before: object
    after: object
    step: int
    place: str


def left_over(live: LiveGraph, walk: Sequence[Step]) -> Finding | None:
    """Return that gradients were not zeroed between two recorded passes.

    What a pass adds to first, and what nobody has set since the pass before, has to be
    zero then. Leaves that two roots share may well add up what comes from both; but
    not once they have been moved by what they hold, as training does.

    Args:
        live: The graph.
        walk: What the person's code did, as steps.
    """
    written: dict[int, int] = {}
    """The pass in which each gradient was last written by a hook."""
    pushed: list[set[int]] = []
    unzeroed: set[int] = set()
    """Leaves that still hold the gradient by which they were moved."""
    found: dict[int, _Found] = {}
    for number, one in enumerate(passes_of(live, walk)):
        began = set[int]()
        pushed.append({node for _, node in one.calls})
        for at, step in one.steps:
            unzeroed |= step.unzeroed
            for change in gradients_in(live, step):
                node = change.node
                if step.kind != "recorded":
                    written.pop(node, None)
                    continue
                held = as_number(0.0 if change.before is None else change.before)
                last = written.get(node, number)
                if node not in began and held:
                    is_left = node in unzeroed
                    if last < number:
                        is_left |= step.node in pushed[last]
                        is_left |= not live.graph.nodes[node].is_leaf
                    if is_left:
                        left = _Found(change.before, change.after, at, step.place)
                        found.setdefault(node, left)
                began.add(node)
                written[node] = number
    return _finding(live, found) if found else None


def _finding(live: LiveGraph, found: dict[int, _Found]) -> Finding:
    nodes = live.graph.nodes
    ordered = sorted(
        found,
        key=lambda node: (nodes[node].constant, not nodes[node].is_leaf, node),
    )
    inner = [nodes[node].name for node in ordered if not nodes[node].is_leaf]
    first, *others = ordered
    left = found[first]
    also = f", and so did {_listed([nodes[o].name for o in others])}" if others else ""
    missed = f" Zeroing the leaves alone misses {_listed(inner)}." if inner else ""
    held = f"{nodes[first].name} held {told(as_number(left.before))} already"
    sentence = (
        "A backward pass adds to gradients that an earlier one has left: "
        f"{held}{also}.{missed}"
    )
    return Finding(
        rule="not-zeroed",
        sentence=sentence,
        value=nodes[first].name,
        node=first,
        op="",
        method="",
        file=left.place,
        line=0,
        operand=nodes[first].name,
        got=as_number(left.after),
        expected=as_number(left.after) - as_number(left.before),
        smallest=tuple(nodes[node].name for node in ordered),
        step=left.step,
    )


def _listed(names: Sequence[str]) -> str:
    """Return ``a, b and c``, and how many more there are."""
    shown = list(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        shown.append(f"{len(names) - _MOST_NAMES} more")
    *most, last = shown
    return f"{', '.join(most)} and {last}" if most else last
