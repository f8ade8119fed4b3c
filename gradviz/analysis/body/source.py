"""Where a function's source is, and which part of it is the function."""

import ast
import os
import textwrap
from dataclasses import dataclass
from types import CodeType

from gradviz.analysis.body.model import Line
from gradviz.graph.syntax import Function, first_line, lines_of, syntax_of

_TAB = 4


class SourceError(Exception):
    """There is no source to show; the message says why, as a sentence."""


@dataclass(frozen=True)
class Source:
    """The source of one function.

    Attributes:
        function: Its syntax tree.
        place: The file or cell it is in.
        lines: Its whole lines, dedented.
    """

    function: Function
    place: str
    lines: tuple[Line, ...]
    _raw: tuple[str, ...]
    _first: int
    """The number, in the syntax tree, of the first line."""
    _depth: int

    def spot(self, node: ast.expr) -> tuple[int, int, int]:
        """Return the line's index and the columns of an expression on one line.

        Of an expression on several lines it is the first one's part.
        """
        line = node.lineno - self._first
        start = self._column(line, node.col_offset)
        end = len(self.lines[line].text)
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            end = self._column(line, node.end_col_offset)
        return line, start, end

    def line_of(self, statement: ast.stmt) -> int:
        """Return the index of the line on which a statement begins."""
        return statement.lineno - self._first

    def _column(self, line: int, offset: int) -> int:
        """Return the column of a shown line for an offset in bytes of its source."""
        before = self._raw[line].encode()[:offset].decode(errors="replace")
        return max(0, len(before.expandtabs(_TAB)) - self._depth)


def source_of(code: CodeType) -> Source:
    """Return the source of a function, if it still is what runs.

    Raises:
        SourceError: There is none, or it has been edited since.
    """
    raw = lines_of(code)
    place = os.path.basename(code.co_filename)
    if not raw:
        raise SourceError(f"The source of {code.co_name} is not there: {place}.")
    found = syntax_of(code)
    if found is None:
        raise SourceError(
            f"The code in {place} has changed since this _backward was made: run it "
            "again to see the lines."
        )
    return _cut(found, raw, code.co_firstlineno - first_line(found), place)


def _cut(function: Function, raw: list[str], shift: int, place: str) -> Source:
    first, last = first_line(function), function.end_lineno or function.lineno
    own = raw[first + shift - 1 : last + shift]
    texts = [line.expandtabs(_TAB) for line in own]
    dedented = textwrap.dedent("\n".join(texts)).split("\n")
    filled = next(i for i, text in enumerate(texts) if text.strip())
    depth = len(texts[filled]) - len(dedented[filled])
    lines = tuple(
        Line(first + shift + i, text.rstrip()) for i, text in enumerate(dedented)
    )
    return Source(function, place, lines, tuple(own), first, depth)
