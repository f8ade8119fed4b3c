"""Notebooks of every format version, as the sources of their cells."""

import ast
import re

_MAGIC = re.compile(r"^(\s*)(?:[%!]|\?)", re.MULTILINE)


def read_notebook(raw: bytes) -> list[str | None]:
    """Return the source of every cell, in order; None for one that is no code.

    Lines that only IPython understands (``%matplotlib``, ``!pip``) are blanked, so
    that line numbers stay true.

    Args:
        raw: The file's bytes.

    Raises:
        ValueError: In a sentence, when it is no notebook.
    """
    import nbformat
    from nbformat.reader import NotJSONError

    try:
        notebook = nbformat.reads(raw.decode("utf-8-sig"), as_version=4)  # type: ignore[no-untyped-call]
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text.") from None
    except NotJSONError:
        raise ValueError("it is not JSON.") from None
    except Exception as error:  # nbformat raises a different type for each defect
        detail = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(f"{detail[0].rstrip('.')}.") from None
    return [
        without_magics(cell.source) if cell.cell_type == "code" else None
        for cell in notebook.cells
    ]


def without_magics(source: str) -> str:
    """Return a cell's source with lines that only IPython understands blanked."""
    if _is_python(source):
        return source
    if source.lstrip().startswith("%%"):
        first, _, rest = source.lstrip().partition("\n")
        keeps_python = first.split()[0] in ("%%time", "%%timeit", "%%capture")
        return "\n" + rest if keeps_python else ""
    lines = source.split("\n")
    return "\n".join(
        f"{found.group(1)}pass" if (found := _MAGIC.match(line)) else line
        for line in lines
    )


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True
