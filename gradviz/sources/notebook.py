"""Notebooks of every format version, as their cells."""

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

CellKind = Literal["code", "markdown", "raw"]

_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class SavedCell:
    """A cell as its file holds it.

    Attributes:
        kind: What it is.
        source: Its text, magics included.
        outputs: What was saved below it, each as content by MIME type: images are
            base64, everything else is text.
    """

    kind: CellKind
    source: str
    outputs: tuple[dict[str, str], ...] = ()


def read_notebook(raw: bytes) -> list[SavedCell]:
    """Return every cell, in order.

    Args:
        raw: The file's bytes.

    Raises:
        ValueError: In a sentence, when it is no notebook.
    """
    try:
        text = raw.decode("utf-8-sig")
        notebook = json.loads(text)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text.") from None
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON.") from None
    if not _is_current(notebook):
        notebook = _converted(text)
    return [_cell(cell) for cell in notebook.get("cells", ())]


def _is_current(notebook: Any) -> bool:
    """Whether a notebook is read as it is: of version 4, with cells that can be."""
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        return False
    cells = notebook.get("cells")
    return isinstance(cells, list) and all(map(_is_plain, cells))


def _is_plain(cell: Any) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    outputs = cell.get("outputs", [])
    return (
        "source" in cell
        and isinstance(outputs, list)
        and all(isinstance(output, dict) for output in outputs)
        and all(isinstance(output.get("data", {}), dict) for output in outputs)
    )


def _converted(text: str) -> Mapping[str, Any]:
    """Return a notebook of another version, or one that lacks something, as version 4.

    Raises:
        ValueError: In a sentence, when it is no notebook.
    """
    # Loading nbformat takes longer than all else that a file of version 4 needs.
    import nbformat

    try:
        with warnings.catch_warnings():
            # Old notebooks lack things that a person here can do nothing about.
            warnings.simplefilter("ignore")
            found: Mapping[str, Any] = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except Exception:  # nbformat raises a different type for each defect
        raise ValueError("what it holds is not what a notebook holds.") from None
    return found


def _cell(cell: Mapping[str, Any]) -> SavedCell:
    kind: CellKind = "raw"
    if cell["cell_type"] in ("code", "markdown"):
        kind = cell["cell_type"]
    outputs = cell.get("outputs", ()) if kind == "code" else ()
    bundles = (_bundle(output) for output in outputs)
    return SavedCell(kind, _text(cell["source"]), tuple(filter(None, bundles)))


def _bundle(output: Mapping[str, Any]) -> dict[str, str]:
    """Return one saved output by MIME type, an empty one where it says nothing."""
    if output.get("output_type") == "stream":
        return {"text/plain": _text(output.get("text", ""))}
    if output.get("output_type") == "error":
        trace = "\n".join(output.get("traceback", ()))
        return {"text/plain": _TERMINAL_CODES.sub("", trace)}
    return {kind: _text(content) for kind, content in output.get("data", {}).items()}


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, str) for part in content):
        return "".join(content)
    return json.dumps(content)
