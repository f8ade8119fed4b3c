"""Undo and redo of edits."""

from dataclasses import dataclass, replace

from gradviz.session.attributes import Delta, merged
from gradviz.session.document import Document
from gradviz.session.facts import WalkKind
from gradviz.session.walk import Walk

LIMIT = 500
"""How many entries can be undone."""

MERGE_AFTER = 60
"""How many ticks of one drag are kept apart: merging takes time a drag doesn't have."""


@dataclass(frozen=True)
class Entry:
    """Something that can be undone.

    Attributes:
        text: What it does, for the menu.
    """

    text: str


@dataclass(frozen=True)
class Edit(Entry):
    """One edit: of the document, or a step that the person put into the walk.

    Attributes:
        before: The document before it.
        after: The document after it.
        deltas: What it changed in the Values at playhead 0, one after the other.
        walk_before: The walk before a step was put in.
        walk_after: The walk after it.
        inserted_at: Where the step was put in, or None for an edit of the document.
        kind: Which walk was shown.
    """

    before: Document
    after: Document
    deltas: tuple[Delta, ...] = ()
    walk_before: Walk = ()
    walk_after: Walk = ()
    inserted_at: int | None = None
    kind: WalkKind = "planned"


class History:
    """What was done and what of it was taken back."""

    def __init__(self) -> None:
        self._made: list[Entry] = []
        self._taken_back: list[Entry] = []
        self._gesture = ""

    def add(self, entry: Entry, gesture: str = "") -> None:
        """Remember an entry; an edit of the same gesture as the last joins it."""
        last = self.last
        if gesture and gesture == self._gesture and isinstance(last, Edit):
            assert isinstance(entry, Edit)
            del self._made[-1]
            deltas = (*last.deltas, *entry.deltas)
            if len(deltas) > MERGE_AFTER or any(map(_shows_others, deltas)):
                deltas = (merged(deltas),)
            entry = replace(entry, before=last.before, deltas=deltas)
        self._made.append(entry)
        del self._made[:-LIMIT]
        self._taken_back.clear()
        self._gesture = gesture

    def forget(self) -> None:
        """Forget everything."""
        self._made.clear()
        self._taken_back.clear()
        self._gesture = ""

    @property
    def last(self) -> Entry | None:
        """What Undo would take back."""
        return self._made[-1] if self._made else None

    @property
    def next(self) -> Entry | None:
        """What Redo would do again."""
        return self._taken_back[-1] if self._taken_back else None

    def step_back(self) -> None:
        """The last entry has been taken back."""
        self._gesture = ""
        self._taken_back.append(self._made.pop())

    def step_on(self) -> None:
        """The next entry has been done again."""
        self._gesture = ""
        self._made.append(self._taken_back.pop())

    @property
    def undo_text(self) -> str:
        """What Undo would take back, empty when nothing."""
        return self._made[-1].text if self._made else ""

    @property
    def redo_text(self) -> str:
        """What Redo would make again, empty when nothing."""
        return self._taken_back[-1].text if self._taken_back else ""


def _shows_others(delta: Delta) -> bool:
    """Whether a delta shows Values made anew: it keeps all of them."""
    return bool(delta) and delta[0].node < 0
