"""Ways to open something: dialogs, recent files, lessons, a file dropped."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from gradviz.assets import resource_dir
from gradviz.sources.lessons import lessons
from gradviz.sources.program import SUFFIXES
from gradviz.ui.controller import Controller
from gradviz.ui.expression_dialog import ExpressionDialog
from gradviz.ui.settings import Settings
from gradviz.ui.trust import Trust
from gradviz.worker.messages import OpenExpression


class Opening(QObject):
    """Lets the person choose what to show.

    Attributes:
        may_leave: Whether what is shown can be left; asks where edits would be lost.
        trust: Knows which files may run.
        recent_menu: Files opened before.
        lessons_menu: The lessons that come with gradviz.

    Signals:
        chosen: Something is going to be opened.
        to_be_read: A file that may not run yet; its source can be read.
        path_chosen: The file that is going to be opened, None where it is no file.
    """

    chosen = Signal()
    to_be_read = Signal(object)
    path_chosen = Signal(object)

    def __init__(
        self, controller: Controller, settings: Settings, window: QWidget
    ) -> None:
        super().__init__(window)
        self._controller = controller
        self._settings = settings
        self._window = window
        self.trust = Trust(settings, window)
        if controller.path is not None:
            self.trust.allow(controller.path)
        self._offered: Path | None = None
        self._typed: tuple[Path | None, OpenExpression | None] = None, None
        controller.graph_changed.connect(self.offer_expression)
        self.may_leave: Callable[[], bool] = lambda: True
        self.recent_menu = QMenu("Open &Recent", window)
        self.recent_menu.aboutToShow.connect(self._fill_recent_menu)
        self.lessons_menu = QMenu("Open &Lesson", window)
        for lesson in lessons():
            action = self.lessons_menu.addAction(f"{lesson.name}: {lesson.title}")
            action.setStatusTip(lesson.summary)
            action.triggered.connect(lambda _checked=False, p=lesson.path: self.open(p))

    def offer(self, path: Path) -> None:
        """Run a file if it is trusted; if not, show its source and ask."""
        if self.trust.trusts(path):
            self.open(path)
        elif path == self._controller.path or self.may_leave():
            self.path_chosen.emit(path)
            self.to_be_read.emit(path)
            self.trust.ask(path, lambda: self.open(path))

    def open(self, path: Path) -> None:
        """Run a file and show what it draws."""
        self.trust.allow(path)
        if path != self._controller.path and not self.may_leave():
            return
        self.path_chosen.emit(path)
        self.chosen.emit()
        self._controller.open(path)

    def ask_for_file(self) -> None:
        """Let the person choose a notebook or a script."""
        kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            "Open",
            str(working_folder(self._controller.path)),
            f"Notebooks and scripts ({kinds});;All files (*)",
        )
        if name:
            self.offer(Path(name))

    def offer_expression(self) -> None:
        """Ask for an expression where a file has only a class; once for each file."""
        opened, path = self._controller.opened, self._controller.path
        if opened is None or not opened.classes or opened.nodes:
            self._offered = None
        elif path != self._offered:
            self._offered = path
            self.ask_for_expression()

    def ask_for_expression(self) -> None:
        """Let the person type an expression, or change the last, and show its graph.

        Where the open file has only a class, the expression is built of that.
        """
        opened = self._controller.opened
        classes = opened.classes if opened is not None else ()
        of_class = classes[0] if classes else ""
        dialog = ExpressionDialog(self._window, of_class, self._last_expression())
        dialog.accepted.connect(lambda: self._open_expression(dialog, of_class))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _last_expression(self) -> OpenExpression | None:
        """Return the expression typed last for what is open, or given at the start."""
        path, typed = self._typed
        if typed is not None and path == self._controller.path:
            return typed
        source = self._controller.source
        request = source.request if source is not None else None
        return request if isinstance(request, OpenExpression) else None

    def _open_expression(self, dialog: ExpressionDialog, of_class: str) -> None:
        typed = OpenExpression(dialog.text, dialog.numbers, of_class)
        if of_class:
            self._typed = self._controller.path, typed
            self._controller.open_expression(dialog.text, dialog.numbers, of_class)
            return
        if not self.may_leave():
            return
        self._typed = None, typed
        self.path_chosen.emit(None)
        self.chosen.emit()
        self._controller.open_expression(dialog.text, dialog.numbers)

    def _fill_recent_menu(self) -> None:
        self.recent_menu.clear()
        for path in self._settings.recent:
            action = self.recent_menu.addAction(f"{path.name}  —  {path.parent}")
            action.triggered.connect(lambda _checked=False, p=path: self.offer(p))
        if self.recent_menu.isEmpty():
            self.recent_menu.addAction("No file opened yet").setEnabled(False)
            return
        self.recent_menu.addSeparator()
        clear = self.recent_menu.addAction("&Clear List")
        clear.triggered.connect(self._settings.forget_recent)


def working_folder(path: Path | None) -> Path:
    """Return the folder a person works in: never the one our lessons are in."""
    if path is None or path.resolve().is_relative_to(resource_dir()):
        return Path.home()
    return path.parent


def dropped_file(event: QDropEvent) -> Path | None:
    """Return the first file of a drop that can be opened."""
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if url.isLocalFile() and path.suffix.lower() in SUFFIXES:
            return path
    return None
