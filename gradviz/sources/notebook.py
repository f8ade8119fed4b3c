"""Notebooks of every format version, as the sources of their cells."""

import ast
import re
import warnings

_TIMED = re.compile(r"^(\s*)%time\s+(?=\S)")
_MAGIC = re.compile(r"^(\s*)(?:[%!?]|[\w.]+\?{1,2}\s*$)")
_FROM_MAGIC = re.compile(r"^(\s*[\w, ]+=\s*)[!%].*$")
_PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Cell magics under which a cell still is Python."""


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
    return [
        without_magics(cell.source) if cell.cell_type == "code" else None
        for cell in notebook.get("cells", ())
    ]


def without_magics(source: str) -> str:
    """Return a cell's source with lines that only IPython understands blanked."""
    if _is_python(source):
        return source
    first, _, rest = source.lstrip().partition("\n")
    if first.startswith("%%"):
        if first.split()[0] not in _PYTHON_CELLS:
            return ""
        above = len(source) - len(source.lstrip())
        return "\n" * (source[:above].count("\n") + 1) + without_magics(rest)
    return "\n".join(map(_without_magic, source.split("\n")))


def _without_magic(line: str) -> str:
    if _TIMED.match(line):
        return _TIMED.sub(r"\1", line)
    if found := _MAGIC.match(line):
        return f"{found.group(1)}pass"
    return _FROM_MAGIC.sub(r"\1None", line)


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True
