"""The status bar: what is open, how large it is, and how the worker is."""

from PySide6.QtWidgets import QLabel, QMainWindow, QStatusBar

from gradviz.analysis.paths import counted
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller

TOLD_MS = 10_000
"""How long a sentence is shown that nobody has to act on."""


class Status(QStatusBar):
    """Says in a few words what is shown."""

    def __init__(self, parent: QMainWindow) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._name = self._label("status-file", "The file shown")
        self._size = self._label("status-size", "The size of the graph")
        self._walk = self._label("status-walk", "The walk")
        self._worker = self._label("status-worker", "The worker", right=True)
        self._zoom = self._label("status-zoom", "Zoom", right=True)

    def show_session(self, controller: Controller) -> None:
        """Show what a controller's session is."""
        mirror = controller.mirror
        self._name.setText(controller.title if mirror else "no graph")
        self._worker.setText(_worker_text(controller))
        if mirror is None:
            self._size.clear()
            self._walk.clear()
            return
        values, operands = len(mirror.graph), len(mirror.graph.edges)
        self._size.setText(
            f"{counted(values, 'Value')} · {counted(operands, 'operand')}"
        )
        self._walk.setText(f"walk: {_walk_text(mirror)}")

    def show_zoom(self, percent: float) -> None:
        """Show how large the picture is."""
        self._zoom.setText(f"{percent:.0f} %")

    def tell(self, sentence: str) -> None:
        """Say something for a while, in place of what is open."""
        self.showMessage(sentence, TOLD_MS)

    def _label(self, name: str, meaning: str, right: bool = False) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setAccessibleName(meaning)
        if right:
            self.addPermanentWidget(label)
        else:
            self.addWidget(label)
        return label


def _walk_text(mirror: Mirror) -> str:
    if mirror.document.walk == "recorded":
        return "recorded"
    kinds = {step.kind for step in mirror.walk[: mirror.playhead]}
    return "with your own steps" if kinds - {"planned"} else "planned"


def _worker_text(controller: Controller) -> str:
    if controller.busy:
        return "running"
    if controller.alive and controller.mirror is not None:
        return "worker ready"
    return "worker ended" if controller.mirror else ""
