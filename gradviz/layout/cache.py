"""Layouts kept by what was laid out, in memory and on disk."""

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path

import msgspec

from gradviz.layout.geometry import Layout, LayoutRequest

MEMORY_LIMIT = 32
DISK_LIMIT = 300
_VERSION = b"6"
"""To be raised when ``dot_layout`` draws the same request in another way."""


class LayoutCache:
    """Final layouts by request.

    Attributes:
        folder: Where layouts are kept between runs, or None for memory only.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._memory: OrderedDict[str, Layout] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, request: LayoutRequest) -> Layout | None:
        """Return the layout of an equal request, if there is one."""
        key = _key(request)
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        if self.folder is None:
            return None
        try:
            packed = (self.folder / key).read_bytes()
            layout = msgspec.msgpack.decode(packed, type=Layout)
        except (OSError, msgspec.MsgspecError):
            return None
        if len(layout.centers) != len(request.sizes) or len(layout.curves) != len(
            request.edges
        ):
            return None
        self._remember(key, layout)
        return layout

    def put(self, request: LayoutRequest, layout: Layout) -> None:
        """Keep a final layout. A disk that can't be written is no failure."""
        key = _key(request)
        self._remember(key, layout)
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self.folder / f"{key}.{os.getpid()}"
            fresh.write_bytes(msgspec.msgpack.encode(layout))
            fresh.replace(self.folder / key)
            self._prune(self.folder)

    def _remember(self, key: str, layout: Layout) -> None:
        with self._lock:
            self._memory[key] = layout
            if len(self._memory) > MEMORY_LIMIT:
                self._memory.popitem(last=False)

    @staticmethod
    def _prune(folder: Path) -> None:
        kept = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in kept[:-DISK_LIMIT]:
            path.unlink(missing_ok=True)


def _key(request: LayoutRequest) -> str:
    packed = _VERSION + msgspec.msgpack.encode(request)
    return hashlib.blake2b(packed, digest_size=16).hexdigest()
