"""The walk as a list: one row per step, and the arithmetic of the one just made.

Every row is equally tall, so that a list of 65,000 steps opens at once: the arithmetic
takes rows of its own, one per line of text.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from gradviz.analysis.explain import (
    Term,
    explain_step,
    mistake_in_short,
    step_name,
)
from gradviz.analysis.local import reference
from gradviz.analysis.states import came_too_early
from gradviz.numbers import shown
from gradviz.session.facts import StepFact
from gradviz.session.mirror import Mirror
from gradviz.ui.panels.steps_past import Past

AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MOST_TERMS = 40
"""How many lines of arithmetic a step opens at most; a write may set every Value."""


class StepRole(IntEnum):
    """What a row can be asked for besides its text: each is a field of ``StepRow``."""

    STEP = Qt.ItemDataRole.UserRole + 1
    LINE = Qt.ItemDataRole.UserRole + 2
    PHASE = Qt.ItemDataRole.UserRole + 3
    RESULT = Qt.ItemDataRole.UserRole + 4
    WARNING = Qt.ItemDataRole.UserRole + 5
    MANUAL = Qt.ItemDataRole.UserRole + 6
    FIRST = Qt.ItemDataRole.UserRole + 7
    LAST = Qt.ItemDataRole.UserRole + 8
    PLACE = Qt.ItemDataRole.UserRole + 9
    WRITE = Qt.ItemDataRole.UserRole + 10


class StepRow(NamedTuple):
    """What a row shows.

    Attributes:
        step: The index of the step that the row belongs to.
        line: Which line of its arithmetic it is; -1 for the step itself.
        text: The step's name, or the line.
        phase: ``made``, ``current``, ``next`` or ``later``.
        last: Whether the row is the last one of its step.
        warning: Whether a number was lost or is wrong.
        first: Whether a line of arithmetic begins a term.
        result: The short result at the right.
        manual: Whether the person put the step in.
        place: Where in the person's code a recorded call was made.
        write: Whether the person's code set attributes here, outside any call.
    """

    step: int
    line: int
    text: str
    phase: str
    last: bool
    warning: bool
    first: bool = False
    result: str = ""
    manual: bool = False
    place: str = ""
    write: bool = False


_FIELDS: dict[int, str] = {
    Qt.ItemDataRole.DisplayRole: "text",
    **{role: role.name.lower() for role in StepRole},
}


def _marked(term: Term, lines: list[str]) -> list[tuple[str, bool, bool]]:
    """Mark the first line of a term, and those that tell of a loss."""
    warns = term.wrong or term.lost is not None
    told = next((i for i, line in enumerate(lines) if line.startswith("(")), 0)
    return [(line, i == 0, warns and i >= told) for i, line in enumerate(lines)]


class StepsModel(QAbstractListModel):
    """The steps of a mirror, the current one opened.

    Attributes:
        current: The index of the step made last, -1 at the start.
        lines: The lines of its arithmetic, wrapped; each with whether it begins a term
            and whether it tells of a number that is lost or wrong.
    """

    def __init__(
        self, wrap: Callable[[Term], list[str]], parent: QObject | None = None
    ) -> None:
        """Make an empty list.

        Args:
            wrap: Breaks a term into lines that fit.
            parent: The owner.
        """
        super().__init__(parent)
        self.current = -1
        self.lines: list[tuple[str, bool, bool]] = []
        self._wrap = wrap
        self._mirror: Mirror | None = None
        self._count = 0
        self._terms: dict[int, tuple[Term, ...]] = {}
        self._past: Past | None = None

    # What has changed

    def set_mirror(self, mirror: Mirror | None) -> None:
        """Show a walk from the start; also when any number in it has changed."""
        self.beginResetModel()
        self._mirror = mirror
        self._terms.clear()
        self._past = Past(mirror) if mirror else None
        self._count = len(mirror.walk) if mirror else 0
        self.current = mirror.playhead - 1 if mirror else -1
        self.lines = self._wrapped()
        self.endResetModel()

    def move(self) -> None:
        """Follow the playhead."""
        mirror = self._mirror
        if mirror is None:
            return
        if len(mirror.walk) != self._count:
            self.set_mirror(mirror)
            return
        before, after = self.current, mirror.playhead - 1
        for index in range(min(before, after) + 1, max(before, after) + 1):
            self._terms.pop(index, None)
        self._close()
        self.current = after
        self._open(self._wrapped())
        first, last = sorted((before, after))
        self.dataChanged.emit(
            self.index(self.row_of(max(0, first))),
            self.index(min(self.rowCount() - 1, self.row_of(max(0, last)) + 1)),
        )

    def rewrap(self) -> None:
        """Break the arithmetic anew, for another width."""
        lines = self._wrapped()
        if lines != self.lines:
            self._close()
            self._open(lines)

    def _close(self) -> None:
        if self.lines:
            first = self.current + 1
            self.beginRemoveRows(_NOWHERE, first, first + len(self.lines) - 1)
            self.lines = []
            self.endRemoveRows()

    def _open(self, lines: list[tuple[str, bool, bool]]) -> None:
        if lines:
            first = self.current + 1
            self.beginInsertRows(_NOWHERE, first, first + len(lines) - 1)
            self.lines = lines
            self.endInsertRows()

    def _wrapped(self) -> list[tuple[str, bool, bool]]:
        if self.current < 0:
            return []
        terms = self.terms(self.current)
        lines = [
            line
            for term in terms[:_MOST_TERMS]
            for line in _marked(term, self._wrap(term))
        ]
        if len(terms) > _MOST_TERMS:
            more = f"and {len(terms) - _MOST_TERMS} more"
            lines.append((more, True, False))
        return lines

    # Rows and steps

    def row_of(self, step: int) -> int:
        """Return the row of a step."""
        return step + (len(self.lines) if step > self.current else 0)

    def step_of(self, row: int) -> tuple[int, int]:
        """Return the step of a row, and which line of it, -1 for the step itself."""
        if row <= self.current:
            return row, -1
        line = row - self.current - 1
        if line < len(self.lines):
            return self.current, line
        return row - len(self.lines), -1

    def terms(self, index: int) -> tuple[Term, ...]:
        """Return the arithmetic of a step."""
        mirror, past = self._mirror, self._past
        if mirror is None or past is None or not 0 <= index < len(mirror.walk):
            return ()
        if index not in self._terms:
            step = mirror.walk[index]
            self._terms[index] = explain_step(
                mirror.graph,
                mirror.data_after(index + 1),
                step,
                mirror.document.rule,
                past.pushed(index),
                held=past.held(index),
                slopes=mirror.slopes(step.node),
            )
        return self._terms[index]

    # What Qt asks for

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else self._count + len(self.lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a row shows."""
        mirror = self._mirror
        if mirror is None or not index.isValid():
            return None
        if (field := _FIELDS.get(role)) is not None:
            return getattr(self.row(index.row()), field)
        step, line = self.step_of(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            is_line = line >= 0
            return self.lines[line][0] if is_line else self._spoken(mirror, step)
        if role == Qt.ItemDataRole.ToolTipRole and line < 0:
            return self._tip(mirror, step)
        return None

    def row(self, row: int) -> StepRow:
        """Return all that a row shows; a painter asks once instead of ten times.

        Raises:
            IndexError: There is no such row.
        """
        mirror = self._mirror
        if mirror is None:
            raise IndexError(row)
        index, line = self.step_of(row)
        if line >= 0:
            text, first, warning = self.lines[line]
            last = line == len(self.lines) - 1
            return StepRow(index, line, text, "current", last, warning, first)
        step = mirror.walk[index]
        return StepRow(
            index,
            line,
            step_name(mirror.graph, step),
            self._phase(index),
            last=index != self.current or not self.lines,
            warning=index <= self.current and self._warns(index),
            result=self._result(mirror, index, step),
            manual=step.kind == "manual",
            place=step.place if step.kind == "recorded" else "",
            write=step.kind == "write",
        )

    def _phase(self, index: int) -> str:
        if index <= self.current:
            return "current" if index == self.current else "made"
        return "next" if index == self.current + 1 else "later"

    def _warns(self, index: int) -> bool:
        if self._came_too_early(index):
            return True
        return any(term.wrong or term.lost is not None for term in self.terms(index))

    def _came_too_early(self, index: int) -> bool:
        """Whether a step pushed a gradient that was not complete."""
        mirror = self._mirror
        if mirror is None or (node := mirror.walk[index].node) < 0:
            return False
        if mirror.pushes.late[node] and index >= mirror.pushes.began:
            return True
        return index == self.current and bool(came_too_early(mirror))

    def _result(self, mirror: Mirror, index: int, step: StepFact) -> str:
        """Return what says most: what went wrong first, then where paths meet."""
        if index > self.current or step.node < 0:
            return ""
        nodes, terms = mirror.graph.nodes, self.terms(index)
        asked = [t for t in terms if not nodes[t.operand].constant]
        told = [t for t in terms if t.wrong] or [
            t for t in asked if t.after is not None
        ]
        if not told:
            return ""

        def weight(term: Term) -> tuple[bool, bool, bool, bool]:
            meets = len(mirror.graph.consumers[term.operand]) > 1
            made = nodes[term.operand]
            return (not made.constant, term.lost is not None, meets, made.is_leaf)

        chosen = max(told, key=weight)
        name = reference(mirror.graph, chosen.operand, mirror.data)
        if not chosen.wrong:
            return f"{name}: {shown(chosen.after)}"
        others = any(t.after is not None for t in terms)
        return f"{name}: {mistake_in_short(chosen, others)}"

    def _tip(self, mirror: Mirror, index: int) -> str:
        step = mirror.walk[index]
        terms = "\n".join(term.text for term in self.terms(index)[:12])
        made = index <= self.current
        action = (
            "Click to go back to here" if made else "Click to make every step to here"
        )
        if index == self.current:
            action = "This step was made last"
        early = came_too_early(mirror) if index == self.current else ""
        who = "Put in by hand" if step.kind == "manual" else ""
        if step.kind == "recorded":
            who = f"Called by {step.place or 'your code'}"
        elif step.kind == "write":
            who = "Set by your code, outside of any _backward()"
        return "\n".join(part for part in (terms, early, who, action) if part)

    def _spoken(self, mirror: Mirror, index: int) -> str:
        step = mirror.walk[index]
        kind = ", put in by hand" if step.kind == "manual" else ""
        if step.kind == "recorded" and step.place:
            kind = f", called by {step.place}"
        result = self._result(mirror, index, step)
        phase = {"current": "made last", "next": "next", "later": "to come"}
        said = phase.get(self._phase(index), "made")
        name = step_name(mirror.graph, step)
        return f"Step {index + 1}, {name}{kind}, {said}" + (
            f", {result}" if result else ""
        )
