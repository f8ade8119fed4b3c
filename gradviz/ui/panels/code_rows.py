"""The rows of text that the Code panel shows: lines, and numbers below them.

Everything is in characters of equal width, so that numbers stand below expressions.
"""

import re
from collections.abc import Container, Sequence
from typing import NamedTuple

from gradviz.analysis.body.figures import Entry
from gradviz.analysis.body.model import Line

MOST_TURNS = 3
"""How many turns of a loop are shown."""

_GAP = 2
_INDENT = 4
_NARROWEST = 16
_OPERATOR = re.compile(r"[-+*/%<>=&|]|(and|or|if|else|in|is|not|for)\b")


class Row(NamedTuple):
    """One row of text.

    Attributes:
        text: The text, without the line's number.
        number: The line's number, 0 where the row is no line's beginning.
        line: The index of its line, -1 for numbers below it.
        start: The column of the line where its text begins.
        indent: How many spaces stand before that.
        warns: Whether it deserves attention.
    """

    text: str
    number: int = 0
    line: int = -1
    start: int = 0
    indent: int = 0
    warns: bool = False


def narrowed(
    lines: Sequence[Line], entries: Sequence[Entry]
) -> tuple[tuple[Line, ...], tuple[Entry, ...]]:
    """Return lines indented by two instead of four: a panel is narrow."""
    depths = [len(line.text) - len(line.text.lstrip()) for line in lines]
    if any(depth % _INDENT for depth in depths):
        return tuple(lines), tuple(entries)
    return (
        tuple(
            Line(line.number, line.text[depth // 2 :])
            for line, depth in zip(lines, depths, strict=True)
        ),
        tuple(e._replace(start=e.start - depths[e.line] // 2) for e in entries),
    )


def rows_of(
    lines: Sequence[Line],
    entries: Sequence[Entry],
    warned: Container[tuple[int, int]],
    width: int,
) -> list[Row]:
    """Return the rows, none wider than ``width`` if that can be.

    Args:
        lines: The lines of code.
        entries: The numbers.
        warned: The lines that deserve attention, with the turn.
        width: How many characters there is room for.
    """
    rows: list[Row] = []
    for index, line in enumerate(lines):
        own = [entry for entry in entries if entry.line == index]
        if line.text.lstrip().startswith("for "):
            own = _joined(own)
        turns = sorted({entry.turn for entry in own})
        warns = any((index, turn) in warned for turn in turns)
        pieces = broken(line.text, max(width, _NARROWEST))
        for start, end, indent in pieces:
            number = line.number if not start else 0
            text = " " * indent + line.text[start:end]
            is_code = not text.lstrip().startswith("#")
            rows.append(Row(text, number, index, start, indent, warns and is_code))
            for turn in turns[:MOST_TURNS]:
                inside = [
                    entry._replace(start=max(0, entry.start - start) + indent)
                    for entry in own
                    if entry.turn == turn and start <= entry.start < max(end, 1)
                ]
                tells = (index, turn) in warned
                rows += [Row(text, warns=tells) for text in placed(inside, width)]
        if len(turns) > MOST_TURNS:
            depth = len(line.text) - len(line.text.lstrip())
            more = len(turns) - MOST_TURNS
            rows.append(Row(f"{' ' * depth}… and {more} more"))
    return rows


def _joined(entries: Sequence[Entry]) -> list[Entry]:
    """Return what the head of a loop names, its turns in one row."""
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.start, []).append(entry)
    joined = []
    for turns in found.values():
        text = ", ".join(entry.text for entry in turns[:MOST_TURNS])
        more = ", …" if len(turns) > MOST_TURNS else ""
        joined.append(turns[0]._replace(turn=0, text=text + more))
    return joined


def placed(entries: Sequence[Entry], width: int) -> list[str]:
    """Return the numbers, each below its expression where there is room."""
    rows: list[str] = []
    for entry in sorted(entries, key=lambda entry: entry.start):
        room = max(0, width - len(entry.text))
        column = min(entry.start, room)
        if not rows or len(rows[-1]) + _GAP > room:
            rows.append("")
        else:
            column = min(max(entry.start, len(rows[-1]) + _GAP), room)
        rows[-1] = rows[-1].ljust(column) + entry.text
    return rows


def broken(text: str, width: int) -> list[tuple[int, int, int]]:
    """Return the pieces of a line, none too wide, as (start, end, indent)."""
    depth = len(text) - len(text.lstrip())
    deeper = min(depth + _INDENT, width // 3)
    pieces: list[tuple[int, int, int]] = []
    start, indent = 0, 0
    comment = _comment(text)
    while len(text) - start + indent > width:
        end = _break(text, start if start else depth, start + width - indent)
        if start < comment <= start + width - indent:
            end = comment
        pieces.append((start, end, indent))
        start, indent = end, deeper
        while start < len(text) and text[start] == " ":
            start += 1
    pieces.append((start, len(text), indent))
    return pieces


def _comment(text: str) -> int:
    """Return where the space before a comment at the end of a line begins, or 0."""
    for found in re.finditer("#", text):
        before = text[: found.start()]
        if before.strip() and not (before.count("'") % 2 or before.count('"') % 2):
            return len(before.rstrip())
    return 0


def _break(text: str, first: int, last: int) -> int:
    """Return where to break a line: as far outside of brackets as can be.

    Before an operator or after a comma; else at any space; else where there is no more
    room.
    """
    spaces = [i for i in range(first + 1, last + 1) if text[i] == " "]
    good = [i for i in spaces if text[i - 1] == "," or _OPERATOR.match(text, i + 1)]
    late = [i for i in good if i >= first + (last - first) // 3]
    return max(
        late or good or spaces, key=lambda i: (-_depth(text, i), i), default=last
    )


def _depth(text: str, end: int) -> int:
    """Return how many brackets are open at a column."""
    return sum((c in "([{") - (c in ")]}") for c in text[:end])
