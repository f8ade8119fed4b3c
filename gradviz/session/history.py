"""Undo and redo of edits."""

from dataclasses import dataclass, replace
from functools import reduce

from gradviz.session.attributes import Delta, merged
from gradviz.session.document import Document
from gradviz.session.walk import Walk

LIMIT = 500
"""How many edits can be undone."""

MERGE_AFTER = 60
"""How many ticks of one drag are kept apart: merging takes time a drag doesn't have."""


@dataclass(frozen=True)
class Edit:
    """One edit: of the document, or a step that the person put into the walk.

    Attributes:
        text: What it does, for the menu.
        before: The document before it.
        after: The document after it.
        deltas: What it changed in the Values at playhead 0, one after the other.
        walk_before: The walk before a step was put in.
        walk_after: The walk after it.
        inserted_at: Where the step was put in, or None for an edit of the document.
    """

    text: str
    before: Document
    after: Document
    deltas: tuple[Delta, ...] = ()
    walk_before: Walk = ()
    walk_after: Walk = ()
    inserted_at: int | None = None


class History:
    """Edits made and edits taken back."""

    def __init__(self) -> None:
        self._made: list[Edit] = []
        self._taken_back: list[Edit] = []
        self._gesture = ""

    def add(self, edit: Edit, gesture: str = "") -> None:
        """Remember an edit; one of the same gesture as the last joins it."""
        if gesture and gesture == self._gesture and self._made:
            first = self._made.pop()
            deltas = (*first.deltas, *edit.deltas)
            if len(deltas) > MERGE_AFTER:
                deltas = (reduce(merged, deltas),)
            edit = replace(edit, before=first.before, deltas=deltas)
        self._made.append(edit)
        del self._made[:-LIMIT]
        self._taken_back.clear()
        self._gesture = gesture

    def take_undo(self) -> Edit | None:
        """Move the last edit to those taken back and return it."""
        self._gesture = ""
        if not self._made:
            return None
        self._taken_back.append(self._made.pop())
        return self._taken_back[-1]

    def take_redo(self) -> Edit | None:
        """Move the last edit taken back to those made and return it."""
        self._gesture = ""
        if not self._taken_back:
            return None
        self._made.append(self._taken_back.pop())
        return self._made[-1]

    @property
    def undo_text(self) -> str:
        """What Undo would take back, empty when nothing."""
        return self._made[-1].text if self._made else ""

    @property
    def redo_text(self) -> str:
        """What Redo would make again, empty when nothing."""
        return self._taken_back[-1].text if self._taken_back else ""
