"""What the person's code may use, and what processes it starts may not do.

Memory is limited where the platform has a limit on what a process may write to: Linux,
by ``RLIMIT_DATA``. Elsewhere nothing is limited.
"""

import os
import signal
import sys
import time
from collections.abc import Callable

if sys.platform.startswith("linux"):
    import resource
else:
    resource = None

LIMITS_MEMORY = resource is not None
"""Whether this platform can limit memory."""

MEMORY_VARIABLE = "GRADVIZ_MEMORY"
"""Carries the limit, in bytes, from the window to a worker that starts."""

_ADOPTED_AFTER = 100
"""How many looks it takes, of 2 ms, to know that the parent lives on."""

_RESERVE = 256 * 2**20
"""Bytes above the limit that our own code has to report that it was reached."""


def machine_memory() -> int:
    """Return the bytes of memory that this machine has, 0 if unknown."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def usual_memory() -> int:
    """Return how many bytes a worker may use where nobody has said: half of them."""
    return machine_memory() // 2


def limit_memory() -> None:
    """Take over, in a worker, the limit that the window has set."""
    limit = int(os.environ.pop(MEMORY_VARIABLE, "0"))
    if limit:
        _set_soft_limit(limit)


def memory_limit() -> int:
    """Return how many bytes this process may use, 0 where it is not limited."""
    if resource is None:
        return 0
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return 0 if soft == resource.RLIM_INFINITY else soft


def lend_reserve() -> Callable[[], None]:
    """Raise the limit a little for our own code; return what lowers it again."""
    limit = memory_limit()
    if not limit:
        return lambda: None
    _set_soft_limit(limit + _RESERVE)
    return lambda: _set_soft_limit(limit)


def shown_memory(size: int) -> str:
    """Return a number of bytes as a person reads it (``3.9 GB``)."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if size >= 1000**power:
            text = f"{size / 1000**power:.1f}".removesuffix(".0")
            return f"{text} {unit}"
    return f"{size} bytes"


def in_each_fork(do: Callable[[], None]) -> None:
    """Have something done first in every process forked off this one."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=do)


def end_with_children(parent: int) -> None:
    """End this worker; and all it has started, if nobody is left to do that.

    Args:
        parent: The number of the process that has started this one.
    """
    for _ in range(_ADOPTED_AFTER):
        # The parent's sockets are closed a little before it is gone.
        if hasattr(os, "killpg") and os.getppid() != parent:
            if os.getpgid(0) == os.getpid():
                os.killpg(0, signal.SIGKILL)
            break
        time.sleep(0.002)
    os._exit(0)


def needed_memory() -> str:
    """Say of code that it has needed too much memory, as the end of a sentence."""
    limit = memory_limit()
    if not limit:
        return "it needed more memory than this computer has."
    return (
        f"it needed more memory than the {shown_memory(limit)} that it may use; "
        "the limit is set in Preferences."
    )


def _set_soft_limit(size: int) -> None:
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (size, hard))
