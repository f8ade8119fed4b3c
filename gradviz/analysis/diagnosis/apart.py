"""An op that was only ever given one Value twice, given two."""

from gradviz.analysis.again import Again, with_occurrence
from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import Origin
from gradviz.graph.model import Graph, Node


def apart(again: Again, node: int) -> LiveGraph | None:
    """Return a graph of one op like that of a Value, with two operands of its own.

    None where its op can't be given others. Nothing of the Value's own graph is in it.

    Args:
        again: The graph.
        node: A Value one of whose operands fills two slots.
    """
    live, call = again.live, again.call(node)
    made = live.graph.nodes[node]
    operands = tuple(dict.fromkeys(made.operands))
    if call is None or len(operands) != 1 or len(made.operands) != 2:
        return None
    (operand,) = operands
    first, second = again.stand_in(operand), again.stand_in(operand)
    if first is None or second is None:
        return None
    other = again.with_others(node, {operand: first})
    two = with_occurrence(other, first, 1, second) if other is not None else None
    if two is None:
        return None
    try:
        out = two.again()
    except (Exception, SystemExit):  # the person's code: anything goes
        return None
    if type(out) not in again.classes:
        return None
    name = live.graph.nodes[operand].name
    nodes = (
        Node(0, name),
        Node(1, f"another {name}"),
        Node(2, made.name, made.op, made.method, (0, 1)),
    )
    adapters = (live.adapters[operand],) * 2 + (live.adapters[node],)
    origins = (Origin(()), Origin(()), Origin((first, second), made.method, two))
    return LiveGraph(Graph(nodes, (2,)), (first, second, out), adapters, origins)
