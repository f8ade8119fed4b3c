"""What the Inspector says of a Value, as HTML that can be selected and copied."""

from collections.abc import Iterable
from html import escape

from gradviz.analysis.explain import Term, explain_step
from gradviz.analysis.local import (
    LocalDerivative,
    as_float,
    bracketed,
    local_derivatives,
)
from gradviz.analysis.words import (
    Change,
    change_in_words,
    exact,
    missing_edges,
    state_in_words,
)
from gradviz.graph.model import Node
from gradviz.numbers import factor, shown
from gradviz.session.facts import Figure, StepFact
from gradviz.session.mirror import GradientState, Mirror
from gradviz.ui.theme import UI_PX, Theme

MOST = 40
"""How many operands or consumers are listed."""
_MOST_SUMMANDS = 4


def inspector_html(
    mirror: Mirror,
    node: int,
    theme: Theme,
    follows: bool,
    change: Change | None = None,
) -> str:
    """Return all that is known of a Value.

    Args:
        mirror: What the window shows.
        node: The Value.
        theme: Where the colours come from.
        follows: Whether it is shown because it is the current step's.
        change: What it held before the file was run again.
    """
    return _Page(mirror, theme, change).of(node, follows)


def _resets(step: StepFact, node: int) -> bool:
    """Whether a step sets a Value's gradient anew, whatever was pushed to it."""
    if step.kind == "write":
        effects = step.effects or ()
        return any(e.node == node and e.what == "grad" for e in effects)
    return step.kind == "zero"


def _pushed(term: Term) -> Figure:
    """Return what a step pushed: the flow, or else the change it made."""
    if term.flow is not None or not isinstance(term.after, int | float):
        return term.flow
    return term.after - (as_float(term.before) or 0.0)


