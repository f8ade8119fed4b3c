"""The numbers beside the lines of a hook, at one playhead.

The events of a body are gone through as if it ran, from the numbers before the step. A
number that this arrives at counts only if it ends where the step has ended; else what
the step did to the Value as a whole is all that can be told.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gradviz.analysis.body.model import (
    Event,
    Held,
    HookBody,
    Kept,
    Number,
    Term,
    What,
)
from gradviz.analysis.body.reckoning import UNTOLD, agree, reckoned
from gradviz.numbers import shown
from gradviz.session.facts import Figure, StepFact
from gradviz.session.mirror import Mirror

_Key = tuple[int, What]
_NOTHING: frozenset[_Key] = frozenset()


class Entry(NamedTuple):
    """What stands below one expression.

    Attributes:
        line: The index of its line.
        start: The column where the expression begins.
        turn: How often the line has run before.
        text: The number, or ``old → new``.
        node: The Value that is written to, -1 where the number is only read.
    """

    line: int
    start: int
    turn: int
    text: str
    node: int = -1


class _Told(NamedTuple):
    """A number, and the numbers written before that it relies upon."""

    number: Any
    relies: frozenset[_Key] = _NOTHING


class _Happened(NamedTuple):
    """An event that has something to show."""

    event: Event
    told: _Told
    old: _Told | None = None


def entries_of(
    body: HookBody,
    mirror: Mirror,
    step: StepFact,
    is_made: bool,
    is_old: bool = False,
) -> tuple[Entry, ...]:
    """Return the numbers to show, in the order in which the lines run.

    Args:
        body: The body of the hook of the step's Value.
        mirror: What the window shows; the step is the last one made, or the next.
        step: The step.
        is_made: Whether it has been made.
        is_old: Whether what the hook has captured may have changed since the body was
            read; plain numbers are not told then.
    """
    return _Running(mirror, step, is_made, is_old).entries(body.events)


class _Running:
    def __init__(
        self, mirror: Mirror, step: StepFact, is_made: bool, is_old: bool
    ) -> None:
        self._mirror, self._is_made, self._is_old = mirror, is_made, is_old
        effects = step.effects or () if is_made else ()
        self._effects: dict[_Key, tuple[Figure, Figure]] = {}
        for effect in effects:
            if effect.what != "color":
                key: _Key = (effect.node, effect.what)
                before = self._effects.get(key, (effect.before, None))[0]
                self._effects[key] = before, effect.after
        self._upstream = step.node, step.upstream
        self._now: dict[_Key, _Told] = {}
        self._slots: dict[int, _Told] = {}
        self._happened: list[_Happened] = []
        self._times: Counter[_Key] = Counter()

    def entries(self, events: Sequence[Event]) -> tuple[Entry, ...]:
        """Go through the events, and tell what can be told."""
        for event in events:
            relies = self._guarded(event)
            if relies is not None:
                self._happen(event, relies)
        told = (self._entry(happened) for happened in self._happened)
        return tuple(entry for entry in told if entry is not None)

    def _guarded(self, event: Event) -> frozenset[_Key] | None:
        """Return what it relies upon that an event happens; None if it doesn't."""
        relies = _NOTHING
        for slot, wanted in event.guards:
            test = self._slots.get(slot, _Told(UNTOLD))
            if test.number is UNTOLD:
                self._may_happen(event)
                return None
            if bool(test.number) is not wanted:
                return None
            relies |= test.relies
        return relies

    def _may_happen(self, event: Event) -> None:
        """Let a number that may be written be told no more."""
        if event.kind == "set":
            key: _Key = (event.node, event.what)
            self._times[key] += 2
            self._write(key, _Told(UNTOLD))
        elif event.kind == "unsure":
            self._lose()

    def _happen(self, event: Event, relies: frozenset[_Key]) -> None:
        told = self._tell(event.term)
        told = told._replace(relies=told.relies | relies)
        if event.kind == "unsure":
            self._lose()
        elif event.kind == "set":
            key: _Key = (event.node, event.what)
            old = self._held(key)
            self._times[key] += 1
            self._write(key, told._replace(relies=told.relies | {key}))
            self._happened.append(_Happened(event, told, old))
        else:
            if event.kind == "keep":
                self._slots[event.slot] = told
            if event.line >= 0:
                self._happened.append(_Happened(event, told))

    def _write(self, key: _Key, told: _Told) -> None:
        """Set a number, as far as it is known what it becomes."""
        if self._is_made and told.number is UNTOLD and key not in self._effects:
            told = _Told(self._before(key))
        self._now[key] = told

    def _lose(self) -> None:
        """Something has run that may have set whatever the step has changed."""
        for key in self._effects:
            self._now[key] = _Told(UNTOLD)

    def _tell(self, term: Term | None) -> _Told:
        match term:
            case Number(number):
                return _Told(UNTOLD if self._is_old else number)
            case Held(node, what):
                return self._held((node, what))
            case Kept(slot):
                return self._slots.get(slot, _Told(UNTOLD))
            case None:
                return _Told(UNTOLD)
        parts = [self._tell(part) for part in term.of]
        relies = _NOTHING.union(*(part.relies for part in parts))
        return _Told(reckoned(term.op, [part.number for part in parts]), relies)

    def _held(self, key: _Key) -> _Told:
        return self._now[key] if key in self._now else _Told(self._before(key))

    def _before(self, key: _Key) -> Figure:
        if key in self._effects:
            return self._effects[key][0]
        node, what = key
        if self._is_made and key == (self._upstream[0], "grad"):
            return self._upstream[1]
        numbers = self._mirror.data if what == "data" else self._mirror.grad
        return numbers[node]

    # What counts

    def _ends_right(self, key: _Key) -> bool:
        """Whether what was gone through ends where the step has ended."""
        if not self._is_made:
            return False
        end = self._effects[key][1] if key in self._effects else self._before(key)
        now = self._held(key).number
        return now is not UNTOLD and agree(now, end)

    def _counts(self, told: _Told) -> bool:
        return told.number is not UNTOLD and all(map(self._ends_right, told.relies))

    def _entry(self, happened: _Happened) -> Entry | None:
        event, told, old = happened
        if event.kind == "name":
            name = self._mirror.graph.nodes[event.node].name
            return Entry(event.line, event.start, event.turn, name)
        text = "" if old is not None or not self._counts(told) else _text(told.number)
        node = -1
        if old is not None:
            text, node = self._change((event.node, event.what), told, old), event.node
        if not text or event.line < 0:
            return None
        if event.unnamed:
            text = f"{self._mirror.graph.nodes[node].name}: {text}"
        return Entry(event.line, event.start, event.turn, text, node)

    def _change(self, key: _Key, told: _Told, old: _Told) -> str:
        """Return ``old → new`` of what a line sets."""
        if not self._is_made:
            return _text(old.number) if self._counts(old) else ""
        if self._counts(told) and self._counts(old) and self._ends_right(key):
            return f"{_text(old.number)} → {_text(told.number)}"
        if self._times[key] == 1 and key in self._effects:
            before, after = self._effects[key]
            return f"{_text(before)} → {_text(after)}"
        return ""


def _text(number: Figure) -> str:
    return "None" if number is None else shown(number)


def warned_of(
    entries: Sequence[Entry], lost: Mapping[int, bool]
) -> frozenset[tuple[int, int]]:
    """Return the lines that deserve attention, each with the turn.

    Args:
        entries: What stands below the lines.
        lost: The Values whose gradient the step has got wrong; True where the last
            write alone is to blame.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    for entry in entries:
        if entry.node in lost:
            found.setdefault(entry.node, []).append((entry.line, entry.turn))
    return frozenset(
        place
        for node, places in found.items()
        for place in (places[-1:] if lost[node] else places)
    )
