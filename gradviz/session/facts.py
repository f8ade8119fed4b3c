"""What a session tells of itself, as plain typed data.

These cross from the worker to the window; the mirror is built from them alone.
Numbers that are not int, float or None cross as their ``repr``.
"""

from typing import Any, Literal

import msgspec

Figure = int | float | str | None
"""A number as shown: nan and inf are floats; anything exotic is its repr."""

StepKind = Literal["planned", "manual", "zero", "recorded", "write"]
"""Who put a step into the walk: gradviz, the person, or the person's own code, whose
``write`` sets attributes outside of any ``_backward``."""

WalkKind = Literal["planned", "recorded"]
"""Whose order the walk follows: gradviz's, with the person's own steps, or that of the
calls which the person's code made."""


class Effect(msgspec.Struct, frozen=True, array_like=True):
    """One visible change a step made.

    Attributes:
        node: The Value changed.
        what: Which of its three visible attributes.
        before: What stood there.
        after: What stands there now.
    """

    node: int
    what: Literal["data", "grad", "color"]
    before: Figure
    after: Figure


class StepFact(msgspec.Struct, frozen=True, array_like=True):
    """One step of the walk.

    Attributes:
        node: The Value whose ``_backward`` it calls; -1 for zeroing the gradients and
            for writes.
        kind: Who put it into the walk.
        effects: What it did, or None while it has not been made.
        upstream: The gradient its Value held when it was made.
        place: Where in the person's code it was made (``cell 9``), for recorded steps
            and writes.
    """

    node: int
    kind: StepKind
    effects: tuple[Effect, ...] | None = None
    upstream: Figure = None
    place: str = ""


class Column(msgspec.Struct, frozen=True, array_like=True):
    """The numbers of every Value with no step made: index is the Value's id."""

    data: tuple[Figure, ...]
    grad: tuple[Figure, ...]
    color: tuple[str | None, ...]


class DocumentFact(msgspec.Struct, frozen=True):
    """The document, and what can be done to it.

    Attributes:
        seeds: Seed gradients (Value, number), in walking order.
        leaves: Edited leaves (Value, number).
        rule: The rule in force, None where the class does not let it be chosen.
        undo: What Undo would take back, empty when nothing.
        redo: What Redo would do again, empty when nothing.
        stuck: Values that the edits do not reach, with the reason as a clause.
        walk: Which walk is shown.
        has_recorded: Whether the person's code has made a walk that can be shown.
        cut: How many of the first calls it made were not kept.
        untold: How many others are missing, as they can't be made again.
        notices: What the person should know of the edits, each one sentence.
        stale: Values whose op was given a number that the edits have outdated, with a
            sentence on it.
    """

    seeds: tuple[tuple[int, Figure], ...] = ()
    leaves: tuple[tuple[int, Figure], ...] = ()
    rule: str | None = None
    undo: str = ""
    redo: str = ""
    stuck: tuple[tuple[int, str], ...] = ()
    walk: WalkKind = "planned"
    has_recorded: bool = False
    cut: int = 0
    untold: int = 0
    notices: tuple[str, ...] = ()
    stale: tuple[tuple[int, str], ...] = ()


class ReferenceFact(msgspec.Struct, frozen=True):
    """What the gradients should be, from the forward pass alone.

    Attributes:
        gradients: For each Value its gradient; nan where it can't be decided.
        errors: How far each may be off by differencing and by rounding.
        slopes: For Values that the seeds reach, the local derivative of the op for each
            operand slot, nan where there is none.
        undecidable: Values whose op has no derivative here, with the reason as a
            clause.
    """

    gradients: tuple[float, ...]
    errors: tuple[float, ...]
    slopes: tuple[tuple[float, ...], ...]
    undecidable: tuple[tuple[int, str], ...] = ()


class Update(msgspec.Struct, frozen=True):
    """What has changed in a session since the last update.

    Attributes:
        playhead: How many steps of the walk have been made.
        walk_from: The first step that ``walk`` replaces.
        walk: The steps that come there now.
        walk_kept: How many steps of the walk as it was stay after those.
        start: The numbers at playhead 0, when they have changed.
        document: The document, when it has changed.
    """

    playhead: int
    walk_from: int = 0
    walk: tuple[StepFact, ...] = ()
    walk_kept: int = 0
    start: Column | None = None
    document: DocumentFact | None = None


def figure(number: Any) -> Figure:
    """Return a number as it can cross to the window."""
    if type(number) is float or number is None:
        return number
    if isinstance(number, float):
        return float(number)
    if isinstance(number, bool | str):
        return _text(number)
    if isinstance(number, int) and -(2**53) <= number <= 2**53:
        return int(number)
    try:
        return float(number)
    except (TypeError, ValueError, OverflowError):
        return _text(number)


def _text(number: object) -> str:
    try:
        text = repr(number)
    except Exception:  # a class of the person's own
        text = f"<{type(number).__name__}>"
    return text[:40].encode(errors="replace").decode()
