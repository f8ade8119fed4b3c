"""What the gradients that a program left behind mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from gradviz.graph.build import LiveGraph
from gradviz.graph.order import below


@dataclass(frozen=True)
class Found:
    """Gradients found on a graph when it was opened.

    Attributes:
        seeds: Gradients the person set by hand, None where there are none.
        propagated: Whether a backward pass has already run.
    """

    seeds: Mapping[int, float] | None
    propagated: bool


def gradients_found(live: LiveGraph) -> Found:
    """Tell seeds set by hand from what a backward pass has left.

    Gradients are seeds when none of them sits below another: nothing has been
    propagated yet.
    """
    found: dict[int, float] = {}
    for node, (adapter, value) in enumerate(
        zip(live.adapters, live.values, strict=True)
    ):
        gradient = adapter.gradient(value)
        try:
            if gradient is not None and float(gradient) != 0:
                found[node] = gradient
        except (TypeError, ValueError):
            continue
    if not found:
        return Found(None, propagated=False)
    operands = (o for node in found for o in live.graph.nodes[node].operands)
    if not below(live.graph, operands).isdisjoint(found):
        return Found(None, propagated=True)
    return Found(found, propagated=False)
