"""Keeps what the gradients should be beside what they are."""

from PySide6.QtCore import QObject, QTimer

from gradviz.ui.controller import Controller
from gradviz.worker.messages import Checked, GetReference, Referenced

MOST = 2_000
"""How many Values are differentiated without being asked; that takes a tenth of a
second. For larger graphs it is done when the person checks them."""

CALM_MS = 200
"""How long nothing has to be edited before it is worked out."""


class Referencing(QObject):
    """Asks the worker for the reference once the document has come to rest.

    The reply to the request lets everything be shown again.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._asked: tuple[object, int] | None = None
        """The mirror, and its revision, that was last asked for."""
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._ask_if_calm)
        controller.graph_changed.connect(self._calm.start)
        controller.session_changed.connect(self._calm.start)
        controller.workers.replied.connect(lambda *_: self._calm.start())
        controller.workers.told.connect(self._on_told)

    def _ask_if_calm(self) -> None:
        mirror = self._controller.mirror
        if mirror is None or self._controller.busy:
            return
        if 0 < len(mirror.graph) <= MOST:
            self._ask()

    def _ask(self) -> None:
        """Have it worked out, unless that was tried for these very numbers."""
        controller, mirror = self._controller, self._controller.mirror
        if mirror is None or not controller.alive:
            return
        wanted = (mirror, mirror.revision)
        if wanted != self._asked and mirror.reference is None:
            self._asked = wanted
            controller.workers.ask(GetReference())

    def _on_told(self, answer: object) -> None:
        mirror = self._controller.mirror
        if isinstance(answer, Checked):
            self._ask()
        elif (
            isinstance(answer, Referenced)
            and mirror is not None
            and len(answer.fact.gradients) == len(mirror.graph)
        ):
            mirror.reference = answer.fact
