"""Which functions of gradviz call the person's code.

An interrupt is delivered only where one of them has been called last among ours, since
only they know what to do when the person's code is interrupted.
"""

from collections.abc import Callable
from types import CodeType

CALLS_THEIRS: set[CodeType] = set()
"""The code of every such function."""


def calls_theirs[F: Callable[..., object]](function: F) -> F:
    """Mark a function as one that calls the person's code and may be interrupted."""
    CALLS_THEIRS.add(function.__code__)
    return function
