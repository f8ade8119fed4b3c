"""Which graph of a program to show: at first, and after each cell."""

from collections.abc import Iterable, Sequence

from gradviz.graph.build import LiveGraph
from gradviz.graph.listing import graphs_made
from gradviz.graph.traced import Origins
from gradviz.sources.run import Run
from gradviz.worker.opened import Drawn, Reader

LARGEST = 500
"""A graph with fewer Values than this is shown unasked."""

_MOST_ROOTS = 200
"""Roots that are looked at, the last ones made."""

Roots = tuple[object, ...]


def sets_of(run: Run, reader: Reader) -> list[Roots]:
    """Return the sets of roots that can be shown, the one to show first.

    What the person drew comes first: a notebook's first drawing, a script's last.
    Without any, it is the largest graph with fewer than 500 Values.
    """
    adapters = reader.adapters
    drawn = [tuple(filter(adapters.is_value, roots)) for roots in run.drawing.drawn]
    drawn = [roots for roots in drawn if roots]
    if not run.program.is_notebook:
        drawn.reverse()
    return [*drawn, *_left(run, reader)]


def sets_after_cell(
    run: Run, reader: Reader, before: Drawn, drawings: int
) -> tuple[list[Roots], tuple[str, ...]]:
    """Return the sets of roots after a cell, the one to show first, and notices.

    What the cell has drawn is shown; else what was shown, under the same names, with
    what the cell has built above it.

    Args:
        run: The program.
        reader: How Values are read.
        before: What was shown before.
        drawings: How many drawings had been made before.
    """
    adapters = reader.adapters
    new = [tuple(filter(adapters.is_value, d)) for d in run.drawing.drawn[drawings:]]
    new = [roots for roots in new if roots]
    others = [(root,) for root in before.roots]
    left = _left(run, reader)
    if new:
        return [new[-1], *new[:-1], *left, *others], ()
    live = before.session.live
    shown = [_renamed(node, live, run) for node in live.graph.roots]
    first, notices = _grown(shown, live, run, reader)
    return [first, *left, *others], notices


def _renamed(node: int, live: LiveGraph, run: Run) -> object:
    """Return what the variable of a root holds now, if it still holds a Value."""
    name, value = live.graph.nodes[node].name, live.values[node]
    held = run.namespace.get(name)
    return held if type(held).__name__ == type(value).__name__ else value


def _grown(
    shown: Sequence[object], live: LiveGraph, run: Run, reader: Reader
) -> tuple[Roots, tuple[str, ...]]:
    """Add what the program has built above the Values shown."""
    origins = reader.origins
    known = set(map(id, live.values))
    made = graphs_made(run.values(reader.adapters), origins)
    left = [found.root for found in made if id(found.root) not in known]
    above = [root for root in left if not known.isdisjoint(_below(root, origins))]
    wanted = [*shown, *(root for root in above if all(root is not s for s in shown))]
    consumed: set[int] = set()
    for root in wanted:
        consumed |= _below(root, origins) - {id(root)}
    first = tuple(root for root in wanted if id(root) not in consumed)
    size = len(set().union(*(_below(root, origins) for root in first)))
    if size >= LARGEST > len(live.graph):
        return tuple(shown), (
            f"The cell has built a graph of {size:,} Values above what is shown: "
            "choose it in the list of graphs to see it.",
        )
    return first, ()


def _left(run: Run, reader: Reader) -> list[Roots]:
    """Return what a program has left that nothing consumes, graph by graph.

    What its variables hold comes first; then what nothing holds any more, the last one
    made first: the losses of earlier rounds of a training loop.
    """
    origins, trace = reader.origins, reader.trace
    held = run.values(reader.adapters)
    named = [found.root for found in graphs_made(held, origins)]
    graphs = _graphs(named, origins)
    known = set(map(id, held))
    gone = [v for v in trace.recent() if id(v) not in known] if trace else []
    if not gone:
        return graphs or ([tuple(held)] if held else [])
    known.update(*(_below(root, origins) for root in named))
    made = graphs_made([*held, *gone], origins)
    lost = [found for found in made if id(found.root) not in known][-_MOST_ROOTS:]
    lost.reverse()
    if not graphs:
        # Roots made by one line are rounds of a loop: the last stands for them.
        last = {found.place: found for found in reversed(lost)}
        graphs = _graphs([found.root for found in last.values()], origins)
        shown = {id(root) for roots in graphs for root in roots}
        lost = [found for found in lost if id(found.root) not in shown]
    graphs += [(found.root,) for found in lost]
    return graphs or [tuple(held or gone)]


def _graphs(roots: Iterable[object], origins: Origins) -> list[Roots]:
    """Group roots that share Values; the largest group of less than 500 comes first.

    The roots of a larger one stand alone, the last one made first: these are the
    losses of a training loop, over the same parameters.
    """
    groups: list[tuple[Roots, set[int]]] = []
    for root in list(roots)[-_MOST_ROOTS:]:
        together: Roots = (root,)
        reached = _below(root, origins)
        apart = []
        for others, values in groups:
            if values.isdisjoint(reached):
                apart.append((others, values))
            else:
                together = (*others, *together)
                reached |= values
        groups = [*apart, (together, reached)]
    sized: list[tuple[int, Roots]] = []
    for together, values in groups:
        if len(values) < LARGEST:
            sized.append((len(values), together))
        else:
            sized += [(len(_below(r, origins)), (r,)) for r in reversed(together)]
    sized.sort(key=lambda graph: _rank(graph[0]))
    return [roots for _, roots in sized]


def _rank(size: int) -> tuple[bool, int]:
    """Rank small graphs before large ones: the largest of the small, then upwards."""
    return (size >= LARGEST, size if size >= LARGEST else -size)


def _below(root: object, origins: Origins) -> set[int]:
    """Return the ``id()`` of a Value and of everything below it."""
    reached: set[int] = set()
    todo = [root]
    while todo:
        value = todo.pop()
        if id(value) not in reached:
            reached.add(id(value))
            todo.extend(origins.of(value).operands)
    return reached
