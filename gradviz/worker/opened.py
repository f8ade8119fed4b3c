"""What is shown: roots, and the session over those chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import GraphError, LiveGraph, build
from gradviz.graph.order import below
from gradviz.graph.trace import Trace
from gradviz.graph.traced import Origins
from gradviz.session.attributes import Delta
from gradviz.session.hooks import hook_beneath
from gradviz.session.recording import Recorder, Recording
from gradviz.session.report import Reporter, gradients_left
from gradviz.session.session import Session
from gradviz.worker.messages import OFFERS_RECORDED, Choice, Opened

MOST_CHOICES = 200
"""Graphs of a file that are listed."""


@dataclass
class Reader:
    """How live Values are read.

    Attributes:
        adapters: Adapters of the classes met.
        trace: What was seen of how Values were made, None where nobody looked.
        recorder: What was seen of ``_backward`` calls, None where nobody looked.
        origins: How Values were made, as worked out since ``look``.
    """

    adapters: Adapters = field(default_factory=Adapters)
    trace: Trace | None = None
    recorder: Recorder | None = None
    origins: Origins = field(init=False)

    def __post_init__(self) -> None:
        self.look({})

    def look(self, variables: Mapping[int, str]) -> None:
        """Look anew, after code of theirs has run.

        Args:
            variables: Variable names by the ``id()`` of the Value they hold.
        """
        self.origins = Origins(self.adapters, self.trace, variables)

    def read(
        self,
        roots: Sequence[object],
        variables: Mapping[int, str],
        known: LiveGraph | None = None,
    ) -> LiveGraph:
        """Read the graph below some roots, and watch its hooks from now on.

        Raises:
            GraphError: It can't be drawn.
            AdapterError: A root is no Value.
        """
        live = build(roots, variables, self.adapters, self.trace, known, self.origins)
        for value in live.values:
            self.watch(value)
        return live

    def watch(self, value: object) -> None:
        """Record the calls of a Value's hook, and of every other that has its code."""
        if self.recorder is None or not self.adapters.is_value(value):
            return
        hook = hook_beneath(self.adapters.adapter(value).hook_of(value))
        code = getattr(hook, "__code__", None)
        if code is not None:
            self.recorder.watch_hook(code, value)

    def recording(self, live: LiveGraph, since: int = 0) -> Recording | None:
        """Return the calls made on the Values of a graph since then."""
        return None if self.recorder is None else self.recorder.steps(live, since)


_MOVED = (
    "Its leaves have changed since this graph was computed: Edit > Re-evaluate "
    "computes it again from them.",
)


def _stores_other_derivatives(live: LiveGraph) -> bool:
    """Whether local derivatives are stored that are those of other numbers.

    Without hooks no walk is recorded that would tell.
    """
    if not any(adapter.design == "stored" for adapter in live.adapters):
        return False
    # Most workers never need it.
    from gradviz.analysis.again import Again

    return Again(live).has_moved_leaves()


@dataclass(frozen=True)
class After:
    """What a cell did, for what is shown after it.

    Attributes:
        before: What was shown before.
        changed: What the cell changed in its Values.
        since: Where the recorder's log stood.
        place: What the cell is called.
    """

    before: "Drawn"
    changed: Delta
    since: int
    place: str


