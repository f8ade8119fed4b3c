"""What the Source dock shows of a file, and what has become of each cell of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gradviz.session.history import LIMIT
from gradviz.sources.program import Program, SourceError, read_program

Phase = Literal["idle", "waiting", "running", "done", "failed"]
"""What a cell is doing: nothing yet, queued, running, or how it ended."""

_MOST_OUTCOMES = LIMIT
"""Runs of one cell that are remembered: no more of them can be taken back."""

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
class Outcome:
    """What one run of a cell has shown, or what the file holds of it.

    Attributes:
        outputs: What is shown below the cell.
        phase: How far the run is: ``idle`` where there has been none.
        count: The how-manieth run of a cell it was, None where it has not ended.
        seconds: How long it took.
        ran: The source that was run, None where there has been no run.
        undone: Whether it has been taken back.
    """

    outputs: list[Shown] = field(default_factory=list)
    phase: Phase = "idle"
    count: int | None = None
    seconds: float = 0.0
    ran: str | None = None
    undone: bool = False


@dataclass
class CellState:
    """A cell as the person sees it: as its last run left it that was not taken back.

    Attributes:
        index: Its place among all cells of the file, from 0.
        kind: ``code``, ``markdown`` or ``raw``.
        source: What the file says.
        filename: What tracebacks call it.
        outcomes: What the file holds of it, then what each run has shown.
        text: What stands in the editor.
        waits: Whether it is queued to run.
    """

    index: int
    kind: str
    source: str
    filename: str
    outcomes: list[Outcome] = field(default_factory=lambda: [Outcome()])
    text: str = ""
    waits: bool = False

    def __post_init__(self) -> None:
        self.text = self.source

    @property
    def outcome(self) -> Outcome:
        """What is shown of it: of its last run that was not taken back."""
        return next(o for o in reversed(self.outcomes) if not o.undone)

    @property
    def outputs(self) -> list[Shown]:
        """What is shown below it."""
        return self.outcome.outputs

    @property
    def saved(self) -> bool:
        """Whether its outputs are the file's, not of a run."""
        return self.outcome.phase == "idle"

    @property
    def phase(self) -> Phase:
        """What it is doing."""
        phase = self.outcome.phase
        return "waiting" if self.waits and phase != "running" else phase

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
        ran = self.outcome.ran
        return self.text == (self.source if ran is None else ran)

    def begin(self, source: str) -> None:
        """Show nothing yet of a run that begins; those taken back are gone for good."""
        kept = [outcome for outcome in self.outcomes if not outcome.undone]
        self.outcomes = kept[:1] + kept[1:][-_MOST_OUTCOMES:]
        self.outcomes.append(Outcome(phase="running", ran=source))

    def undo(self, count: int, redone: bool) -> None:
        """Show a run no more that was taken back, or again if it was done again."""
        for outcome in self.outcomes[1:]:
            if outcome.count == count:
                outcome.undone = not redone

    def settle(self) -> None:
        """Keep what is shown, whatever is taken back from now on."""
        self.outcomes = [self.outcome]

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
            [Outcome(_saved_outputs(cell.outputs))],
        )
        for cell in program.cells
    ]


def _saved_outputs(outputs: tuple[dict[str, str], ...]) -> list[Shown]:
    """Return what a file holds below a cell."""
    return [
        Shown("error" if _TRACEBACK in data.get(PLAIN, "") else "display", data)
        for data in outputs
    ]
