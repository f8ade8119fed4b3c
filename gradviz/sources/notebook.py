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
    import nbformat
    from nbformat.reader import NotJSONError

    try:
        with warnings.catch_warnings():
            # Old notebooks lack things that a person here can do nothing about.
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(raw.decode("utf-8-sig"), as_version=4)  # type: ignore[no-untyped-call]
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text.") from None
    except NotJSONError:
        raise ValueError("it is not JSON.") from None
    except Exception:  # nbformat raises a different type for each defect
        raise ValueError("what it holds is not what a notebook holds.") from None
    return [_cell(cell) for cell in notebook.get("cells", ())]


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
