"""Output text as it is shown: without terminal codes, and not too long to read."""

import re
from dataclasses import dataclass

HEAD_LINES, TAIL_LINES = 20, 12
LONGEST_LINE = 2000
MOST_CHARACTERS = 2_000_000
"""How much of a text is shown when all of it is asked for."""

_TERMINAL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f]"
)


@dataclass(frozen=True)
class Excerpt:
    """What is shown of a text.

    Attributes:
        head: Its first lines; all of it where nothing is left out.
        left_out: How many lines are not shown.
        tail: Its last lines, empty where nothing is left out.
    """

    head: str
    left_out: int = 0
    tail: str = ""


def cleaned(text: str) -> str:
    """Return a text without terminal codes, and lines as they were last written.

    A carriage return goes back to the start of its line, as progress bars do.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        text = "\n".join(
            line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")
        )
    return _TERMINAL.sub("", text)


def excerpt(text: str) -> Excerpt:
    """Return the first and the last lines of a text, and how many are left out."""
    text = text.removesuffix("\n")
    lines = text.count("\n") + 1
    if lines <= HEAD_LINES + TAIL_LINES + 1:
        return Excerpt(_short(text.split("\n")))
    head = text.split("\n", HEAD_LINES)[:HEAD_LINES]
    tail = text.rsplit("\n", TAIL_LINES)[1:]
    left_out = lines - HEAD_LINES - TAIL_LINES
    return Excerpt(_short(head), left_out, _short(tail))


def whole(text: str) -> str:
    """Return all of a text that can be shown at once."""
    text = text.removesuffix("\n")
    if len(text) <= MOST_CHARACTERS:
        return text
    left_out = len(text) - MOST_CHARACTERS
    return f"{text[:MOST_CHARACTERS]}\n… {left_out:,} more characters"


def _short(lines: list[str]) -> str:
    return "\n".join(
        line
        if len(line) <= LONGEST_LINE
        else f"{line[:LONGEST_LINE]}… {len(line) - LONGEST_LINE:,} more characters"
        for line in lines
    )
