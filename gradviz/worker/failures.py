"""Failures in words, with the traceback's own lines of the person's code."""

import os
import traceback
from pathlib import Path
from types import TracebackType

from gradviz.session.session import StepError
from gradviz.sources.run import CodeError
from gradviz.worker.messages import Failure

_OURS = str(Path(__file__).resolve().parents[1]) + os.sep
_THEIRS = str(Path(__file__).resolve().parents[1] / "value.py")
"""The reference Value counts as the person's code: it is what their program calls."""


def is_ours(filename: str) -> bool:
    """Whether a source file is a part of gradviz that runs the person's code."""
    return filename.startswith(_OURS) and filename != _THEIRS


def failure_of(error: CodeError | StepError) -> Failure:
    """Describe what the person's code raised."""
    cause = error.__cause__ or error
    theirs = _from_their_frame(cause.__traceback__)
    report = traceback.TracebackException(type(cause), cause, theirs)
    filename, line = _place(cause, report)
    where = error.filename if isinstance(error, CodeError) else str(error)
    if isinstance(cause, KeyboardInterrupt):
        what = "You stopped the program"
        message = f"{what} in {filename}, line {line}." if line else f"{what}."
    elif isinstance(error, CodeError):
        at = f" on line {line}" if line and filename == where else ""
        message = f"{os.path.basename(where)} failed{at}: {_said(cause)}"
    else:
        message = f"{where.rstrip('.')}: {_said(cause)}"
    return Failure(
        "code",
        message,
        "".join(report.format()),
        f"{filename}:{line}" if line else "",
    )


def our_failure(error: BaseException) -> Failure:
    """Describe a fault of gradviz's own."""
    return Failure(
        "gradviz",
        f"gradviz itself failed ({type(error).__name__}); please report it.",
        "".join(traceback.format_exception(error)),
    )


def _from_their_frame(trace: TracebackType | None) -> TracebackType | None:
    """Skip the frames of ours that called the person's code."""
    while trace is not None and is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _place(
    cause: BaseException, report: traceback.TracebackException
) -> tuple[str, int | None]:
    if isinstance(cause, SyntaxError):
        return cause.filename or "", cause.lineno
    for frame in report.stack:
        if not frame.filename.startswith(_OURS):
            return frame.filename, frame.lineno
    return "", None


def _said(cause: BaseException) -> str:
    """Return what an exception says, as the end of a sentence."""
    if isinstance(cause, ModuleNotFoundError) and cause.name:
        return f"it needs the module {cause.name}, which is not installed here."
    if isinstance(cause, SystemExit):
        return f"it called exit({cause.code!r})."
    said = str(cause.msg if isinstance(cause, SyntaxError) else cause).strip()
    first = said.splitlines()[0].rstrip(".") if said else ""
    kind = type(cause).__name__
    return f"{kind}: {first}." if first else f"{kind}."
