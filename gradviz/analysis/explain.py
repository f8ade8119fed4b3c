"""What a step did, as arithmetic and in words.

A step is one ``_backward()`` call; what the chain rule asks of it is upstream times
local derivative, for each operand. What the person's code did is in the effects. Both
are put into one line here, and where they disagree the line says so.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gradviz.analysis.chain import all_finite, as_product, measured
from gradviz.analysis.local import (
    LocalDerivative,
    as_float,
    bracketed,
    local_derivatives,
    reference,
)
from gradviz.analysis.writes import attribute, content, write_name
from gradviz.graph.model import Graph
from gradviz.numbers import DIGITS, factor, shown
from gradviz.session.facts import Effect, Figure, StepFact

ZEROED = "zero gradients"
"""What a step is called that sets every gradient back."""


@dataclass(frozen=True)
class Term:
    """What one step did to the gradient of one Value.

    Attributes:
        operand: The Value written to.
        flow: What the chain rule gives, or None where the op is not known.
        before: The gradient before the step, None where nothing was written.
        after: The gradient after it, None where nothing was written.
        lost: The number overwritten, or None.
        text: All of it in one line.
        wrong: Whether the result is neither an assignment nor an accumulation of what
            the chain rule gives.
        got: Of a wrong result, the gradient after the step where known.
        wanted: Of a wrong result, what that should be where known.
        formula: ``x1: ∇ += w11 · ∇w11x1``, the first part of ``text``.
        arithmetic: ``= −2 × 0.25 = −0.5``, the second part; may be empty.
        change: ``(0 → −0.5)``, the last part.
    """

    operand: int
    flow: float | None
    before: Figure
    after: Figure
    lost: float | None
    text: str
    wrong: bool = False
    formula: str = ""
    arithmetic: str = ""
    change: str = ""
    got: Figure = None
    wanted: float | None = None


def mistake_in_short(term: Term, others_got: bool) -> str:
    """Return what is wrong with a result: ``nothing pushed`` or ``0, not 1``.

    Args:
        term: A wrong result.
        others_got: Whether the step has pushed to other operands.
    """
    if term.wanted is None:
        return "nothing pushed" if term.after is None else shown(term.after)
    if term.after is None and others_got:
        # Alone, an operand that stays as it was may have been pushed a 0.
        return "nothing pushed"
    return f"{shown(term.got)}, not {shown(term.wanted)}"


def step_name(graph: Graph, step: StepFact) -> str:
    """Return what a step is called: ``s1._backward()`` or ``zero gradients``."""
    if step.kind == "write":
        return write_name(graph, step)
    if step.node < 0:
        return ZEROED
    return f"{bracketed(graph.nodes[step.node].name)}._backward()"


def next_in_words(graph: Graph, step: StepFact) -> str:
    """Return that a step is to come: ``s1._backward() comes next``."""
    if step.kind == "write":
        return f"Next, {step_name(graph, step)}"
    return f"{step_name(graph, step)} comes next"


def explain_step(
    graph: Graph,
    data: Sequence[Figure],
    step: StepFact,
    rule: str | None = None,
    pushes: Mapping[int, tuple[int, int]] | None = None,
    digits: int = DIGITS,
    held: Mapping[int, Figure] | None = None,
    slopes: Sequence[float] | None = None,
) -> tuple[Term, ...]:
    """Return the arithmetic of a step, one term for each Value it concerns.

    Operands come in slot order, an operand read twice once; then whatever else the step
    wrote to. A write has a term for each attribute it set, and zeroing none.

    Args:
        graph: The graph.
        data: The number of each Value.
        step: The step; one not made yet has formulas only.
        rule: ``assign`` or ``accumulate`` where known; it decides between ``=`` and
            ``+=`` where the numbers don't.
        pushes: For each operand how many of its slots have pushed, and how many will.
        digits: Significant digits shown.
        held: The gradients that operands held when the step was made, where known. A
            step that assigns what stands there already leaves no other trace.
        slopes: The local derivative for each operand slot, for an op whose formula
            nobody knows.
    """
    if step.kind == "write":
        return tuple(_written(graph, effect, digits) for effect in step.effects or ())
    if step.node < 0:
        return ()
    local = local_derivatives(graph, step.node, data)
    local = local or measured(graph, step.node, slopes)
    teller = _Teller(graph, data, step, local, rule, pushes or {}, digits, held or {})
    operands = dict.fromkeys(graph.nodes[step.node].operands)
    terms = [teller.term(operand) for operand in operands]
    if step.effects is not None:
        strays = [e for e in teller.written.values() if e.node not in operands]
        terms += [teller.stray(effect) for effect in strays]
    return tuple(terms)


def _written(graph: Graph, effect: Effect, digits: int) -> Term:
    """Return what a write did to one attribute."""
    formula = f"{attribute(graph, effect)} = {content(effect.after, digits)}"
    had = effect.before is not None
    change = f"(it was {content(effect.before, digits)})" if had else "(it had none)"
    return Term(
        effect.node,
        None,
        effect.before,
        effect.after,
        None,
        f"{formula}   {change}",
        formula=formula,
        change=change,
    )


def listed(names: Sequence[str], most: int = 4) -> str:
    """Return names as a person lists them: ``a, b and c``."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


