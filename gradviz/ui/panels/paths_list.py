"""The list of the Paths panel, worked with the arrow keys."""

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from gradviz.ui.panels.paths_drawing import ROW_PX
from gradviz.ui.panels.paths_model import PathsModel

_SHORTCUT_OVERRIDE = QEvent.Type.ShortcutOverride


class PathsView(QListView):
    """A list in which the arrow keys light one path after the other.

    Signals:
        wished: A row to light, -1 for none.
    """

    wished = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("paths-list")
        self.setAccessibleName("Paths from the seeds")
        self.setToolTip("Click a path, or press Down and Up, to light it in the graph")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW_PX)
        self.setMouseTracking(True)

    def minimumSizeHint(self) -> QSize:
        """Ask for the route of one path at least."""
        return QSize(120, ROW_PX // 2)

    def show_row(self, row: int) -> None:
        """Make a row the current one and scroll to it; -1 for none."""
        model = self.model()
        index = model.index(row, 0) if row >= 0 else QModelIndex()
        self.setCurrentIndex(index)

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window while there is a path to unlight."""
        if isinstance(event, QKeyEvent) and event.type() == _SHORTCUT_OVERRIDE:
            model = self.model()
            if event.key() == Qt.Key.Key_Escape and isinstance(model, PathsModel):
                event.setAccepted(model.lit >= 0)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Light the next path or the one before, or none."""
        model = self.model()
        if not isinstance(model, PathsModel):
            return
        match event.key():
            case Qt.Key.Key_Down:
                if model.lit == len(model.paths) - 1:
                    self.scrollToBottom()
                self.wished.emit(model.lit + 1)
            case Qt.Key.Key_Up:
                self.wished.emit(max(0, model.lit - 1))
            case Qt.Key.Key_Escape if model.lit >= 0:
                self.wished.emit(-1)
            case _:
                event.ignore()
