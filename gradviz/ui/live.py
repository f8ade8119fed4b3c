"""``gradviz.show``: the window on a program's own live Values, in its own process."""

import os
import sys
from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QApplication

from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts
from gradviz.ui.startup import check_display
from gradviz.ui.workers import Workers
from gradviz.worker.desk import Desk
from gradviz.worker.messages import (
    AnyAnswer,
    AnyRequest,
    Body,
    Checked,
    ChooseRoots,
    GetBody,
    Referenced,
    Reply,
    Stage,
)
from gradviz.worker.opened import Drawn, Reader


class LiveWorkers(Workers):
    """Asks a desk in this process instead of a worker in another."""

    def __init__(self, drawn: Drawn) -> None:
        super().__init__()
        self._desk = Desk(self._on_told, drawn)

    @property
    def alive(self) -> bool:
        """Always: the Values are here."""
        return True

    def ask(self, request: AnyRequest, limited: str = "") -> None:  # type: ignore[override]
        """Have it done at once."""
        self.replied.emit(None, request, self._desk.fulfil(request))

    def look_up(self, request: GetBody) -> bool:
        """Have it looked up at once."""
        self._desk.fulfil(request)
        return True

    def _on_told(self, answer: AnyAnswer) -> None:
        if isinstance(answer, Stage):
            self.busy_changed.emit(answer.text)
        elif isinstance(answer, Body | Checked | Referenced):
            self.told.emit(answer)


class LiveController(Controller):
    """A controller whose session is in this process: no worker, no file."""

    def __init__(self, drawn: Drawn) -> None:
        super().__init__(LiveWorkers(drawn))
        self._drawn = drawn

    @property
    def title(self) -> str:
        """What the window is called: there is no file."""
        return "live Values"

    def present(self) -> None:
        """Show what there is to show."""
        reply = Reply(0, self._drawn.opened(), self._drawn.reporter.update())
        self.workers.replied.emit(None, ChooseRoots(), reply)


def show_live(roots: Sequence[object], variables: Mapping[int, str]) -> None:
    """Open the window on live Values and return when it is closed.

    Raises:
        StartupProblem: There is no display to open a window on.
        AdapterError: A root is not a Value.
        GraphError: There is no root, or a Value depends on itself.
    """
    drawn = Drawn([roots], variables, Reader())
    application = QApplication.instance()
    if application is None:
        # Qt would abort the person's program where there is no display.
        check_display(os.environ)
        application = QApplication(sys.argv[:1])
    controller, layouts = LiveController(drawn), Layouts()
    from gradviz.ui.crash import ExceptionReporter
    from gradviz.ui.main_window import MainWindow

    window = MainWindow(controller, layouts)
    reporter = ExceptionReporter(window)
    controller.present()
    window.show()
    try:
        application.exec()
    finally:
        reporter.close()
        layouts.close()
