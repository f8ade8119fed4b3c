"""Starting the program: one place makes the objects and hands them on."""

import os
import signal
import socket
import sys
from pathlib import Path

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from gradviz.assets import resource_path
from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts


def run(path: Path) -> int:
    """Open the window on a file and return the program's exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("gradviz")
    application.setOrganizationName("gradviz")
    application.setDesktopFileName("gradviz")
    # The worker starts while the window is being built.
    controller = Controller(application)
    controller.open(path)
    layouts = Layouts(application)
    layouts.warm_up()
    application.setWindowIcon(QIcon(str(resource_path("icons", "gradviz.svg"))))

    from gradviz.ui.crash import ExceptionReporter
    from gradviz.ui.main_window import MainWindow

    window = MainWindow(controller, layouts)
    reporter = ExceptionReporter(window)
    waker = _quit_on_signals(application)
    window.show()
    try:
        return application.exec()
    finally:
        reporter.close()
        waker.setEnabled(False)
        controller.close()
        layouts.close()


def _quit_on_signals(application: QApplication) -> QSocketNotifier:
    """Close the window on Ctrl+C in the terminal, and on SIGTERM.

    Python runs signal handlers only between its own instructions, and the event loop
    is not one of them: a byte on a socket wakes it up.
    """
    reading, writing = socket.socketpair()
    for end in (reading, writing):
        end.setblocking(False)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read, application)
    notifier.activated.connect(lambda: reading.recv(64))
    # The closures keep both ends open for as long as the notifier lives.
    notifier.destroyed.connect(writing.close)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.quit())
    if os.name == "posix":
        signal.signal(signal.SIGHUP, lambda *_: application.quit())
    return notifier
