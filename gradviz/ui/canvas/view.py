"""The canvas: shows the graph of a mirror, and turns gestures into wishes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from gradviz.analysis.words import Change, missing_edge, value_in_words
from gradviz.graph.paths import Path
from gradviz.layout.geometry import Layout
from gradviz.numbers import DIGITS
from gradviz.session.mirror import Mirror
from gradviz.ui.canvas.camera import fitted
from gradviz.ui.canvas.dirty import (
    card_rects,
    lit_rects,
    roomy,
    slot_rects,
)
from gradviz.ui.canvas.glide import layout_between
from gradviz.ui.canvas.graph_surface import GraphSurface
from gradviz.ui.canvas.marks import Highlights
from gradviz.ui.canvas.menu import NodeMenu
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.walk import Direction, Walker

_MOVED_AT_MOST = 250
"""Larger graphs jump to a new layout instead of moving there."""
_EDGE_REACH = 5.0
"""How near to an edge, in pixels, the pointer is at it."""
_LEAST_SIZE = QSize(300, 120)
"""In a small window the panels beside it give way first."""
_WAYS = {
    Qt.Key.Key_Left: Direction.OPERAND,
    Qt.Key.Key_Right: Direction.CONSUMER,
    Qt.Key.Key_Up: Direction.PREVIOUS,
    Qt.Key.Key_Down: Direction.NEXT,
}


class CanvasView(GraphSurface):
    """Shows the graph of a mirror.

    Signals:
        selected: A Value was selected; -1 when none is any more.
        step_requested: The person wants this Value's ``_backward`` called now.
        seed_requested: The person wants to set this Value's seed gradient.
        constant_activated: The person wants to edit this constant, whose number is
            drawn at the op that reads it.
    """

    selected = Signal(int)
    step_requested = Signal(int)
    seed_requested = Signal(int)
    constant_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Graph")
        self.setMinimumSize(_LEAST_SIZE)
        self._digits = DIGITS
        self._changes: Mapping[int, Change] = {}
        self._walker = Walker()

    # What is shown

    def show_graph(
        self, mirror: Mirror, layout: Layout, keep_view: bool = False
    ) -> None:
        """Show another graph.

        Args:
            mirror: Its numbers.
            layout: Where its cards are.
            keep_view: Whether the view and the selection stay as they are, as when a
                cell has added Values; otherwise all of the graph is fitted in, if it
                can be read then.
        """
        self._glide.stop()
        kept = self._marks.selected if keep_view else None
        if kept is not None and kept >= len(mirror.graph):
            kept = None
        was = self._marks.selected
        self._shown = Shown(mirror, self._digits)
        self._shown.changed = frozenset(self._changes)
        self.picture = self._pictured(self._shown, layout)
        self._marks = Highlights(selected=kept)
        self._walker = Walker()
        self._pills = None
        if not keep_view:
            self.open_view()
        else:
            seen = self._camera.rect_to_scene(self.rect().toRectF())
            self._fitted = self._fitted and seen.contains(self.picture.bounds)
        self.update()
        if was != kept:
            self._announce()

    def set_layout(self, layout: Layout) -> None:
        """Show the same graph in another layout.

        The selected card, or the one in the middle, stays where it is on the screen.
        """
        self._glide.finish()
        old, shown = self.picture, self._shown
        if old is None or shown is None:
            return
        new = self._pictured(shown, layout)
        start = self._camera
        end = fitted(new.bounds, self._window) if self._fitted else start
        anchor = self._marks.selected
        if anchor is None:
            anchor = old.nearest(start.to_scene(self.rect().toRectF().center()))
        if not self._fitted and anchor is not None:
            at = start.to_screen(old.cards[anchor].center())
            end = start.showing(new.cards[anchor].center(), at, start.scale)

        def show(share: float) -> None:
            between = layout_between(old.graph, old.layout, layout, share)
            done = share >= 1.0
            self.picture = new if done else self._pictured(shown, between)
            self._pills = None
            self._look(start.between(end, share))
            self.update()

        if len(old.graph) > _MOVED_AT_MOST:
            show(1.0)
        else:
            self._glide.start(show)

    def refresh(self, dirty: set[int] | None = None) -> None:
        """Show new numbers.

        Args:
            dirty: The Values that may have changed, or None for all.
        """
        if self._shown is None or self.picture is None:
            return
        before = self._step_rects()
        made, at = self._shown.made, (self._shown.last, self._shown.next)
        everything = self._shown.refresh(dirty)
        before += self._write_numbers(self.picture, self._shown, dirty)
        self._pills = None
        self._describe()
        if not self._fitted and at != (self._shown.last, self._shown.next):
            self._follow(self._shown)
        if dirty is None or everything:
            self.update()
            return
        turned = made.symmetric_difference(self._shown.made)
        rects = card_rects(self.picture, dirty) + slot_rects(self.picture, turned)
        self._repaint([*before, *rects, *self._step_rects()])

    def clear(self) -> None:
        """Show no graph but the hint."""
        self._glide.stop()
        had = self._marks.selected is not None
        self.picture = self._shown = self._pills = None
        self._marks = Highlights()
        self._fitted = True
        self.update()
        if had:
            self._announce()

    def set_motion(self, allowed: bool) -> None:
        """Let things move from place to place, or jump."""
        self._glide.allowed = allowed

    # What is selected and found

    @property
    def selected_node(self) -> int | None:
        """The selected Value."""
        return self._marks.selected

    def select(self, node: int | None) -> None:
        """Select a Value, or none."""
        if node is not None and not self._knows(node):
            node = None
        if node != self._marks.selected:
            self._mark(replace(self._marks, selected=node))
            self._announce()

    def set_changes(self, changes: Mapping[int, Change]) -> None:
        """Mark what is not as it was before the file was run again; {} for nothing.

        The marks stay until this is called again, whatever graph is shown.
        """
        self._changes = dict(changes)
        if self._shown is not None:
            self._shown.changed = frozenset(self._changes)
            self._shown.refresh(None)
        self.update()

    def set_found(self, nodes: Iterable[int]) -> None:
        """Highlight what a search found."""
        found = frozenset(node for node in nodes if self._knows(node))
        self._marks = replace(self._marks, found=found)
        self.update()

    def light_path(self, path: Path | None) -> None:
        """Light one path from a seed to a Value, or none."""
        marks, picture = (
            replace(self._marks, path=(), on_path=frozenset()),
            self.picture,
        )
        if path and picture and all(map(self._knows, path.nodes)):
            edges = picture.slots_of(path.edges)
            marks = replace(marks, path=edges, on_path=frozenset(path.nodes))
        if marks != self._marks:
            self._marks = marks
            self.update()

    def tooltip_text(self, node: int) -> str:
        """Return everything about a Value, in words and with every digit."""
        if self._shown is None:
            return ""
        return value_in_words(self._shown.mirror, node, self._changes)

    # Where the view is

    def center_on(self, node: int) -> None:
        """Bring a Value into view, if it is not there already."""
        if self.picture is not None and self._knows(node):
            rect = self.picture.full_rect(node)
            self._show_rect(roomy(rect, self._camera.scale))

    def read(self, node: int) -> None:
        """Bring a Value into view, in a size in which its numbers can be read."""
        if self.picture is not None and self._knows(node):
            self._read_rect(self.picture.full_rect(node))

    def hold(self, node: int, position: QPointF) -> None:
        """Move the picture so that the card of a Value is at a position."""
        away = position - self.card_rect(node).center()
        self._look(self._camera.moved(away.x(), away.y()))

    # Gestures

    def clicked(self, position: QPointF) -> None:
        """Select what was clicked."""
        self.select(self.node_at(position))

    def pointed(self, position: QPointF | None) -> None:
        """Light what is below the pointer."""
        node = None if position is None else self.node_at(position)
        if node != self._marks.hovered:
            self._mark(replace(self._marks, hovered=node))

    def event(self, event: QEvent) -> bool:
        """Show tooltips."""
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        node = self.node_at(event.pos())
        if node is not None:
            area = self.card_rect(node).toAlignedRect()
            QToolTip.showText(event.globalPos(), self.tooltip_text(node), self, area)
        elif said := self._said_of_edge(QPointF(event.pos())):
            QToolTip.showText(event.globalPos(), said, self)
        else:
            QToolTip.hideText()
        return True

    def _said_of_edge(self, position: QPointF) -> str:
        """Return what is to be said of an edge that its class does not list."""
        if self.picture is None:
            return ""
        reach = _EDGE_REACH / self._camera.scale
        slot = self.picture.unlisted_at(self.map_to_scene(position), reach)
        if slot is None:
            return ""
        edge = self.picture.graph.edges[slot]
        return missing_edge(self.picture.graph, edge.consumer, edge.operand)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Run the ``_backward`` of the Value below the pointer, or edit its number."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        constant = self.constant_at(event.position())
        if constant is None:
            self._request_step(self.node_at(event.position()))
        else:
            self.constant_activated.emit(constant)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the graph with Ctrl and the arrows; the window gets all other keys."""
        key, held = Qt.Key(event.key()), event.modifiers()
        chosen = self.selected_node
        walks = held & Qt.KeyboardModifier.ControlModifier
        if walks and key in _WAYS and self.picture is not None:
            there = self._walker.step(self.picture, chosen, _WAYS[key])
            if there is not None:
                self._go_to(there)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and chosen is not None:
            self._request_step(chosen)
        elif key == Qt.Key.Key_Escape and chosen is not None:
            self.select(None)
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show what can be done with the Value below the pointer."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        node = self.selected_node if by_key else self.node_at(event.pos())
        if node is None:
            event.ignore()
            return
        self.select(node)
        at = event.globalPos()
        if by_key:
            at = self.mapToGlobal(self.card_rect(node).center().toPoint())
        menu = self.menu_of(node)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def menu_of(self, node: int) -> NodeMenu:
        """Return the menu of a Value's card."""
        assert self._shown is not None
        return NodeMenu(
            self._shown.mirror,
            node,
            self.step_requested.emit,
            self.seed_requested.emit,
            self._go_to,
            self,
        )

    # Within

    def _follow(self, shown: Shown) -> None:
        """Bring the step just made into view, with its operands where they fit in."""
        node = shown.next if shown.last is None else shown.last
        if self.picture is None or node is None:
            return
        alone = roomy(self.picture.full_rect(node), self._camera.scale)
        together = alone
        for operand in self.picture.graph.nodes[node].operands:
            rect = self.picture.full_rect(operand)
            together = together.united(roomy(rect, self._camera.scale))
        size = self._camera.rect_to_screen(together).size()
        fits = size.width() <= self.width() and size.height() <= self.height()
        self._show_rect(together if fits else alone)

    def _knows(self, node: int) -> bool:
        return self.picture is not None and 0 <= node < len(self.picture.cards)

    def _go_to(self, node: int) -> None:
        self.select(node)
        self.center_on(node)

    def _request_step(self, node: int | None) -> None:
        if node is None or self.picture is None:
            return
        if not self.picture.graph.nodes[node].is_leaf:
            self.step_requested.emit(node)

    def _announce(self) -> None:
        self._describe()
        node = self._marks.selected
        self.selected.emit(-1 if node is None else node)

    def _describe(self) -> None:
        """Tell screen readers what is selected."""
        node = self._marks.selected
        self.setAccessibleDescription("" if node is None else self.tooltip_text(node))

    def _mark(self, marks: Highlights) -> None:
        """Change what is highlighted, and repaint what that touches."""
        pairs = (
            (self._marks.selected, marks.selected),
            (self._marks.hovered, marks.hovered),
        )
        changed = {node for old, new in pairs if old != new for node in (old, new)}
        self._marks = marks
        if self.picture is not None:
            known = [node for node in changed if node is not None]
            self._repaint(
                [rect for node in known for rect in lit_rects(self.picture, node)]
            )
