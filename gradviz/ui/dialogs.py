"""The few dialogs: shortcuts and about."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gradviz import __version__
from gradviz.ui.actions import MENUS, shown_keys

MOUSE = (
    ("Wheel", "Zoom at the pointer"),
    ("Drag", "Move the picture"),
    ("Click a card", "Select its Value"),
    ("Double-click a card", "Call its _backward() now"),
    ("Ctrl+arrows", "Walk along the edges of the graph"),
)
_AROUND_PX = 140
"""The height of the dialog's button, its margins and its title."""
_ON_THE_CANVAS = "On the canvas"


class ShortcutsDialog(QDialog):
    """Lists every shortcut, made from the same table as the menus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard Shortcuts")
        self.setObjectName("shortcuts-dialog")
        listed = QWidget(self)
        columns = QHBoxLayout(listed)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(40)
        groups = [
            (
                menu.text.replace("&", ""),
                [
                    (
                        "  ".join(shown_keys(k) for k in command.keys),
                        command.text.replace("&", "").rstrip("…"),
                    )
                    for command in menu.commands
                    if command is not None and command.keys
                ],
            )
            for menu in MENUS
        ]
        groups.append((_ON_THE_CANVAS, list(MOUSE)))
        by_title = dict(groups)
        for titles in (
            ("File", "Edit", "View", "Help"),
            ("Walk", "Cell", _ON_THE_CANVAS),
        ):
            column = self._column([(title, by_title[title]) for title in titles])
            columns.addWidget(column, alignment=Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        # The style's own icon is black, on the accent too.
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.addWidget(_scrolled(listed, self))
        outer.addWidget(buttons)
        # Left to itself, Qt takes two thirds of the screen at most.
        self.resize(self.sizeHint())

    def _column(self, groups: list[tuple[str, list[tuple[str, str]]]]) -> QWidget:
        column = QWidget(self)
        grid = QGridLayout(column)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        for title, rows in groups:
            heading = QLabel(title, column)
            heading.setProperty("role", "heading")
            heading.setContentsMargins(0, 10, 0, 2)
            grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
            for keys, text in rows:
                row = grid.rowCount()
                shown = QLabel(keys, column)
                shown.setProperty("role", "dim")
                grid.addWidget(shown, row, 0)
                grid.addWidget(QLabel(text, column), row, 1)
        return column


def _scrolled(listed: QWidget, parent: QWidget) -> QScrollArea:
    """Return a list in an area as large as it, or as the screen has room for."""
    area = _FittingArea(listed, parent)
    area.setObjectName("shortcuts-area")
    area.setAccessibleName("Shortcuts")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


class _FittingArea(QScrollArea):
    """Asks for room for all that is in it, where Qt's own asks for less."""

    def __init__(self, listed: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._listed = listed
        self.setWidget(listed)

    def sizeHint(self) -> QSize:
        """Ask for the size of what is in it, and for as much as the screen has."""
        whole = self._listed.sizeHint()
        bar = self.verticalScrollBar().sizeHint().width()
        room = self.screen().availableSize().height() - _AROUND_PX
        return QSize(whole.width() + bar, min(whole.height(), room))

    def minimumSizeHint(self) -> QSize:
        """Ask for its whole width; in height it scrolls."""
        return QSize(self.sizeHint().width(), 0)


def show_about(parent: QWidget) -> None:
    """Say what this program is."""
    QMessageBox.about(
        parent,
        "About gradviz",
        f"<h3>gradviz {__version__}</h3>"
        "<p>See backpropagation happen, one <code>_backward()</code> call at a time, "
        "on your own Value class.</p>"
        "<p>Free software under the MIT licence. Drawn with Qt and graphviz; set in "
        "Inter and JetBrains Mono (SIL Open Font Licence).</p>",
    )
