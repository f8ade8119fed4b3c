"""The Code dock: the body of the ``_backward`` being run, with the current numbers."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gradviz.analysis.body.figures import entries_of, warned_of
from gradviz.analysis.body.model import HookBody
from gradviz.analysis.explain import explain_step, step_name
from gradviz.session.facts import StepFact
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller
from gradviz.ui.panels.code_rows import narrowed, rows_of
from gradviz.ui.panels.code_text import CodeText
from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, ElidedLabel, hint
from gradviz.ui.theme import Theme
from gradviz.worker.messages import Body, GetBody

_WAIT_MS = 150
"""How long the last step's code stays while the next one's is looked up."""

_PLACE_PX = 72
"""How much room a long title leaves to the place."""

_OPEN = "The code of a step is shown here once there is a graph."
_NO_STEPS = "No step to show the code of: seed a Value that an operation has made."
_GONE = "Your code is not running any more: run it again (F5) to see this _backward."
_WAITS = "This _backward is shown when your code has finished what it is doing."


class CodePanel(QWidget):
    """Shows the code of the step made last; before the first step, of the next.

    Attributes:
        text: The lines and numbers, which can be selected and copied.
    """

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("code-panel")
        self._controller = controller
        self._selected = -1
        self._bodies: dict[int, Body] = {}
        self._old: set[int] = set()
        """Values whose hooks may have captured other numbers since."""
        self._shown = -1
        self._late = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._late.timeout.connect(self._on_late)
        self._title = ElidedLabel(self)
        self._title.setObjectName("code-title")
        self._place = ElidedLabel(self)
        self._place.elide = Qt.TextElideMode.ElideLeft
        self._place.setObjectName("code-place")
        self._place.setProperty("role", "dim")
        self._hint = hint("code-hint", "", self)
        self._note = hint("code-note", "", self)
        self.text = CodeText(theme, self)
        self._lay_out()
        self.text.width_changed.connect(self._refresh)
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._on_session_changed)
        controller.moved.connect(self._refresh)
        controller.worker_ended.connect(self._refresh)
        controller.workers.told.connect(self._on_told)
        self._refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, GAP_PX)
        head.setSpacing(GAP_PX)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._place)
        body = QHBoxLayout()
        body.setContentsMargins(MARGIN_PX, 0, GAP_PX // 2, 0)
        body.addWidget(self.text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, GAP_PX // 2)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._hint)
        layout.addLayout(body, 1)
        layout.addWidget(self._note)

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self.text.set_theme(theme)

    def set_selected(self, node: int) -> None:
        """Tell which Value is selected; it matters only where there is no step."""
        self._selected = node
        self._refresh()

    @property
    def title(self) -> str:
        """What the code is called that is shown."""
        return self._title.text()

    @property
    def place(self) -> str:
        """The file or cell that it is in."""
        return self._place.text()

    # What is shown

    def _on_graph_changed(self) -> None:
        self._selected = self._shown = -1
        self._bodies.clear()
        self._old.clear()
        self._refresh()

    def _on_session_changed(self) -> None:
        # An edit may have renewed the closures, and another rule the way through them.
        self._old.update(self._bodies)
        self._refresh()

    def _on_told(self, answer: object) -> None:
        if isinstance(answer, Body):
            self._bodies[answer.node] = answer
            self._old.discard(answer.node)
            mirror = self._controller.mirror
            step = self._subject(mirror) if mirror is not None else None
            # The next step's comes ahead, and is not shown yet.
            if step is not None and step.node == answer.node:
                self._refresh()

    def _subject(self, mirror: Mirror) -> StepFact | None:
        """Return the step to show: the last one, the next, or that of the selection."""
        step = mirror.last_step or mirror.next_step
        if step is None and 0 <= self._selected < len(mirror.graph):
            return StepFact(self._selected, "planned")
        return step

    def _refresh(self) -> None:
        mirror = self._controller.mirror
        if mirror is None:
            self._head("", "")
            self._say(_OPEN)
            return
        step = self._subject(mirror)
        if step is None:
            self._head("", "")
            self._say(_NO_STEPS)
        elif step.node < 0:
            self._head(self._called(mirror, step), "")
            self._say("No _backward runs in this step.")
        else:
            self._show_step(mirror, step)

    def _show_step(self, mirror: Mirror, step: StepFact) -> None:
        asked = self._look_up(mirror, step.node)
        known = self._bodies.get(step.node)
        if known is None:
            self._wait(mirror, step, asked)
            return
        self._late.stop()
        self._head(self._called(mirror, step), known.body.place if known.body else "")
        if known.body is None:
            self._say(known.reason)
        else:
            is_old = step.node in self._old and not asked
            self._show_body(mirror, step, known.body, is_old)

    def _wait(self, mirror: Mirror, step: StepFact, asked: bool) -> None:
        """Keep what is shown for the moment that it takes to be answered."""
        if asked and not self._late.isActive():
            self._late.start()
        if not self._late.isActive():
            self._say_why(mirror, step)

    def _on_late(self) -> None:
        mirror = self._controller.mirror
        step = self._subject(mirror) if mirror is not None else None
        if mirror is not None and step is not None:
            self._say_why(mirror, step)

    def _say_why(self, mirror: Mirror, step: StepFact) -> None:
        """Say why there is no code of a step."""
        self._head(self._called(mirror, step), "")
        self._say(_WAITS if self._controller.alive else _GONE)

    def _look_up(self, mirror: Mirror, node: int) -> bool:
        """Ask for the body of a Value's hook, and then for the next step's.

        Returns:
            Whether the first was asked for at once.
        """
        for wanted in (node, mirror.next_step.node if mirror.next_step else -1):
            if wanted >= 0 and (wanted not in self._bodies or wanted in self._old):
                asked = self._controller.workers.look_up(GetBody(node=wanted))
                return asked and wanted == node
        return False

    @staticmethod
    def _called(mirror: Mirror, step: StepFact) -> str:
        name = step_name(mirror.graph, step)
        if mirror.last_step is not None:
            return name
        return f"next: {name}" if mirror.next_step is not None else name

    # Showing

    def _head(self, title: str, place: str) -> None:
        self._title.setText(title)
        self._place.setText(place)
        self._title.setVisible(bool(title))
        self._place.setVisible(bool(place))
        wide = self._place.sizeHint().width()
        self._place.setMinimumWidth(min(wide, _PLACE_PX))

    def _say(self, sentence: str) -> None:
        """Show a sentence in place of code."""
        self._late.stop()
        self._shown = -1
        self._hint.setText(sentence)
        self._hint.show()
        self.text.hide()
        self._note.hide()

    def _show_body(
        self, mirror: Mirror, step: StepFact, body: HookBody, is_old: bool
    ) -> None:
        is_made = mirror.last_step is not None
        entries = entries_of(body, mirror, step, is_made, is_old)
        warned = warned_of(entries, _wrong(mirror, step) if is_made else {})
        lines, entries = narrowed(body.lines, entries)
        rows = rows_of(lines, entries, warned, self.text.room(lines))
        self._hint.hide()
        self.text.show()
        self._note.setText(body.note)
        self._note.setVisible(bool(body.note))
        self.text.show_rows(lines, rows)
        if step.node != self._shown:
            self._shown = step.node
            self.text.show_first_number()


def _wrong(mirror: Mirror, step: StepFact) -> dict[int, bool]:
    """Return the Values that a step got wrong: True for what its last write lost."""
    operands = mirror.graph.nodes[step.node].operands
    terms = explain_step(
        mirror.graph,
        mirror.data_after(mirror.playhead),
        step,
        mirror.document.rule,
        held={operand: mirror.grad[operand] for operand in operands},
    )
    return {
        term.operand: term.lost is not None
        for term in terms
        if term.lost is not None or term.wrong
    }