class _Teller:
    """Tells what one step did."""

    def __init__(
        self,
        graph: Graph,
        data: Sequence[Figure],
        step: StepFact,
        local: tuple[LocalDerivative, ...] | None,
        rule: str | None,
        pushes: Mapping[int, tuple[int, int]],
        digits: int,
        held: Mapping[int, Figure],
    ) -> None:
        self._graph, self._data, self._step = graph, data, step
        self._rule, self._pushes, self._digits = rule, pushes, digits
        self._held = held
        self._local = local
        self._upstream = as_float(step.upstream)
        self.written = {e.node: e for e in step.effects or () if e.what == "grad"}

    def stray(self, effect: Effect) -> Term:
        """Return the term of a Value that is no operand and was written to."""
        name = self._graph.nodes[effect.node].name
        what = "its own gradient" if effect.node == self._step.node else "no operand"
        change = f"({self._arrow(effect)}, {what})"
        return Term(
            effect.node,
            None,
            effect.before,
            effect.after,
            None,
            f"{name}: ∇ {change}",
            wrong=True,
            formula=f"{name}: ∇",
            change=change,
        )

    def term(self, operand: int) -> Term:
        """Return the term of one operand, its slots taken together."""
        slots = self._graph.nodes[self._step.node].operands
        used = [i for i, other in enumerate(slots) if other == operand]
        effect = self.written.get(operand)
        if self._local is None:
            return self._unknown(operand, effect)
        local = [self._local[slot] for slot in used]
        if self._step.effects is None or self._upstream is None:
            return self._not_made(operand, local, effect)
        flows = [self._upstream * slot.number for slot in local]
        if effect is None:
            return self._unchanged(operand, local, flows)
        return self._written(operand, local, flows, effect)

    # The four cases

    def _unknown(self, operand: int, effect: Effect | None) -> Term:
        change = "(not made yet)"
        if self._step.effects is not None:
            change = f"({self._arrow(effect)})" if effect else "(unchanged)"
        name = self._name(operand)
        before, after = (effect.before, effect.after) if effect else (None, None)
        formula = f"{name}: ∇"
        return Term(
            operand,
            None,
            before,
            after,
            None,
            f"{formula} {change}",
            formula=formula,
            change=change,
        )

    def _not_made(
        self, operand: int, local: Sequence[LocalDerivative], effect: Effect | None
    ) -> Term:
        sign = "=" if self._rule == "assign" else "+="
        change = f"({self._arrow(effect)})" if effect else "(not made yet)"
        before, after = (effect.before, effect.after) if effect else (None, None)
        formula = self._formula(operand, sign, local)
        text = f"{formula}   {change}"
        return Term(
            operand, None, before, after, None, text, formula=formula, change=change
        )

    def _unchanged(
        self, operand: int, local: Sequence[LocalDerivative], flows: Sequence[float]
    ) -> Term:
        flow = math.fsum(flows) if all_finite(flows) else sum(flows)
        if flow == 0:
            sign = "=" if self._rule == "assign" else "+="
            return self._line(operand, sign, local, flow, None, "unchanged")
        held = as_float(self._held.get(operand))
        if held is not None and self._rule != "accumulate" and _close(held, flow, flow):
            return self._line(operand, "=", local, flow, None, "unchanged")
        rest = f"unchanged, the chain rule gives {self._chain(local, flow)}"
        wrong = held is not None or self._rule == "accumulate"
        return self._line(operand, "", local, flow, None, rest, wrong=wrong)

    def _written(
        self,
        operand: int,
        local: Sequence[LocalDerivative],
        flows: Sequence[float],
        effect: Effect,
    ) -> Term:
        flow, arrow = sum(flows), self._arrow(effect)
        before = as_float(effect.before)
        before = 0.0 if effect.before is None else before
        after = as_float(effect.after)
        if before is None or after is None:
            return self._line(operand, "", local, flow, effect, arrow)
        added = _close(after, before + flow, before, flow)
        replaced = _close(after, flows[-1], 0.0, flow)
        there = before + math.fsum(flows[:-1]) if all_finite(flows) else before
        if added and not (replaced and self._says_assign(there)):
            sign = "+="
        elif replaced:
            sign = "="
        else:
            rest = f"{arrow}, the chain rule gives {self._chain(local, flow)}"
            return self._line(operand, "", local, flow, effect, rest, wrong=True)
        if sign == "+=" or there == 0:
            return self._line(operand, sign, local, flow, effect, arrow)
        rest = f"{arrow}, {shown(there, self._digits)} is lost"
        return self._line(operand, sign, local[-1:], flows[-1], effect, rest, there)

    def _says_assign(self, there: float) -> bool:
        """Whether ``=`` is likelier where both would give the same number."""
        if self._rule is not None:
            return self._rule == "assign"
        return there == 0

    # How it is put

    def _line(
        self,
        operand: int,
        sign: str,
        local: Sequence[LocalDerivative],
        flow: float,
        effect: Effect | None,
        change: str,
        lost: float | None = None,
        wrong: bool = False,
    ) -> Term:
        if sign:
            formula = self._formula(operand, sign, local)
            arithmetic = f"= {self._arithmetic(local, flow)}"
        else:
            formula, arithmetic = f"{self._name(operand)}: ∇", ""
        pushed, expected = self._pushes.get(operand, (0, 0))
        count = f", push {pushed} of {expected}" if expected > 1 else ""
        change = f"({change}{count})"
        text = f"{formula} {arithmetic}   {change}" if sign else f"{formula} {change}"
        before, after = (effect.before, effect.after) if effect else (None, None)
        term = Term(
            operand, flow, before, after, lost, text, wrong, formula, arithmetic, change
        )
        return self._with_mistake(term) if wrong else term

    def _with_mistake(self, term: Term) -> Term:
        """Return a wrong result with what stands there and what should."""
        held = self._held.get(term.operand)
        got = held if term.after is None else term.after
        before = as_float(held if term.after is None else term.before or 0)
        if before is None or term.flow is None:
            return replace(term, got=got)
        wanted = term.flow if self._rule == "assign" else before + term.flow
        said = f"is {shown(got, self._digits)}, not {shown(wanted, self._digits)}"
        formula = f"{term.formula} {said}"
        text = f"{formula} {term.change}"
        return replace(term, got=got, wanted=wanted, formula=formula, text=text)

    def _formula(
        self, operand: int, sign: str, local: Sequence[LocalDerivative]
    ) -> str:
        return f"{self._name(operand)}: ∇ {sign} {self._product(local)}"

    def _chain(self, local: Sequence[LocalDerivative], flow: float) -> str:
        """Return ``w11 · ∇w11x1 = −2 × 0.25 = −0.5``."""
        return f"{self._product(local)} = {self._arithmetic(local, flow)}"

    def _product(self, local: Sequence[LocalDerivative]) -> str:
        symbol = as_product([slot.symbol for slot in local])
        upstream = f"∇{bracketed(self._graph.nodes[self._step.node].name)}"
        return f"{symbol} · {upstream}"

    def _arithmetic(self, local: Sequence[LocalDerivative], flow: float) -> str:
        product = as_product([shown(slot.number, self._digits) for slot in local])
        upstream = factor(self._upstream, self._digits)
        return f"{product} × {upstream} = {shown(flow, self._digits)}"

    def _name(self, node: int) -> str:
        return reference(self._graph, node, self._data)

    def _arrow(self, effect: Effect) -> str:
        before = 0 if effect.before is None else effect.before
        return f"{shown(before, self._digits)} → {shown(effect.after, self._digits)}"


def _close(number: float, wanted: float, *parts: float) -> bool:
    """Whether a number is what was wanted, up to rounding in single precision.

    Where large parts cancel, rounding is as large as the parts make it.
    """
    if math.isnan(number) or math.isnan(wanted):
        return math.isnan(number) and math.isnan(wanted)
    rounding = 1e-7 * max(map(abs, parts))
    if math.isinf(rounding):
        rounding = 0.0
    return math.isclose(number, wanted, rel_tol=1e-6, abs_tol=rounding)
