"""Asks the layout process; the newest request wins, and a process can be killed."""

import threading
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
        self._lock = threading.Lock()
        self._number = 0
        self._wanted: LayoutRequest | None = None
        self._child: Child[LayoutAnswer] | None = None

    def start(self) -> None:
        """Start the process, so that it is ready when the first graph comes."""
        if self._child is not None and not self._child.alive:
            self._end_child()
        if self._child is None:
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
        self.cancel()
        self.start()
        with self._lock:
            self._number += 1
            self._wanted = wanted
            number = self._number
        try:
            self._send(LayOut(number, wanted))
        except ChannelClosedError:
            # It ended between two requests; a new one has nothing against it.
            self._send(LayOut(number, wanted))
        return number

    def cancel(self) -> None:
        """Give up the layout under way; the process is ended."""
        if self._take_wanted() is not None:
            self._end_child()

    def close(self) -> None:
        """End the process."""
        self._take_wanted()
        self._end_child()

    def _send(self, message: LayOut) -> None:
        self.start()
        assert self._child is not None
        try:
            self._child.send(message)
        except ChannelClosedError:
            self._end_child()
            raise

    def _end_child(self) -> None:
        """End the process; nothing of it is heard after this."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _take_wanted(self, number: int | None = None) -> LayoutRequest | None:
        """Return what is waited for, if it has that number, and wait no longer."""
        with self._lock:
            if number not in (None, self._number):
                return None
            wanted, self._wanted = self._wanted, None
            return wanted

    def _on_answer(self, answer: LayoutAnswer) -> None:
        if isinstance(answer, LaidOut) and not answer.layout.final:
            if answer.id == self._number and self._wanted is not None:
                self._on_layout(answer.id, answer.layout)
            return
        wanted = self._take_wanted(answer.id)
        if wanted is None:
            return
        if isinstance(answer, LaidOut):
            self._cache.put(wanted, answer.layout)
            self._on_layout(answer.id, answer.layout)
        else:
            self._on_failure(answer.id, answer.message)

    def _on_exit(self, code: int | None) -> None:
        if self._take_wanted() is not None:
            self._on_failure(self._number, "The process that runs graphviz has ended.")
