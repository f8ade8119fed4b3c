"""The paths from the seeds to a Value, as arithmetic and in words."""

import math
from collections.abc import Callable, Sequence

from gradviz.analysis.chain import measured
from gradviz.analysis.explain import listed
from gradviz.analysis.local import (
    LocalDerivative,
    as_float,
    bracketed,
    local_derivatives,
)
from gradviz.graph.model import Edge, Graph
from gradviz.graph.paths import Path, Paths, Slopes, Totals
from gradviz.numbers import factor, shown
from gradviz.session.mirror import GradientState, Mirror
from gradviz.session.seeding import data_of_pass, seeds_of_pass

Slots = Callable[[int], Sequence[LocalDerivative] | None]
"""Gives the local derivative of each operand slot of an op, None where it has none."""

_MOST_SUMMANDS = 4
_MOST_NAMES = 24
"""How many Values of a route are named where all of it is told."""
_MOST_DIGITS = 15
"""Longer counts are rounded: nobody reads them."""
_ROUNDING = 1e-14


def local_slots(mirror: Mirror) -> Slots:
    """Return the local derivatives by formula, or as they were measured."""
    graph, data = mirror.graph, tuple(data_of_pass(mirror))

    def of(node: int) -> Sequence[LocalDerivative] | None:
        known = local_derivatives(graph, node, data)
        return known or measured(graph, node, mirror.slopes(node))

    return of


def slopes(slots: Slots) -> Slopes:
    """Return their numbers alone, each worked out once."""
    known: dict[int, Sequence[float] | None] = {}

    def of(node: int) -> Sequence[float] | None:
        if node not in known:
            found = slots(node)
            known[node] = None if found is None else tuple(s.number for s in found)
        return known[node]

    return of


def seed_numbers(mirror: Mirror) -> dict[int, float]:
    """Return the seed gradients; nan for one that is no plain number."""
    return {
        node: math.nan if (number := as_float(seed)) is None else number
        for node, seed in seeds_of_pass(mirror).items()
    }


def none_in_words(mirror: Mirror, node: int) -> str:
    """Return why there is no path to a Value."""
    name = mirror.graph.nodes[node].name
    if seeds_of_pass(mirror):
        return f"No seed reaches {name}: no seeded Value was computed from it."
    if mirror.document.walk == "recorded":
        return f"No path leads to {name}: your code has set no gradient to begin with."
    return f"No path leads to {name}: nothing is seeded."


# All of them


def head_in_words(graph: Graph, paths: Paths) -> str:
    """Return how many there are: ``x1: 2 paths from 2 seeds``."""
    count = paths.totals.count
    seeds = len(paths.seeds)
    return (
        f"{graph.nodes[paths.node].name}: {counted(count, 'path')} from "
        f"{counted(seeds, 'seed')}"
    )


def counted(count: int, noun: str) -> str:
    """Return ``1 path``, ``12,345 paths`` or ``about 1.268e30 paths``."""
    return f"{_count(count)} {noun}{'' if count == 1 else 's'}"


def _count(count: int) -> str:
    return f"{count:,}" if count < 10**_MOST_DIGITS else f"about {shown(count)}"


def sum_in_words(graph: Graph, paths: Paths) -> str:
    """Return what they add up to: ``−0.5 + (−0.375) = −0.875``."""
    totals = paths.totals
    hidden = totals.count - totals.known
    said = _sum(paths) + _zeros(totals) if totals.known else ""
    if not hidden:
        return said
    go = "goes" if hidden == 1 else "go"
    through = f"{counted(hidden, 'path')} {go} through {_unknown_ops(graph, paths)}"
    return f"known: {said}; {through}" if said else f"no product is known: {through}"


def _zeros(totals: Totals) -> str:
    """Return ``; 12 products are 0``, or nothing."""
    zero = totals.known - totals.nonzero
    if not zero or totals.count == 1:
        return ""
    if zero == totals.count:
        return "; every product is 0"
    return f"; {'1 product is' if zero == 1 else f'{_count(zero)} products are'} 0"


def _sum(paths: Paths) -> str:
    totals = paths.totals
    known = [path.product for path in paths.largest if path.product is not None]
    total = shown(totals.total)
    if totals.known == 1:
        return f"product {total}"
    if totals.known > _MOST_SUMMANDS or len(known) < totals.known:
        return f"sum {total}"
    first, *rest = known
    return f"{' + '.join([shown(first), *map(factor, rest)])} = {total}"


def _unknown_ops(graph: Graph, paths: Paths) -> str:
    """Return ``clamp, whose derivative is not known``."""
    nodes = [graph.nodes[node] for node in paths.unknown]
    ops = list(dict.fromkeys(node.op or node.method or node.name for node in nodes))
    whose = "derivative is" if len(ops) == 1 else "derivatives are"
    return f"{listed(ops)}, whose {whose} not known"


def rest_in_words(paths: Paths) -> str:
    """Return what is not listed: ``and 12,345 more, together 0.0012``; or nothing."""
    totals, largest = paths.totals, paths.largest
    count = totals.count - len(largest)
    if not count:
        return ""
    known = [path.product for path in largest if path.product is not None]
    hidden = totals.known - len(known)
    said = f"and {_count(count)} more"
    if not hidden:
        return f"{said}, not known"
    if hidden < count:
        said += f", {_count(count - hidden)} of them not known, the others"
    if totals.nonzero == sum(product != 0 for product in known):
        return f"{said}, {'all' if count > 1 else 'it is'} 0"
    return f"{said}, together {_difference(totals.total, known)}"


