"""What is shown: roots, and the session over those chosen."""

from collections.abc import Mapping, Sequence

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import GraphError, LiveGraph, build
from gradviz.graph.order import below
from gradviz.session.adopt import gradients_found
from gradviz.session.report import Reporter
from gradviz.session.session import Session
from gradviz.sources.run import Run, roots_of
from gradviz.worker.messages import Choice, Opened


class Drawn:
    """Values to show, and the session that shows them.

    Attributes:
        session: The session over the roots shown.
        reporter: Reports on that session.
    """

    def __init__(
        self,
        sets: Sequence[Sequence[object]],
        variables: Mapping[int, str],
        adapters: Adapters,
    ) -> None:
        """Start a session on the first set of roots.

        Args:
            sets: Sets of roots that can be shown.
            variables: Variable names by the ``id()`` of the Value they hold.
            adapters: Adapters of classes met before.

        Raises:
            GraphError: It can't be drawn.
            AdapterError: What was drawn is no Value that gradviz can read.
        """
        self._adapters = adapters
        self._variables = variables
        self._roots = list({id(r): r for roots in sets for r in roots}.values())
        ids = [id(root) for root in self._roots]
        self._first = tuple(dict.fromkeys(ids.index(id(root)) for root in sets[0]))
        self._chosen = self._first
        live = self._live(self._first)
        self._choices = tuple(self._choice(root, live) for root in self._roots)
        found = gradients_found(live)
        self._notices: tuple[str, ...] = ()
        if found.propagated:
            self._notices = (
                "Your file has run a backward pass of its own; its gradients were "
                "cleared, so that the walk starts from the seeds.",
            )
        self._seeds = {id(live.values[n]): g for n, g in (found.seeds or {}).items()}
        self.session = Session(live, found.seeds)
        self.reporter = Reporter(self.session)

    def choose(self, chosen: Sequence[int]) -> None:
        """Show some of the roots; edited leaves keep their numbers.

        The file's own seeds that are below them stand again; without any, each root
        is seeded with 1.

        Raises:
            GraphError: There is no such root.
        """
        picked = tuple(chosen) or self._first
        if not all(0 <= index < len(self._roots) for index in picked):
            raise GraphError("There is no such root in this file any more.")
        old = self.session
        old.reset()
        edited = {
            id(old.live.values[leaf]): number
            for leaf, number in old.document.leaves.items()
        }
        for leaf in tuple(old.document.leaves):
            old.set_leaf(leaf, None)
        self._chosen, self._notices = picked, ()
        live = self._live(picked)
        seeds = {
            node: self._seeds[id(value)]
            for node, value in enumerate(live.values)
            if id(value) in self._seeds
        }
        self.session = Session(live, seeds or None)
        for leaf, value in enumerate(self.session.live.values):
            if id(value) in edited:
                self.session.set_leaf(leaf, edited[id(value)])
        self.session.forget_history()
        self.reporter = Reporter(self.session)

    def opened(self) -> Opened:
        """Return what the window needs to show the graph."""
        graph = self.session.graph
        return Opened(
            graph.nodes,
            graph.roots,
            self._choices,
            self._chosen,
            self._notices,
        )

    def _live(self, chosen: Sequence[int]) -> LiveGraph:
        roots = [self._roots[index] for index in chosen]
        return build(roots, self._variables, self._adapters)

    def _choice(self, root: object, shown: LiveGraph) -> Choice:
        """Describe a root; the graph of one that is shown is not read again."""
        for node in shown.graph.roots:
            if shown.values[node] is root:
                return Choice(
                    shown.graph.nodes[node].name, len(below(shown.graph, [node]))
                )
        live = build([root], self._variables, self._adapters)
        return Choice(live.graph.nodes[-1].name, len(live.graph))


class OpenFile(Drawn):
    """What a program that has run has drawn."""

    def __init__(self, run: Run) -> None:
        """Find the roots and start a session.

        Raises:
            GraphError: There is nothing to draw, or it can't be drawn.
            AdapterError: What was drawn is no Value that gradviz can read.
        """
        adapters = Adapters()
        sets = roots_of(run, adapters)
        if not sets:
            raise GraphError(_nothing_to_draw(run))
        super().__init__(sets, run.variables(adapters), adapters)


def _nothing_to_draw(run: Run) -> str:
    name = run.program.path.name
    if run.drawing.drawn:
        return f"{name} draws something, but what it draws is no Value."
    return (
        f"{name} ran to its end and left no Value to draw: call draw_dot(value) in it, "
        "or keep a Value in a variable."
    )
