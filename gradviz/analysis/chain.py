"""One factor of the chain rule: what a consumer contributes to an operand."""

import math
from collections.abc import Sequence

from gradviz.analysis.local import (
    LocalDerivative,
    as_float,
    bracketed,
    local_derivatives,
)
from gradviz.graph.model import Graph
from gradviz.numbers import factor, shown
from gradviz.session.facts import Figure


def flow_to(
    graph: Graph,
    data: Sequence[Figure],
    consumer: int,
    operand: int,
    upstream: Figure = None,
    slopes: Sequence[float] | None = None,
) -> tuple[str, str, float | None]:
    """Return what a consumer contributes to an operand by the chain rule.

    Args:
        graph: The graph.
        data: The number of each Value.
        consumer: The Value whose op reads the operand, in one slot or in several.
        operand: The operand.
        upstream: The consumer's gradient, None where it is not final.
        slopes: As for ``explain_step``.

    Returns:
        The product in names (``w11 · ∇w11x1``) and in numbers (``−2 × 0.25``), and what
        it is; empty and None as far as they are not known.
    """
    known = local_derivatives(graph, consumer, data)
    known = known or measured(graph, consumer, slopes)
    if known is None:
        return "", "", None
    slots = graph.nodes[consumer].operands
    local = [one for slot, one in zip(slots, known, strict=True) if slot == operand]
    symbols = as_product([slot.symbol for slot in local])
    product = f"{symbols} · ∇{bracketed(graph.nodes[consumer].name)}"
    number = as_float(upstream)
    if number is None:
        return product, "", None
    numbers = as_product([shown(slot.number) for slot in local])
    flow = sum(number * slot.number for slot in local)
    return product, f"{numbers} × {factor(number)}", flow


def as_product(factors: Sequence[str]) -> str:
    """Return the slots' factors as one: a sum of several in brackets."""
    if len(factors) == 1:
        alone = factors[0]
        return f"({alone})" if _is_sum(alone) else alone
    first, *rest = factors
    return f"({' + '.join([first, *map(_summand, rest)])})"


def measured(
    graph: Graph, node: int, slopes: Sequence[float] | None
) -> tuple[LocalDerivative, ...] | None:
    """Return local derivatives of which only the numbers are known."""
    operands = graph.nodes[node].operands
    if slopes is None or len(slopes) != len(operands) or not all_finite(slopes):
        return None
    return tuple(
        LocalDerivative(partial_symbol(graph, node, operand), slope)
        for operand, slope in zip(operands, slopes, strict=True)
    )


def partial_symbol(graph: Graph, node: int, operand: int) -> str:
    """Return ``∂w21x1/∂x1``."""
    over, under = graph.nodes[node].name, graph.nodes[operand].name
    return f"∂{bracketed(over)}/∂{bracketed(under)}"


def _is_sum(symbol: str) -> bool:
    """Whether a symbol has a space outside brackets, so that a product needs some."""
    depth = 0
    for character in symbol:
        depth += (character == "(") - (character == ")")
        if character == " " and not depth:
            return True
    return False


def _summand(symbol: str) -> str:
    return f"({symbol})" if symbol.startswith("−") or _is_sum(symbol) else symbol


def all_finite(numbers: Sequence[float]) -> bool:
    """Whether no number is nan or infinite."""
    return all(map(math.isfinite, numbers))
