"""Graphs of live Values for the tests of the analysis."""

from collections.abc import Mapping

from gradviz import Value
from gradviz.graph.build import build
from gradviz.graph.model import Graph, Node
from gradviz.session.facts import Figure, figure
from gradviz.session.mirror import Mirror
from gradviz.session.report import Reporter
from gradviz.session.session import Session

LESSON_SEEDS = {"s1": 0.25, "s2": -0.125}


def lesson(rule: str | None = None, value: type = Value) -> dict[str, object]:
    """Return the Values of lesson 17 by name."""
    numbers = {"x1": 1, "x2": 0, "w11": -2, "w12": 4, "w21": 3, "w22": -1}
    found = {
        name: value(number, label=name, **({"rule": rule} if rule else {}))
        for name, number in numbers.items()
    }

    def named(name: str, made: object) -> object:
        made.label = name
        found[name] = made
        return made

    s = {}
    for row in "12":
        first = named(f"w{row}1x1", found[f"w{row}1"] * found["x1"])
        second = named(f"w{row}2x2", found[f"w{row}2"] * found["x2"])
        s[row] = named(f"s{row}", first + second)
    return found


def session(
    roots: list[object],
    names: Mapping[str, object] = {},
    seeds: Mapping[str, float] | None = None,
) -> Session:
    """Return a session on live Values."""
    live = build(roots, {id(value): name for name, value in names.items()})
    chosen = seeds and {live.graph.named(n): g for n, g in seeds.items()}
    return Session(live, chosen)


def lesson_session(rule: str | None = "assign", value: type = Value) -> Session:
    """Return lesson 17 with its seeds."""
    values = lesson(rule, value)
    return session([values["s1"], values["s2"]], values, LESSON_SEEDS)


def mirrored(owner: Session) -> Mirror:
    """Return what a window would show of a session."""
    mirror = Mirror(owner.graph)
    mirror.apply(Reporter(owner).update())
    return mirror


def read(root: object, names: Mapping[str, object] = {}) -> tuple[Graph, list[Figure]]:
    """Return the graph below a Value and its numbers."""
    live = build([root], {id(value): name for name, value in names.items()})
    pairs = zip(live.adapters, live.values, strict=True)
    return live.graph, [figure(adapter.number(value)) for adapter, value in pairs]


def by_text(
    op: str, given: Mapping[str, float], out: float, method: str = ""
) -> tuple[Graph, list[Figure]]:
    """Return a graph of one op that only its text or its method tells."""
    leaves = tuple(Node(i, name) for i, name in enumerate(given))
    slots = tuple(range(len(leaves)))
    root = Node(len(leaves), "out", op=op, method=method, operands=slots)
    return Graph((*leaves, root), (root.id,)), [*given.values(), out]
