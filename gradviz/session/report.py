"""What has changed in a session since it was last asked, as facts for a mirror."""

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


class Reporter:
    """Reports the changes of one session.

    Attributes:
        session: The session reported on.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._walk: Walk = ()
        self._document: Document | None = None

    def update(self) -> Update:
        """Return what has changed since the last call; at first, everything."""
        session = self.session
        document_changed = session.document is not self._document
        same = _common_prefix(self._walk, session.walk)
        self._walk, self._document = session.walk, session.document
        return Update(
            playhead=session.playhead,
            walk_from=same,
            walk=tuple(self._step(step) for step in session.walk[same:]),
            start=self._start() if document_changed else None,
            document=self._document_fact(),
        )

    def _document_fact(self) -> DocumentFact:
        session, document = self.session, self.session.document
        return DocumentFact(
            seeds=tuple((n, figure(g)) for n, g in document.seeds.items()),
            leaves=tuple((n, figure(d)) for n, d in document.leaves.items()),
            rule=document.rule,
            undo=session.undo_text,
            redo=session.redo_text,
            stuck=tuple(session.stuck.items()),
        )

    def _start(self) -> Column:
        """Return the numbers at playhead 0, wherever the playhead is."""
        now = column_of(self.session.live)
        columns: dict[str, list[Figure]] = {
            "data": list(now.data),
            "grad": list(now.grad),
            "color": list(now.color),
        }
        for step in reversed(self.session.walk[: self.session.playhead]):
            for effect in reversed(self._step(step).effects or ()):
                columns[effect.what][effect.node] = effect.before
        return Column(
            tuple(columns["data"]),
            tuple(columns["grad"]),
            tuple(None if text is None else str(text) for text in columns["color"]),
        )

    def _step(self, step: Step) -> StepFact:
        if step.delta is None:
            return StepFact(step.node, step.kind)
        adapters = self.session.live.adapters
        effects = (_effect(change, adapters[change.node]) for change in step.delta)
        return StepFact(
            step.node,
            step.kind,
            tuple(effect for effect in effects if effect is not None),
            figure(step.upstream),
        )


def column_of(live: LiveGraph) -> Column:
    """Return the numbers and colours that live Values hold now."""
    pairs = list(zip(live.adapters, live.values, strict=True))
    return Column(
        tuple(figure(adapter.number(value)) for adapter, value in pairs),
        tuple(figure(adapter.gradient(value)) for adapter, value in pairs),
        tuple(_color(adapter, value) for adapter, value in pairs),
    )


def _effect(change: Change, adapter: Adapter) -> Effect | None:
    """Return a change as a person sees it, or None for one that nobody sees."""
    node, attribute, before, after = change
    if attribute == adapter.data:
        return Effect(node, "data", figure(before), figure(after))
    if attribute == adapter.grad:
        return Effect(node, "grad", figure(before), figure(after))
    if attribute == adapter.color:
        return Effect(node, "color", _text(before), _text(after))
    return None


def _common_prefix(old: Walk, new: Walk) -> int:
    if old is new:
        return len(old)
    for i, (before, after) in enumerate(zip(old, new, strict=False)):
        if before is not after:
            return i
    return min(len(old), len(new))


def _text(color: object) -> str | None:
    return color if isinstance(color, str) and color else None


def _color(adapter: Adapter, value: object) -> str | None:
    found = getattr(value, adapter.color, MISSING) if adapter.color else None
    return _text(found)
