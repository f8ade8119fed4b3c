"""The Findings dock: what a check of the backward code has found."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QWidget
from PySide6.QtWidgets import QVBoxLayout as Column

from gradviz.analysis.diagnosis.findings import Report, Undecidable, counted
from gradviz.session.facts import DocumentFact
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import (
    GAP_PX,
    ICON_PX,
    MARGIN_PX,
    PanelButton,
    heading,
    hint,
)
from gradviz.ui.panels.dock_header import DockHeader
from gradviz.ui.panels.finding_entry import FindingEntry
from gradviz.ui.panels.wrapping import WrappedLabel
from gradviz.ui.theme import UI_PX, Theme, icon, ui_font
from gradviz.worker.messages import Reevaluate, Reply

_NO_FILE = "What a check finds is listed here once there is a graph."
_NOT_CHECKED = (
    "Not checked yet. Check (C) tries the backward function of every op on the Values "
    "as they are, and says which line is wrong."
)
_CHECKING = "Checking the backward code…"


class FindingsPanel(QWidget):
    """Lists what is wrong, and what could not be checked.

    Attributes:
        header: The title of its dock; it says how many findings there are.
        report: What the last check has found, None before any.
        entries: The findings shown, from the top.

    Signals:
        check_wanted: The person wants to check once more.
        activated: The person wants to see a Finding in the graph.
    """

    check_wanted = Signal()
    activated = Signal(object)

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("findings-panel")
        self._controller, self._theme = controller, theme
        self.report: Report | None = None
        self.entries: list[FindingEntry] = []
        self._checking = self._outdated = self._is_past = False
        self._checked: _Checked | None = None
        self.header = DockHeader("findings", theme, self)
        self._hint = hint("findings-hint", _NO_FILE, self)
        self._head = self._make_head()
        self._note = self._make_note()
        self._list = _List(self)
        column = Column(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.header, self._hint, self._head, self._note):
            column.addWidget(widget)
        column.addWidget(self._list, 1)
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._on_session_changed)
        controller.workers.replied.connect(self._on_replied)
        self._show_state()

    def _make_head(self) -> QFrame:
        head = QFrame(self)
        self._mark = QLabel(head)
        self._mark.setObjectName("findings-mark")
        self._said = WrappedLabel("findings-head", ui_font(), head)
        row = QHBoxLayout(head)
        row.setContentsMargins(MARGIN_PX, GAP_PX, MARGIN_PX, GAP_PX)
        row.setSpacing(6)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._said, 1)
        return head

    def _make_note(self) -> QFrame:
        note = QFrame(self)
        said = WrappedLabel("findings-outdated", ui_font(), note, "attention")
        said.setText("What is shown has changed since this check.")
        self._again = PanelButton(
            "findings-again", "Check the backward code again", self.check_wanted.emit
        )
        self._again.setText("Check again")
        row = QHBoxLayout(note)
        row.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, GAP_PX)
        row.setSpacing(GAP_PX)
        row.addWidget(said, 1)
        row.addWidget(self._again)
        return note

    # What it is told

    @property
    def is_past(self) -> bool:
        """Whether the findings are those of a graph that is not shown any more."""
        return self._is_past

    def begin(self) -> None:
        """Say that a check is under way."""
        self._checking = True
        self._show_state()

    def end(self) -> None:
        """Show again what was found before, where a check came to no end."""
        self._checking = False
        self._show_state()

    def show_report(self, report: Report) -> None:
        """Show what a check of the graph shown has found."""
        self.report = report
        self._checking = self._is_past = self._outdated = False
        self._checked = _Checked(self._controller)
        self._fill()
        self._show_state()

    def enter(self) -> None:
        """Give the first finding the keyboard."""
        if self.entries:
            self.entries[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self._theme = theme
        self.header.set_theme(theme)
        for entry in self.entries:
            entry.set_theme(theme)
        self._show_mark()

    # What is shown

    def _fill(self) -> None:
        assert self.report is not None
        self.entries = []
        rows: list[QWidget] = []
        column = self._list.anew()
        for at, finding in enumerate(self.report.findings):
            entry = FindingEntry(finding, at, self._theme, column)
            entry.activated.connect(lambda f=finding: self.activated.emit(f))
            entry.moved.connect(lambda by, at=at: self._go(at + by))
            entry.reached.connect(lambda e=entry: self._list.reach(e))
            self.entries.append(entry)
            rows.append(entry)
        if self.report.undecidable:
            rows.append(_unchecked(self.report.undecidable, column))
        self._list.show_rows(rows)

    def _go(self, at: int) -> None:
        """Give another finding the keyboard."""
        at = max(0, min(at, len(self.entries) - 1))
        self.entries[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_state(self) -> None:
        """Show what fits: a hint, that a check is under way, or its findings."""
        report = None if self._checking else self.report
        if self._checking:
            self._hint.setText(_CHECKING)
        else:
            has_graph = self._controller.mirror is not None
            self._hint.setText(_NOT_CHECKED if has_graph else _NO_FILE)
        found = report is not None and report.findings
        self._hint.setVisible(report is None)
        self._head.setVisible(report is not None and not found)
        self._note.setVisible(report is not None and self._outdated)
        self._list.setVisible(report is not None)
        self.header.say(_head_of(report) if report is not None and found else "")
        if report is not None:
            self._said.setText(_head_of(report))
            self._said.setAccessibleName(self._said.text())
            self._said.updateGeometry()
            self._show_mark()
            for entry in self.entries:
                entry.set_outdated(self._outdated)

    def _show_mark(self) -> None:
        """Draw a check mark before ``Nothing wrong was found``."""
        right = bool(self.report)
        self._mark.setVisible(right)
        if right:
            color = "dim" if self._outdated else "done"
            picture = icon("check", self._theme, color).pixmap(ICON_PX + 2)
            self._mark.setPixmap(picture)

    # What has changed

    def _on_graph_changed(self) -> None:
        """Outdate what was found; of another file nothing is kept."""
        if self._checked is not None and self._checked.is_other(self._controller):
            self.report = self._checked = None
            self._outdated = False
        self._is_past = self.report is not None
        self._compare()

    def _on_session_changed(self) -> None:
        self._compare()

    def _on_replied(self, _link: object, request: object, reply: Reply) -> None:
        """Outdate what was found where the person has computed all Values anew."""
        start = reply.update.start if reply.update is not None else None
        anew = isinstance(request, Reevaluate) and start is not None
        if anew and self._checked is not None:
            self._checked.holds = False
            self._compare()

    def _compare(self) -> None:
        """Ask whether the findings still hold, and show it."""
        mirror = self._controller.mirror
        if self.report is not None and self._checked is not None and mirror is not None:
            self._outdated = self._is_past or not self._checked.is_same(mirror.document)
        self._show_state()


class _Checked:
    """What a check was made on.

    Attributes:
        seeds: The seeds of the walk shown then, and of the other once it is met.
        holds: Whether nothing has changed that the document does not tell.
    """

    def __init__(self, controller: Controller) -> None:
        assert controller.mirror is not None
        document = controller.mirror.document
        self.seeds = {document.walk: document.seeds}
        self.holds = True
        self._edits = document.leaves, document.rule
        self._source = controller.source

    def is_other(self, controller: Controller) -> bool:
        """Whether another file is shown now."""
        return controller.source != self._source

    def is_same(self, document: DocumentFact) -> bool:
        """Whether leaves, seeds and rule are as they were; each walk has its seeds."""
        if not self.holds or self._edits != (document.leaves, document.rule):
            return False
        seeds = self.seeds.setdefault(document.walk, document.seeds)
        return seeds == document.seeds


class _List(QScrollArea):
    """Findings one below the other."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("findings-list")
        self.setAccessibleName("Findings")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def reach(self, row: QWidget) -> None:
        """Scroll until a row can be seen, its beginning rather than its end."""
        self.ensureWidgetVisible(row, 0, 0)
        if row.height() > self.viewport().height():
            self.verticalScrollBar().setValue(row.y())

    def anew(self) -> QWidget:
        """Return a new column to put rows into; the old one goes."""
        column = QWidget()
        column.setObjectName("findings-column")
        self.setWidget(column)
        return column

    def show_rows(self, rows: list[QWidget]) -> None:
        """Put rows into the column."""
        column = self.widget()
        assert column is not None
        layout = Column(column)
        layout.setContentsMargins(GAP_PX, 0, GAP_PX, GAP_PX)
        layout.setSpacing(GAP_PX)
        for row in rows:
            layout.addWidget(row)
        layout.addStretch(1)


def _unchecked(all_unknown: tuple[Undecidable, ...], parent: QWidget) -> QWidget:
    """Return what could not be checked, below a heading, with reasons."""
    block = QWidget(parent)
    column = Column(block)
    column.setContentsMargins(MARGIN_PX - GAP_PX, GAP_PX, GAP_PX, 0)
    column.setSpacing(GAP_PX // 2)
    column.addWidget(heading("Not checked", block))
    for unknown in all_unknown:
        label = WrappedLabel("finding-unknown", ui_font(UI_PX - 1), block, "dim")
        more = f" ({counted(unknown.count, 'Value')})" if unknown.count > 1 else ""
        label.setText(f"{unknown.value}{more}: {unknown.reason}.")
        label.setAccessibleName(label.text())
        column.addWidget(label)
    return block


def _head_of(report: Report) -> str:
    if not report.findings:
        hooks = counted(report.hooks, "backward function")
        values = counted(report.checked, "Value")
        return f"Nothing wrong was found: {values}, {hooks} tried."
    found = counted(len(report.findings), "finding")
    return f"{found} in {counted(report.checked, 'Value')}"
