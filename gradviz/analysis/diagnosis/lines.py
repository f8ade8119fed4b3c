"""Which line of the person's code writes what."""

import linecache
import re
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from gradviz.analysis.diagnosis.theirs import call_theirs

Place = tuple[str, int]
"""A file and a line in it, from 1."""


class Writer:
    """The lines that stood while something changed.

    Attributes:
        outer: The line of the function watched, or of one defined beside it.
        inner: The line that made the change itself, maybe in a helper of it.
    """

    def __init__(self) -> None:
        self.outer: Place | None = None
        self.inner: Place | None = None


def writer_of(
    run: Callable[[], object],
    code: CodeType,
    look: Callable[[], object],
    attribute: str,
) -> Writer:
    """Run something and find the line at which what ``look`` returns changes last.

    Args:
        run: What to run; what it raises is swallowed.
        code: The function whose lines are wanted.
        look: Returns an object that is compared by identity.
        attribute: What is set; a setter of that name is not to be blamed.
    """
    setters = (attribute, attribute.lstrip("_"), "__setattr__", "__set__")
    found, state = Writer(), [look()]
    own: list[int] = [0]
    """The line at which the function watched stands."""

    def changed(place: Place) -> None:
        now = look()
        if now is not state[0]:
            state[0] = now
            found.inner = place
            found.outer = (code.co_filename, own[0]) if own[0] else place

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if event != "call" or frame.f_code.co_name in setters:
            return None
        place = [frame.f_lineno]
        watched = frame.f_code is code or _beside(frame.f_code, code)

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            changed((frame.f_code.co_filename, place[0]))
            place[0] = frame.f_lineno
            if watched:
                own[0] = frame.f_lineno
            return local

        return local

    _run_traced(run, trace)
    return found


def _beside(one: CodeType, other: CodeType) -> bool:
    """Whether two functions are defined in the same one: an op's inner helpers."""
    around, nested, _ = other.co_qualname.rpartition(".<locals>.")
    return (
        bool(nested)
        and one.co_filename == other.co_filename
        and one.co_qualname.startswith(f"{around}{nested}")
    )


def last_line(run: Callable[[], object], code: CodeType) -> int:
    """Return the line at which a function returns, 0 where it is not called."""
    found = [0]

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "call" and frame.f_code is not code:
            return None
        if event == "return":
            found[0] = frame.f_lineno
        return trace

    _run_traced(run, trace)
    return found[0]


def accumulating(place: Place, attribute: str) -> str:
    """Return the line with ``=`` made ``+=``, empty where it is no such assignment."""
    line = linecache.getline(*place).strip()
    changed, count = re.subn(
        rf"(\.{re.escape(attribute)})\s*=(?!=)\s*", r"\1 += ", line
    )
    return changed if count and "+= " in changed and "lambda" not in changed else ""


def _run_traced(run: Callable[[], object], trace: Any) -> None:
    """Run something of the person's under a trace function, whatever it raises."""
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call_theirs(run)
    except (Exception, SystemExit):  # the person's code: anything goes
        pass
    finally:
        sys.settrace(before)
