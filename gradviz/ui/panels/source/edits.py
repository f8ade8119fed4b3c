"""Edits that are not saved, carried over into the file as it is read again."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from gradviz.ui.panels.source.cells import CellState, SourceFile


def carry_over(before: SourceFile, file: SourceFile) -> list[str]:
    """Give each edit to its cell in the file as it is now.

    A cell is found again by its place among those that have stayed, then by its
    source; one whose source another program has changed, by its place between them.

    Returns:
        The text of every edit whose cell is gone.
    """
    stayed, changed = _aligned(before, file)
    free = [cell for cell in file.cells if cell.index not in stayed.values()]
    gone = []
    for old in before.edited:
        found = _cell_of(old, file, stayed, changed, free)
        if found is None:
            gone.append(old.text)
            continue
        if found in free:
            free.remove(found)
        found.text = old.text
    return gone


def _cell_of(
    old: CellState,
    file: SourceFile,
    stayed: dict[int, int],
    changed: dict[int, int],
    free: list[CellState],
) -> CellState | None:
    if old.index in stayed:
        return file.cells[stayed[old.index]]
    moved = [cell for cell in free if _says(cell) == _says(old)]
    here = [
        cell
        for cell in free
        if cell.index == changed.get(old.index) and cell.kind == old.kind
    ]
    return next(iter(moved + here), None)


def _aligned(
    before: SourceFile, file: SourceFile
) -> tuple[dict[int, int], dict[int, int]]:
    """Return where cells are that stayed as they were, and those that may be changed.

    Both by their index before.
    """
    matcher = SequenceMatcher(
        None,
        [_says(cell) for cell in before.cells],
        [_says(cell) for cell in file.cells],
        autojunk=False,
    )
    stayed: dict[int, int] = {}
    changed: dict[int, int] = {}
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        pairs: Iterator[tuple[int, int]] = zip(
            range(start, end), range(new_start, new_end), strict=False
        )
        if tag == "equal":
            stayed.update(pairs)
        elif tag == "replace":
            changed.update(pairs)
    return stayed, changed


def _says(cell: CellState) -> tuple[str, str]:
    return cell.kind, cell.source
