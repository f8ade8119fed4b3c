"""What is remembered of Values, and forgotten when they are no more."""

import gc
import weakref
from collections.abc import Container

from gradviz.graph.made import Kept

_SWEEP = 50_000
"""Entries from which on those of dead Values are looked for, at every doubling."""


class Memory:
    """What is remembered of Values.

    Attributes:
        kept: What is known of each Value, by ``id()``.
        limit: From how many on those that are no more are to be swept away.
    """

    def __init__(self) -> None:
        self.kept: dict[int, Kept] = {}
        self.limit = _SWEEP
        self._ends: dict[int, weakref.ref[object]] = {}

    def watch_end_of(self, value: object) -> None:
        """Forget a Value with its end; what is kept of it holds its operands."""
        identity = id(value)

        def forget(end: object) -> None:
            if self._ends.get(identity) is end:
                del self._ends[identity]
                self.kept.pop(identity, None)

        try:
            self._ends[identity] = weakref.ref(value, forget)
        except TypeError:
            return  # slots without a place for weak references

    def sweep(self, types: Container[type]) -> None:
        """Forget the Values that are no more; nothing else tells of their end."""
        live = {id(thing) for thing in gc.get_objects() if type(thing) in types}
        for identity in [i for i in self.kept if i not in live]:
            del self.kept[identity]
        self.limit = max(_SWEEP, 2 * len(self.kept))
