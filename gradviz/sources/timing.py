"""What ``%time`` prints."""

import sys
import time


class Timed:
    """Prints how long a statement took, as ``%time`` does."""

    def __enter__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *exception: object) -> None:
        wall = time.perf_counter() - self._wall
        cpu = time.process_time() - self._cpu
        sys.stdout.write(f"CPU time: {_shown(cpu)}\nWall time: {_shown(wall)}\n")


def _shown(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
