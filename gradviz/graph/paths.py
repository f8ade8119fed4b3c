"""Every path from the seeds to one Value: how many, what they add up to, the largest.

A path starts at a seed and goes from a consumer to one of its operand slots until it
is at the Value. Its product is the seed times the slope of every slot on it, and the
chain rule says that the gradient is the sum of all products. There can be more paths
than atoms, so none of them is looked at to count or to add them:

* Counts and sums come from one sweep over the Values between the seeds and the Value,
  consumers before operands, that hands down to each operand what has come to its
  consumer. What was handed down is forgotten, so that counts with thousands of digits
  don't pile up in a deep graph.
* The largest are found one after the other with the recursive enumeration algorithm
  (V. M. Jiménez and A. Marzal, Computing the K shortest paths: a new algorithm and an
  experimental comparison, WAE 1999; the same as algorithm 3 of L. Huang and D. Chiang,
  Better k-best parsing, IWPT 2005), here without recursion and with products for sums.
  The n-th largest path to a Value goes through some consumer, and there along the
  consumer's own m-th largest; each Value keeps a heap of one such candidate per slot
  that reads it, and asks a consumer for its next path only when the last has been used.
  That is right because no slope turns a larger product into the smaller of two.
"""

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from gradviz.graph.model import Edge, Graph

Slopes = Callable[[int], Sequence[float] | None]
"""Gives the slope of each operand slot of an op, None where the op is not known."""

MOST = 40
"""How many paths are listed."""
MOST_EDGES = 400_000
"""How long the listed ones may be together; the first is listed however long it is."""
_SLICE = 1000
_UNKNOWN = 1.0
_SEED = -1


@dataclass(frozen=True, slots=True)
class Totals:
    """What holds for all paths to a Value.

    Attributes:
        count: How many there are.
        known: How many go through known ops alone.
        nonzero: How many of those have no factor that is 0.
        total: The sum of the products of the known ones.
    """

    count: int
    known: int
    nonzero: int
    total: float


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a seed to the Value.

    Attributes:
        nodes: The Values on it, from the seed to the Value; that alone where it is the
            seeded one itself.
        slots: For each Value but the last, the operand slot through which it goes on.
        product: The seed times the slope of each slot, multiplied in this order; None
            where an op on the way is not known.
    """

    nodes: tuple[int, ...]
    slots: tuple[int, ...]
    product: float | None

    @property
    def seed(self) -> int:
        """The seeded Value it starts at."""
        return self.nodes[0]

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Its operand slots."""
        return tuple(map(Edge, self.nodes, self.slots, self.nodes[1:]))


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths from the seeds to a Value.

    Attributes:
        node: The Value.
        totals: What holds for all of them.
        seeds: The seeds that any of them starts at, in the order of the walk.
        unknown: The Values on them whose op is not known, consumers first.
        largest: The ones with the largest products, by absolute value, in descending
            order. One that is nan counts as infinite, and one that is not known as
            smaller than 0. Among equals, older consumers and earlier slots are first.
    """

    node: int
    totals: Totals
    seeds: tuple[int, ...]
    unknown: tuple[int, ...]
    largest: tuple[Path, ...]


def paths_to(
    graph: Graph,
    node: int,
    seeds: Mapping[int, float],
    slopes: Slopes,
    most: int = MOST,
) -> Paths:
    """Return the paths from the seeds to a Value.

    Numbers may be of any kind that can be multiplied, added and compared, such as
    fractions; then sums and products are exact.

    Args:
        graph: The graph.
        node: The Value.
        seeds: The seed gradients, in the order of the walk.
        slopes: The local derivatives.
        most: How many paths to list.
    """
    return finish(find_paths(graph, node, seeds, slopes, most))


def find_paths(
    graph: Graph,
    node: int,
    seeds: Mapping[int, float],
    slopes: Slopes,
    most: int = MOST,
) -> Generator[None, None, Paths]:
    """Find the paths as ``paths_to`` does, in slices of a few milliseconds each."""
    return _Search(graph, node, seeds, slopes).run(most)


def finish(work: Generator[None, None, Paths]) -> Paths:
    """Return what work in slices comes to."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: Paths = done.value
            return found


