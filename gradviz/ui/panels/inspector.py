"""The Inspector dock: everything about one Value."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtWidgets import QFrame, QTextBrowser, QVBoxLayout, QWidget

from gradviz.analysis.words import Change
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, hint, keeps_key
from gradviz.ui.panels.dock_header import DockHeader
from gradviz.ui.panels.inspector_text import inspector_html
from gradviz.ui.theme import Theme, number_font


class InspectorPanel(QWidget):
    """Shows the selected Value; with none, the Value of the step made last.

    Attributes:
        header: The title of its dock.
        page: The text, which can be selected and copied.

    Signals:
        node_activated: The person has clicked an operand or a consumer; its id.
    """

    node_activated = Signal(int)

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspector-panel")
        self._controller, self._theme = controller, theme
        self._selected = -1
        self._changes: Mapping[int, Change] = {}
        self._html = ""
        self.header = DockHeader("inspector", theme, self)
        self._hint = hint("inspector-hint", "", self)
        self.page = _Page(self)
        self.page.anchorClicked.connect(self._on_link)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.header)
        layout.addWidget(self._hint)
        layout.addWidget(self.page, 1)
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._refresh)
        controller.moved.connect(self._refresh)
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self._theme = theme
        self.header.set_theme(theme)
        self._refresh()

    def set_selected(self, node: int) -> None:
        """Show a Value; -1 for that of the step made last."""
        if node != self._selected:
            self._selected = node
            self.page.verticalScrollBar().setValue(0)
            self._refresh()

    def set_changes(self, changes: Mapping[int, Change]) -> None:
        """Tell what is not as it was before the file was run again; {} for nothing."""
        self._changes = dict(changes)
        self._refresh()

    @property
    def shown(self) -> int:
        """The id of the Value shown, -1 for none."""
        mirror = self._controller.mirror
        return -1 if mirror is None else mirror.subject(self._selected)

    def _on_graph_changed(self) -> None:
        self._selected = -1
        self._refresh()

    def _refresh(self) -> None:
        mirror, node = self._controller.mirror, self.shown
        empty = mirror is None or node < 0
        self._hint.setVisible(empty)
        self.header.say("" if empty else self._which())
        self.page.setVisible(not empty)
        if mirror is None:
            self._hint.setText(
                "A Value that you click is explained here once there is a graph."
            )
        elif node < 0:
            self._hint.setText("Click a Value in the graph to see all about it here.")
        if mirror is None or node < 0:
            return
        html = inspector_html(mirror, node, self._theme, self._changes.get(node))
        if html != self._html:
            self._html = html
            scrolled = self.page.verticalScrollBar().value()
            self.page.setHtml(html)
            self.page.verticalScrollBar().setValue(scrolled)

    def _which(self) -> str:
        """Return why this Value is shown."""
        if self._selected >= 0:
            return "Selected"
        return "Last step · click a Value to keep it"

    def _on_link(self, link: QUrl) -> None:
        number = int(link.path())
        if link.scheme() == "step":
            self._controller.move_to(number + 1)
        else:
            self.node_activated.emit(number)


class _Page(QTextBrowser):
    """Text with links; every key but those for copying is the window's."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inspector-page")
        self.setAccessibleName("The selected Value")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(number_font())
        self.setOpenLinks(False)
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; }")
        self.document().setDocumentMargin(MARGIN_PX - GAP_PX)
        self.document().setDefaultFont(number_font())
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def event(self, event: QEvent) -> bool:
        """Leave Space, P and the arrows to the window."""
        return keeps_key(event, self.textCursor()) or super().event(event)
