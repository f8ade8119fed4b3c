"""What a finding's sentence calls a Value."""

from gradviz.analysis.chain import partial_symbol
from gradviz.analysis.diagnosis.findings import told
from gradviz.analysis.diagnosis.points import Point
from gradviz.graph.build import LiveGraph
from gradviz.session.facts import figure


def named(live: LiveGraph, node: int) -> str:
    """Return a Value's name, or a constant's number, whose name nobody has seen."""
    made = live.graph.nodes[node]
    if not made.constant:
        return made.name
    number = figure(live.adapters[node].number(live.values[node]))
    return f"the constant {told(number) if isinstance(number, int | float) else number}"


def slope_name(live: LiveGraph, node: int, operand: int) -> str:
    """Return what a local derivative is called: ``∂o/∂n``."""
    if live.graph.nodes[operand].constant:
        return "the derivative by that"
    return partial_symbol(live.graph, node, operand)


def numbers_in_words(live: LiveGraph, point: Point) -> str:
    """Return the numbers at which a hook was tried: ``a = 5, b = 2``."""
    nodes = live.graph.nodes
    asked = [o for o in point.at if not (nodes[o].constant and point.here)]
    return ", ".join(
        f"{named(live, o)} = {told(point.at[o])}" for o in asked or point.at
    )
