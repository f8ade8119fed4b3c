"""The one painting path: what the window shows is what a picture on disk shows."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from gradviz.ui.canvas.marks import Highlights, paint_above_cards, paint_below_cards
from gradviz.ui.canvas.painting import paint_cards, paint_edges
from gradviz.ui.canvas.picture import Picture
from gradviz.ui.canvas.pills import Pill, place_pills
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.style import REACH, Style


def paint(
    painter: QPainter,
    picture: Picture,
    shown: Shown,
    style: Style,
    rects: Sequence[QRectF],
    scale: float,
    pills: Sequence[Pill] = (),
    marks: Highlights | None = None,
) -> None:
    """Draw a part of the picture; the background is there already.

    Args:
        painter: Draws in the picture's units.
        picture: Where everything is.
        shown: What it shows.
        style: How it looks.
        rects: The parts to draw; what lies outside may be drawn as well.
        scale: Screen pixels per unit, which decide how much detail there is.
        pills: What the last step changed.
        marks: What the person looks at; nothing in a picture on disk.
    """
    marks = marks or Highlights()
    reach = REACH / min(scale, 1.0)
    edges: set[int] = set()
    nodes: set[int] = set()
    for rect in rects:
        edges.update(picture.edges_in(rect))
        nodes.update(picture.cards_in(rect.adjusted(-reach, -reach, reach, reach)))
    ordered = sorted(nodes)
    paint_edges(painter, picture, shown, style, sorted(edges), scale)
    paint_below_cards(painter, picture, shown, style, marks, nodes, edges, scale)
    paint_cards(painter, picture, shown, style, ordered, scale)
    paint_above_cards(painter, picture, style, marks, pills, scale)


def step_pills(picture: Picture, shown: Shown, style: Style) -> tuple[Pill, ...]:
    """Return what the last step changed, with the places on its edges."""
    if shown.last is None:
        return ()
    flows = [flow for flow in shown.flows if flow.operand not in picture.host]
    return place_pills(picture, shown.last, flows, style)
