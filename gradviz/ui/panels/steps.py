"""The Steps dock: the whole walk, and the arithmetic of the step just made."""

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gradviz.analysis.explain import Term
from gradviz.ui.controller import Controller
from gradviz.ui.names import fitted_call, fitted_result
from gradviz.ui.panels.common import hint
from gradviz.ui.panels.steps_head import StepsHead
from gradviz.ui.panels.steps_model import StepRole, StepRow, StepsModel
from gradviz.ui.panels.wrap import wrapped
from gradviz.ui.theme import UI_PX, Theme, number_font, ui_font

ROW_PX = 28
LINE_PX = 18
_TERM_GAP_PX = 5
_BLOCK_END_PX = 7
SIDE_PX = 16
_NUMBER_PX = 26
_LINE_INDENT_PX = 12
_RADIUS = 6
AnyIndex = QModelIndex | QPersistentModelIndex


class StepsPanel(QWidget):
    """Lists every step of the walk; a click goes there."""

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("steps-panel")
        self._controller = controller
        self._low_rows: list[int] = []
        self.model = StepsModel(self._wrap, self)
        self.list = _StepsView(self)
        self._delegate = _StepDelegate(theme, self.model, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setModel(self.model)
        # Not at once: a scroll bar comes while rows are being put in.
        queued = Qt.ConnectionType.QueuedConnection
        self.list.narrowed.connect(self._on_narrowed, queued)
        self.list.setObjectName("steps-list")
        self.list.setAccessibleName("Steps of the walk")
        self._hint = hint("steps-hint", "", self)
        self._head = StepsHead(controller, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self._hint)
        layout.addWidget(self.list, 1)
        self.list.clicked.connect(self._on_clicked)
        self.list.activated.connect(self._on_clicked)
        self.model.rowsRemoved.connect(self._low_rows.clear)
        self.model.rowsInserted.connect(self._size_lines)
        self.model.modelReset.connect(self._size_lines)
        controller.graph_changed.connect(self._on_walk_changed)
        controller.session_changed.connect(self._on_walk_changed)
        controller.moved.connect(self._on_moved)
        self._on_walk_changed()

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self._delegate.theme = theme
        self.list.viewport().update()

    def _on_walk_changed(self) -> None:
        mirror = self._controller.mirror
        scrolled = self.list.verticalScrollBar().value()
        self._head.refresh()
        self.model.set_mirror(mirror)
        self.list.verticalScrollBar().setValue(scrolled)
        if mirror is None:
            self._hint.setText("Steps are listed here once there is a graph.")
        elif mirror.document.walk == "recorded":
            self._hint.setText("No steps: your code has called no _backward().")
        else:
            self._hint.setText("No steps: seed a Value that an operation has made.")
        self._hint.setVisible(mirror is None or not mirror.walk)
        self._show_current()

    def _on_moved(self) -> None:
        self.model.move()
        self._show_current()

    def _on_narrowed(self) -> None:
        self.model.rewrap()
        self._show_current()

    def _size_lines(self) -> None:
        """Make the lines of arithmetic less tall than steps."""
        # A table that is reset keeps the heights of its rows.
        for row in self._low_rows:
            self.list.setRowHeight(row, ROW_PX)
        for line, (_, first, _) in enumerate(self.model.lines):
            gap = _TERM_GAP_PX if first and line else 0
            end = _BLOCK_END_PX if line == len(self.model.lines) - 1 else 0
            row = self.model.current + 1 + line
            self.list.setRowHeight(row, LINE_PX + gap + end)
            self._low_rows.append(row)

    def _show_current(self) -> None:
        """Scroll so that the current step, its arithmetic and the next one show."""
        if not self.model.rowCount():
            return
        current = max(0, self.model.current)
        row = self.model.index(self.model.row_of(current))
        self.list.setCurrentIndex(row)
        self.list.updateGeometries()  # else it scrolls as far as it could before
        below = min(self.model.rowCount() - 1, current + len(self.model.lines) + 1)
        self.list.scrollTo(self.model.index(below))
        self.list.scrollTo(row)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._controller.move_to(int(index.data(StepRole.STEP)) + 1)

    def _wrap(self, term: Term) -> list[str]:
        width = self.list.viewport().width() - SIDE_PX - _NUMBER_PX - SIDE_PX
        return wrapped(term, QFontMetrics(_line_font()), max(60, width - 8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the arithmetic for the new width."""
        super().resizeEvent(event)
        self.model.rewrap()


class _StepsView(QTableView):
    """A table of one column: unlike a list, it measures no row that is not in view.

    Signals:
        narrowed: It has another width: a scroll bar has come or gone.
    """

    narrowed = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell of another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.narrowed.emit()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(LINE_PX)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)

    def minimumSizeHint(self) -> QSize:
        """Ask for the step made last and the next one at least."""
        return QSize(120, 2 * ROW_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return go to the step, on every system."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


def _line_font() -> QFont:
    return number_font(UI_PX - 1)


class _StepDelegate(QStyledItemDelegate):
    """Draws a step, or a line of its arithmetic.

    Attributes:
        theme: Where the colours come from.
    """

    def __init__(self, theme: Theme, model: StepsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._model = model
        # To make a font takes as long as to draw a text with it.
        self._line, self._number = _line_font(), number_font(UI_PX - 2)
        self._number_metrics = QFontMetrics(self._number)
        self._normal = ui_font(UI_PX)
        self._bold = ui_font(UI_PX, QFont.Weight.DemiBold)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        """Draw a row."""
        row = self._model.row(index.row())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, row)
        if row.line >= 0:
            self._paint_line(painter, option.rect, row)
        else:
            self._paint_step(painter, option.rect, row)
        painter.restore()

    def _color(self, role: str) -> QColor:
        return QColor(getattr(self.theme.palette, role))

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, row: StepRow
    ) -> None:
        """Draw one block behind the current step and its arithmetic."""
        rect = QRectF(option.rect).adjusted(8, 0, -8, 0)
        if row.phase != "current":
            state = option.state
            hovered = bool(state & QStyle.StateFlag.State_MouseOver)
            focused = bool(state & QStyle.StateFlag.State_HasFocus)
            if hovered or focused:
                painter.setPen(self._color("accent") if focused else Qt.PenStyle.NoPen)
                painter.setBrush(
                    self._color("hover") if hovered else Qt.BrushStyle.NoBrush
                )
                painter.drawRoundedRect(
                    rect.adjusted(0.5, 1.5, -0.5, -1.5), _RADIUS, _RADIUS
                )
            return
        path = QPainterPath()
        # Corners that are not wanted lie outside what the row may draw on.
        top = 1.0 if row.line < 0 else -2.0 * _RADIUS
        bottom = -1.0 if row.last else 2.0 * _RADIUS
        path.addRoundedRect(rect.adjusted(0, top, 0, bottom), _RADIUS, _RADIUS)
        painter.setClipRect(option.rect)
        painter.fillPath(path, self._color("selection"))

    def _paint_line(self, painter: QPainter, rect: QRect, row: StepRow) -> None:
        indent = 0 if row.first else _LINE_INDENT_PX
        painter.setFont(self._line)
        painter.setPen(self._color("text" if row.first else "dim"))
        if row.warning:
            painter.setPen(self._color("attention"))
        area = rect.adjusted(SIDE_PX + _NUMBER_PX + indent, 0, -SIDE_PX, 0)
        if row.last:
            area.setBottom(area.bottom() - _BLOCK_END_PX)
        area.setTop(area.bottom() + 1 - LINE_PX)
        painter.drawText(area, _LEFT, row.text)

    def _paint_step(self, painter: QPainter, rect: QRect, row: StepRow) -> None:
        area = rect.adjusted(SIDE_PX, 0, -SIDE_PX, 0)
        number = str(row.step + 1)
        width = self._number_metrics.horizontalAdvance(number)
        painter.setFont(self._number)
        painter.setPen(self._color("accent" if row.phase == "next" else "dim"))
        painter.drawText(area, _LEFT, number)
        if row.manual:
            self._paint_frame(painter, area, width)
        area.setLeft(area.left() + max(_NUMBER_PX, width + 8))
        painter.setFont(self._bold if row.phase == "current" else self._normal)
        self._paint_result(painter, area, row)
        painter.setPen(self._color("dim" if row.phase == "later" else "text"))
        if row.write:
            italic = painter.font()
            italic.setItalic(True)
            painter.setFont(italic)
        metrics = painter.fontMetrics()
        text = fitted_call(row.text, metrics, area.width())
        painter.drawText(area, _LEFT, text)
        if row.place:
            area.setLeft(area.left() + metrics.horizontalAdvance(text))
            self._paint_place(painter, area, f"  · {row.place}")

    def _paint_place(self, painter: QPainter, area: QRect, text: str) -> None:
        """Draw where a call was made behind its name, where there is room for it."""
        painter.setFont(self._normal)
        if painter.fontMetrics().horizontalAdvance(text) <= area.width():
            painter.setPen(self._color("dim"))
            painter.drawText(area, _LEFT, text)

    @staticmethod
    def _paint_frame(painter: QPainter, area: QRect, width: int) -> None:
        """Frame the number of a step that was put in by hand."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = QRectF(area.left() - 4.5, area.center().y() - 8, width + 9, 17)
        painter.drawRoundedRect(frame, 4, 4)

    def _paint_result(self, painter: QPainter, area: QRect, row: StepRow) -> None:
        """Draw what stands at the right, where the name leaves room for it."""
        texts = []
        if row.warning:
            texts.append((f"⚠ {row.result}".strip(), "attention"))
        elif row.result:
            texts.append((row.result, "text"))
        if row.phase == "next":
            texts.append(("next", "accent"))
        if row.manual:
            texts.append(("by hand", "dim"))
        metrics = painter.fontMetrics()
        # The Value's own name has to stay; ``_backward()`` may go.
        name = row.text.removesuffix("._backward()") + "…"
        needed = min(metrics.horizontalAdvance(name), 90)
        for whole, color in texts:
            text = fitted_result(whole, metrics, area.width() - needed - 10)
            width = metrics.horizontalAdvance(text)
            if needed + width + 10 > area.width():
                continue
            painter.setPen(self._color(color))
            painter.drawText(area, _RIGHT, text)
            area.setRight(area.right() - width - 10)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
