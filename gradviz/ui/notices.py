"""What the notice bar says, and until when."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts
from gradviz.ui.mapping_dialog import MappingDialog
from gradviz.ui.panels.notice import NoticeBar
from gradviz.worker.messages import OFFERS_RECORDED, Failure, Unreadable

_RUN_AGAIN = "Run again"


class Notices(QObject):
    """Tells the person of failures, and of work that takes its time.

    A failure of what was asked goes with the next success; one of a file, and the end
    of its process, stay until another graph is shown or the person closes them.
    """

    def __init__(
        self, bar: NoticeBar, controller: Controller, layouts: Layouts
    ) -> None:
        super().__init__(bar)
        self._bar = bar
        self._controller = controller
        self._goes_with_success = False
        self._of_edits: tuple[str, ...] = ()
        self._doing, self._lays_out = "", False
        controller.failed.connect(self._on_failed)
        controller.opening_failed.connect(self._on_opening_failed)
        controller.succeeded.connect(self._on_succeeded)
        controller.worker_ended.connect(self._on_worker_ended)
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._on_session_changed)
        controller.busy_changed.connect(self._on_busy)
        layouts.failed.connect(bar.show_info)
        layouts.busy_changed.connect(self._on_layout_busy)

    def offer_to_run(self, path: Path, run: Callable[[], object]) -> None:
        """Say that a file has not run, until another graph is shown."""
        self._goes_with_success = False
        self._bar.show_info(
            f"{path.name} has not run yet: its source is in the Source panel. Run it "
            "only if you trust who wrote it.",
            action="Run",
            act=run,
        )

    def offer_to_run_again(self, sentence: str, run: Callable[[], object]) -> None:
        """Say why a file that was saved has not been run again."""
        self._goes_with_success = False
        self._bar.show_info(sentence, action=_RUN_AGAIN, act=run)

    def refuse(self, sentence: str) -> None:
        """Say why something was not done, and offer to run what does not run."""
        self._goes_with_success = False
        failure = Failure("request", sentence)
        if self._controller.alive:
            self._bar.show_failure(failure)
        else:
            self._show_with_run_again(failure)

    def _on_failed(self, failure: Failure) -> None:
        self._goes_with_success = self._controller.alive
        if self._controller.alive:
            self._bar.show_failure(failure)
        else:
            self._show_with_run_again(failure)

    def _on_opening_failed(self, failure: Failure) -> None:
        self._goes_with_success = False
        if failure.unreadable:
            act = partial(self._ask_for_attributes, failure.unreadable[0])
            self._bar.show_failure(failure, "Name its attributes…", act)
        else:
            self._show_with_run_again(failure)

    def _ask_for_attributes(self, unreadable: Unreadable) -> None:
        dialog = MappingDialog(unreadable, self._bar.window())
        dialog.accepted.connect(
            lambda: self._controller.map_class(dialog.class_name, dialog.attributes)
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_session_changed(self) -> None:
        """Say what an edit has brought with it, as long as it holds."""
        self._withdraw_offer()
        mirror = self._controller.mirror
        notices = mirror.document.notices if mirror is not None else ()
        if notices == self._of_edits:
            return
        self._of_edits = notices
        if notices:
            self._bar.show_info(" ".join(notices))
        else:
            self._bar.clear()

    def _withdraw_offer(self) -> None:
        """Offer the recorded walk no longer, once it has been chosen."""
        mirror, opened = self._controller.mirror, self._controller.opened
        if mirror is None or opened is None or mirror.document.walk != "recorded":
            return
        if self._bar.text != " ".join(opened.notices):
            return
        left = [notice for notice in opened.notices if notice != OFFERS_RECORDED]
        if not left:
            self._bar.clear()
        elif len(left) < len(opened.notices):
            self._bar.show_info(" ".join(left))

    def _on_worker_ended(self, sentence: str) -> None:
        self._goes_with_success = False
        self._show_with_run_again(Failure("code", f"{sentence} Run it again to go on."))

    def _on_succeeded(self) -> None:
        if self._goes_with_success:
            self._goes_with_success = False
            self._bar.clear()

    def _on_graph_changed(self) -> None:
        self._goes_with_success = False
        self._of_edits = ()
        self._bar.clear()
        opened = self._controller.opened
        if opened is not None and opened.notices:
            self._bar.show_info(" ".join(opened.notices))

    def _on_busy(self, doing: str) -> None:
        self._doing = doing
        self._show_work()

    def _on_layout_busy(self, busy: bool) -> None:
        self._lays_out = busy
        self._show_work()

    def _show_work(self) -> None:
        laying_out = "Laying the graph out" if self._lays_out else ""
        self._bar.set_busy(self._doing or laying_out)

    def _show_with_run_again(self, failure: Failure) -> None:
        self._bar.show_failure(failure, _RUN_AGAIN, self._controller.run_again)
