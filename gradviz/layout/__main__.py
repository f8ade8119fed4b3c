"""The layout process: ``python -m gradviz.layout``."""

import ctypes
import signal
import sys

from gradviz.channel import Channel, ChannelClosedError, parent_channel
from gradviz.layout.dot import dot_layout
from gradviz.layout.geometry import LayoutRequest
from gradviz.layout.messages import LaidOut, LayOut, LayoutFailed

_PR_SET_PDEATHSIG = 1
PREVIEW_FROM = 300
"""Below so many Values ``dot`` is as quick as anybody can see."""


def serve(channel: Channel[LayOut]) -> None:
    """Answer layout requests until the window is gone."""
    while True:
        wanted = channel.receive()
        try:
            _answer(channel, wanted.id, wanted.request)
        except ChannelClosedError:
            raise
        except Exception as error:  # graphviz can fail in ways it does not document
            channel.send(LayoutFailed(wanted.id, f"graphviz failed: {error}"))


def _answer(channel: Channel[LayOut], number: int, request: LayoutRequest) -> None:
    if len(request.sizes) - len(request.folded) >= PREVIEW_FROM:
        # networkx takes a third of a second to import, which small graphs need not pay.
        from gradviz.layout.preview import preview_layout

        channel.send(LaidOut(number, preview_layout(request)))
    channel.send(LaidOut(number, dot_layout(request)))


def _end_with_parent() -> None:
    """Have Linux end this process with the one that started it, if that is killed.

    graphviz lets no other code of ours run until it is done, which may take hours.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Serve the process that started this one."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(parent_channel(LayOut))
    except ChannelClosedError:
        return


main()
