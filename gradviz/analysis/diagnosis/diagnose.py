"""Why gradients are wrong: the faulty line of the person's own code.

Hooks are called on the live Values with gradients of our choice, at the numbers that
are there and at others, and compared with differences of the forward pass. Everything
is put back, attribute by attribute.
"""

import contextlib
import io
import warnings
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from gradviz.analysis.again import Again
from gradviz.analysis.diagnosis.findings import Finding, Report, Undecidable
from gradviz.analysis.diagnosis.leftover import left_over
from gradviz.analysis.diagnosis.losing import Losses, Walks
from gradviz.analysis.diagnosis.ops import OpDoctor
from gradviz.analysis.diagnosis.passes import PassDoctor
from gradviz.analysis.diagnosis.points import kinds
from gradviz.analysis.diagnosis.recorded import OrderDoctor
from gradviz.graph.build import LiveGraph
from gradviz.session.walk import Step

_OF_ORDER = {"pushed-twice", "not-topological", "not-called"}
"""Rules of which a driver is accused; the walk that it has made shows them too."""

Progress = Callable[[str], None]
"""Is told in words, now and then, what is being done."""


def diagnose(
    live: LiveGraph,
    *,
    seeded: bool | None = None,
    walks: Walks | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return what is wrong with the backward code of a graph's Values.

    The person's code is called often; what it prints is swallowed.

    Args:
        live: The graph.
        seeded: Whether the person's code sets the seed by itself, so that their driver
            need not; by default whether a root holds a gradient.
        walks: What is shown of the graph, and what the person's code did before.
        progress: Is told what is being done; what it raises ends the work.
    """
    again, walks = Again(live), walks or Walks()
    silence = contextlib.redirect_stdout(io.StringIO())
    with silence, warnings.catch_warnings(), again.restored():
        warnings.simplefilter("ignore")
        report = _diagnosed(again, seeded, walks, progress or _nobody)
        found = [*report.findings]
        if walks.recorded:
            pause = partial(progress or _nobody, "Checking the recorded walk")
            found += _of_recorded(again, walks.recorded, _rules(found), pause)
    return msgspec.structs.replace(report, findings=tuple(found))


def _of_recorded(
    again: Again, recorded: Sequence[Step], rules: set[str], pause: Callable[[], object]
) -> list[Finding]:
    """Return what the steps of a recorded walk show that is not known already."""
    pause()
    found = list[Finding]()
    if not rules & _OF_ORDER:
        found += OrderDoctor(again, recorded, pause).examine()
    if not (rules | _rules(found)) & {*_OF_ORDER, "not-zeroed"}:
        left = left_over(again.live, recorded)
        found += [] if left is None else [left]
    return found


def _rules(findings: Sequence[Finding]) -> set[str]:
    return {finding.rule for finding in findings}


def _diagnosed(
    again: Again, seeded: bool | None, walks: Walks, progress: Progress
) -> Report:
    live, findings = again.live, list[Finding]()
    unknown: list[Undecidable] = []
    found = kinds(again)
    doctor, losses = OpDoctor(again), Losses(again, walks)
    for done, kind in enumerate(found, 1):
        progress(f"Checking backward function {done} of {len(found)}")
        findings += [losses.with_numbers(kind, one) for one in doctor.examine(kind)]
        if kind.reasons and not kind.points:
            unknown.append(_unknown(live, kind.reasons, len(kind.nodes)))
    hooks_right = not findings
    for root in live.graph.roots:
        doing = f"Checking a backward pass from {live.graph.nodes[root].name}"
        progress(doing)
        passes = PassDoctor(
            again,
            _is_seeded(live, root) if seeded is None else seeded,
            partial(progress, doing),
        )
        findings += passes.examine(root, hooks_right)
        if passes.reasons:
            unknown.append(_unknown(live, passes.reasons, 1))
    return Report(_once(findings), tuple(unknown), len(live.graph), len(found))


def _is_seeded(live: LiveGraph, root: int) -> bool:
    gradient = live.adapters[root].gradient(live.values[root])
    return gradient is not None and bool(gradient != 0)


def _unknown(live: LiveGraph, reasons: dict[int, str], count: int) -> Undecidable:
    node, reason = next(iter(reasons.items()))
    made = live.graph.nodes[node]
    return Undecidable(made.name, made.op, reason, count)


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return each bug once, though several ops or roots may show it."""
    found: dict[tuple[str, str, int], Finding] = {}
    for finding in findings:
        found.setdefault((finding.rule, finding.file, finding.line), finding)
    return tuple(found.values())


def _nobody(doing: str) -> None:
    """Tell nobody."""
