"""Failures in words, with the traceback's own lines of the person's code."""

import os
import traceback
from pathlib import Path

from gradviz.session.session import StepError
from gradviz.sources.advice import missing_module, other_python
from gradviz.sources.guards import NoInputError
from gradviz.sources.program import SourceError
from gradviz.sources.run import CodeError
from gradviz.worker.limits import needed_memory
from gradviz.worker.messages import Failure

_LONGEST = 100_000
"""Characters of a traceback that are shown."""

_DEEPEST = 2000
"""Frames of a traceback that are read."""

_OURS = str(Path(__file__).resolve().parents[1]) + os.sep
_THEIRS = str(Path(__file__).resolve().parents[1] / "value.py")
"""The reference Value counts as the person's code: it is what their program calls."""


def is_ours(filename: str) -> bool:
    """Whether a source file is a part of gradviz that runs the person's code."""
    return filename.startswith(_OURS) and filename != _THEIRS


def failure_of(error: CodeError | StepError) -> Failure:
    """Describe what the person's code raised."""
    cause = error.__cause__ or error
    report = traceback.TracebackException.from_exception(cause, limit=_limit(cause))
    _leave_out_ours(report)
    filename, line = _place(cause, report)
    where = error.filename if isinstance(error, CodeError) else str(error)
    stopped = isinstance(cause, KeyboardInterrupt)
    if stopped:
        what = "You stopped the program"
        name = os.path.basename(filename)
        message = f"{what} in {name}, line {line}." if line else f"{what}."
    elif isinstance(cause, NoInputError | SourceError):
        message = str(cause)
    elif isinstance(error, CodeError):
        at = f" on line {line}" if line and filename == where else ""
        message = f"{os.path.basename(where)} failed{at}: {_said(cause, error.folder)}"
    else:
        message = f"{where.rstrip('.')}: {_said(cause, Path())}"
    return Failure(
        "code",
        message,
        _readable("".join(report.format())),
        f"{filename}:{line}" if line else "",
        stopped=stopped,
    )


def _limit(cause: BaseException) -> int | None:
    """Return how much of a traceback to read: only the end of one without bounds."""
    depth, here = 0, cause.__traceback__
    while here is not None and depth <= _DEEPEST:
        depth, here = depth + 1, here.tb_next
    return -_DEEPEST if depth > _DEEPEST else None


def our_failure(error: BaseException) -> Failure:
    """Describe a fault of gradviz's own."""
    return Failure(
        "gradviz",
        f"gradviz itself failed ({type(error).__name__}); please report it.",
        "".join(traceback.format_exception(error)),
    )


def _leave_out_ours(report: traceback.TracebackException) -> None:
    """Keep only frames of the person's code, and of what it calls, in a report."""
    todo: list[traceback.TracebackException | None] = [report]
    while todo:
        told = todo.pop()
        if told is None:
            continue
        theirs = [
            frame
            for frame in told.stack
            if not is_ours(frame.filename)
            and not frame.filename.startswith("<frozen importlib")
        ]
        told.stack = traceback.StackSummary.from_list(theirs)
        todo += [told.__cause__, told.__context__, *(told.exceptions or ())]


def _readable(text: str) -> str:
    """Return a text that can be sent: of bounded length, without lone surrogates."""
    if len(text) > _LONGEST:
        half = _LONGEST // 2
        text = f"{text[:half]}\n…\n{text[-half:]}"
    return text.encode(errors="replace").decode()


def _place(
    cause: BaseException, report: traceback.TracebackException
) -> tuple[str, int | None]:
    """Return the innermost line of the person's own file that was running."""
    if isinstance(cause, SyntaxError):
        return cause.filename or "", cause.lineno
    theirs = [f for f in report.stack if not f.filename.startswith(_OURS)]
    own = [frame for frame in theirs if frame.filename == theirs[0].filename]
    return (own[-1].filename, own[-1].lineno) if own else ("", None)


def _said(cause: BaseException, folder: Path) -> str:
    """Return what an exception says, as the end of a sentence."""
    if isinstance(cause, ModuleNotFoundError) and cause.name:
        return missing_module(cause.name, folder)
    if isinstance(cause, SyntaxError) and (told := other_python(cause)):
        return told
    if isinstance(cause, SystemExit):
        return f"it called exit({cause.code!r})."
    if isinstance(cause, MemoryError):
        return needed_memory()
    kind = type(cause).__name__
    try:
        said = str(cause.msg if isinstance(cause, SyntaxError) else cause).strip()
    except Exception:  # an exception class of the person's own
        said = ""
    first = said.splitlines()[0].rstrip(".")[:200] if said else ""
    return _readable(f"{kind}: {first}." if first else f"{kind}.")