def _difference(total: float, known: Sequence[float]) -> str:
    """Return what is left of a sum; what may be rounding alone is not told as such."""
    parts = [total, *(-product for product in known)]
    if not all(map(math.isfinite, parts)):
        return shown(sum(parts))
    rest = math.fsum(parts)
    noise = _ROUNDING * math.fsum(map(abs, parts))
    return "about 0" if abs(rest) < noise else shown(rest)


# The gradient


def gradient_in_words(mirror: Mirror, paths: Paths) -> tuple[str, bool]:
    """Return how much of the sum the gradient holds now, and whether some is lost."""
    node = paths.node
    state, pushed, expected = mirror.progress(node)
    grad, total = mirror.grad[node], paths.totals.total
    held = as_float(grad)
    if state in (GradientState.UNSEEDED, GradientState.UNREACHED):
        return "the gradient is not there yet: no consumer has pushed", False
    if state is GradientState.PARTIAL:
        who = _who_pushed(mirror, node, pushed, expected)
        return f"the gradient is {shown(grad)} so far: {who}", False
    if held is None or paths.totals.known < paths.totals.count:
        return f"the gradient is {shown(grad)}", False
    if _agree(held, total, paths):
        return f"the gradient is {shown(grad)}: all of it is there", False
    return f"the gradient is {shown(grad)}{_lack(held, total)}", True


def _lack(held: float, total: float) -> str:
    lack = total - held
    if not math.isfinite(lack):
        return f", not {shown(total)}"
    if held and abs(held) > abs(total) and held * total > 0:
        return f": {shown(-lack)} of it is too much"
    return f": {shown(lack)} of it is missing"


def _agree(held: float, total: float, paths: Paths) -> bool:
    if math.isnan(held) or math.isnan(total):
        return math.isnan(held) and math.isnan(total)
    products = [path.product or 0.0 for path in paths.largest]
    rounding = 1e-7 * max(map(abs, products), default=0.0)
    if not math.isfinite(rounding):
        rounding = 0.0
    return math.isclose(held, total, rel_tol=1e-6, abs_tol=rounding)


def _who_pushed(mirror: Mirror, node: int, pushed: int, expected: int) -> str:
    """Return ``w11x1 has pushed, w21x1 has not``."""
    counts = f"{pushed} of {expected} consumers have pushed"
    if expected > 2 * _MOST_SUMMANDS:
        return counts
    nodes, waited = mirror.graph.nodes, mirror.waits_for(node)
    consumers = dict.fromkeys(edge.consumer for edge in mirror.graph.consumers[node])
    there = [nodes[i].name for i in consumers if mirror.pushes.count(i, node)]
    missing = [nodes[i].name for i in waited]
    if not there or not missing or len(there) + len(missing) > _MOST_SUMMANDS:
        return counts
    has, others = ("has" if len(names) == 1 else "have" for names in (there, missing))
    return f"{listed(there)} {has} pushed, {listed(missing)} {others} not"


# One of them


def route(graph: Graph, nodes: Sequence[int]) -> list[str]:
    """Return the names of the Values on a path, the seed first."""
    return [graph.nodes[node].name for node in nodes]


def factors(
    path: Path, seed: float, slots: Slots, most: int | None = None
) -> list[str]:
    """Return the numbers that are multiplied, the seed first; ``?`` for an unknown.

    Args:
        path: The path.
        seed: Its seed gradient.
        slots: The local derivatives.
        most: How many of them, the last ones, besides the seed; None for all.
    """
    edges = path.edges if most is None else path.edges[-most:]
    slopes = (_local(slots, edge) for edge in edges)
    numbers = ("?" if slope is None else factor(slope.number) for slope in slopes)
    return [shown(seed), *numbers]


def path_in_words(graph: Graph, path: Path, seed: float, slots: Slots) -> str:
    """Return a path with its product: in names, symbols and numbers, line by line."""
    names = " → ".join(_cut(route(graph, path.nodes)))
    product = "not known" if path.product is None else shown(path.product)
    if not path.slots:
        return f"{names}: its own seed, {product}"
    slopes = [_local(slots, edge) for edge in path.edges]
    symbols = ["?" if slope is None else bracketed(slope.symbol) for slope in slopes]
    symbols.insert(0, f"∇{bracketed(graph.nodes[path.seed].name)}")
    lines = [
        names,
        f"= {' × '.join(_cut(symbols))}",
        f"= {' × '.join(_cut(factors(path, seed, slots)))}",
        f"= {product}",
    ]
    if None in slopes:
        made = graph.nodes[path.edges[slopes.index(None)].consumer]
        lines.append(f"The derivative of {made.op} in {made.name} is not known.")
    return "\n".join(lines)


def _local(slots: Slots, edge: Edge) -> LocalDerivative | None:
    found = slots(edge.consumer)
    return None if found is None else found[edge.slot]


def _cut(parts: Sequence[str]) -> Sequence[str]:
    """Leave out what nobody would read of a long path."""
    if len(parts) <= _MOST_NAMES:
        return parts
    half = _MOST_NAMES // 2
    return [*parts[:half], f"… {len(parts) - 2 * half:,} more …", *parts[-half:]]
