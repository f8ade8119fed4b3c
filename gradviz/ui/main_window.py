"""The window: canvas in the middle, panels around it, one action for every command."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from gradviz.ui.actions import Actions
from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.checking import Checking
from gradviz.ui.controller import Controller
from gradviz.ui.dialogs import ShortcutsDialog, show_about
from gradviz.ui.docks import Docks
from gradviz.ui.enabling import Enabling
from gradviz.ui.exporting import Exporting
from gradviz.ui.following import Following
from gradviz.ui.key_guard import needs_key
from gradviz.ui.layouts import Layouts
from gradviz.ui.looks import Looks
from gradviz.ui.menus import fill_menu_bar
from gradviz.ui.notices import Notices
from gradviz.ui.opening import Opening, dropped_file
from gradviz.ui.panels.findbar import FindBar
from gradviz.ui.panels.notice import NoticeBar
from gradviz.ui.panels.timeline import TimelineBar
from gradviz.ui.playback import Playback
from gradviz.ui.preferences import PreferencesDialog
from gradviz.ui.referencing import Referencing
from gradviz.ui.settings import Settings
from gradviz.ui.showing import Showing
from gradviz.ui.status import Status
from gradviz.ui.toolbar import ToolBar
from gradviz.ui.viewing import Viewing
from gradviz.ui.walking import Walking

_SHORTCUT_OVERRIDE = QEvent.Type.ShortcutOverride
FIRST_SIZE = QSize(1280, 800)


class MainWindow(QMainWindow):
    """Shows a session and asks it to act.

    Attributes:
        controller: The session's controller.
        canvas: The graph.
        docks: The panels.
        actions_by_name: Every command's QAction.
    """

    def __init__(self, controller: Controller, layouts: Layouts) -> None:
        super().__init__()
        # Docks that stand in a smaller window first would stay narrow in this one.
        self.resize(FIRST_SIZE)
        self.controller = controller
        self._layouts = layouts
        self._settings = Settings(self)
        self.actions_by_name = Actions(self)
        self._looks = Looks(self._settings, self.actions_by_name, self)
        theme = self._looks.theme
        self._playback = Playback(self)
        self.canvas = CanvasView(self)
        self._notice = NoticeBar(theme, self)
        self._notices = Notices(self._notice, controller, layouts)
        self._opening = Opening(controller, self._settings, self)
        self._following = Following(controller, self)
        self._following.set_on(self._settings.follow)
        self.actions_by_name["follow"].setChecked(self._settings.follow)
        self._apply_limits()
        self._find = FindBar(controller, theme, self)
        self._timeline = TimelineBar(controller, theme, self)
        self.docks = Docks(self, controller, theme)
        self._toolbar = ToolBar(self.actions_by_name, self._playback, self)
        self._status = Status(self)
        self._walking = Walking(controller, self.canvas, self._playback)
        self._viewing = Viewing(
            self.canvas, layouts, self._settings, self.actions_by_name
        )
        self._checking = Checking(
            controller,
            self.docks,
            self._playback,
            self._viewing.go_to,
            self._status.tell,
        )
        self._showing = Showing(controller, layouts, self.canvas, self.docks)
        self._referencing = Referencing(controller)
        self._exporting = Exporting(
            controller, self._showing, self.canvas, self._notice, self._looks
        )
        self._enabling = Enabling(
            self.actions_by_name,
            controller,
            self.canvas,
            self.docks.source,
            self._playback,
        )
        self._build()
        self._connect()
        self._restore()
        self._looks.dress(
            (self.canvas, self._notice, self._find, self._timeline, self.docks)
        )
        self._status.show_session(controller)
        self._enabling.update()

    # Building

    def _build(self) -> None:
        self.setObjectName("main-window")
        self.setWindowTitle("gradviz")
        self.setAcceptDrops(True)
        self.addToolBar(self._toolbar)
        center = QWidget(self)
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._notice, self._find, self.canvas):
            column.addWidget(widget, stretch=1 if widget is self.canvas else 0)
        self._find.hide()
        self.setCentralWidget(center)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self._timeline_bar())
        self.setStatusBar(self._status)
        fill_menu_bar(
            self.menuBar(),
            self.actions_by_name,
            {
                "open": (self._opening.recent_menu, self._opening.lessons_menu),
                "full-screen": (self.docks.menu(),),
            },
        )

    def _timeline_bar(self) -> QToolBar:
        """Return the bar that lets the timeline run below the panels too."""
        bar = QToolBar("Timeline", self)
        bar.setObjectName("timeline-toolbar")
        bar.setMovable(False)
        bar.addWidget(self._timeline)
        return bar

    def _commands(self) -> dict[str, Callable[[], object]]:
        """Return what every command does."""
        controller, find = self.controller, self._find
        return {
            **self._walking.commands,
            **self._checking.commands,
            **self._looks.commands,
            **self._exporting.commands,
            **self._viewing.commands,
            **self.docks.source.commands,
            "open": self._opening.ask_for_file,
            "new-expression": self._opening.ask_for_expression,
            "run-again": controller.run_again,
            "follow": self._toggle_following,
            "stop": self._stop,
            "save": self._save,
            "source": self._go_to_source,
            "paths": self._go_to_paths,
            "quit": self.close,
            "undo": controller.undo,
            "redo": controller.redo,
            "re-evaluate": controller.reevaluate,
            "find": find.start,
            "find-next": find.find_next,
            "find-previous": find.find_previous,
            "full-screen": self._toggle_full_screen,
            "reset-layout": self.docks.arrange,
            "preferences": self._show_preferences,
            "shortcuts": lambda: ShortcutsDialog(self).open(),
            "about": lambda: show_about(self),
        }

    def _connect(self) -> None:
        controller, canvas, find = self.controller, self.canvas, self._find
        source = self.docks.source
        self.actions_by_name.connect(self._commands())
        controller.graph_changed.connect(self._on_graph_changed)
        controller.moved.connect(self._on_moved)
        controller.session_changed.connect(self._on_session_changed)
        controller.busy_changed.connect(self._on_busy_changed)
        controller.failed.connect(self._on_failed)
        controller.opening_failed.connect(self._on_failed)
        controller.worker_ended.connect(self._on_failed)
        self._showing.shown.connect(self._on_shown)
        self._showing.compared.connect(self._notice.show_info)
        self._showing.grown_unseen.connect(self._status.tell)
        canvas.selected.connect(self._on_selected)
        canvas.step_requested.connect(controller.run_step)
        canvas.seed_requested.connect(self._seed)
        canvas.constant_activated.connect(self._edit_leaf)
        canvas.zoom_changed.connect(self._status.show_zoom)
        self.docks.inspector.node_activated.connect(self._viewing.go_to)
        self.docks.paths.lit.connect(canvas.light_path)
        source.node_activated.connect(self._viewing.go_to)
        source.changed.connect(self._enabling.update)
        source.failed.connect(self._notices.refuse)
        source.copied.connect(self.open)
        self._opening.may_leave = source.ask_to_leave
        self._opening.path_chosen.connect(self.docks.show_source_of)
        find.found_changed.connect(canvas.set_found)
        find.current_changed.connect(self._viewing.go_to)
        find.chosen.connect(canvas.read)
        find.closed.connect(lambda: canvas.setFocus())
        self._notice.cancel_requested.connect(self._stop)
        self._playback.changed.connect(self._on_playback_changed)
        self._toolbar.roots_chosen.connect(controller.choose_roots)
        self._opening.chosen.connect(self._playback.pause)
        self._opening.to_be_read.connect(self._on_to_be_read)
        self._following.offered.connect(
            lambda said: self._notices.offer_to_run_again(said, self._following.run)
        )
        self._notice.dismissed.connect(lambda: self._showing.set_changes({}))
        self._looks.changed.connect(self._on_playback_changed)

    def _restore(self) -> None:
        geometry, state = self._settings.window()
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        if not state.isEmpty():
            self.restoreState(state)
            self.docks.complete(state)

    # Opening

    def open(self, path: Path) -> None:
        """Run a file and show what it draws."""
        self._opening.open(path)

    def offer(self, path: Path) -> None:
        """Run a file if it is trusted; if not, show its source and ask."""
        self._opening.offer(path)

    def _on_to_be_read(self, path: Path) -> None:
        """Show a file that may not run yet."""
        self.docks.show(self.docks.source)
        self._notices.offer_to_run(path, lambda: self.open(path))
        self._showing.say_not_run()

    def _go_to_source(self) -> None:
        self.docks.show(self.docks.source)
        self.docks.source.enter()

    def _go_to_paths(self) -> None:
        self.docks.show(self.docks.paths)
        self.docks.paths.start()

    def _toggle_following(self) -> None:
        wanted = self.actions_by_name["follow"].isChecked()
        self._settings.follow = wanted
        self._following.set_on(wanted)

    def _show_preferences(self) -> None:
        dialog = PreferencesDialog(self._settings, self._apply_limits, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _apply_limits(self) -> None:
        self._settings.apply_to(self.controller)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files that can be opened."""
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the file dropped."""
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.offer(path)

    def _save(self) -> None:
        """Save what was edited here; it is run when the person says so."""
        if self.docks.source.save():
            self._following.take_as_run()

    # The walk

    def _seed(self, node: int) -> None:
        """Let the person give a Value a seed gradient."""
        self.canvas.select(node)
        self.docks.show(self.docks.seeds)
        self.docks.seeds.begin()

    def _edit_leaf(self, node: int) -> None:
        """Let the person edit a leaf's number."""
        self.docks.show(self.docks.leaves)
        self.docks.leaves.show_leaf(node)

    def _stop(self) -> None:
        self._layouts.cancel()
        self.controller.interrupt()

    # What has changed

    def _on_graph_changed(self) -> None:
        opened = self.controller.opened
        assert opened is not None
        self._on_selected(-1)
        self._toolbar.show_roots(opened)
        path = self.controller.path
        if path is not None:
            self._settings.remember(path)
        self._showing.begin()
        self._show_state()

    def _on_shown(self) -> None:
        chosen = self.canvas.selected_node
        self._on_selected(-1 if chosen is None else chosen)
        title = self.controller.title
        self.setWindowTitle(f"{title} — gradviz" if title else "gradviz")

    def _on_moved(self, dirty: set[int]) -> None:
        self._showing.move(dirty)
        self._show_state()

    def _on_session_changed(self) -> None:
        self._showing.refresh(None)
        self._show_state()

    def _show_state(self) -> None:
        """Let status bar and actions tell how the session is now."""
        self._status.show_session(self.controller)
        self._enabling.update()

    def _on_selected(self, node: int) -> None:
        self.docks.inspector.set_selected(node)
        self.docks.paths.set_selected(node)
        self.docks.code.set_selected(node)
        self.docks.seeds.set_selected(node)
        self.docks.source.set_selected(node)
        self._enabling.update()

    def _on_busy_changed(self, _doing: str) -> None:
        self._show_state()

    def _on_failed(self, _why: object) -> None:
        self._playback.pause()
        self._show_state()

    def _on_playback_changed(self) -> None:
        self._enabling.update()
        self._enabling.show_playing()

    # The window itself

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def event(self, event: QEvent) -> bool:
        """Let the widget with the focus have the keys it works with."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == _SHORTCUT_OVERRIDE
            and needs_key(QApplication.focusWidget(), event)
        ):
            event.accept()
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the full-screen command's mark true, whoever changed the window."""
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_by_name["full-screen"].setChecked(self.isFullScreen())
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember where everything is; edits that are not saved keep it open."""
        self._playback.pause()
        if not self.docks.source.ask_to_leave():
            event.ignore()
            return
        self._settings.save_window(self.saveGeometry(), self.saveState())
        super().closeEvent(event)
