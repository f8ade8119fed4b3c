"""The computation graph as plain data: Values, ops, operand slots and consumers.

It says nothing of the numbers: those belong to the session. Both sides of the
worker's channel build the same Graph from the same nodes.
"""

from dataclasses import dataclass
from functools import cached_property

import msgspec


class Node(msgspec.Struct, frozen=True):
    """One Value of the graph.

    Attributes:
        id: Position in creation order; every operand has a smaller id.
        name: What a person calls it: its label, else its variable, else ``v<id>``.
        op: The text of the operation that made it, empty for a leaf.
        method: The name of the function that made it (``__mul__``, ``tanh``), empty
            for a leaf and where it is not known.
        operands: Ids of the Values the operation read, in slot order; ``x*x`` has x
            twice.
        constant: Whether it is a number that an operation turned into a Value.
        declared: Its place among the variables of the person's program, or -1.
        place: The line of the person's code that made it (``lesson.ipynb, cell 3:2``),
            empty where that is not known.
        hooked: Whether it is a leaf on which an operation has put a ``_backward``.
        unlisted: The operand slots that its op reads but its class does not list: an
            edge that the person's own drawing lacks.
        calls: Ids of the operands whose ``_backward`` its own calls: its step makes
            theirs as well.
    """

    id: int
    name: str
    op: str = ""
    method: str = ""
    operands: tuple[int, ...] = ()
    constant: bool = False
    declared: int = -1
    place: str = ""
    unlisted: tuple[int, ...] = ()
    hooked: bool = False
    calls: tuple[int, ...] = ()

    @property
    def is_leaf(self) -> bool:
        """Whether nobody's operation made this Value."""
        return not self.operands


class Edge(msgspec.Struct, frozen=True, order=True):
    """One operand slot: the op of ``consumer`` reads ``operand`` in ``slot``."""

    consumer: int
    slot: int
    operand: int


@dataclass(frozen=True)
class Graph:
    """Values in creation order with their operand edges.

    Attributes:
        nodes: The Values; ``nodes[i].id == i``.
        roots: Ids of the Values the person drew, in the order drawn.
    """

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every operand slot, by consumer and then slot."""
        return tuple(
            Edge(node.id, slot, operand)
            for node in self.nodes
            for slot, operand in enumerate(node.operands)
        )

    @cached_property
    def consumers(self) -> tuple[tuple[Edge, ...], ...]:
        """For each Value the operand slots that read it, one entry per slot."""
        found: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            found[edge.operand].append(edge)
        return tuple(tuple(edges) for edges in found)

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """Ids of the leaves, as the person declared them; constants come last."""
        leaves = [node for node in self.nodes if node.is_leaf]
        leaves.sort(key=lambda node: (node.declared < 0, node.declared, node.id))
        return tuple(node.id for node in leaves)

    def named(self, name: str) -> int:
        """Return the id of the Value that ``name`` means.

        Args:
            name: A Value's name, or ``#<id>`` for any Value.

        Raises:
            LookupError: In one sentence, when no Value or several have the name.
        """
        if name.startswith("#") and name[1:].isdecimal() and int(name[1:]) < len(self):
            return int(name[1:])
        found = [node.id for node in self.nodes if node.name == name]
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(f"#{i}" for i in found)
            raise LookupError(
                f"{len(found)} Values are called {name!r}: name one by its number "
                f"({choices})."
            )
        names = [node.name for node in self.nodes if not node.constant]
        shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
        raise LookupError(f"No Value is called {name!r}; this graph has {shown}.")
