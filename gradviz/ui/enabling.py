"""When each command can be given, and how its action says so."""

from gradviz.session.mirror import Mirror
from gradviz.ui.actions import Actions
from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.controller import Controller
from gradviz.ui.panels.source.panel import SourcePanel
from gradviz.ui.playback import Playback


class Enabling:
    """Keeps the actions true to what is shown and selected."""

    def __init__(
        self,
        actions: Actions,
        controller: Controller,
        canvas: CanvasView,
        source: SourcePanel,
        playback: Playback,
    ) -> None:
        self._actions = actions
        self._controller = controller
        self._canvas = canvas
        self._source = source
        self._playback = playback

    def update(self) -> None:
        """Enable what can be done now, and name what would be undone."""
        mirror, actions = self._controller.mirror, self._actions
        enabled = {
            **self._of_cells(),
            **self._of_graph(mirror),
            **self._of_walk(mirror),
        }
        for name, on in enabled.items():
            actions[name].setEnabled(on)
        document = mirror.document if mirror else None
        rule = document.rule if document else None
        actions.explain_rules(chosen_by_class=document is not None and rule is None)
        actions["rule-assign"].setChecked(rule == "assign")
        actions["rule-accumulate"].setChecked(rule == "accumulate")
        undo, redo = (document.undo, document.redo) if document else ("", "")
        actions["undo"].setText(f"&Undo: {undo}" if undo else "&Undo")
        actions["redo"].setText(f"&Redo: {redo}" if redo else "&Redo")

    def show_playing(self) -> None:
        """Let the play command say what it does next."""
        playing = self._playback.playing
        action = self._actions["play"]
        action.setIconText("Pause" if playing else "Play")
        action.setText("&Pause" if playing else "&Play")
        self._actions.set_icon("play", "pause" if playing else "play")

    def _of_cells(self) -> dict[str, bool]:
        source = self._source
        at_cell = source.view.current >= 0
        return {
            "save": source.has_unsaved,
            "run-cell": at_cell and source.can_run,
            "run-cell-next": at_cell and source.can_run,
            "run-above": at_cell and source.can_run,
            "run-below": at_cell and source.can_run,
            "cell-above": at_cell,
            "cell-below": at_cell,
            "revert-cell": at_cell and source.has_unsaved,
        }

    def _of_graph(self, mirror: Mirror | None) -> dict[str, bool]:
        document = mirror.document if mirror else None
        return {
            "run-again": self._controller.source is not None,
            "stop": self._controller.busy,
            "export": mirror is not None,
            "lay-out-anew": mirror is not None,
            "undo": bool(document and document.undo),
            "redo": bool(document and document.redo),
            "copy": self._canvas.selected_node is not None,
            "find": mirror is not None,
            "re-evaluate": bool(mirror and len(mirror.graph)),
        }

    def _of_walk(self, mirror: Mirror | None) -> dict[str, bool]:
        document = mirror.document if mirror else None
        here, end = (mirror.playhead, len(mirror.walk)) if mirror else (0, 0)
        node = self._canvas.selected_node
        return {
            "step": here < end,
            "step-back": here > 0,
            "run-to-end": here < end,
            "reset": here > 0,
            "play": here < end or self._playback.playing,
            "run-step": bool(
                mirror and node is not None and not mirror.graph.nodes[node].is_leaf
            ),
            "zero": mirror is not None,
            "check": self._controller.alive and bool(mirror and len(mirror.graph)),
            "rule-assign": bool(document and document.rule),
            "rule-accumulate": bool(document and document.rule),
        }
