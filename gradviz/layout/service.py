"""Asks the layout process; the newest request wins, and a process can be killed."""

from collections.abc import Callable

from gradviz.channel import ChannelClosedError, Child
from gradviz.layout.cache import LayoutCache
from gradviz.layout.geometry import Layout, LayoutRequest
from gradviz.layout.messages import LaidOut, LayOut, LayoutAnswer

LAYOUT_MODULE = "gradviz.layout"


class LayoutService:
    """Lays graphs out in a process of its own.

    ``on_layout`` and ``on_failure`` are called on the process's reading thread, with
    the number that ``request`` returned.
    """

    def __init__(
        self,
        cache: LayoutCache,
        on_layout: Callable[[int, Layout], None],
        on_failure: Callable[[int, str], None],
    ) -> None:
        self._cache = cache
        self._on_layout = on_layout
        self._on_failure = on_failure
        self._number = 0
        self._wanted: LayoutRequest | None = None
        self._child: Child[LayoutAnswer] | None = None

    def start(self) -> None:
        """Start the process, so that it is ready when the first graph comes."""
        if self._child is None or not self._child.alive:
            self._child = Child(
                LAYOUT_MODULE, LayoutAnswer, self._on_answer, self._on_exit
            )

    def cached(self, request: LayoutRequest) -> Layout | None:
        """Return the layout of an equal request made before, if it was kept."""
        return self._cache.get(request)

    def request(self, wanted: LayoutRequest) -> int:
        """Ask for a layout; what was asked before and has not come is given up.

        Returns:
            The number that the answers will carry.
        """
        if self._wanted is not None:
            self.cancel()
        self._number += 1
        self._wanted = wanted
        self.start()
        assert self._child is not None
        try:
            self._child.send(LayOut(self._number, wanted))
        except ChannelClosedError:
            self._on_exit(None)
        return self._number

    def cancel(self) -> None:
        """Give up the layout under way; the process is ended."""
        if self._wanted is None:
            return
        self._wanted = None
        if self._child is not None:
            self._child.close()
            self._child = None

    def close(self) -> None:
        """End the process."""
        self._wanted = None
        if self._child is not None:
            self._child.close()
            self._child = None

    def _on_answer(self, answer: LayoutAnswer) -> None:
        if answer.id != self._number or self._wanted is None:
            return
        if not isinstance(answer, LaidOut):
            self._wanted = None
            self._on_failure(answer.id, answer.message)
            return
        if answer.layout.final:
            self._cache.put(self._wanted, answer.layout)
            self._wanted = None
        self._on_layout(answer.id, answer.layout)

    def _on_exit(self, code: int | None) -> None:
        if self._wanted is not None:
            self._wanted = None
            self._on_failure(self._number, "The process that runs graphviz has ended.")
