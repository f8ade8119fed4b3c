"""What the Source dock shows of a file, and what has become of each cell of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gradviz.sources.program import Program, SourceError, read_program

Phase = Literal["idle", "waiting", "running", "done", "failed"]
"""What a cell is doing: nothing yet, queued, running, or how it ended."""

OutputKind = Literal["stdout", "stderr", "error", "result", "display"]

PLAIN = "text/plain"
_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Shown:
    """One output below a cell.

    Attributes:
        kind: Where it comes from.
        data: Content by MIME type; images are base64, everything else is text.
    """

    kind: OutputKind
    data: Mapping[str, str]

    @property
    def text(self) -> str:
        """Its plain text."""
        return self.data.get(PLAIN, "")


@dataclass
class CellState:
    """A cell as the person sees it.

    Attributes:
        index: Its place among all cells of the file, from 0.
        kind: ``code``, ``markdown`` or ``raw``.
        source: What the file says.
        filename: What tracebacks call it.
        text: What stands in the editor.
        outputs: What is shown below it.
        saved: Whether those outputs are the file's, not of a run.
        phase: What it is doing.
        count: The how-manieth it was to run, None while it has not been run.
        seconds: How long it took.
        ran: The source it was last run with.
    """

    index: int
    kind: str
    source: str
    filename: str
    text: str = ""
    outputs: list[Shown] = field(default_factory=list)
    saved: bool = True
    phase: Phase = "idle"
    count: int | None = None
    seconds: float = 0.0
    ran: str | None = None

    def __post_init__(self) -> None:
        self.text = self.source

    @property
    def is_code(self) -> bool:
        """Whether it can be run."""
        return self.kind == "code"

    @property
    def is_edited(self) -> bool:
        """Whether it differs from the file."""
        return self.text != self.source

    @property
    def lines_hold(self) -> bool:
        """Whether line numbers of what ran are those of what is shown."""
        return self.text == (self.source if self.ran is None else self.ran)

    def clear(self) -> None:
        """Forget what it has shown, as it begins to run."""
        self.outputs.clear()
        self.saved = False

    def add(self, output: Shown) -> None:
        """Add an output; text of one stream goes on where the last one ended."""
        last = self.outputs[-1] if self.outputs else None
        if last and output.kind in ("stdout", "stderr") and last.kind == output.kind:
            output = Shown(output.kind, {PLAIN: last.text + output.text})
            self.outputs.pop()
        self.outputs.append(output)


@dataclass
class SourceFile:
    """A file as it was read.

    Attributes:
        path: The file.
        raw: Its bytes.
        is_notebook: Whether it has cells; a script is one.
        cells: All its cells, in order.
    """

    path: Path
    raw: bytes
    is_notebook: bool
    cells: list[CellState]

    @property
    def edited(self) -> list[CellState]:
        """The cells that differ from the file."""
        return [cell for cell in self.cells if cell.is_edited]

    def cell_at(self, place: str) -> tuple[CellState, int] | None:
        """Return the cell and the line, from 1, that a place means; line 0 for none.

        Args:
            place: As in ``Node.place`` (``lesson.ipynb, cell 3:2``) or
                ``StepFact.place`` (``cell 9``).
        """
        name, _, line = place.rpartition(":")
        if not (name and line.isdecimal()):
            name, line = place, "0"
        for cell in self.cells:
            own = cell.filename
            if name and name in (own, own.rpartition(", ")[2], Path(own).name):
                return cell, int(line)
        return None


def read_source(path: Path) -> SourceFile:
    """Read a file to show, without running anything.

    Raises:
        SourceError: In a sentence, when it can't be read.
    """
    try:
        program, raw = read_program(path), path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}.") from error
    return SourceFile(path, raw, program.is_notebook, _cells(program))


def _cells(program: Program) -> list[CellState]:
    return [
        CellState(
            cell.index,
            cell.kind,
            cell.source,
            cell.filename,
            outputs=_saved_outputs(cell.outputs),
        )
        for cell in program.cells
    ]


def _saved_outputs(outputs: tuple[dict[str, str], ...]) -> list[Shown]:
    """Return what a file holds below a cell."""
    return [
        Shown("error" if _TRACEBACK in data.get(PLAIN, "") else "display", data)
        for data in outputs
    ]
