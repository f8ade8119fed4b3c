"""Where a walk loses a number to a hook that replaces gradients."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from gradviz.analysis.again import Again, as_number, like
from gradviz.analysis.diagnosis.findings import Finding, told
from gradviz.analysis.diagnosis.points import PRIOR, Kind, same
from gradviz.analysis.diagnosis.recorded import gradients_in
from gradviz.analysis.diagnosis.theirs import call_theirs
from gradviz.session.document import Number
from gradviz.session.walk import Step


@dataclass(frozen=True)
class Walks:
    """What is shown of a graph, or can be.

    Attributes:
        shown: The walk shown, where that is a planned one.
        seeds: Its seed gradients.
        recorded: What the person's code did before, as steps.
    """

    shown: Sequence[Step] = ()
    seeds: Mapping[int, Number] = field(default_factory=dict)
    recorded: Sequence[Step] = ()


@dataclass(frozen=True)
class Overwriting:
    """A gradient that a step has replaced.

    Attributes:
        node: The Value whose hook did it.
        operand: The Value whose gradient it was.
        before: The gradient before.
        after: The gradient after.
        step: The step of the recorded walk, −1 for a planned one.
    """

    node: int
    operand: int
    before: float
    after: float
    step: int = -1


class Losses:
    """Finds the steps at which numbers are lost in the walks of a graph."""

    def __init__(self, again: Again, walks: Walks) -> None:
        self._again, self._walks = again, walks
        self._found: list[Overwriting] | None = None

    def with_numbers(self, kind: Kind, finding: Finding) -> Finding:
        """Return a finding of a hook that replaces, with what a walk loses to it.

        That stays as it is where no walk loses anything to these hooks.
        """
        nodes = self._again.live.graph.nodes
        names = [nodes[o].name for o in self._operands(finding.node)]
        if not _replaces(finding) or finding.operand not in names:
            return finding
        slot = names.index(finding.operand)
        if self._found is None:
            self._found = [*self._planned(), *self._recorded()]
        hooks = set(kind.nodes)
        for lost in self._found:
            fills = [*self._operands(lost.node)].index(lost.operand) == slot
            if lost.node in hooks and fills and not nodes[lost.operand].constant:
                return self._told(finding, lost)
        return finding

    def _operands(self, node: int) -> dict[int, None]:
        return dict.fromkeys(self._again.live.graph.nodes[node].operands)

    def _told(self, finding: Finding, lost: Overwriting) -> Finding:
        nodes = self._again.live.graph.nodes
        out, name = nodes[lost.node].name, nodes[lost.operand].name
        expected = lost.before + lost.after
        return msgspec.structs.replace(
            finding,
            sentence=(
                f"{out}._backward() replaced the gradient of {name}: it was "
                f"{told(lost.before)}, {told(lost.after)} flowed in, and it is "
                f"{told(lost.after)} instead of {told(expected)}."
            ),
            value=out,
            node=lost.node,
            op=nodes[lost.node].op,
            operand=name,
            got=lost.after,
            expected=expected,
            step=lost.step,
        )

    def _recorded(self) -> Iterator[Overwriting]:
        for at, step in enumerate(self._walks.recorded):
            operands = self._operands(step.node) if step.node >= 0 else {}
            for change in gradients_in(self._again.live, step) if operands else ():
                if change.node in operands:
                    yield from _overwriting(
                        step.node, change.node, change.before, change.after, at
                    )

    def _planned(self) -> Iterator[Overwriting]:
        """Make the planned walk, and take everything back."""
        live = self._again.live
        with self._again.restored():
            self._clear()
            for step in self._walks.shown:
                if step.kind == "zero":
                    self._clear()
                if step.node < 0:
                    continue
                hook = live.adapters[step.node].hook_of(live.values[step.node])
                operands = self._operands(step.node)
                before = {operand: self._gradient(operand) for operand in operands}
                try:
                    call_theirs(hook or int)
                except (Exception, SystemExit):  # found by trying it alone
                    return
                for operand, held in before.items():
                    after = self._gradient(operand)
                    yield from _overwriting(step.node, operand, held, after)

    def _gradient(self, node: int) -> object:
        return self._again.live.adapters[node].gradient(self._again.live.values[node])

    def _clear(self) -> None:
        live = self._again.live
        self._again.clear_gradients()
        for node, seed in self._walks.seeds.items():
            adapter, value = live.adapters[node], live.values[node]
            setattr(value, adapter.grad, like(as_number(seed), adapter.number(value)))


def _replaces(finding: Finding) -> bool:
    """Whether a hook set an operand's gradient to what flowed in when it was tried."""
    if finding.rule != "assigns" or finding.got is None or finding.expected is None:
        return False
    return same(finding.got, finding.expected - PRIOR)


def _overwriting(
    node: int, operand: int, before: object, after: object, step: int = -1
) -> Iterator[Overwriting]:
    """Yield what was lost, if a gradient that was there is another now."""
    if before is None or after is None or before is after:
        return
    had, has = as_number(before), as_number(after)
    if had == 0.0 or had != had or has != has or same(had, has):
        return
    yield Overwriting(node, operand, had, has, step)
