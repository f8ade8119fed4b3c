"""The body of a hook as plain typed data: lines, and what their expressions mean.

It crosses from the worker, which holds the live hook, to the window, which puts numbers
to it from its mirror at any playhead. It is a small program without a line of the
person's code in it: events in the order in which the lines run, over numbers that are
held by Values, captured, or made of others by arithmetic.
"""

from typing import Literal

import msgspec

from gradviz.session.facts import Figure

What = Literal["data", "grad"]
"""Which number of a Value."""


class Number(msgspec.Struct, frozen=True, array_like=True, tag="number"):
    """A plain number: written in the line, captured, or kept by an object."""

    number: Figure


class Held(msgspec.Struct, frozen=True, array_like=True, tag="held"):
    """A number that a Value of the graph holds."""

    node: int
    what: What


class Kept(msgspec.Struct, frozen=True, array_like=True, tag="kept"):
    """What a local variable of the hook was given."""

    slot: int


class Made(msgspec.Struct, frozen=True, array_like=True, tag="made"):
    """A number made of others by an operator or a function of mathematics."""

    op: str
    of: tuple["Term", ...]


Term = Number | Held | Kept | Made


class Event(msgspec.Struct, frozen=True, array_like=True):
    """One thing that happens while a hook runs.

    Attributes:
        kind: ``read`` of a number; ``name`` that means a Value; ``keep`` a number in a
            slot; ``set`` one of a Value; ``unsure``: something runs that may set any.
        term: The number, None where it can't be told.
        line: The index among the lines of the body, -1 where there is nothing to show.
        start: The column where its expression begins.
        end: The column after its expression.
        turn: How often the line has run before.
        slot: Where it is kept.
        node: The Value that is set or meant.
        what: Which of its numbers.
        unnamed: Whether the expression does not tell which Value is set.
        guards: The slots that have to be true, or false, for it to happen.
    """

    kind: Literal["read", "name", "keep", "set", "unsure"]
    term: Term | None = None
    line: int = -1
    start: int = 0
    end: int = 0
    turn: int = 0
    slot: int = -1
    node: int = -1
    what: What = "grad"
    unnamed: bool = False
    guards: tuple[tuple[int, bool], ...] = ()


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A line of source, as far indented as it is deeper than the first.

    Attributes:
        number: Its number in the file or cell.
        text: The line.
    """

    number: int
    text: str


class HookBody(msgspec.Struct, frozen=True):
    """What one backward step of a Value runs.

    Attributes:
        title: What the function is called.
        place: The file or cell that it is in (``lesson.ipynb, cell 3``).
        lines: Its lines.
        events: What happens in them.
        note: What else there is to know, as a sentence; may be empty.
    """

    title: str
    place: str
    lines: tuple[Line, ...]
    events: tuple[Event, ...] = ()
    note: str = ""

    def writes(self, line: int) -> bool:
        """Whether a line sets a number of a Value."""
        return any(e.kind == "set" and e.line == line for e in self.events)
