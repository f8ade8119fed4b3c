"""Which Values of one graph are those of another, after its program has changed."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable

from gradviz.graph.model import Graph, Node


def matched(old: Graph, new: Graph) -> dict[int, int]:
    """Return for Values of a new graph which Value of an old one they are.

    Values of a name that each graph has once are the same. The rest go by structure:
    what stands in the same slot of a Value already matched, and what the same op made
    of the same operands.

    Args:
        old: The graph shown before.
        new: The graph shown now.
    """
    found = _Matching(old, new)
    found.by_name()
    found.by_consumers()
    found.by_operands()
    return found.to_old


class _Matching:
    def __init__(self, old: Graph, new: Graph) -> None:
        self.to_old: dict[int, int] = {}
        self._old, self._new = old, new
        self._taken: set[int] = set()

    def by_name(self) -> None:
        old, new = _unique_names(self._old.nodes), _unique_names(self._new.nodes)
        for name, node in new.items():
            if name in old:
                self._match(node, old[name])
        if len(self._new.roots) == len(self._old.roots):
            for node, other in zip(self._new.roots, self._old.roots, strict=True):
                self._match_alike(node, other)

    def by_consumers(self) -> None:
        """Match what stands in the same slots, from the roots down."""
        for node in reversed(self._new.nodes):
            other = self.to_old.get(node.id)
            if other is None or not _same_op(node, self._old.nodes[other]):
                continue
            slots = zip(node.operands, self._old.nodes[other].operands, strict=True)
            for operand, old_operand in slots:
                self._match_alike(operand, old_operand)

    def by_operands(self) -> None:
        """Match what the same op made of the same operands, from the leaves up."""
        waiting: defaultdict[object, deque[int]] = defaultdict(deque)
        for node in self._old.nodes:
            if node.operands and node.id not in self._taken:
                waiting[node.op, node.operands].append(node.id)
        for node in self._new.nodes:
            operands = tuple(self.to_old.get(operand, -1) for operand in node.operands)
            if node.operands and (others := waiting.get((node.op, operands))):
                self._match_alike(node.id, others.popleft())

    def _match_alike(self, node: int, other: int) -> None:
        """Match two Values, unless their names or ops say that they are not the same.

        A name that only one of them has is no obstacle: naming a Value changes little.
        """
        here, there = self._new.nodes[node], self._old.nodes[other]
        named_apart = here.name != there.name and not (
            _unnamed(here) or _unnamed(there)
        )
        if not named_apart and _same_op(here, there):
            self._match(node, other)

    def _match(self, node: int, other: int) -> None:
        if node not in self.to_old and other not in self._taken:
            self.to_old[node] = other
            self._taken.add(other)


def _unique_names(nodes: Iterable[Node]) -> dict[str, int]:
    names = {node.name: node.id for node in nodes if not _unnamed(node)}
    counts = Counter(node.name for node in nodes)
    return {name: node for name, node in names.items() if counts[name] == 1}


def _unnamed(node: Node) -> bool:
    """Whether its name only says where it stands."""
    return node.constant or node.name == f"v{node.id}"


def _same_op(node: Node, other: Node) -> bool:
    return node.op == other.op and len(node.operands) == len(other.operands)
