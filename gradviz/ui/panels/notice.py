"""The bar above the canvas: what failed, what to know, and what takes its time."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gradviz.ui.panels.common import ICON_PX, PanelButton
from gradviz.ui.theme import Theme, code_font, icon
from gradviz.worker.messages import Failure

BUSY_AFTER_MS = 300
"""How long work may take before the bar says so."""
_MOST_LINES = 14
_COLORS = {"error": "error", "warning": "attention", "info": "accent"}


class NoticeBar(QWidget):
    """Shows one notice, and progress while something takes long.

    Attributes:
        kind: ``error``, ``warning`` or ``info``; empty while no notice is shown.

    Signals:
        cancel_requested: The person does not want to wait.
        dismissed: The person has closed the notice.
    """

    cancel_requested = Signal()
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice-bar")
        self.kind = ""
        self._theme = theme
        self._act: Callable[[], object] | None = None
        self._notice = self._make_notice()
        self._progress = self._make_progress()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._progress)
        layout.addWidget(self._notice)
        self._timer = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._timer.timeout.connect(self._show_progress)
        self._notice.hide()
        self._progress.hide()
        self.set_theme(theme)
        self.hide()

    # What it can be told

    def show_failure(
        self,
        failure: Failure,
        action: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Show what failed, with the traceback's lines to open.

        Args:
            failure: What failed.
            action: What a button offers to do about it, empty for no button.
            act: What the button does.
        """
        kind = "warning" if failure.kind == "request" else "error"
        place = f"{failure.place}\n" if failure.place else ""
        self._show(kind, failure.message, failure.traceback or place.strip())
        self._offer(action, act)

    def show_info(
        self,
        text: str,
        details: str = "",
        action: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Show what the person should know.

        Args:
            text: One sentence.
            details: Lines to open, empty for none.
            action: What a button offers to do about it, empty for no button.
            act: What the button does.
        """
        self._show("info", text, details)
        self._offer(action, act)

    def clear(self) -> None:
        """Show no notice any more; progress stays."""
        self.kind = ""
        self._notice.hide()
        self._settle()

    def set_busy(self, doing: str) -> None:
        """Say what is being done, if it takes longer than a moment; empty when done."""
        self._doing.setText(f"{doing}…" if doing else "")
        if not doing:
            self._timer.stop()
            self._progress.hide()
            self._settle()
        elif not self._progress.isVisibleTo(self) and not self._timer.isActive():
            self._timer.start()

    @property
    def text(self) -> str:
        """The sentence shown, empty while there is none."""
        return self._sentence.text() if self.kind else ""

    @property
    def details(self) -> str:
        """The lines that can be opened."""
        return self._lines.toPlainText() if self.kind else ""

    def set_theme(self, theme: Theme) -> None:
        """Show the bar in another theme."""
        self._theme = theme
        self._close.set_theme(theme)
        self._more.set_theme(theme)
        self._paint()

    # How it is built

    def _make_notice(self) -> QFrame:
        notice = QFrame(self)
        notice.setObjectName("notice")
        self._icon = QLabel(notice)
        self._sentence = QLabel(notice)
        self._sentence.setObjectName("notice-text")
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._sentence.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred
        )
        self._action = PanelButton("notice-action", "", self._on_action, notice)
        self._more = PanelButton("notice-details", "", self._toggle_details, notice)
        self._close = PanelButton(
            "notice-close", "Close this notice", self._on_closed, notice, "close"
        )
        self._close.setFixedSize(24, 24)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._action)
        row.addWidget(self._more)
        row.addWidget(self._close)
        layout = QVBoxLayout(notice)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._make_details(notice))
        return notice

    def _make_details(self, parent: QWidget) -> QWidget:
        self._details = QWidget(parent)
        self._lines = QPlainTextEdit(self._details)
        self._lines.setObjectName("notice-lines")
        self._lines.setAccessibleName("Details")
        self._lines.setReadOnly(True)
        self._lines.setFont(code_font())
        self._lines.setStyleSheet("font-size: 12px;")
        self._lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._copy = PanelButton(
            "notice-copy",
            "Copy the sentence and the details",
            self._on_copied,
            self._details,
        )
        self._copy.setText("Copy")
        layout = QHBoxLayout(self._details)
        layout.setContentsMargins(ICON_PX + 12, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._lines, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        self._details.hide()
        return self._details

    def _make_progress(self) -> QFrame:
        progress = QFrame(self)
        progress.setObjectName("notice-progress")
        progress.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._doing = QLabel(progress)
        self._doing.setObjectName("progress-text")
        bar = QProgressBar(progress)
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setMaximumWidth(220)
        bar.setAccessibleName("Working")
        self._cancel = QPushButton("Cancel", progress)
        self._cancel.setObjectName("progress-cancel")
        self._cancel.setToolTip("Stop what is running (Ctrl+.)")
        self._cancel.setAccessibleName("Cancel")
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(progress)
        layout.setContentsMargins(14, 6, 10, 6)
        layout.setSpacing(12)
        layout.addWidget(self._doing)
        layout.addWidget(bar, 1)
        layout.addStretch(1)
        layout.addWidget(self._cancel)
        return progress

    # What happens

    def _show(self, kind: str, text: str, details: str) -> None:
        self.kind = kind
        self._sentence.setText(text)
        self._sentence.setAccessibleName(text)
        self._lines.setPlainText(details.rstrip("\n"))
        self._fit_lines()
        self._details.hide()
        self._more.setVisible(bool(details.strip()))
        self._say_more()
        self._paint()
        self._notice.show()
        self._settle()

    def _offer(self, action: str, act: Callable[[], object] | None) -> None:
        self._act = act
        self._action.setText(action)
        self._action.say(action)
        self._action.setVisible(bool(action))

    def _settle(self) -> None:
        self.setVisible(bool(self.kind) or self._progress.isVisibleTo(self))

    def _show_progress(self) -> None:
        self._progress.show()
        self._settle()

    def _fit_lines(self) -> None:
        """Make the lines as tall as they are, up to a limit."""
        count = min(self._lines.blockCount(), _MOST_LINES)
        line = QFontMetrics(code_font()).lineSpacing()
        self._lines.setFixedHeight(count * line + 24)

    def _toggle_details(self) -> None:
        self._details.setVisible(not self._details.isVisibleTo(self._notice))
        self._say_more()

    def _say_more(self) -> None:
        opened = self._details.isVisibleTo(self._notice)
        self._more.setText("Hide details" if opened else "Details")
        self._more.say("Hide the details" if opened else "Show the details")

    def _on_action(self) -> None:
        if self._act is not None:
            self._act()

    def _on_closed(self) -> None:
        self.clear()
        self.dismissed.emit()

    def _on_copied(self) -> None:
        text = f"{self._sentence.text()}\n\n{self._lines.toPlainText()}\n"
        QGuiApplication.clipboard().setText(text)

    def _paint(self) -> None:
        colors = self._theme.palette
        role = _COLORS.get(self.kind, "accent")
        name = self.kind or "info"
        self._icon.setPixmap(
            icon(name, self._theme, role).pixmap(QSize(18, 18), self.devicePixelRatio())
        )
        self._icon.setAccessibleName(name)
        edge = getattr(colors, role)
        self._notice.setStyleSheet(
            f"QFrame#notice {{ background: {colors.card}; border: none;"
            f" border-bottom: 1px solid {colors.line};"
            f" border-left: 3px solid {edge}; }}"
        )
        self._progress.setStyleSheet(
            f"QFrame#notice-progress {{ background: {colors.panel}; border: none;"
            f" border-bottom: 1px solid {colors.line}; }}"
        )
