"""What the window and the layout process say to each other."""

import msgspec

from gradviz.layout.geometry import Layout, LayoutRequest


class LayOut(msgspec.Struct, frozen=True):
    """Lay this out; a preview comes first when that is worth it."""

    id: int
    request: LayoutRequest


class LaidOut(msgspec.Struct, frozen=True, tag=True):
    """A layout, the preview or the final one."""

    id: int
    layout: Layout


class LayoutFailed(msgspec.Struct, frozen=True, tag=True):
    """There will be no (better) layout.

    Attributes:
        message: One sentence on why.
    """

    id: int
    message: str


LayoutAnswer = LaidOut | LayoutFailed
