"""What the Inspector says of a Value, as HTML that can be selected and copied."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from gradviz.analysis.chain import measured, partial_symbol
from gradviz.analysis.ledger import Summand, ledger, summands
from gradviz.analysis.ledger import total as sum_of
from gradviz.analysis.local import (
    LocalDerivative,
    as_float,
    bracketed,
    local_derivatives,
)
from gradviz.analysis.losses import overwriting
from gradviz.analysis.states import (
    came_too_early,
    conditions,
    too_early,
    where_it_began,
)
from gradviz.analysis.words import (
    Change,
    change_in_words,
    exact,
    missing_edges,
    state_in_words,
)
from gradviz.graph.model import Node
from gradviz.numbers import shown
from gradviz.session.facts import Figure
from gradviz.session.mirror import GradientState, Mirror
from gradviz.ui.theme import UI_PX, Theme

MOST = 40
"""How many operands or consumers are listed."""
_MOST_SUMMANDS = 4
_MOST_LINKS = 4
_LONGEST_BESIDE = 14
"""How many characters of a name leave room for every digit of a number beside it."""
_COMPLETE = (GradientState.FINAL, GradientState.REPEATED)


def inspector_html(
    mirror: Mirror,
    node: int,
    theme: Theme,
    change: Change | None = None,
) -> str:
    """Return all that is known of a Value.

    Args:
        mirror: What the window shows.
        node: The Value.
        theme: Where the colours come from.
        change: What it held before the file was run again.
    """
    return _Page(mirror, theme, change).of(node)


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)


class _Page:
    def __init__(self, mirror: Mirror, theme: Theme, change: Change | None) -> None:
        self._mirror, self._colors = mirror, theme.palette
        self._change = change or Change()
        self._graph = mirror.graph
        self._walked = mirror.ops_in_walk
        self._summands: list[Summand] = []

    def of(self, node: int) -> str:
        made = self._graph.nodes[node]
        self._summands = summands(self._mirror, node)
        return (
            f"<p style='margin:0 0 4px 2px'><span style='font-size:{UI_PX + 4}px;"
            f" font-weight:600'>{escape(made.name)}</span></p>"
            f"{self._doubts(node)}"
            f"{self._facts(node, made)}"
            f"{self._sum(node)}"
            f"{self._writes(node)}"
            f"{self._operands(node, made)}"
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
        rows += [
            self._row("changed", escape(said))
            for said in change_in_words(mirror, node, self._change)
        ]
        rows += [
            self._row("edge", self._colored(escape(sentence), "attention"))
            for sentence in missing_edges(self._graph, node)
        ]
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
        local = local or measured(self._graph, node, mirror.slopes(node))
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
        ratio = partial_symbol(self._graph, made.id, operand)
        value = number if symbol in (number, ratio) else f"{symbol} = {number}"
        return f"{self._dim(escape(ratio))} = {escape(value)}"

    def _doubts(self, node: int) -> str:
        """Return a box with what is wrong or doubtful, empty where nothing is."""
        mirror = self._mirror
        steps = overwriting(mirror).get(node, ())
        right = self._should_be(node)
        found = list(conditions(mirror, node, steps))
        # What is right instead comes below.
        in_short = ("disagrees", "follows") if right else ()
        said = [c.words for c in found if c.kind not in in_short]
        if missed := self._too_early(node):
            said.append(missed)
        lines = [
            f"<b>{escape(head[:1].upper() + head[1:])}</b>{escape(colon + rest)}"
            for head, colon, rest in (line.partition(":") for line in said)
        ]
        if right and any(c.kind == "follows" for c in found):
            lines.append(self._because(node))
        elif right and not lines:
            lines.append("<b>Disagrees with the reference</b>")
        if not lines:
            return ""
        text = "<br>".join(lines)
        color = self._colors.attention
        return (
            f"<table width='100%' cellspacing='0' cellpadding='6' border='1'"
            f" style='border-color:{color}; border-style:solid; margin:2px 0 6px 0'>"
            f"<tr><td>{text}{right}</td></tr></table>"
        )

    def _because(self, node: int) -> str:
        """Return which other gradients are why one is wrong."""
        above = self._mirror.follows(node)
        text = f"<b>Wrong because</b> {self._links(above)}"
        text += " is" if len(above) == 1 else " are"
        first = where_it_began(self._mirror, node)
        if first and first != above:
            text += f"; it began at {self._links(first)}"
        return text

    def _links(self, nodes: Sequence[int]) -> str:
        """Return the names of some Values, each to be clicked."""
        listed = nodes[:_MOST_LINKS]
        links = [self._link(f"node:{n}", self._graph.nodes[n].name) for n in listed]
        if len(nodes) > len(links):
            return f"{', '.join(links)} and {len(nodes) - len(links)} more"
        return " and ".join(filter(None, (", ".join(links[:-1]), links[-1])))

    def _too_early(self, node: int) -> str:
        """Return what a push of this Value has missed, or would."""
        mirror = self._mirror
        step = mirror.last_step
        if step is not None and step.node == node and (said := came_too_early(mirror)):
            return said
        if mirror.progress(node).state is not GradientState.PARTIAL:
            return ""
        said = too_early(mirror, node)
        return f"Too early to push: {said}" if said else ""

    def _should_be(self, node: int) -> str:
        """Return ``∇x1 should be −0.5 + (−0.375) = −0.875`` where it is not that."""
        mirror = self._mirror
        if mirror.progress(node).state not in _COMPLETE:
            return ""
        parts, held = self._parts(node), as_float(mirror.grad[node])
        wanted = mirror.expected(node)
        if wanted is None:
            wanted = sum(parts) if parts else held
        if wanted is None or held is None or _close(wanted, held):
            return ""
        said = shown(wanted)
        if parts and _close(sum(parts), wanted):
            said = sum_of(parts, _MOST_SUMMANDS)
        terms, equals, total = said.rpartition(" = ")
        name = escape(bracketed(self._graph.nodes[node].name))
        return f"<br>∇{name} should be {escape(terms + equals)}<b>{escape(total)}</b>"

    def _parts(self, node: int) -> list[float]:
        """Return the seed and the flows of all consumers; nothing if one is unknown."""
        seed = as_float(self._mirror.seeds.get(node))
        flows = [
            summand.flow
            for summand in self._summands
            if summand.consumer in self._walked
        ]
        if None in flows:
            return []
        return [part for part in (seed, *flows) if part is not None]

    def _sum(self, node: int) -> str:
        """Return the gradient as a sum over the consumers."""
        found = self._summands
        rows = []
        if (seed := self._mirror.seeds.get(node)) is not None and found:
            rows.append(self._pair(self._dim("seed"), self._gradient(seed)))
        rows += [self._summand_row(summand) for summand in found[:MOST]]
        if not rows:
            rows.append(self._note("None: nothing was computed from it."))
        if len(found) > MOST:
            rows.append(self._note(f"and {len(found) - MOST} more"))
        rows += self._total(node, found)
        return self._section("Pushed by consumers", rows, 0)

    def _summand_row(self, summand: Summand) -> str:
        pushed = summand.pushed
        said = self._dim("not yet") if summand.term is None else self._flow(pushed)
        if summand.term is not None and summand.term.wrong:
            said = self._colored(f"⚠ {escape(shown(pushed))}", "attention")
        times = self._dim(f" ×{summand.slots}") if summand.slots > 1 else ""
        lines = [said]
        if summand.product:
            line = summand.product
            if summand.arithmetic:
                line += f" = {summand.arithmetic}"
                if summand.term is None or summand.term.wrong:
                    line += f" = {shown(summand.flow)}"
            lines.append(self._dim(escape(line)))
        return self._link_row(summand.consumer, lines, times)

    def _total(self, node: int, found: list[Summand]) -> list[str]:
        """Return the sum of what was pushed, and what is still to come."""
        seed = as_float(self._mirror.seeds.get(node))
        parts = [summand.pushed for summand in found if summand.term is not None]
        known = [part for part in parts if part is not None]
        if len(known) != len(parts) or not parts:
            return []
        known = [*([seed] if seed is not None else []), *known]
        missing = sum(summand.term is None for summand in found)
        if len(known) < 2 and not missing:
            return []
        said = sum_of(known, _MOST_SUMMANDS)
        terms, equals, total = said.rpartition(" = ")
        text = f"{escape(terms + equals)}<b>{escape(total)}</b>"
        if missing:
            text += self._dim(f" so far, {missing} to come")
        return [self._pair(self._dim("sum"), text)]

    def _writes(self, node: int) -> str:
        """Return every write to the gradient, oldest first."""
        entries, earlier = ledger(self._mirror, node, MOST)
        rows = [self._note(f"{earlier} earlier")] if earlier else []
        for entry in entries:
            link = self._link(f"step:{entry.step}", f"{entry.step + 1}")
            change = f"{shown(entry.before or 0)} → {shown(entry.after)}"
            said = self._colored(escape(change), "text")
            name = f"{link}&nbsp; {escape(entry.by.removesuffix('._backward()'))}"
            if entry.arithmetic:
                name += self._dim(f"&nbsp; {escape(entry.arithmetic)}")
            if entry.lost is not None:
                said = self._colored(f"⚠ {escape(change)}", "attention")
            rows.append(self._pair(name, said))
        return self._section("Writes to its gradient", rows, 0) if rows else ""

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

    def _link(self, target: str, text: str) -> str:
        return (
            f"<a href='{target}' style='color:{self._colors.accent};"
            f" text-decoration:none'>{escape(text)}</a>"
        )

    @staticmethod
    def _pair(left: str, right: str) -> str:
        return f"<tr><td>{left}</td><td align='right'>{right}</td></tr>"

    def _link_row(self, node: int, numbers: list[str], after: str = "") -> str:
        link = self._link(f"node:{node}", self._graph.nodes[node].name) + after
        first, *rest = numbers
        lines = "".join(
            f"<tr><td colspan='2' style='padding-left:12px'>{line}</td></tr>"
            for line in rest
        )
        # Else Qt breaks a number in two before it breaks a name once more.
        number = f"<td align='right' style='white-space:nowrap'>{first}</td>"
        if len(self._graph.nodes[node].name) > _LONGEST_BESIDE:
            return (
                f"<tr><td colspan='2'>{link}</td></tr><tr><td></td>{number}</tr>{lines}"
            )
        return f"<tr><td>{link}</td>{number}</tr>{lines}"

    def _note(self, text: str) -> str:
        return f"<tr><td colspan='2'>{self._dim(escape(text))}</td></tr>"

    def _dim(self, html: str) -> str:
        return self._colored(html, "dim")

    def _colored(self, html: str, role: str) -> str:
        return f"<span style='color:{getattr(self._colors, role)}'>{html}</span>"

    def _number(self, figure: Figure) -> str:
        return escape(exact(figure))

    def _gradient(self, figure: Figure) -> str:
        """Return a gradient with every digit, in the colour of its sign."""
        return self._signed(figure, self._number(figure))

    def _flow(self, figure: Figure) -> str:
        """Return what was pushed, as short as on the canvas."""
        return self._signed(figure, escape(shown(figure)))

    def _signed(self, figure: Figure, html: str) -> str:
        if not isinstance(figure, int | float) or figure == 0 or figure != figure:
            return html
        return self._colored(html, "positive" if figure > 0 else "negative")
