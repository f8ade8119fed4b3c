"""What has changed in a session since it was last asked, as facts for a mirror."""

from collections.abc import Sequence
from itertools import compress, count
from operator import is_not

from gradviz.graph.adapter import Adapter
from gradviz.graph.build import LiveGraph
from gradviz.session.attributes import MISSING, Change
from gradviz.session.document import Document
from gradviz.session.facts import (
    Column,
    DocumentFact,
    Effect,
    Figure,
    StepFact,
    Update,
    figure,
)
from gradviz.session.session import Session
from gradviz.session.walk import Step, Walk

_MOST_NOTICES = 3
"""Sentences on edits that are told at once."""


class Reporter:
    """Reports the changes of one session.

    Attributes:
        session: The session reported on.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._walk: Walk = ()
        self._document: Document | None = None
        self._stuck: tuple[tuple[int, str], ...] = ()
        self._notices: tuple[str, ...] = ()
        self._stale: tuple[tuple[int, str], ...] = ()

    def update(self) -> Update:
        """Return what has changed since the last call; at first, everything."""
        session = self.session
        if document_changed := session.document is not self._document:
            self._stuck = tuple(session.stuck.items())
            self._stale = tuple(session.warnings.items())
            said = (session.notice, *(sentence for _, sentence in self._stale))
            self._notices = tuple(filter(None, said))[:_MOST_NOTICES]
        old, new = self._walk, session.walk
        same = _common(old, new)
        kept = _common(old[same:][::-1], new[same:][::-1])
        self._walk, self._document = new, session.document
        end = len(new) - kept
        made = self._facts(new[: session.playhead] if document_changed else ())
        walk = (*made[same:end], *self._facts(new[max(same, len(made)) : end]))
        return Update(
            playhead=session.playhead,
            walk_from=same,
            walk=walk,
            walk_kept=kept,
            start=self._start(made) if document_changed else None,
            document=self._document_fact(),
        )

    def _document_fact(self) -> DocumentFact:
        session, document = self.session, self.session.document
        return DocumentFact(
            seeds=tuple((n, figure(g)) for n, g in document.seeds.items()),
            leaves=tuple((n, figure(d)) for n, d in document.leaves.items()),
            rule=document.rule,
            undo=session.history.undo_text,
            redo=session.history.redo_text,
            stuck=self._stuck,
            walk=session.walk_kind,
            has_recorded=session.has_recorded,
            cut=session.cut,
            untold=session.untold,
            notices=self._notices,
            stale=self._stale,
        )

    def _start(self, made: Sequence[StepFact]) -> Column:
        """Return the numbers at playhead 0, from those of now and the steps made."""
        now = column_of(self.session.live)
        columns: dict[str, list[Figure]] = {
            "data": list(now.data),
            "grad": list(now.grad),
            "color": list(now.color),
        }
        for step in reversed(made):
            for effect in reversed(step.effects or ()):
                columns[effect.what][effect.node] = effect.before
        return Column(
            tuple(columns["data"]),
            tuple(columns["grad"]),
            tuple(None if text is None else str(text) for text in columns["color"]),
        )

    def _facts(self, walk: Walk) -> tuple[StepFact, ...]:
        live = self.session.live
        return tuple([_fact(step, live) for step in walk])


def _fact(step: Step, live: LiveGraph) -> StepFact:
    if step.delta is None:
        return StepFact(step.node, step.kind, place=step.place)
    found = [_effect(change, live) for change in step.delta]
    seen = tuple([effect for effect in found if effect is not None])
    if step.kind == "write":
        seen = tuple(e for e in seen if repr(e.before) != repr(e.after))
    return StepFact(step.node, step.kind, seen, figure(step.upstream), step.place)


def column_of(live: LiveGraph) -> Column:
    """Return the numbers and colours that live Values hold now."""
    pairs = list(zip(live.adapters, live.values, strict=True))
    return Column(
        tuple(figure(adapter.number(value)) for adapter, value in pairs),
        tuple(figure(adapter.gradient(value)) for adapter, value in pairs),
        tuple(_color(adapter, value) for adapter, value in pairs),
    )


def gradients_left(session: Session) -> tuple[tuple[int, Figure], ...]:
    """Return the gradients that the recorded walk changes, as they are at its end."""
    changes = (change for step in session.recorded for change in step.delta or ())
    effects = (_effect(change, session.live) for change in changes)
    found = {e.node: e.after for e in effects if e is not None and e.what == "grad"}
    return tuple(found.items())


def _effect(change: Change, live: LiveGraph) -> Effect | None:
    """Return a change as a person sees it, or None for one that nobody sees.

    Where a Value itself has no attribute, its class's own is seen.
    """
    node, attribute, before, after = change
    adapter = live.adapters[node]
    if attribute not in (adapter.grad, adapter.data, adapter.color):
        return None
    if before is MISSING or after is MISSING:
        default = getattr(type(live.values[node]), attribute, None)
        before = default if before is MISSING else before
        after = default if after is MISSING else after
    if attribute == adapter.data:
        return Effect(node, "data", figure(before), figure(after))
    if attribute == adapter.grad:
        return Effect(node, "grad", figure(before), figure(after))
    return Effect(node, "color", _text(before), _text(after))


def _common(old: Walk, new: Walk) -> int:
    """Return how many steps at the start of two walks are the same objects."""
    if old is new:
        return len(old)
    return next(compress(count(), map(is_not, old, new)), min(len(old), len(new)))


def _text(color: object) -> str | None:
    return color if isinstance(color, str) and color else None


def _color(adapter: Adapter, value: object) -> str | None:
    found = getattr(value, adapter.color, MISSING) if adapter.color else None
    return _text(found)
