"""Putting edited cells back into a file, and leaving everything else as it is.

A notebook is not parsed and written anew, which would reorder keys and change indents:
the place of each cell's source in the JSON text is found, and only that is replaced.
"""

import difflib
import io
import json
import os
import re
import shutil
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradviz.sources.program import NOTEBOOK_SUFFIXES, SourceError

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])")
_LINE_END = re.compile(r"\r\n|\r|\n")


def save(
    path: Path, changes: Mapping[int, str], before: Mapping[int, str] | None = None
) -> None:
    """Write edited cells into their file; a script is cell 0.

    Args:
        path: The notebook or script.
        changes: The new source by the cell's index.
        before: What the cells are expected to hold in the file.

    Raises:
        SourceError: In a sentence, when the file can't be read or written, or holds
            other cells by now.
    """
    path = path.resolve()
    is_notebook = path.suffix.lower() in NOTEBOOK_SUFFIXES
    try:
        raw = path.read_bytes()
        held = sources(raw) if is_notebook else {0: _text_of(raw)[0]}
        for index in changes:
            if index not in held or (before or held).get(index) != held[index]:
                raise SourceError(
                    f"{path.name} has changed since it was opened, so nothing was "
                    "saved: open it again."
                )
        new = saved(raw, changes) if is_notebook else saved_script(raw, changes[0])
        replace_file(path, new)
    except (ValueError, SyntaxError) as error:
        raise SourceError(f"{path.name} was not saved: {error}") from None
    except OSError as error:
        raise SourceError(f"{path} can't be written: {error.strerror}.") from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one go: nobody ever reads half of it."""
    beside = path.with_name(f".{path.name}.gradviz")
    try:
        beside.write_bytes(content)
        shutil.copymode(path, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


# Notebooks


def saved(raw: bytes, changes: Mapping[int, str]) -> bytes:
    """Return a notebook's bytes with the sources of some cells replaced.

    Args:
        raw: The file's bytes, UTF-8 with or without a byte order mark.
        changes: The new source by the cell's index among all cells.

    Raises:
        ValueError: In a sentence, when it is no notebook or has no such cell.
    """
    text = raw.decode()
    places = _sources(text)
    pieces: list[str] = []
    done = 0
    for index in sorted(changes):
        if index not in places:
            raise ValueError(f"it has no cell {index + 1}.")
        place = places[index]
        if _joined(place.held) == changes[index]:
            continue
        pieces += [text[done : place.start], _written(text, place, changes[index])]
        done = place.end
    return "".join([*pieces, text[done:]]).encode()


def sources(raw: bytes) -> dict[int, str]:
    """Return the source of each cell of a notebook that has one, by its index.

    Raises:
        ValueError: In a sentence, when it is no notebook.
    """
    return {i: _joined(place.held) for i, place in _sources(raw.decode()).items()}


@dataclass(frozen=True)
class _Place:
    """Where a value stands in a JSON text.

    Attributes:
        key: Its key in the object around it.
        key_start: Where the key begins.
        start: Where the value begins.
        end: Where it has ended.
        held: The value.
    """

    key: str
    key_start: int
    start: int
    end: int
    held: Any


def _sources(text: str) -> dict[int, _Place]:
    try:
        root = _members(text, _SPACE.match(text, text.startswith("\ufeff")).end())  # type: ignore[union-attr]
        lists = [root["cells"]] if "cells" in root else _worksheets(text, root)
        cells = [cell for place in lists for cell in _items(text, place.start)]
        found: dict[int, _Place] = {}
        for index, cell in enumerate(cells):
            members = _members(text, cell.start)
            old_code = cell.held.get("cell_type") == "code" and "input" in members
            key = "input" if old_code else "source"
            if key in members and _is_source(members[key].held):
                found[index] = members[key]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise ValueError("what it holds is not what a notebook holds.") from None
    return found


def _is_source(held: object) -> bool:
    if isinstance(held, list):
        return all(isinstance(line, str) for line in held)
    return isinstance(held, str)


def _worksheets(text: str, root: dict[str, _Place]) -> list[_Place]:
    """Return the lists of cells of a notebook of format 3 or older."""
    sheets = _items(text, root["worksheets"].start)
    return [_members(text, sheet.start)["cells"] for sheet in sheets]


def _members(text: str, at: int) -> dict[str, _Place]:
    """Return the members of the object that begins at ``at``; of twins, the last."""
    return {place.key: place for place in _contents(text, at, "{", "}")}


def _items(text: str, at: int) -> list[_Place]:
    """Return the items of the list that begins at ``at``."""
    return list(_contents(text, at, "[", "]"))


def _contents(text: str, at: int, opening: str, closing: str) -> Iterator[_Place]:
    if text[at] != opening:
        raise ValueError(text[at])
    at = _skip(text, at + 1)
    while text[at] != closing:
        key, key_start = "", at
        if opening == "{":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        held, end = _DECODER.raw_decode(text, at)
        yield _Place(key, key_start, at, end, held)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    assert space is not None
    return space.end()


def _joined(held: str | list[str]) -> str:
    return "".join(held) if isinstance(held, list) else held


def _written(text: str, place: _Place, source: str) -> str:
    """Return a source as JSON, in the style of the one it replaces."""
    ascii_only = text.lstrip("\ufeff").isascii() and bool(_ESCAPED.search(text))
    if not isinstance(place.held, list):
        return _quoted(source, ascii_only)
    if not source:
        return "[]"
    items = _items(text, place.start)
    as_it_was = {item.held: text[item.start : item.end] for item in items}
    lines = [
        as_it_was.get(line) or _quoted(line, ascii_only)
        for line in source.splitlines(keepends=True)
    ]
    before, between, after = _spacing(text, place, items)
    return f"[{before}{between.join(lines)}{after}]"


def _spacing(text: str, place: _Place, items: list[_Place]) -> tuple[str, str, str]:
    """Return what stands before, between and after the lines of a source."""
    if items:
        before = text[place.start + 1 : items[0].start]
        after = text[items[-1].end : place.end - 1]
        if len(items) > 1:
            return before, text[items[0].end : items[1].start], after
        space = before or (" " if ", " in _outside_strings(text) else "")
        return before, f",{space}", after
    indent = _indent(text, place.key_start)
    if indent is None:
        return "", ", " if ", " in _outside_strings(text) else ",", ""
    unit = _indent(text, _skip(text, text.index("{") + 1)) or ""
    end = "\r\n" if "\r\n" in text else "\n"
    before = f"{end}{indent}{unit}"
    return before, f",{before}", f"{end}{indent}"


def _indent(text: str, at: int) -> str | None:
    """Return the space before what begins a line, None where it begins none."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line if "\n" in text[:at] and not line.strip(" \t") else None


