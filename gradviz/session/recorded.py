"""From what the person's code did to a walk that can be scrubbed.

Everything their code changed is taken apart into steps: the calls of ``_backward`` that
it made, and the writes between them. Each keeps the objects before and after, so that
the last step leaves the Values exactly as their code left them.
"""

import os
from collections.abc import Iterable, Sequence

from gradviz.graph.build import LiveGraph
from gradviz.graph.order import below
from gradviz.session.attributes import Attributes, Change, Delta, merged
from gradviz.session.document import Number
from gradviz.session.recording import Recording
from gradviz.session.walk import Step, Walk


def rewound(
    attributes: Attributes, recording: Recording, changed: Delta, place: str
) -> Walk:
    """Take back what their code did, and return it as steps.

    Args:
        attributes: The Values as their code left them; afterwards as they were.
        recording: The calls it made.
        changed: All that it changed, in Values known before.
        place: What to call it.
    """
    steps = [
        Step(
            step.node,
            "recorded" if step.node >= 0 else "write",
            step.delta,
            step.upstream,
            _said(step.place),
            step.delta if step.node < 0 else (),
            step.site,
            step.unzeroed,
        )
        for step in recording.steps
    ]
    for step in reversed(steps):
        attributes.undo(step.delta or ())
    left = [
        Change(node, attribute, before, attributes.seen(node, attribute))
        for node, attribute, before, _ in changed
    ]
    first = write_step(filter(_says_something, left), place)
    for step in reversed(first):
        attributes.undo(step.delta or ())
    said = [s for s in steps if s.node >= 0 or any(map(_says_something, s.writes))]
    return (*first, *said)


def cleared(
    attributes: Attributes, fresh: Sequence[object], nodes: Iterable[int], place: str
) -> Walk:
    """Give Values fresh gradients, and return the write that sets what they had.

    There is no step where every gradient equals a fresh one.
    """
    live = attributes.live
    left: list[Change] = []
    for node in nodes:
        attribute = live.adapters[node].grad
        held = live.adapters[node].gradient(live.values[node])
        if not _is_fresh(held, fresh[node]):
            left.append(Change(node, attribute, fresh[node], held))
            attributes.write(node, attribute, fresh[node])
    return write_step(left, place)


def write_step(changes: Iterable[Change], place: str) -> Walk:
    """Return a write of some changes as a step that was made; none without changes."""
    delta = tuple(changes)
    if not delta:
        return ()
    return (Step(-1, "write", delta, None, place, delta),)


def changes_beside_gradients(live: LiveGraph, walk: Walk) -> Delta:
    """Return what a walk does besides to gradients and colours, as one delta."""
    adapters = live.adapters
    return merged(
        (
            change
            for change in step.delta or ()
            if change.attribute
            not in (adapters[change.node].grad, adapters[change.node].color)
        )
        for step in walk
    )


def seeds_set_by(live: LiveGraph, walk: Walk) -> dict[int, Number] | None:
    """Return the gradients that their code set before its first ``_backward``.

    None where there are none, or where one sits below another: then they are what an
    earlier pass has left.
    """
    found: dict[int, Number] = {}
    for step in walk:
        if step.node >= 0:
            break
        for node, attribute, _, after in step.delta or ():
            if attribute == live.adapters[node].grad and _is_number(after):
                found[node] = after
    operands = (o for node in found for o in live.graph.nodes[node].operands)
    if not found or not below(live.graph, operands).isdisjoint(found):
        return None
    return found


def _is_fresh(gradient: object, fresh: object) -> bool:
    """Whether a gradient is as good as new: 0, 0.0 and −0.0 all are."""
    if gradient is fresh:
        return True
    try:
        return gradient is not None and bool(gradient == fresh)
    except Exception:  # a number of the person's own
        return False


def _says_something(change: Change) -> bool:
    """Whether a write sets another content, not only another object with the same."""
    before, after = change.before, change.after
    plain = int, float, complex, str, bool, type(None)
    if type(before) is type(after) and isinstance(before, plain):
        return repr(before) != repr(after)
    return before is not after


def _said(place: str) -> str:
    """Return what a cell or script is called in short: ``cell 4``, ``train.py``."""
    _, comma, cell = place.rpartition(", cell ")
    return f"cell {cell}" if comma else os.path.basename(place)


def _is_number(gradient: object) -> bool:
    try:
        return gradient is not None and float(gradient) != 0  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
