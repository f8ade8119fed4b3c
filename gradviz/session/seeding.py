"""What a backward pass begins with: its seed gradients, and the numbers of its time."""

from collections.abc import Mapping, Sequence

from gradviz.session.facts import Figure, StepFact
from gradviz.session.mirror import Mirror


def seeds_of_pass(mirror: Mirror) -> Mapping[int, Figure]:
    """Return the seed gradients of the pass that the playhead is in.

    In a recorded walk they are what the person's code has set: gradients of roots, also
    where one held already what was set, and of other Values that an op has made. What
    it sets together with the gradient of a consumer is left from an earlier pass.
    """
    if mirror.document.walk != "recorded":
        return mirror.seeds
    consumers, nodes = mirror.graph.consumers, mirror.graph.nodes
    found: dict[int, Figure] = {}
    for step in _steps_of_pass(mirror):
        if step.node >= 0:
            if not consumers[step.node] and step.upstream not in (None, 0):
                found.setdefault(step.node, step.upstream)
            continue
        for effect in step.effects or ():
            if effect.what == "grad":
                found.pop(effect.node, None)
                if effect.after not in (None, 0):
                    found[effect.node] = effect.after
    return {
        node: seed
        for node, seed in found.items()
        if not consumers[node]
        or not (
            nodes[node].is_leaf
            or any(edge.consumer in found for edge in consumers[node])
        )
    }


def data_of_pass(mirror: Mirror) -> Sequence[Figure]:
    """Return the numbers that the pass began with; training sets others after it."""
    first = mirror.pushes.began
    while first < mirror.playhead and mirror.walk[first].node < 0:
        first += 1
    return mirror.data_after(min(first, mirror.playhead))


def _steps_of_pass(mirror: Mirror) -> list[StepFact]:
    """Return the steps made of a pass, and what it begins with if that is to come."""
    first, last = mirror.pushes.began, mirror.playhead
    if not any(step.node >= 0 for step in mirror.walk[first:last]):
        while last < len(mirror.walk) and mirror.walk[last].node < 0:
            last += 1
        last += 1  # the call of a root tells its gradient too
    return mirror.walk[first:last]
