"""What a person's code has set by itself, outside of any ``_backward``, in words."""

from gradviz.analysis.local import bracketed
from gradviz.graph.model import Graph
from gradviz.numbers import DIGITS, shown
from gradviz.session.facts import Effect, Figure, StepFact

MOST_WRITTEN = 3
"""How many attributes are named."""


def write_name(graph: Graph, step: StepFact) -> str:
    """Return ``cell 9 sets s1.∇ = 0.25, s2.∇ = 0.5 and 4 more``."""
    who = step.place or "your code"
    # Colours are told only where there is nothing else.
    numbers = [effect for effect in step.effects or () if effect.what != "color"]
    told = numbers or step.effects or ()
    if not told:
        return f"{who} sets attributes"
    written = [
        f"{attribute(graph, effect)} = {content(effect.after)}"
        for effect in told[:MOST_WRITTEN]
    ]
    more = len(told) - MOST_WRITTEN
    tail = f" and {more} more" if more > 0 else ""
    return f"{who} sets {', '.join(written)}{tail}"


def attribute(graph: Graph, effect: Effect) -> str:
    """Return what was set: ``s1.∇``, and for the data the name alone."""
    name = graph.nodes[effect.node].name
    if effect.what == "data":
        return name
    return f"{bracketed(name)}.{'∇' if effect.what == 'grad' else 'color'}"


def content(figure: Figure, digits: int = DIGITS) -> str:
    """Return what it was set to."""
    return "None" if figure is None else shown(figure, digits)
