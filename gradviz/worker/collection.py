"""Reading a large graph without looking for garbage again and again."""

import gc
from collections.abc import Callable
from functools import wraps


def without_collection[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that makes very many lasting objects run without the collector.

    It would go through all of them each time their number has grown by a quarter.
    """

    @wraps(function)
    def run(*args: P.args, **options: P.kwargs) -> R:
        was_on = gc.isenabled()
        gc.disable()
        try:
            return function(*args, **options)
        finally:
            if was_on:
                gc.enable()

    return run
