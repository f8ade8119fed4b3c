"""The Values of a graph, while calls on them are made once more."""

from collections.abc import Iterable

from gradviz.graph.build import LiveGraph
from gradviz.session.attributes import Attributes, Change, Delta
from gradviz.session.timeline import Timeline


class Stage:
    """Values that are put back to how they stood, and in the end to how they stand.

    Attributes:
        live: The graph.
        timeline: Where the calls are told.
        ids: The number of each Value by its ``id()``.
    """

    def __init__(self, live: LiveGraph) -> None:
        self.live = live
        self.timeline = Timeline(live)
        self.ids = {id(value): node for node, value in enumerate(live.values)}
        self._attributes = Attributes(live)
        self._left: dict[tuple[int, str], object] = {}
        """How attributes stood that were written since."""

    def write(self, node: int, attribute: str, number: object) -> None:
        """Set an attribute of a Value."""
        if self._attributes.seen(node, attribute) is not number:
            self._keep(self._attributes.write(node, attribute, number))

    def take(self, nodes: Iterable[int] | None = None) -> Delta:
        """Return what has changed since the last look.

        Args:
            nodes: The Values to look at, by default all.
        """
        delta = self._attributes.take(nodes)
        self._keep(delta)
        return delta

    def put_back(self) -> None:
        """Leave the Values as they were."""
        self.take()
        for (node, attribute), before in self._left.items():
            self._attributes.write(node, attribute, before)

    def reach(self, values: Iterable[object], node: int) -> set[int]:
        """Return the Values of the graph that a hook may write to.

        Args:
            values: What it sees.
            node: The Value whose hook it is, -1 if it is not shown.
        """
        found = {self.ids.get(id(value), -1) for value in values}
        if node >= 0:
            found |= {node, *self.live.graph.nodes[node].operands}
        return found - {-1}

    def _keep(self, delta: Iterable[Change]) -> None:
        for node, attribute, before, _ in delta:
            self._left.setdefault((node, attribute), before)
