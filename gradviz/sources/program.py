"""A person's file as cells to run, read without running anything."""

import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

from gradviz.sources.notebook import read_notebook

NOTEBOOK_SUFFIXES = (".ipynb",)
SCRIPT_SUFFIXES = (".py", ".pyw")
SUFFIXES = NOTEBOOK_SUFFIXES + SCRIPT_SUFFIXES


class SourceError(Exception):
    """A file that can't be opened; the message says why and what to do."""


@dataclass(frozen=True)
class Cell:
    """A piece of source that runs as one.

    Attributes:
        source: Its Python source.
        filename: What tracebacks call it (``lesson.ipynb, cell 3``).
    """

    source: str
    filename: str


@dataclass(frozen=True)
class Program:
    """A file, split into the cells that run.

    Attributes:
        path: The file.
        cells: Code cells in order; a script is one cell.
        is_notebook: Whether it stops at its first drawing call.
    """

    path: Path
    cells: tuple[Cell, ...]
    is_notebook: bool


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
            sources = read_notebook(raw)
        except ValueError as error:
            raise SourceError(f"{path.name} is no readable notebook: {error}") from None
        cells = tuple(
            Cell(source, f"{path.name}, cell {number}")
            for number, source in enumerate(sources, start=1)
            if source is not None
        )
        return Program(path, cells, is_notebook=True)
    return Program(path, (Cell(_decoded(raw, path), str(path)),), is_notebook=False)


def _decoded(raw: bytes, path: Path) -> str:
    """Decode a script as Python itself would, by its coding line or as UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = io.TextIOWrapper(io.BytesIO(raw), encoding, newline=None).read()
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"{path.name} is not readable as text: {error}.") from None
    return text
