"""What has to be painted anew when a step is made or something is lit."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF

from gradviz.ui.canvas.marks import neighbours
from gradviz.ui.canvas.picture import Picture
from gradviz.ui.canvas.pills import Pill
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.style import REACH


def roomy(rect: QRectF, scale: float) -> QRectF:
    """Return a rectangle with room for what is drawn around it."""
    reach = max(REACH, 6.0 / scale)
    return rect.adjusted(-reach, -reach, reach, reach)


def card_rects(picture: Picture, nodes: Iterable[int]) -> list[QRectF]:
    """Return what the cards of some Values cover."""
    return [picture.full_rect(node) for node in nodes]


def slot_rects(picture: Picture, nodes: Iterable[int]) -> list[QRectF]:
    """Return what the edges to the operands of some Values cover."""
    return [
        rect
        for node in nodes
        for slot in picture.slots[node]
        for rect in picture.edge_rects(slot)
    ]


def step_rects(picture: Picture, shown: Shown, pills: Iterable[Pill]) -> list[QRectF]:
    """Return what the marks of the last step and of the next one cover."""
    marked = [node for node in (shown.last, shown.next) if node is not None]
    rects = card_rects(picture, [*marked, *shown.written])
    if shown.last is not None:
        rects += slot_rects(picture, [shown.last])
    for pill in pills:
        rects.append(pill.rect)
        if pill.leader is not None:
            rects.append(QRectF(pill.rect.center(), pill.leader).normalized())
    return rects


def lit_rects(picture: Picture, node: int) -> list[QRectF]:
    """Return what is lit with a Value: it, its edges, its neighbours."""
    operands, consumers = neighbours(picture, node)
    rects = card_rects(picture, (node, *operands, *consumers))
    for edge in (*picture.slots[node], *picture.uses[node]):
        rects += picture.edge_rects(edge)
    return rects
