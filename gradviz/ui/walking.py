"""What the commands of the walk do: by hand they pause what is being played."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.controller import Controller
from gradviz.ui.playback import Playback


class Walking(QObject):
    """Moves the playhead for the window's commands, and as it is played."""

    def __init__(
        self, controller: Controller, canvas: CanvasView, playback: Playback
    ) -> None:
        super().__init__(canvas)
        self._controller = controller
        self._canvas = canvas
        self._playback = playback
        playback.step_wanted.connect(self._play_step)

    @property
    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command of the walk does."""
        controller = self._controller
        return {
            "step": self._by_hand(controller.step),
            "step-back": self._by_hand(controller.step_back),
            "run-to-end": self._by_hand(controller.run_to_end),
            "reset": self._by_hand(controller.reset),
            "play": self._playback.toggle,
            "faster": self._playback.faster,
            "slower": self._playback.slower,
            "run-step": self._run_selected,
            "zero": controller.zero_gradients,
            "rule-assign": lambda: controller.set_rule("assign"),
            "rule-accumulate": lambda: controller.set_rule("accumulate"),
        }

    def _by_hand(self, move: Callable[[], None]) -> Callable[[], None]:
        def pause_and_move() -> None:
            self._playback.pause()
            move()

        return pause_and_move

    def _play_step(self) -> None:
        if self._controller.at_end:
            self._playback.pause()
        else:
            self._controller.step()

    def _run_selected(self) -> None:
        node, mirror = self._canvas.selected_node, self._controller.mirror
        if node is not None and mirror and not mirror.graph.nodes[node].is_leaf:
            self._controller.run_step(node)
