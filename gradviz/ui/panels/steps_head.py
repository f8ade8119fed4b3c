"""The head of the Steps panel: which walk is listed, and what it lacks."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gradviz.session.facts import DocumentFact, WalkKind
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, PanelButton

_WALKS: tuple[tuple[WalkKind, str, str, str], ...] = (
    (
        "planned",
        "Planned",
        "first",
        "The walk gradviz plans: each op once, consumers before operands",
    ),
    (
        "recorded",
        "Recorded",
        "last",
        "The calls of _backward() your own code made, in its order",
    ),
)


class StepsHead(QWidget):
    """Chooses between the planned walk and the one the person's code made.

    It is shown once their code has made one.
    """

    def __init__(self, controller: Controller, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("steps-head")
        self._controller = controller
        self._buttons: dict[WalkKind, QToolButton] = {}
        pair = QHBoxLayout()
        pair.setSpacing(0)
        for kind, text, place, tip in _WALKS:
            pair.addWidget(self._button(kind, text, place, tip), 1)
        self._cut = QLabel(self)
        self._cut.setObjectName("steps-cut")
        self._cut.setProperty("role", "dim")
        self._cut.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, GAP_PX)
        layout.setSpacing(GAP_PX)
        layout.addLayout(pair)
        layout.addWidget(self._cut)
        self.refresh()

    def _button(self, kind: WalkKind, text: str, place: str, tip: str) -> QToolButton:
        def choose() -> None:
            mirror = self._controller.mirror
            if mirror is not None and mirror.document.walk != kind:
                self._controller.switch_walk(kind)
            # A click turns it; only the session's answer decides.
            self.refresh()

        button = PanelButton(f"steps-{kind}", tip, choose, self)
        button.setText(text)
        button.setAccessibleName(f"{text} walk")
        button.setCheckable(True)
        button.setProperty("segment", place)
        policy = button.sizePolicy()
        policy.setHorizontalPolicy(policy.Policy.Expanding)
        button.setSizePolicy(policy)
        self._buttons[kind] = button
        return button

    def refresh(self) -> None:
        """Show which walk is listed."""
        mirror = self._controller.mirror
        document = mirror.document if mirror is not None else None
        if document is None:
            self.hide()
            return
        for kind, button in self._buttons.items():
            button.setChecked(kind == document.walk)
            button.setVisible(document.has_recorded)
        is_theirs = document.walk == "recorded" or not document.has_recorded
        missing = _missing(document) if is_theirs else ""
        self.setVisible(document.has_recorded or bool(missing))
        self._cut.setText(missing)
        self._cut.setVisible(bool(missing))


def _missing(document: DocumentFact) -> str:
    """Say which calls of theirs are not among the steps, empty where all are."""
    said = []
    if cut := document.cut:
        first = "call was" if cut == 1 else f"{cut:,} calls were"
        said.append(f"The first {first} not kept.")
    if untold := document.untold:
        some = "1 call" if untold == 1 else f"{untold:,} calls"
        are = "is" if untold == 1 else "are"
        why = "it can't" if untold == 1 else "they can't"
        said.append(f"{some} of your code {are} missing: {why} be made again.")
    return " ".join(said)
