"""The Check command: asks for a check, shows it, and goes where a finding bites."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from gradviz.analysis.diagnosis.findings import Finding
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller
from gradviz.ui.docks import Docks
from gradviz.ui.playback import Playback
from gradviz.worker.messages import Check, Checked


class Checking(QObject):
    """Checks the backward code, and shows findings in the graph."""

    def __init__(
        self,
        controller: Controller,
        docks: Docks,
        playback: Playback,
        go_to: Callable[[int], None],
        tell: Callable[[str], None],
    ) -> None:
        """Listen to the panel and to the worker.

        Args:
            controller: The session's controller.
            docks: The panels.
            playback: What is paused when a finding is gone to.
            go_to: Selects a Value and brings it into sight.
            tell: Says a sentence for a while.
        """
        super().__init__(controller)
        self._controller, self._docks = controller, docks
        self._panel = docks.findings
        self._playback = playback
        self._go_to, self._tell = go_to, tell
        self._waiting: Finding | None = None
        """A finding of the other walk, which is not shown yet."""
        self._panel.check_wanted.connect(self.check)
        self._panel.activated.connect(self.show_finding)
        controller.workers.told.connect(self._on_told)
        controller.workers.replied.connect(self._on_replied)
        controller.worker_ended.connect(self._panel.end)
        controller.failed.connect(self._on_failed)
        controller.graph_changed.connect(self._forget)
        controller.session_changed.connect(self._on_session_changed)

    @property
    def commands(self) -> dict[str, Callable[[], object]]:
        """What the command does."""
        return {"check": self.check}

    def check(self) -> None:
        """Check the backward code of what is shown."""
        workers = self._controller.workers
        if any(isinstance(request, Check) for request in workers.asked):
            return
        self._docks.show(self._panel)
        self._panel.begin()
        workers.ask(Check())

    def show_finding(self, finding: Finding) -> None:
        """Select the Value, go to just after the step where it bites, show the line."""
        mirror = self._controller.mirror
        node = self._node_of(finding, mirror)
        if mirror is None or node < 0:
            self._tell(f"{finding.value} is not in the graph any more: check again.")
            return
        self._playback.pause()
        self._go_to(node)
        source = self._docks.source
        # The line of an op is in the Code panel, with its numbers.
        if source.show_line(finding.file, finding.line) and not finding.op:
            self._docks.show(source)
        wants_recorded = finding.step >= 0 or not finding.op
        document = mirror.document
        if wants_recorded and document.has_recorded and document.walk != "recorded":
            self._waiting = finding
            self._controller.switch_walk("recorded")
            return
        self._go_to_step(finding, node, mirror)

    def _go_to_step(self, finding: Finding, node: int, mirror: Mirror) -> None:
        walk = mirror.walk
        is_recorded = mirror.document.walk == "recorded"
        if is_recorded and 0 <= finding.step < len(walk) and not self._panel.is_past:
            self._controller.move_to(finding.step + 1)
            return
        made = next((i for i, step in enumerate(walk) if step.node == node), None)
        if made is not None:
            self._controller.move_to(made + 1)
            return
        name = mirror.graph.nodes[node].name
        if mirror.graph.nodes[node].is_leaf:
            self._tell(f"{name} is a leaf: the walk has no step of its own for it.")
        else:
            self._tell(f"{name}._backward() is not in the walk shown.")

    def _node_of(self, finding: Finding, mirror: Mirror | None) -> int:
        """Return the Value of a finding, by its name where the graph is another."""
        if mirror is None:
            return -1
        nodes = mirror.graph.nodes
        if not self._panel.is_past:
            return finding.node if finding.node < len(nodes) else -1
        return next((n.id for n in nodes if n.name == finding.value), -1)

    # Hearing

    def _on_told(self, answer: object) -> None:
        if isinstance(answer, Checked):
            self._panel.show_report(answer.report)
            self._panel.enter()

    def _on_replied(self, _link: object, request: object, _reply: object) -> None:
        if isinstance(request, Check):
            self._panel.end()

    def _on_failed(self, _failure: object) -> None:
        self._waiting = None
        asked = self._controller.workers.asked
        if not any(isinstance(request, Check) for request in asked):
            self._panel.end()

    def _forget(self) -> None:
        self._waiting = None

    def _on_session_changed(self) -> None:
        """Go on to the step, once the walk that has it is shown."""
        finding, mirror = self._waiting, self._controller.mirror
        if finding is None or mirror is None or mirror.document.walk != "recorded":
            return
        self._waiting = None
        self._go_to_step(finding, self._node_of(finding, mirror), mirror)
