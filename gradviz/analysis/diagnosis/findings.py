"""What a check has found, as plain data; also what ``gradviz check --json`` prints."""

import math
import os

import msgspec

from gradviz.numbers import shown

RULES = {
    "assigns": "A _backward has to add to an operand's gradient, not replace it.",
    "wrong-derivative": "A _backward pushes upstream times the op's local derivative.",
    "ignores-upstream": "A _backward has to multiply by its own Value's gradient.",
    "not-linear": "What a _backward pushes has to be proportional to the upstream.",
    "not-operand": "A _backward writes to the gradients of its operands only.",
    "forgets-operand": "A _backward has to push to every operand of its op.",
    "no-backward": "The result of an op needs a _backward that pushes to its operands.",
    "same-operand": "An operand that fills two slots gets what flows through both.",
    "stale": "A _backward has to use the numbers that its own Value was computed from.",
    "raises": "A _backward has to work wherever its op has a derivative.",
    "not-topological": "A Value pushes only after all of its consumers have pushed.",
    "pushed-twice": "In one backward pass every Value pushes once.",
    "not-called": "In a backward pass every Value that has a gradient pushes.",
    "no-seed": "A backward pass starts by setting the root's gradient to 1.",
    "not-zeroed": "What zeroes gradients has to zero those of every Value.",
    "wrong-gradients": "After a backward pass gradients are what the chain rule says.",
}
"""Every rule that a finding can name, in one sentence each."""

TITLES = {
    "assigns": "Replaces the gradient",
    "wrong-derivative": "Wrong local derivative",
    "ignores-upstream": "Ignores the upstream gradient",
    "not-linear": "Not proportional to the upstream",
    "not-operand": "Writes to no operand",
    "forgets-operand": "Forgets an operand",
    "no-backward": "Has no backward function",
    "same-operand": "Wrong when both operands are one",
    "stale": "Uses old numbers",
    "raises": "Fails",
    "not-topological": "Called too early",
    "pushed-twice": "Called more than once",
    "not-called": "Never called",
    "no-seed": "No seed of 1",
    "not-zeroed": "Gradients not zeroed",
    "wrong-gradients": "Wrong gradients after the pass",
}
"""The same in a few words, as a heading."""


class Finding(msgspec.Struct, frozen=True):
    """One bug, however many Values show it.

    Attributes:
        rule: Which rule is broken, a key of ``RULES``; stable between versions.
        sentence: What is wrong, with the numbers.
        value: The name of a Value that shows it.
        node: The id of that Value.
        op: The op that made it, empty for a bug of the whole backward pass.
        method: The function that is wrong (``__mul__``, ``backward``).
        file: Its file, as a traceback would say it.
        line: The line that is wrong, from 1; 0 where it is not known.
        operand: The name of the operand whose gradient is wrong, empty for none.
        got: The number that came out, None where there is none.
        expected: The number that should have.
        error: A bound on the error of ``expected``.
        suggestion: The line as it should be, empty where that is not mechanical.
        shown_by: How many of the Values tried show it.
        smallest: The smallest part of this graph that shows it: names of Values.
        step: The step of the recorded walk, from 0, where it bites; −1 for a bug that
            is not one of that walk.
    """

    rule: str
    sentence: str
    value: str
    node: int
    op: str
    method: str
    file: str
    line: int
    operand: str = ""
    got: float | None = None
    expected: float | None = None
    error: float = 0.0
    suggestion: str = ""
    shown_by: int = 1
    smallest: tuple[str, ...] = ()
    step: int = -1

    @property
    def title(self) -> str:
        """The rule in a few words."""
        return TITLES[self.rule]

    @property
    def place(self) -> str:
        """The file's name and the line: ``engine.py:41``."""
        name = os.path.basename(self.file) or "?"
        return f"{name}:{self.line}" if self.line else name


class Undecidable(msgspec.Struct, frozen=True):
    """What could not be checked.

    Attributes:
        value: The name of a Value.
        op: Its op.
        reason: Why, as a clause.
        count: How many Values it holds for.
    """

    value: str
    op: str
    reason: str
    count: int = 1


class Report(msgspec.Struct, frozen=True):
    """What a check has found; true where that is nothing.

    Attributes:
        findings: The bugs, those of ops first.
        undecidable: What could not be checked, with reasons.
        checked: How many Values the graph has.
        hooks: How many different ops' backward functions were tried.
    """

    findings: tuple[Finding, ...]
    undecidable: tuple[Undecidable, ...] = ()
    checked: int = 0
    hooks: int = 0

    def __bool__(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        """Return the findings as a person reads them."""
        return as_text(self)

    __repr__ = __str__


def as_text(report: Report) -> str:
    """Return a table of the findings, or the sentence that there are none."""
    what = f"{counted(report.checked, 'Value')}, {counted(report.hooks, _HOOK)}"
    if not report.findings:
        told = [f"Nothing wrong was found ({what})."]
    else:
        told = [f"{counted(len(report.findings), 'finding')} ({what}):", ""]
        rows = [("where", "method", "rule"), *map(_row, report.findings)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row, finding in zip(rows, (None, *report.findings), strict=True):
            cells = map(str.ljust, row, widths)
            told.append("  " + "  ".join(cells).rstrip())
            if finding is not None:
                told += [f"      {line}" for line in as_lines(finding)[1:]]
    for unknown in report.undecidable:
        more = f" ({unknown.count} Values)" if unknown.count > 1 else ""
        told.append(f"  Not checked: {unknown.value}{more}: {unknown.reason}.")
    return "\n".join(told)


def as_lines(finding: Finding) -> list[str]:
    """Return a finding's rule and place, its sentence and what to write."""
    where = " ".join(filter(None, (finding.place, finding.method)))
    lines = [f"{finding.title} ({where})", finding.sentence]
    if finding.suggestion:
        lines.append(f"Write: {finding.suggestion}")
    return lines


_HOOK = "backward function"


def counted(number: int, noun: str) -> str:
    """Return ``1 finding`` or ``2 findings``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _row(finding: Finding) -> tuple[str, str, str]:
    return finding.place, finding.method, finding.rule


def told(number: float | None) -> str:
    """Return a number as a finding's sentence says it."""
    if number is None or math.isnan(number):
        return "no number"
    return shown(number, 6)
