"""Asking which attributes of a class hold what, where gradviz can't tell."""

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gradviz.ui.theme import code_font
from gradviz.worker.messages import Unreadable

_WIDTH_PX = 460
_ROLES = {
    "data": ("Number", "The attribute that holds the Value's number"),
    "grad": ("Gradient", "The attribute that its backward step adds to"),
    "operands": ("Operands", "The list, tuple or set of Values it was made from"),
    "hook": ("Backward step", "What is called to push its gradient to its operands"),
    "op": ("Operation", "The text of the operation that made it"),
    "label": ("Label", "The text that names it"),
}
_NEEDED = ("data", "grad")
_NONE = "none"


class MappingDialog(QDialog):
    """Lets the person say which attribute of a class plays which role.

    Attributes:
        class_name: The class.
    """

    def __init__(self, unreadable: Unreadable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.class_name = unreadable.name
        self.setObjectName("mapping-dialog")
        self.setWindowTitle(f"Attributes of {unreadable.name}")
        self.setMinimumWidth(_WIDTH_PX)
        self._boxes: dict[str, QComboBox] = {}
        said = QLabel(
            f"gradviz can't tell which attributes of {unreadable.name} hold what. "
            "Choose them, and the file runs again.",
            self,
        )
        said.setWordWrap(True)
        form = QFormLayout()
        for role, (text, tip) in _ROLES.items():
            form.addRow(text, self._box(role, tip, unreadable))
        buttons = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self._buttons.button(buttons.Ok).setText("Run Again")
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(said)
        outer.addLayout(form)
        outer.addWidget(self._buttons)
        self._check()

    @property
    def attributes(self) -> dict[str, str]:
        """The attribute of each role that has one."""
        chosen = {role: box.currentText() for role, box in self._boxes.items()}
        return {role: name for role, name in chosen.items() if name != _NONE}

    def _box(self, role: str, tip: str, unreadable: Unreadable) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(f"mapping-{role}")
        box.setAccessibleName(_ROLES[role][0])
        box.setToolTip(tip)
        box.setFont(code_font())
        box.addItems(unreadable.candidates.get(role, ()))
        box.addItem(_NONE)
        box.setCurrentText(unreadable.likely.get(role, _NONE))
        box.currentTextChanged.connect(self._check)
        self._boxes[role] = box
        return box

    def _check(self) -> None:
        """A Value needs a number and a gradient, and they are not the same."""
        chosen = self.attributes
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        is_whole = all(role in chosen for role in _NEEDED)
        ok.setEnabled(is_whole and chosen.get("data") != chosen.get("grad"))
