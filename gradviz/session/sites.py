"""Where in the person's code a hook was called."""

from types import CodeType
from typing import NamedTuple


class Site(NamedTuple):
    """A line that called a hook.

    Attributes:
        file: Its file or cell, as a traceback would say it.
        line: Its number, from 1; 0 where it is not known.
        function: The function it is in, empty outside of all functions.
    """

    file: str
    line: int
    function: str


def site_of(code: CodeType, offset: int) -> Site:
    """Return the line of an instruction.

    Args:
        code: The code it is in.
        offset: Where it is, in bytes.
    """
    line = next((n for a, b, n in code.co_lines() if a <= offset < b), None)
    function = "" if code.co_name == "<module>" else code.co_name
    return Site(code.co_filename, line or 0, function)