class _Page:
    def __init__(self, mirror: Mirror, theme: Theme, change: Change | None) -> None:
        self._mirror, self._colors = mirror, theme.palette
        self._change = change or Change()
        self._graph = mirror.graph

    def of(self, node: int, follows: bool) -> str:
        made = self._graph.nodes[node]
        note = (
            f"<p style='margin:0 0 4px 2px; color:{self._colors.dim}'>"
            "The step made last. Click a Value to keep it here.</p>"
        )
        return (
            f"{note if follows else ''}"
            f"<p style='margin:0 0 6px 2px'><span style='font-size:{UI_PX + 5}px;"
            f" font-weight:600'>{escape(made.name)}</span></p>"
            f"{self._facts(node, made)}"
            f"{self._operands(node, made)}"
            f"{self._consumers(node)}"
        )

    def _facts(self, node: int, made: Node) -> str:
        mirror = self._mirror
        rows = [
            self._row("data", self._number(mirror.data[node])),
            self._row("gradient ∇", self._gradient(mirror.grad[node])),
            self._row("state", escape(state_in_words(mirror, node))),
            self._row("op", escape(self._op(made))),
        ]
        if (seed := mirror.seeds.get(node)) is not None:
            rows.insert(2, self._row("seed", self._number(seed)))
        rows += self._losses(node)
        rows += [
            self._row("changed", escape(said))
            for said in change_in_words(mirror, node, self._change)
        ]
        rows += [
            self._row("edge", self._colored(escape(sentence), "attention"))
            for sentence in missing_edges(self._graph, node)
        ]
        if (reason := dict(mirror.document.stuck).get(node)) is not None:
            warning = f"not propagated: {escape(reason)}"
            rows.append(self._row("edit", self._colored(warning, "attention")))
        return self._table(rows)

    def _op(self, made: Node) -> str:
        if made.is_leaf:
            return "none: a leaf without a name" if made.constant else "none: a leaf"
        method = f" ({made.method})" if made.method not in ("", made.op) else ""
        return f"{made.op}{method}"

    def _operands(self, node: int, made: Node) -> str:
        if made.is_leaf:
            return ""
        mirror = self._mirror
        local = local_derivatives(self._graph, node, mirror.data)
        rows = []
        for slot, operand in enumerate(made.operands[:MOST]):
            numbers = [self._number(mirror.data[operand])]
            if local is not None:
                numbers.append(self._derivative(made, operand, local[slot]))
            rows.append(self._link_row(operand, numbers))
        if local is None:
            rows.append(self._note("The local derivatives of this op are not known."))
        return self._section("Operands", rows, len(made.operands))

    def _derivative(self, made: Node, operand: int, local: LocalDerivative) -> str:
        """Return ``∂w21x1/∂x1 = w21 = 3``."""
        symbol, number = local.symbol, shown(local.number)
        below = bracketed(self._graph.nodes[operand].name)
        ratio = f"∂{bracketed(made.name)}/∂{below}"
        value = number if symbol == number else f"{symbol} = {number}"
        return f"{self._dim(escape(ratio))} = {escape(value)}"

    def _consumers(self, node: int) -> str:
        edges = self._graph.consumers[node]
        consumers = list(dict.fromkeys(edge.consumer for edge in edges))
        pushes = self._pushes(node)
        rows = []
        for consumer in consumers[:MOST]:
            pushed = pushes.get(consumer)
            said = self._dim("not yet")
            if pushed is not None:
                said = self._gradient(_pushed(pushed))
            slots = sum(edge.consumer == consumer for edge in edges)
            times = self._dim(f" ×{slots}") if slots > 1 else ""
            rows.append(self._link_row(consumer, [said], times))
        if not rows:
            rows.append(self._note("None: nothing was computed from it."))
        return self._section("Pushed by consumers", rows, len(consumers))

    def _pushes(self, node: int) -> dict[int, Term]:
        """Return what each consumer's last step did, since the last zeroing."""
        mirror = self._mirror
        consumers = {edge.consumer for edge in self._graph.consumers[node]}
        found: dict[int, Term] = {}
        for number in reversed(range(mirror.playhead)):
            step = mirror.walk[number]
            if _resets(step, node) or len(found) == len(consumers):
                break
            if step.node in consumers and step.node not in found:
                data = mirror.data_after(number + 1)
                terms = explain_step(self._graph, data, step, mirror.document.rule)
                found[step.node] = next(t for t in terms if t.operand == node)
        return found

    def _losses(self, node: int) -> list[str]:
        """Return rows on what was overwritten or is wrong, and what is right."""
        rows = []
        pushes = self._pushes(node)
        for consumer, term in pushes.items():
            name = escape(self._graph.nodes[consumer].name)
            if term.lost is not None:
                said = f"{shown(term.lost)}, overwritten by {name}"
                rows.append(self._row("lost", self._colored(said, "attention")))
            elif term.wrong and term.flow is not None:
                said = f"{name} should push {shown(term.flow)}"
                rows.append(self._row("wrong", self._colored(said, "attention")))
        flows = [
            pushed for term in pushes.values() if (pushed := term.flow) is not None
        ]
        if rows and len(flows) == len(pushes) > 1 and self._is_final(node):
            rows.append(self._row("should be", self._sum(node, flows[::-1])))
        return rows

    def _is_final(self, node: int) -> bool:
        return self._mirror.progress(node).state is GradientState.FINAL

    def _sum(self, node: int, flows: list[float]) -> str:
        """Return ``−0.5 + (−0.375) = −0.875``, with the seed if there is one."""
        seed = as_float(self._mirror.seeds.get(node))
        parts = [*([seed] if seed is not None else []), *flows]
        total = f"<b>{escape(shown(sum(parts)))}</b>"
        if len(parts) > _MOST_SUMMANDS:
            return total
        first, *rest = parts
        terms = " + ".join([shown(first), *map(factor, rest)])
        return f"{escape(terms)} = {total}"

    # How it is put

    def _section(self, title: str, rows: list[str], count: int) -> str:
        if count > MOST:
            rows = [*rows, self._note(f"and {count - MOST} more")]
        return (
            f"<p style='margin:12px 0 4px 2px; color:{self._colors.dim};"
            f" font-size:{UI_PX - 2}px; font-weight:600'>{title.upper()}</p>"
            f"{self._table(rows)}"
        )

    @staticmethod
    def _table(rows: Iterable[str]) -> str:
        return (
            "<table width='100%' cellspacing='0' cellpadding='2'>"
            f"{''.join(rows)}</table>"
        )

    def _row(self, word: str, html: str) -> str:
        style = "padding-right:10px; white-space:nowrap"
        return (
            f"<tr><td style='{style}'>{self._dim(word)}</td>"
            f"<td width='100%'>{html}</td></tr>"
        )

    def _link_row(self, node: int, numbers: list[str], after: str = "") -> str:
        name = escape(self._graph.nodes[node].name)
        link = (
            f"<a href='node:{node}' style='color:{self._colors.accent};"
            f" text-decoration:none'>{name}</a>{after}"
        )
        first, *rest = numbers
        lines = "".join(
            f"<tr><td colspan='2' style='padding-left:12px'>{line}</td></tr>"
            for line in rest
        )
        return f"<tr><td>{link}</td><td align='right'>{first}</td></tr>{lines}"

    def _note(self, text: str) -> str:
        return f"<tr><td colspan='2'>{self._dim(escape(text))}</td></tr>"

    def _dim(self, html: str) -> str:
        return self._colored(html, "dim")

    def _colored(self, html: str, role: str) -> str:
        return f"<span style='color:{getattr(self._colors, role)}'>{html}</span>"

    def _number(self, figure: Figure) -> str:
        return escape(exact(figure))

    def _gradient(self, figure: Figure) -> str:
        if not isinstance(figure, int | float) or figure == 0 or figure != figure:
            return self._number(figure)
        role = "positive" if figure > 0 else "negative"
        return self._colored(self._number(figure), role)
