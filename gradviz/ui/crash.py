"""A fault of ours: said in one sentence, with a report that can be copied."""

import platform
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from gradviz import __version__


class ExceptionReporter(QObject):
    """Shows exceptions nobody caught, one dialog at a time; the window stays open."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._showing = False
        self._before = sys.excepthook
        sys.excepthook = self._report

    def close(self) -> None:
        """Give the hook back."""
        sys.excepthook = self._before

    def _report(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        report = fault_report(kind, error, trace)
        sys.stderr.write(report)
        if self._showing:
            return
        self._showing = True
        # Not from inside the event that failed: it may hold a lock or a painter.
        QTimer.singleShot(0, self, lambda: self._show(report))

    def _show(self, report: str) -> None:
        box = QMessageBox(self._window)
        box.setObjectName("fault-dialog")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("A fault in gradviz")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText("gradviz did something wrong. What you see may not be up to date.")
        box.setInformativeText(
            "Nothing of yours was lost. Please send the report below to its developers."
        )
        box.setDetailedText(report)
        box.finished.connect(self._on_closed)
        box.open()

    def _on_closed(self) -> None:
        self._showing = False


def fault_report(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> str:
    """Return what a developer needs to know of a fault."""
    return (
        f"gradviz {__version__}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.platform()}\n"
        + "".join(traceback.format_exception(kind, error, trace))
    )