def _outside_strings(text: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', text[:10_000])


def _quoted(source: str, ascii_only: bool) -> str:
    quoted = json.dumps(source, ensure_ascii=ascii_only)
    # Half a character can't be written as UTF-8, only escaped.
    return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m.group()):04x}", quoted)


# Scripts


def saved_script(raw: bytes, source: str) -> bytes:
    r"""Return a script's bytes with its text replaced.

    The encoding stays, and so does the ending of each line that was there; new lines
    end as most do.

    Args:
        raw: The file's bytes.
        source: The new text, its lines ended by ``\n``.

    Raises:
        ValueError: In a sentence, when the file's encoding can't hold the text.
        SyntaxError: The file, or the new text, names an encoding there is none of.
    """
    old, encoding = _text_of(raw, universal=False)
    if encoding != "utf-8-sig":
        encoding, _ = tokenize.detect_encoding(io.BytesIO(_escaped(source)).readline)
    old_lines, old_ends = _lines(old)
    new_lines, _ = _lines(source)
    usual = Counter(end for end in old_ends if end).most_common(1)
    ends = [usual[0][0] if usual else "\n"] * len(new_lines)
    matcher = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    for block in matcher.get_matching_blocks():
        for i in range(block.size):
            ends[block.b + i] = old_ends[block.a + i] or ends[block.b + i]
    ends[-1] = ""
    text = "".join(line + end for line, end in zip(new_lines, ends, strict=True))
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        lost = text[error.start : error.end][:1]
        raise ValueError(
            f"{lost!r} can't be written in {encoding}, the encoding the file names."
        ) from None


def _escaped(source: str) -> bytes:
    """Return a text as bytes that hold the same coding line, if there is one."""
    return source.encode("ascii", errors="backslashreplace")


def _text_of(raw: bytes, universal: bool = True) -> tuple[str, str]:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    text = raw.decode(encoding)
    return (_LINE_END.sub("\n", text) if universal else text), encoding


def _lines(text: str) -> tuple[list[str], list[str]]:
    """Return the lines of a text without their ends, and the ends."""
    ends = _LINE_END.findall(text)
    return _LINE_END.split(text), [*ends, ""]
