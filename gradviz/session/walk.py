"""The walk: which ``_backward`` calls are made, in which order, and what each did."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gradviz.graph.model import Graph
from gradviz.graph.order import planned_order
from gradviz.session.attributes import Delta
from gradviz.session.facts import StepKind
from gradviz.session.sites import Site


class Step(NamedTuple):
    """One step of the walk.

    Attributes:
        node: The Value whose ``_backward`` it calls; -1 for zeroing the gradients and
            for writes.
        kind: Who put it into the walk.
        delta: Everything it changed, or None while it has not been made.
        upstream: The gradient its Value held when it was made.
        place: Where in the person's code it was made, for recorded steps and writes.
        writes: What a write sets, whenever it is made.
        site: The line of the person's code that called, for recorded steps.
        unzeroed: Leaves whose data a write has moved, and whose gradients nobody has
            zeroed since.
    """

    node: int
    kind: StepKind = "planned"
    delta: Delta | None = None
    upstream: object = None
    place: str = ""
    writes: Delta = ()
    site: Site | None = None
    unzeroed: frozenset[int] = frozenset()


ZERO = Step(-1, "zero")
"""Every gradient back to what a fresh Value has, the seeds set again."""

Walk = tuple[Step, ...]


def with_plan(graph: Graph, seeds: Iterable[int], made: Sequence[Step]) -> Walk:
    """Return the steps ``made``, and after them the rest of the planned walk.

    The rest is every op below the seeds that has not run since the gradients were last
    zeroed, in planned order.
    """
    last_zero = max(
        (i for i, step in enumerate(made) if step.kind == "zero"), default=-1
    )
    done = {step.node for step in made[last_zero + 1 :]}
    rest = (node for node in planned_order(graph, seeds) if node not in done)
    return (*made, *(Step(node) for node in rest))


def unmade(walk: Iterable[Step]) -> Walk:
    """Return the same steps with nothing recorded."""
    return tuple(
        [
            step
            if step.delta is None
            else Step(step.node, step.kind, None, None, *step[4:])
            for step in walk
        ]
    )
