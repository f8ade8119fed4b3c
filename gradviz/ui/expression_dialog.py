"""Typing an expression: its variables appear as they are typed, with their numbers."""

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gradviz.numbers import parsed
from gradviz.sources.expression import (
    FUNCTIONS,
    Expression,
    ExpressionError,
    parse_expression,
)
from gradviz.ui.theme import code_font, number_font
from gradviz.worker.messages import OpenExpression

EXAMPLE = "tanh(w1*x1 + w2*x2 + b)"
EXAMPLE_OF_ANY = "w1*x1 + w2*x2 + b"
"""Nothing in it that a class of the person's own may lack."""

_WIDTH_PX = 460
_NUMBER_PX = 120
_FIRST_NUMBER = "1"
_NAME = re.compile(r"[^\W\d]\w*")
_PARTS = f"numbers, names, + − * / ^ and functions: {', '.join(FUNCTIONS)}"


class ExpressionDialog(QDialog):
    """Asks for an expression and the data of each of its variables.

    Attributes:
        text: The expression.
        numbers: The data of each variable, once accepted.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        of_class: str = "",
        before: OpenExpression | None = None,
    ) -> None:
        """Ask for an expression.

        Args:
            parent: What the dialog belongs to.
            of_class: The person's class whose Values it is made of, empty for ours.
            before: The expression to begin with, None for an example.
        """
        super().__init__(parent)
        self.setObjectName("expression-dialog")
        self.setWindowTitle("New Expression")
        self.setMinimumWidth(_WIDTH_PX)
        self.numbers: dict[str, float] = {}
        self._expression: Expression | None = None
        numbers = before.numbers if before is not None else {}
        self._typed = {
            name: repr(number).removesuffix(".0") for name, number in numbers.items()
        }
        self._fields: dict[str, QLineEdit] = {}
        example = EXAMPLE_OF_ANY if of_class else EXAMPLE
        self._text = QLineEdit(example if before is None else before.text, self)
        self._text.setObjectName("expression-text")
        self._text.setAccessibleName("Expression")
        self._text.setFont(code_font())
        self._form = QFormLayout()
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        self._said = QLabel(self)
        self._said.setObjectName("expression-said")
        self._said.setProperty("role", "error")
        self._said.setWordWrap(True)
        buttons = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self._buttons.button(buttons.Ok).setText("Show graph")
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        said = f"An expression of {_PARTS}"
        if of_class:
            said = (
                f"This file defines the class {of_class} and builds no graph. Write an "
                f"expression of {_PARTS} to build one of it:"
            )
        asked = QLabel(said, self)
        asked.setWordWrap(True)
        outer.addWidget(asked)
        outer.addWidget(self._text)
        outer.addLayout(self._form)
        outer.addWidget(self._said)
        # Else what stands above shares the room that fewer variables leave.
        outer.addStretch(1)
        outer.addWidget(self._buttons)
        self._text.textChanged.connect(self._on_text_changed)
        self._on_text_changed()
        self._text.selectAll()

    @property
    def text(self) -> str:
        """The expression typed."""
        return self._text.text().strip()

    def accept(self) -> None:
        """Close if the expression has a value with these numbers."""
        if self._check():
            super().accept()

    def _on_text_changed(self) -> None:
        try:
            self._expression = parse_expression(self._text.text())
        except ExpressionError as error:
            self._expression = None
            still = _NAME.findall(self._text.text())
            self._show_fields(tuple(name for name in self._fields if name in still))
            self._say(str(error))
            return
        self._show_fields(self._expression.names)
        self._check()

    def _show_fields(self, names: tuple[str, ...]) -> None:
        """Offer a field for each variable; one typed before keeps its number."""
        self._typed |= {name: field.text() for name, field in self._fields.items()}
        while self._form.rowCount():
            self._form.removeRow(0)
        self._fields = {}
        for name in names:
            field = QLineEdit(self._typed.get(name, _FIRST_NUMBER), self)
            field.setObjectName(f"expression-number-{name}")
            field.setAccessibleName(f"Data of {name}")
            field.setFont(number_font())
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.setFixedWidth(_NUMBER_PX)
            field.textChanged.connect(self._check)
            self._form.addRow(name, field)
            self._fields[name] = field

    def _check(self) -> bool:
        """Say what stands in the way, if anything does."""
        if self._expression is None:
            return False
        try:
            self.numbers = {name: parsed(f.text()) for name, f in self._fields.items()}
            self._expression.build(self.numbers)
        except (ValueError, ExpressionError) as error:
            self._say(str(error))
            return False
        self._say("")
        return True

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(not sentence)
