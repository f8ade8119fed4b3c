"""The order in which gradviz calls ``_backward``: reverse topological, depth first."""

from collections.abc import Iterable

from gradviz.graph.model import Graph


def below(graph: Graph, seeds: Iterable[int]) -> set[int]:
    """Return the ids of the seeded Values and of everything they were computed from."""
    reached: set[int] = set()
    todo = list(seeds)
    while todo:
        node = todo.pop()
        if node not in reached:
            reached.add(node)
            todo.extend(graph.nodes[node].operands)
    return reached


def planned_order(graph: Graph, seeds: Iterable[int]) -> list[int]:
    """Return the ops below the seeds in the order their ``_backward`` should run.

    A leaf on which an op has put its ``_backward`` counts as one. One
    whose last consumer calls it is left out: it is made by that step.

    An op comes only after every consumer of it that is itself in the walk (Kahn's
    algorithm); among those ready, the one freed last goes first, which finishes one
    path before the next begins. Seeds and operand slots break ties, so the same graph
    gives the same walk every time.

    Args:
        graph: The graph.
        seeds: Seeded Values, in the order their paths should be walked.
    """
    seeds = list(dict.fromkeys(seeds))
    reached = below(graph, seeds)
    waiting = dict.fromkeys(reached, 0)
    for node in reached:
        for operand in graph.nodes[node].operands:
            waiting[operand] += 1
    called: set[int] = set()
    ready = [seed for seed in reversed(seeds) if not waiting[seed]]
    order: list[int] = []
    while ready:
        node = ready.pop()
        operands = graph.nodes[node].operands
        if (operands or graph.nodes[node].hooked) and node not in called:
            order.append(node)
        for operand in reversed(operands):
            waiting[operand] -= 1
            if not waiting[operand]:
                ready.append(operand)
                if operand in graph.nodes[node].calls:
                    called.add(operand)
    return order
