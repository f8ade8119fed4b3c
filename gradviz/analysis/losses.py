"""What steps have overwritten of a gradient, as their arithmetic tells."""

from collections.abc import Sequence

from gradviz.analysis.explain import explain_step
from gradviz.session.facts import StepFact
from gradviz.session.mirror import Mirror


def overwriting(mirror: Mirror) -> dict[int, list[int]]:
    """Return the steps made that may have overwritten a gradient, by Value.

    Only a step that found a number there can; whether it replaced it or added to it,
    its arithmetic tells. Under the accumulation rule there is nothing to find.
    """
    found: dict[int, list[int]] = {}
    if mirror.document.rule == "accumulate":
        return found
    for number, step in enumerate(mirror.walk[: mirror.playhead]):
        if step.node < 0:
            _forget(found, step)
            continue
        for effect in step.effects or ():
            if effect.what == "grad" and effect.before not in (None, 0):
                found.setdefault(effect.node, []).append(number)
    return found


def _forget(found: dict[int, list[int]], step: StepFact) -> None:
    """Forget what came before gradients were set anew."""
    if step.kind == "zero":
        found.clear()
    for effect in step.effects or ():
        if effect.what == "grad":
            found.pop(effect.node, None)


def loss_among(
    mirror: Mirror, steps: Sequence[int], node: int
) -> tuple[float | None, int]:
    """Return what these steps have overwritten last, and by which Value."""
    for number in reversed(steps):
        step, data = mirror.walk[number], mirror.data_after(number + 1)
        terms = explain_step(
            mirror.graph,
            data,
            step,
            mirror.document.rule,
            slopes=mirror.slopes(step.node),
        )
        for term in terms:
            if term.operand == node and term.lost is not None:
                return term.lost, step.node
    return None, -1
