"""Follows the file: saved by any editor, it is run again, and what was done stays."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from gradviz.analysis.words import Change
from gradviz.numbers import shown
from gradviz.session.facts import Figure
from gradviz.sources.nearby import file_of_module, files_of
from gradviz.sources.program import NOTEBOOK_SUFFIXES, SourceError, read_program
from gradviz.ui.controller import Controller
from gradviz.worker.messages import OpenFunction
from gradviz.worker.restoring import Restoring

SETTLED_MS = 80
"""How long a file must be left alone before it is read: editors save in pieces."""

READY_AFTER_MS = 300
"""How long after a graph came the worker of the next run is started, in its shadow."""

_LISTED = 3
"""Changes that are named in the notice."""


class Following(QObject):
    """Runs the file shown again when it, or a module of its own, has been saved.

    Only what has run before is run again; a file that could not be run is followed as
    well, so that mending it is enough.

    Attributes:
        on: Whether the file is followed.

    Signals:
        offered: (sentence) The file was saved, and running it again would lose what
            the person has done by hand since.
    """

    offered = Signal(str)

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = True
        self._controller = controller
        self._files: tuple[Path, ...] = ()
        self._seen = b""
        self._cells_run = 0
        self._watcher = QFileSystemWatcher(self)
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settling.timeout.connect(self._look)
        self._readying = QTimer(self, singleShot=True, interval=READY_AFTER_MS)
        self._readying.timeout.connect(self._get_ready)
        self._watcher.fileChanged.connect(self._settling.start)
        self._watcher.directoryChanged.connect(self._settling.start)
        controller.opening_began.connect(self._on_opening_began)
        controller.cell_ended.connect(self._on_cell_ended)
        controller.opening_failed.connect(self._watch)
        controller.graph_changed.connect(self._on_graph_changed)
        if controller.to_run_again is not None:
            self._on_opening_began()

    @property
    def path(self) -> Path | None:
        """The file followed, None where there is none."""
        source = self._controller.to_run_again
        if source is not None and isinstance(source.request, OpenFunction):
            return file_of_module(source.request.module, Path.cwd())
        return source.path if source is not None else None

    def set_on(self, on: bool) -> None:
        """Follow the file, or leave the graph as it is until the person runs it."""
        self.on = on
        if on:
            self._look()

    def take_as_run(self) -> None:
        """What the file holds now needs no run: the person has saved it from here."""
        self._seen = self._contents()

    def run(self) -> None:
        """Run the file again, and take over what the person has done."""
        self._controller.run_again(keep=True)

    def _on_opening_began(self) -> None:
        self._cells_run = 0
        self._watch()
        self._seen = self._contents()

    def _on_graph_changed(self) -> None:
        self._watch()
        self._readying.start()

    def _get_ready(self) -> None:
        """Have a worker wait for the next save."""
        opened = self._controller.opened
        if self.on and self.path is not None and opened is not None:
            self._controller.workers.get_ready(opened.modules)

    def _on_cell_ended(self, _ended: object) -> None:
        # Those of a file that is being opened are no cells run by hand.
        self._cells_run += not self._controller.is_opening

    def _watch(self) -> None:
        """Watch the files, and their folders: most editors put a new file in place."""
        path = self.path
        self._files = files_of(path) if path is not None else ()
        wanted = {str(file) for file in self._files if file.exists()}
        wanted |= {str(f.parent) for f in self._files if f.parent.is_dir()}
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if watched - wanted:
            self._watcher.removePaths(list(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(list(wanted - watched))

    def _contents(self) -> bytes:
        """Return what stands for what is in the files, empty while there is no file."""
        digest = hashlib.sha256()
        for file in self._files:
            try:
                held = _code(file)
            except OSError:
                if file == self.path:
                    return b""
                held = b""
            digest.update(len(held).to_bytes(8) + held)
        return digest.digest()

    def _look(self) -> None:
        """Run the file again, if what is in it is not what has run last."""
        self._watch()
        contents = self._contents()
        if not self.on or not contents or contents == self._seen:
            return
        self._seen = contents
        path = self.path
        if self._cells_run and path is not None:
            cells = "cell" if self._cells_run == 1 else f"{self._cells_run} cells"
            self.offered.emit(
                f"{path.name} was saved. Running it again starts from the top, without "
                f"the {cells} that you have run by hand."
            )
        else:
            self.run()


def _code(file: Path) -> bytes:
    """Return what of a file runs: outputs that Jupyter saves are no change.

    Raises:
        OSError: It can't be read.
    """
    if file.suffix.lower() in NOTEBOOK_SUFFIXES:
        with contextlib.suppress(SourceError):
            cells = read_program(file).cells
            return repr([(cell.kind, cell.source) for cell in cells]).encode()
    return file.read_bytes()


def changes_of(restored: Restoring) -> dict[int, Change]:
    """Return what Values held before their file was run again, where that differs."""
    found = {}
    assert restored.mirror is not None
    for node, old in sorted(restored.to_old.items()):
        data = _before(restored.data[old], restored.mirror.data[node])
        grad = _before(restored.grad[old], restored.mirror.grad[node])
        if data is not None or grad is not None:
            found[node] = Change(data, grad)
    return found


def data_changes(changes: dict[int, Change]) -> dict[int, Change]:
    """Return only what has changed in data, which no step of the walk changes."""
    return {
        node: replace(change, grad_before=None)
        for node, change in changes.items()
        if change.data_before is not None
    }


def said_of(restored: Restoring, changes: dict[int, Change]) -> str:
    """Return in one sentence what a run after a save has changed."""
    mirror = restored.mirror
    assert mirror is not None
    nodes = mirror.graph.nodes
    grads = [n for n, change in changes.items() if change.grad_before is not None]
    data = [n for n, change in changes.items() if change.data_before is not None]
    said = []
    if data:
        pairs = [(nodes[n].name, changes[n].data_before, mirror.data[n]) for n in data]
        said.append(_listed("number", pairs))
    if grads:
        pairs = [(nodes[n].name, changes[n].grad_before, mirror.grad[n]) for n in grads]
        said.append(_listed("gradient", pairs))
    new = len(mirror.graph) - len(restored.to_old)
    gone = len(restored.before.mirror.graph) - len(restored.to_old)
    if new:
        said.append(f"{new} new {'Value' if new == 1 else 'Values'}")
    if gone:
        said.append(f"{gone} {'Value' if gone == 1 else 'Values'} gone")
    return f"Run again after a save: {', '.join(said) or _said_of_ends(restored)}."


def _said_of_ends(restored: Restoring) -> str:
    """Return what is said where no number has changed at the playhead."""
    assert restored.mirror is not None
    here, compared = "no number at this step has changed", list(_ends(restored))
    for where, old, new in compared:
        if changed := _changed(restored, old, new):
            nodes = restored.mirror.graph.nodes
            named = [
                f"{nodes[n].name} is {shown(new.get(n))} (was {shown(before)})"
                for n, before in changed[:_LISTED]
            ]
            more = ", …" if len(changed) > _LISTED else ""
            return f"{here}; at the end of the {where} {', '.join(named)}{more}"
    return "no number has changed" if compared else here


_Gradients = Mapping[int, Figure]


def _ends(restored: Restoring) -> Iterator[tuple[str, _Gradients, _Gradients]]:
    """Yield which walk's end is known, and the gradients there, before and now."""
    if restored.ends is not None:
        old, new = restored.ends
        yield "walk", dict(enumerate(old)), dict(enumerate(new))
    before, now = restored.before.opened.left, restored.opened
    if before and now is not None and now.left:
        yield "recorded walk", dict(before), dict(now.left)


def _changed(
    restored: Restoring, old: _Gradients, new: _Gradients
) -> list[tuple[int, Figure]]:
    """Return the Values with another gradient, and what it was; leaves come first."""
    assert restored.mirror is not None
    nodes = restored.mirror.graph.nodes
    found = [
        (now, old.get(before))
        for now, before in restored.to_old.items()
        if (repr(old.get(before)) != repr(new.get(now))) and not nodes[now].constant
    ]
    return sorted(found, key=lambda pair: (not nodes[pair[0]].is_leaf, pair[0]))


def _before(old: Figure, new: Figure) -> Figure:
    """Return a number as it was, None where it is the same; nan is nan."""
    return None if repr(old) == repr(new) else old


def _listed(what: str, changes: list[tuple[str, Figure, Figure]]) -> str:
    several = "" if len(changes) == 1 else "s"
    named = [
        f"{name}: {shown(before)} → {shown(now)}"
        for name, before, now in changes[:_LISTED]
    ]
    more = ", …" if len(changes) > _LISTED else ""
    return f"{len(changes)} {what}{several} changed ({', '.join(named)}{more})"
