"""How a session begins: at first, and again each time a cell has run.

The Values come as the person's code left them. What it did is taken back, step by step,
to where every walk starts: fresh gradients, and the data as it was left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradviz.graph.build import LiveGraph
from gradviz.session.attributes import Attributes, Delta
from gradviz.session.document import Number
from gradviz.session.facts import WalkKind
from gradviz.session.recorded import (
    changes_beside_gradients,
    cleared,
    rewound,
    seeds_set_by,
)
from gradviz.session.recording import Recording
from gradviz.session.walk import Walk, unmade, with_plan


@dataclass(frozen=True)
class View:
    """A walk, shown or not.

    Attributes:
        seeds: The seeds it starts from.
        walk: Its steps.
        playhead: How many of them stand, or stood when it was last shown.
    """

    seeds: Mapping[int, Number] = field(default_factory=dict)
    walk: Walk = ()
    playhead: int = 0


@dataclass(frozen=True)
class Past:
    """How a session stood when a cell began to run, and what the cell did to it.

    Attributes:
        place: What the cell is called.
        changed: What it changed in the session's Values.
        kept: How many Values there were, if all are still there with the same ids;
            else 0.
        shown: Which walk was shown.
        planned: The planned walk.
        recorded: The recorded walk, None where there was none.
        data: What the recorded walk does besides to gradients.
        left: What the person's code did to the Values until then, as steps.
        data_stands: Whether the Values at playhead 0 hold the data that it leaves.
        leaves: Edited leaf data.
        file_numbers: What each leaf held before it was edited.
        roots: The Values that were drawn.
        seeds_chosen: Whether the person or their code chose the seeds.
    """

    place: str
    changed: Delta
    kept: int
    shown: WalkKind
    planned: View
    recorded: View | None
    data: Delta
    left: Walk
    data_stands: bool
    leaves: Mapping[int, Number]
    file_numbers: Mapping[int, object]
    roots: tuple[int, ...]
    seeds_chosen: bool


@dataclass(frozen=True)
class Arrival:
    """Where a session begins; the Values hold what every walk starts from.

    Attributes:
        planned: The planned walk.
        recorded: The recorded walk, None where their code has called nothing.
        shown: Which of them to show.
        data: What the recorded walk does besides to gradients; it stands.
        left: What the person's code has done to the Values, as steps.
        leaves: Edited leaf data.
        seeds_chosen: Whether the person or their code chose the seeds.
        propagated: Whether gradients of a pass that nobody recorded were cleared.
    """

    planned: View
    recorded: View | None
    shown: WalkKind
    data: Delta
    left: Walk
    leaves: Mapping[int, Number]
    seeds_chosen: bool
    propagated: bool = False


def arrive(
    attributes: Attributes,
    fresh: Sequence[object],
    recording: Recording,
    chosen: Mapping[int, Number] | None,
) -> Arrival:
    """Begin with Values that were not shown before.

    Args:
        attributes: The Values as their code left them.
        fresh: The gradient of a new Value, for each.
        recording: The calls their code made.
        chosen: Seeds, None for those that their code has set.
    """
    live = attributes.live
    steps = rewound(attributes, recording, (), "")
    first = cleared(attributes, fresh, range(len(live.values)), _place_of(steps))
    did = (*first, *steps)
    data = changes_beside_gradients(live, did)
    attributes.redo(data)
    seeds = seeds_set_by(live, did) if chosen is None else chosen
    recorded = View({}, did, len(did)) if _calls(did) else None
    return Arrival(
        _plan(live, seeds),
        recorded,
        "planned",
        data,
        did,
        {},
        seeds is not None,
        propagated=bool(did) and recorded is None and seeds is None,
    )


def go_on(
    attributes: Attributes, fresh: Sequence[object], recording: Recording, past: Past
) -> Arrival:
    """Go on from another session after a cell has run.

    Args:
        attributes: The Values as the cell left them.
        fresh: The gradient of a new Value, for each.
        recording: The calls the cell made.
        past: How the session before stood.
    """
    live = attributes.live
    changed = past.changed if past.kept else ()
    steps = rewound(attributes, recording, changed, past.place)
    new = range(past.kept, len(live.values))
    did = (*cleared(attributes, fresh, new, past.place), *steps)
    before = past.recorded if past.shown == "recorded" else past.planned
    made: Walk = ()
    if past.kept and before is not None:
        made = before.walk[: before.playhead]
    for step in reversed(made):
        attributes.undo(step.delta or ())
    first = cleared(attributes, fresh, range(len(live.values)), "")
    if not did and past.kept:
        if not past.data_stands:
            attributes.redo(past.data)
        return _grown(live, past)
    walk = (*first, *made, *did)
    data = changes_beside_gradients(live, walk)
    attributes.redo(data)
    set_by_cell = seeds_set_by(live, did)
    written = {c.node for c in data if c.attribute == live.adapters[c.node].data}
    if set_by_cell or not past.kept:
        planned, is_chosen = _plan(live, set_by_cell), set_by_cell is not None
    else:
        planned, is_chosen = _planned_again(live, past), past.seeds_chosen
    return Arrival(
        planned,
        View({}, walk, len(walk)) if did else None,
        "recorded" if did else "planned",
        data,
        walk,
        {n: x for n, x in past.leaves.items() if past.kept and n not in written},
        is_chosen,
    )


def _grown(live: LiveGraph, past: Past) -> Arrival:
    """Keep both walks; the cell has at most made new Values above the old ones."""
    return Arrival(
        _planned_again(live, past),
        past.recorded,
        past.shown,
        past.data,
        past.left,
        past.leaves,
        past.seeds_chosen,
    )


def _planned_again(live: LiveGraph, past: Past) -> View:
    """Plan from the same seeds, and keep the steps made; other roots are seeded anew.

    What was made is made again when it is shown: the cell may have changed more than
    gradients.
    """
    before = past.planned
    if not past.seeds_chosen and live.graph.roots != past.roots:
        return _plan(live, None)
    made = unmade(before.walk[: before.playhead])
    walk = with_plan(live.graph, before.seeds, made)
    return View(before.seeds, walk, before.playhead)


def _plan(live: LiveGraph, seeds: Mapping[int, Number] | None) -> View:
    chosen = dict.fromkeys(live.graph.roots, 1.0) if seeds is None else dict(seeds)
    return View(chosen, with_plan(live.graph, chosen, ()))


def _calls(walk: Walk) -> bool:
    return any(step.node >= 0 for step in walk)


def _place_of(steps: Walk) -> str:
    return steps[0].place if steps else ""
