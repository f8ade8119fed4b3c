"""A person's file as cells to run, read without running anything."""

import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

from gradviz.sources.notebook import CellKind, read_notebook

NOTEBOOK_SUFFIXES = (".ipynb",)
SCRIPT_SUFFIXES = (".py", ".pyw")
SUFFIXES = NOTEBOOK_SUFFIXES + SCRIPT_SUFFIXES


class SourceError(Exception):
    """A file that can't be opened; the message says why and what to do."""


@dataclass(frozen=True)
class Cell:
    """A piece of a file; code runs as one.

    Attributes:
        index: Its place among all cells of the file, from 0.
        kind: What it is.
        source: Its text as the file has it, magics included.
        filename: What tracebacks call it (``lesson.ipynb, cell 3``).
        outputs: What the file saved for it, each as content by MIME type.
    """

    index: int
    kind: CellKind
    source: str
    filename: str
    outputs: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class Program:
    """A file, split into its cells.

    Attributes:
        path: The file.
        cells: All cells in order; a script is one.
        is_notebook: Whether it stops at its first drawing call.
    """

    path: Path
    cells: tuple[Cell, ...]
    is_notebook: bool

    @property
    def folder(self) -> Path:
        """The folder the file is in, where it runs."""
        return self.path.resolve().parent


def check_readable(path: Path) -> None:
    """Make sure that there is a file of a kind that can be opened.

    Raises:
        SourceError: In a sentence, when there is not.
    """
    if not path.exists():
        raise SourceError(f"There is no file {path}.")
    if path.is_dir():
        raise SourceError(f"{path} is a folder; name a notebook or a script in it.")
    if path.suffix.lower() not in SUFFIXES:
        raise SourceError(
            f"{path.name} is neither a notebook (.ipynb) nor a script (.py)."
        )


def read_program(path: Path) -> Program:
    """Read a notebook or a script.

    Raises:
        SourceError: In a sentence, when there is no such file or it can't be read.
    """
    check_readable(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}.") from error
    if path.suffix.lower() in NOTEBOOK_SUFFIXES:
        try:
            saved = read_notebook(raw)
        except ValueError as error:
            raise SourceError(f"{path.name} is no readable notebook: {error}") from None
        cells = tuple(
            Cell(i, cell.kind, cell.source, f"{path.name}, cell {i + 1}", cell.outputs)
            for i, cell in enumerate(saved)
        )
        return Program(path, cells, is_notebook=True)
    script = Cell(0, "code", _decoded(raw, path), str(path))
    return Program(path, (script,), is_notebook=False)


def _decoded(raw: bytes, path: Path) -> str:
    """Decode a script as Python itself would, by its coding line or as UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = io.TextIOWrapper(io.BytesIO(raw), encoding, newline=None).read()
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"{path.name} is not readable as text: {error}.") from None
    return text
