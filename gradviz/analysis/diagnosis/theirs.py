"""The one place where a check calls the person's functions, and can be interrupted."""

from collections.abc import Callable
from typing import Any


def call_theirs(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Call a function of the person's, which an interrupt may end.

    Whatever calls this puts every Value back, so that nothing is left half done.
    """
    return function(*arguments, **keywords)
