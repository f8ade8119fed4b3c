"""A graph with its walk as JSON, for other programs.

The schema (version 1), field by field, is that of the classes below. JSON has no nan
and no infinities: they are the strings "NaN", "Infinity" and "-Infinity", as in
Python's and JavaScript's own spelling. Other numbers are JSON numbers with every digit
needed to read the same float back; null means that there is no number.
"""

import math
from typing import Literal

import msgspec

from gradviz.layout.geometry import Layout, card_size
from gradviz.session.facts import Figure, StepFact
from gradviz.session.mirror import Mirror

JsonNumber = int | float | str | None


class Position(msgspec.Struct, frozen=True):
    """Where a card is: its middle and size, x to the right, y down, in pixels.

    A constant drawn at the op that reads it has no card, and no size.
    """

    x: float
    y: float
    width: float
    height: float


class JsonValue(msgspec.Struct, frozen=True):
    """One Value.

    Attributes:
        id: Its number; operands have smaller ones.
        label: What a person calls it.
        op: The operation that made it, null for a leaf.
        data: Its number.
        grad: Its gradient at the playhead.
        operands: Ids of what the op read, in order; ``x*x`` has x twice.
        leaf: Whether nobody's operation made it.
        constant: Whether an operation made it from a plain number.
        color: The colour the program gave it, or null.
        position: Its card.
    """

    id: int
    label: str
    op: str | None
    data: JsonNumber
    grad: JsonNumber
    operands: tuple[int, ...]
    leaf: bool
    constant: bool
    color: str | None
    position: Position


class JsonChange(msgspec.Struct, frozen=True):
    """One change a step made to a Value: which attribute, before and after."""

    value: int
    attribute: Literal["data", "grad", "color"]
    before: JsonNumber
    after: JsonNumber


class JsonStep(msgspec.Struct, frozen=True):
    """One step of the walk.

    Attributes:
        value: Whose ``_backward`` it calls; null for zeroing every gradient, and for
            what the person's code sets by itself.
        kind: ``planned``, ``manual``, ``zero``, ``recorded`` or ``write``.
        changes: What it changed; null when it has not been made.
    """

    value: int | None
    kind: str
    changes: tuple[JsonChange, ...] | None


class JsonGraph(msgspec.Struct, frozen=True):
    """The whole document.

    Attributes:
        format: Always ``gradviz-graph``.
        version: The schema's version.
        rule: ``assign`` or ``accumulate``; null where the class decides.
        roots: Ids of the Values drawn.
        seeds: Seed gradients by id, in walking order.
        edited: Leaves that do not have the file's number, by id.
        values: Every Value; ``values[i].id`` is i.
        walk: Every step, made and to come.
        playhead: How many steps have been made.
        size: Width and height of the drawing.
    """

    format: Literal["gradviz-graph"]
    version: Literal[1]
    rule: str | None
    roots: tuple[int, ...]
    seeds: dict[str, JsonNumber]
    edited: dict[str, JsonNumber]
    values: tuple[JsonValue, ...]
    walk: tuple[JsonStep, ...]
    playhead: int
    size: tuple[float, float]


def graph_json(mirror: Mirror, layout: Layout) -> bytes:
    """Return what the canvas shows as indented JSON."""
    document = JsonGraph(
        format="gradviz-graph",
        version=1,
        rule=mirror.document.rule,
        roots=mirror.graph.roots,
        seeds={str(node): number(grad) for node, grad in mirror.document.seeds},
        edited={str(node): number(data) for node, data in mirror.document.leaves},
        values=tuple(_values(mirror, layout)),
        walk=tuple(_step(step) for step in mirror.walk),
        playhead=mirror.playhead,
        size=layout.size,
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def number(figure: Figure) -> JsonNumber:
    """Return a number as JSON can hold it."""
    if isinstance(figure, float) and not math.isfinite(figure):
        if math.isnan(figure):
            return "NaN"
        return "Infinity" if figure > 0 else "-Infinity"
    return figure


def _values(mirror: Mirror, layout: Layout) -> list[JsonValue]:
    folded = frozenset(layout.folded)
    return [
        JsonValue(
            id=node.id,
            label=node.name,
            op=node.op or None,
            data=number(mirror.data[node.id]),
            grad=number(mirror.grad[node.id]),
            operands=node.operands,
            leaf=node.is_leaf,
            constant=node.constant,
            color=mirror.color[node.id],
            position=Position(
                *layout.centers[node.id],
                *((0.0, 0.0) if node.id in folded else card_size(node)),
            ),
        )
        for node in mirror.graph.nodes
    ]


def _step(step: StepFact) -> JsonStep:
    changes = None
    if step.effects is not None:
        changes = tuple(
            JsonChange(e.node, e.what, number(e.before), number(e.after))
            for e in step.effects
        )
    return JsonStep(step.node if step.node >= 0 else None, step.kind, changes)
