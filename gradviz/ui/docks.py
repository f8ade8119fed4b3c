"""The panels around the canvas, as docks that can be moved, closed and restored."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QTabWidget,
    QWidget,
)

from gradviz.assets import resource_dir
from gradviz.sources.program import NOTEBOOK_SUFFIXES
from gradviz.ui.controller import Controller
from gradviz.ui.panels.code import CodePanel
from gradviz.ui.panels.findings import FindingsPanel
from gradviz.ui.panels.inspector import InspectorPanel
from gradviz.ui.panels.leaves import LeavesPanel
from gradviz.ui.panels.output import OutputPanel
from gradviz.ui.panels.paths import PathsPanel
from gradviz.ui.panels.seeds import SeedsPanel
from gradviz.ui.panels.source.panel import SourcePanel
from gradviz.ui.panels.steps import StepsPanel
from gradviz.ui.theme import Theme

RIGHT_SHARES = 36, 38, 26
"""How Steps, Inspector and Code share the height of their column."""
LEFT_PX, RIGHT_PX, OUTPUT_PX = 250, 336, 150
SOURCE_PX, SOURCE_SHARE = 520, 0.3
"""How wide code wants to be, and how much of the window it may take: the canvas keeps
its room."""


class Docks:
    """Makes the panels and puts them beside the canvas.

    Attributes:
        source: The code of the file; a tab behind the leaves, in front for a person's
            own notebook.
        leaves: Leaf data.
        seeds: Seed gradients.
        steps: The walk.
        inspector: The selected Value.
        paths: How the seeds reach it; a tab behind the inspector.
        code: The code of the step made last, with its numbers.
        findings: What a check has found; a tab behind the Inspector.
        output: What the person's code prints; closed until it prints something.
    """

    def __init__(
        self, window: QMainWindow, controller: Controller, theme: Theme
    ) -> None:
        self._window = window
        self.source = SourcePanel(controller, theme, window)
        self.leaves = LeavesPanel(controller, theme, window)
        self.seeds = SeedsPanel(controller, theme, window)
        self.steps = StepsPanel(controller, theme, window)
        self.inspector = InspectorPanel(controller, theme, window)
        self.paths = PathsPanel(controller, theme, window)
        self.code = CodePanel(controller, theme, window)
        self.findings = FindingsPanel(controller, theme, window)
        self.output = OutputPanel(controller, theme, window)
        self._behind_inspector = (self.paths, self.findings)
        left = Qt.DockWidgetArea.LeftDockWidgetArea
        right = Qt.DockWidgetArea.RightDockWidgetArea
        below = Qt.DockWidgetArea.BottomDockWidgetArea
        self._docks: dict[QWidget, QDockWidget] = {}
        self._areas: dict[QDockWidget, Qt.DockWidgetArea] = {}
        for title, panel, area in (
            ("Leaves", self.leaves, left),
            ("Source", self.source, left),
            ("Seed gradients", self.seeds, left),
            ("Steps", self.steps, right),
            ("Inspector", self.inspector, right),
            ("Paths", self.paths, right),
            ("Code", self.code, right),
            ("Findings", self.findings, right),
            ("Output", self.output, below),
        ):
            self._docks[panel] = self._dock(title, panel)
            self._areas[self._docks[panel]] = area
        for side in (left, right):
            window.setTabPosition(side, QTabWidget.TabPosition.North)
        for tab in (self.leaves, self.source, self.inspector, *self._behind_inspector):
            tab.header.stand_on(self._docks[tab])
        self._has_widened = self._source_in_front = False
        self._docks[self.source].visibilityChanged.connect(self._on_source_seen)
        self._docks[self.paths].visibilityChanged.connect(self.paths.set_seen)
        # The output lies below the canvas alone.
        window.setCorner(Qt.Corner.BottomLeftCorner, left)
        window.setCorner(Qt.Corner.BottomRightCorner, right)
        self._has_printed, self._is_opening = False, controller.is_opening
        controller.opening_began.connect(self._on_opening_began)
        controller.graph_changed.connect(self._on_graph_changed)
        controller.printed.connect(self._on_printed)
        self.arrange()
        self.show_source_of(controller.path)

    def arrange(self) -> None:
        """Put every dock where it is at the first start."""
        for dock in self._areas:
            dock.setFloating(False)
            # One that is still there would keep its place among its neighbours.
            self._window.removeDockWidget(dock)
        for dock, area in self._areas.items():
            self._window.addDockWidget(area, dock)
            dock.show()
        leaves, seeds = self._docks[self.leaves], self._docks[self.seeds]
        steps, output = self._docks[self.steps], self._docks[self.output]
        self._tabify(self.leaves, self.source)
        self._tabify(self.inspector, *self._behind_inspector)
        output.setVisible(bool(self.output.text))
        resize = self._window.resizeDocks
        resize([leaves, steps], [LEFT_PX, RIGHT_PX], Qt.Orientation.Horizontal)
        resize([leaves, seeds], [3, 2], Qt.Orientation.Vertical)
        self._share_right()
        resize([output], [OUTPUT_PX], Qt.Orientation.Vertical)

    def complete(self, state: QByteArray) -> None:
        """Put panels where they belong that a state saved by an older gradviz lacks."""
        # Qt writes the names of docks in UTF-16; one it misses it puts anywhere.
        missing = {
            panel
            for panel, dock in self._docks.items()
            if dock.objectName().encode("utf-16-be") not in state.data()
        }
        for panel in self._behind_inspector:
            if panel in missing:
                self._tabify(self.inspector, panel)
        if self.code in missing:
            self._share_right()

    def _share_right(self) -> None:
        """Give the panels of the right column their heights."""
        column = [self._docks[p] for p in (self.steps, self.inspector, self.code)]
        vertical = Qt.Orientation.Vertical
        self._window.resizeDocks(column, list(RIGHT_SHARES), vertical)

    def _tabify(self, *panels: QWidget) -> None:
        """Put panels into one place, the first in front."""
        first, *others = (self._docks[panel] for panel in panels)
        for dock in others:
            self._window.tabifyDockWidget(first, dock)
        first.raise_()

    def show(self, panel: QWidget) -> None:
        """Bring a panel to the front, if it was closed or covered."""
        self._docks[panel].show()
        self._docks[panel].raise_()

    def menu(self) -> QMenu:
        """Return a new menu that shows and hides each panel."""
        menu = QMenu("&Panels", self._window)
        for dock in self._areas:
            menu.addAction(dock.toggleViewAction())
        return menu

    def set_theme(self, theme: Theme) -> None:
        """Change the colours of every panel."""
        each: tuple[Callable[[Theme], None], ...] = (
            self.source.set_theme,
            self.leaves.set_theme,
            self.seeds.set_theme,
            self.steps.set_theme,
            self.inspector.set_theme,
            self.paths.set_theme,
            self.code.set_theme,
            self.findings.set_theme,
            self.output.set_theme,
        )
        for set_theme in each:
            set_theme(theme)

    def show_source_of(self, path: Path | None) -> None:
        """Show the code of a file, in front where it is a person's own notebook."""
        self.source.show_path(path)
        if path is not None and _is_own_notebook(path):
            self.show(self.source)

    def show_failed_line(self, place: str) -> None:
        """Show the source, at the line at which it failed, where that is known."""
        self.show(self.source)
        name, _, line = place.rpartition(":")
        if name:
            self.source.show_line(name, int(line))

    def _on_source_seen(self, seen: bool) -> None:
        """Give code some room when it first comes to the front; then it is theirs."""
        # Qt calls a panel that is behind another one visible too.
        self._source_in_front = seen
        dock = self._docks[self.source]
        if seen and not self._has_widened and not dock.isFloating():
            self._has_widened = True
            wanted = min(SOURCE_PX, round(self._window.width() * SOURCE_SHARE))
            resize = self._window.resizeDocks
            if dock.width() < wanted:
                resize([dock], [wanted], Qt.Orientation.Horizontal)
            resize([dock, self._docks[self.seeds]], [3, 1], Qt.Orientation.Vertical)

    def _on_opening_began(self) -> None:
        self._has_printed, self._is_opening = False, True

    def _on_graph_changed(self) -> None:
        """Close an output left open by a file that printed, once one does not."""
        if self._is_opening and not self.output.text:
            self._docks[self.output].hide()
        self._is_opening = False

    def _on_printed(self, _stream: str, _text: str, cell: int) -> None:
        """Open the output with the first line; closed again, it stays closed."""
        stands_below_cell = cell >= 0 and self._source_in_front
        if not self._has_printed and not stands_below_cell:
            self._has_printed = True
            self.show(self.output)

    def _dock(self, title: str, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock-{title.lower().replace(' ', '-')}")
        dock.setWidget(panel)
        return dock


def _is_own_notebook(path: Path) -> bool:
    """Whether a file is one whose cells a person may want to run one by one."""
    is_lesson = path.resolve().is_relative_to(resource_dir())
    return path.suffix.lower() in NOTEBOOK_SUFFIXES and not is_lesson
