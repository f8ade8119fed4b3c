"""Starting the program: one place makes the objects and hands them on."""

import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from gradviz.assets import resource_path
from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts
from gradviz.ui.settings import Settings


def run(opened: Callable[[Controller], None], offered: Path | None = None) -> int:
    """Open the window and return the program's exit code.

    Args:
        opened: Tells the controller what to show first.
        offered: A file that runs if the person lets it.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("gradviz")
    application.setOrganizationName("gradviz")
    application.setDesktopFileName("gradviz")
    # The worker starts while the window is being built.
    controller = Controller()
    Settings().apply_to(controller)
    opened(controller)
    layouts = Layouts(application)
    layouts.warm_up()
    application.setWindowIcon(QIcon(str(resource_path("icons", "gradviz.svg"))))

    from gradviz.ui.crash import ExceptionReporter
    from gradviz.ui.main_window import MainWindow

    window = MainWindow(controller, layouts)
    reporter = ExceptionReporter(window)
    quitter = SignalQuitter(application)
    window.show()
    if offered is not None:
        window.offer(offered)
    try:
        return application.exec()
    finally:
        reporter.close()
        quitter.close()
        controller.close()
        layouts.close()


class SignalQuitter(QObject):
    """Closes the program on Ctrl+C in its terminal, and on SIGTERM and SIGHUP.

    Python runs signal handlers only between its own instructions, and the event loop
    is not one of them: a byte on a socket wakes it up.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(
            self._reading.fileno(), QSocketNotifier.Type.Read, self
        )
        self._notifier.activated.connect(lambda: self._reading.recv(64))
        self._before = {
            name: signal.signal(number, lambda *_: application.quit())
            for name in ("SIGINT", "SIGTERM", "SIGHUP")
            if (number := getattr(signal, name, None)) is not None
        }

    def close(self) -> None:
        """Leave signals as they were."""
        signal.set_wakeup_fd(-1)
        for name, handler in self._before.items():
            signal.signal(getattr(signal, name), handler)
        self._notifier.setEnabled(False)
        self._reading.close()
        self._writing.close()