_Entry = tuple[float, int, int, int, float | None]
"""One path to a Value: minus how large its product is, so that the largest is the
smallest entry; the consumer it comes from, or -1 where it starts here; that one's slot;
which of the consumer's own paths it goes along; and its product.

No class: a garbage collection would have to look at each of thousands.
"""
_Sums = tuple[int, int, int, float]
"""What ``Totals`` has, as the sweep hands it on."""


class _Search:
    def __init__(
        self, graph: Graph, node: int, seeds: Mapping[int, float], slopes: Slopes
    ) -> None:
        self._graph, self._node = graph, node
        self._seeds, self._slopes = seeds, slopes
        self._above = bytearray(len(graph))
        self._unknown: list[int] = []
        self._best: dict[int, _Entry] = {}
        self._more: dict[int, list[_Entry]] = {}
        self._waiting: dict[int, list[_Entry]] = {}
        self._exhausted: set[int] = set()

    def run(self, most: int) -> Generator[None, None, Paths]:
        yield from self._climb()
        totals = yield from self._sweep()
        seeds = tuple(seed for seed in self._seeds if self._above[seed])
        largest: list[Path] = []
        edges = 0
        while len(largest) < min(most, totals.count):
            if largest:
                yield from self._find_next()
            path = yield from self._path(len(largest))
            edges += len(path.slots)
            if largest and edges > MOST_EDGES:
                break
            largest.append(path)
        return Paths(self._node, totals, seeds, tuple(self._unknown), tuple(largest))

    def _climb(self) -> Iterator[None]:
        """Find the Values that were computed from this one."""
        above, consumers = self._above, self._graph.consumers
        todo, count = [self._node], 0
        while todo:
            node = todo.pop()
            if not above[node]:
                above[node] = True
                count += 1
                if count % _SLICE == 0:
                    yield
                todo.extend([edge.consumer for edge in consumers[node]])

    # Counting and adding

    def _sweep(self) -> Generator[None, None, Totals]:
        """Hand counts, sums and the largest path down from the seeds to the Value."""
        sums: dict[int, _Sums] = {}
        # Consumers were made after their operands.
        for node in reversed(range(self._node, len(self._graph))):
            if node % _SLICE == 0:
                yield
            if not self._above[node]:
                continue
            here = sums.pop(node, None)
            if node in self._seeds:
                here = self._begin(node, here)
            if node == self._node:
                break
            if here is not None:
                self._hand_down(node, here, sums)
        return Totals(*(here or (0, 0, 0, 0)))

    def _begin(self, node: int, here: _Sums | None) -> _Sums:
        """Return what comes to a seeded Value, with the path that begins there."""
        seed = self._seeds[node]
        entry = self._start(seed)
        best = self._best.get(node)
        if best is None or entry[0] <= best[0]:
            self._best[node] = entry
        count, known, nonzero, total = here or (0, 0, 0, 0)
        return count + 1, known + 1, nonzero + (seed != 0), total + seed

    def _hand_down(self, node: int, here: _Sums, sums: dict[int, _Sums]) -> None:
        slopes, best, above = self._slopes(node), self._best, self._above
        if slopes is None:
            self._unknown.append(node)
        own = best[node]
        count, known, nonzero, total = here
        operands = self._graph.nodes[node].operands
        for slot in reversed(range(len(operands))):
            operand = operands[slot]
            if not above[operand]:
                continue
            slope = None if slopes is None else slopes[slot]
            if slope is None:
                more: _Sums = (count, 0, 0, 0)
            else:
                # Paths that are not known have nothing to add, not even nan.
                part = total * slope if known else 0
                more = (count, known, nonzero if slope else 0, part)
            sums[operand] = _added(sums.get(operand), more)
            entry = _extended(own, slope, node, slot, 0)
            # Older consumers and earlier slots come later: they win among equals.
            if operand not in best or entry[0] <= best[operand][0]:
                best[operand] = entry

    @staticmethod
    def _start(seed: float) -> _Entry:
        return -_magnitude(seed), _SEED, 0, 0, seed

    # Listing

    def _found(self, node: int) -> int:
        """Return how many paths to a Value have been found."""
        return 1 + len(self._more.get(node, ()))

    def _entry(self, node: int, place: int) -> _Entry:
        return self._more[node][place - 1] if place else self._best[node]

    def _find_next(self) -> Iterator[None]:
        """Find one more path to the Value; there has to be one."""
        asked = [self._node]
        while True:
            node = asked[-1]
            _, consumer, _, place, _ = self._entry(node, self._found(node) - 1)
            if consumer == _SEED or consumer in self._exhausted:
                break
            if self._found(consumer) > place + 1:
                break
            asked.append(consumer)
            if len(asked) % _SLICE == 0:
                yield
        for number, node in enumerate(reversed(asked), 1):
            self._take_next(node)
            if number % _SLICE == 0:
                yield

    def _take_next(self, node: int) -> None:
        """Find one more path to a Value whose consumers have found theirs."""
        if node not in self._waiting:
            self._waiting[node] = self._candidates(node)
        waiting = self._waiting[node]
        _, consumer, slot, place, _ = self._entry(node, self._found(node) - 1)
        if consumer != _SEED and self._found(consumer) > place + 1:
            further, slope = (
                self._entry(consumer, place + 1),
                self._slope(consumer, slot),
            )
            heappush(waiting, _extended(further, slope, consumer, slot, place + 1))
        if waiting:
            self._more.setdefault(node, []).append(heappop(waiting))
        else:
            self._exhausted.add(node)

    def _candidates(self, node: int) -> list[_Entry]:
        """Return the largest path through each slot that reads a Value but the best."""
        best, found = self._best, list[_Entry]()
        used = best[node][1:3]
        for consumer, slot in (
            (edge.consumer, edge.slot) for edge in self._graph.consumers[node]
        ):
            if consumer in best and (consumer, slot) != used:
                slope = self._slope(consumer, slot)
                found.append(_extended(best[consumer], slope, consumer, slot, 0))
        if node in self._seeds and used[0] != _SEED:
            found.append(self._start(self._seeds[node]))
        heapify(found)
        return found

    def _slope(self, node: int, slot: int) -> float | None:
        slopes = self._slopes(node)
        return None if slopes is None else slopes[slot]

    def _path(self, place: int) -> Generator[None, None, Path]:
        """Follow one of the paths found back to its seed."""
        nodes, slots = [self._node], list[int]()
        _, consumer, slot, place, product = self._entry(self._node, place)
        while consumer != _SEED:
            nodes.append(consumer)
            slots.append(slot)
            if len(slots) % _SLICE == 0:
                yield
            _, consumer, slot, place, _ = self._entry(consumer, place)
        return Path(tuple(reversed(nodes)), tuple(reversed(slots)), product)


def _magnitude(number: float) -> float:
    return math.inf if number != number else abs(number)


def _extended(
    entry: _Entry, slope: float | None, consumer: int, slot: int, place: int
) -> _Entry:
    """Return a path that goes on through one more slot."""
    rank, _, _, _, product = entry
    if slope is None or product is None:
        return _UNKNOWN, consumer, slot, place, None
    size = _magnitude(slope)
    # Not inf × 0 = nan: then a larger product might become the smaller of two.
    return rank * size if rank and size else 0.0, consumer, slot, place, product * slope


def _added(one: _Sums | None, other: _Sums) -> _Sums:
    if one is None:
        return other
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])