class Drawn:
    """Values to show, and the session that shows them.

    Attributes:
        session: The session over the roots shown.
        reporter: Reports on that session.
        roots: Every root that can be shown.
        chosen: Which of them are shown, as indices.
        kept: How many Values of what was shown before are still there, with their ids.
    """

    def __init__(
        self,
        sets: Sequence[Sequence[object]],
        variables: Mapping[int, str],
        reader: Reader,
        after: After | None = None,
        notices: Sequence[str] = (),
    ) -> None:
        """Start a session on the first set of roots.

        Args:
            sets: Sets of roots that can be shown.
            variables: Variable names by the ``id()`` of the Value they hold.
            reader: How Values are read.
            after: What is gone on from, None for a program that has just run.
            notices: What the person should know, as sentences.

        Raises:
            GraphError: It can't be drawn.
            AdapterError: What was drawn is no Value that gradviz can read.
        """
        self._reader = reader
        self._variables = variables
        self.roots = list({id(r): r for roots in sets for r in roots}.values())
        del self.roots[max(MOST_CHOICES, len(sets[0])) :]
        ids = [id(root) for root in self.roots]
        self._first = tuple(dict.fromkeys(ids.index(id(root)) for root in sets[0]))
        self.chosen = self._first
        self.kept = 0
        self.session = self._begin(after)
        self._choices = tuple(
            self._choice(root, self.session.live) for root in self.roots
        )
        self._notices = (*notices, *self._noticed(after))
        self.reporter = Reporter(self.session)

    def _begin(self, after: After | None) -> Session:
        if after is None:
            live = self._live(self.chosen)
            return Session(live, recording=self._reader.recording(live))
        before = after.before.session
        live = self._live(self.chosen, before.live)
        values = len(before.graph)
        if _all_kept(live.values[:values], before.live.values):
            self.kept = values
        return Session(
            live,
            recording=self._reader.recording(live, after.since),
            past=before.past(after.changed, bool(self.kept), after.place),
            history=before.history,
        )

    def _noticed(self, after: After | None) -> tuple[str, ...]:
        session = self.session
        for value, adapter in zip(
            session.live.values, session.live.adapters, strict=True
        ):
            if adapter.why_not_stepped:
                kind = type(value).__name__
                return (f"{kind} can't be stepped: {adapter.why_not_stepped}.",)
        moved = _MOVED * _stores_other_derivatives(session.live)
        if session.propagated:
            return (
                "Your file has run a backward pass of its own; its gradients were "
                "cleared, so that the walk starts from the seeds.",
                *moved,
            )
        if after is None and session.has_recorded:
            return (
                OFFERS_RECORDED,
                *_MOVED * session.has_moved_leaves,
            )
        return moved

    def choose(self, chosen: Sequence[int]) -> None:
        """Show some of the roots; edited leaves keep their numbers.

        Raises:
            GraphError: There is no such root.
        """
        picked = tuple(chosen) or self._first
        if not all(0 <= index < len(self.roots) for index in picked):
            raise GraphError("There is no such root in this file any more.")
        old = self.session
        edited = {
            id(old.theirs.values[leaf]): number
            for leaf, number in old.document.leaves.items()
        }
        old.leave()
        self.chosen, self._notices, self.kept = picked, (), 0
        self.session = self._begin(None)
        for leaf, value in enumerate(self.session.live.values):
            if id(value) in edited:
                self.session.set_leaf(leaf, edited[id(value)])
        self.session.forget_history()
        self.reporter = Reporter(self.session)

    def show_again(self, instead_of: "Drawn") -> None:
        """Be shown once more, instead of what a cell made of it or was run on."""
        now, before = self.session.live.values, instead_of.session.live.values
        common = min(len(now), len(before))
        self.kept = common if _all_kept(now[:common], before[:common]) else 0
        self._notices = ()
        self.reporter = Reporter(self.session)

    def opened(self) -> Opened:
        """Return what the window needs to show the graph."""
        graph = self.session.graph
        return Opened(
            graph.nodes,
            graph.roots,
            self._choices,
            self.chosen,
            self._notices,
            self.kept,
            self._first,
            left=gradients_left(self.session),
        )

    def _live(self, chosen: Sequence[int], known: LiveGraph | None = None) -> LiveGraph:
        roots = [self.roots[index] for index in chosen]
        return self._reader.read(roots, self._variables, known)

    def _choice(self, root: object, shown: LiveGraph) -> Choice:
        """Describe a root; the graph of one that is shown is not read again."""
        for node in shown.graph.roots:
            if shown.values[node] is root:
                found = shown.graph.nodes[node]
                return Choice(found.name, len(below(shown.graph, [node])), found.place)
        reader = self._reader
        live = build(
            [root],
            self._variables,
            reader.adapters,
            reader.trace,
            origins=reader.origins,
        )
        found = live.graph.nodes[-1]
        return Choice(found.name, len(live.graph), found.place)


def _all_kept(now: Sequence[object], before: Sequence[object]) -> bool:
    return len(now) == len(before) and all(
        a is b for a, b in zip(now, before, strict=True)
    )
