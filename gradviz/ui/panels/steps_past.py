"""What gradients were after any step made, and who had pushed to them by then."""

from bisect import bisect_right
from collections.abc import Sequence

from gradviz.session.facts import Effect, Figure, StepFact
from gradviz.session.mirror import Mirror


class Past:
    """Looks back from the playhead of a mirror whose walk stays as it is."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._made_at: dict[int, list[int]] = {}
        self._zeroed_at: list[int] = []
        self._set_at: dict[int, list[int]] = {}
        self._changed_at: dict[int, list[int]] = {}
        self._befores: dict[int, list[Figure]] = {}
        self._looked = 0
        for i, step in enumerate(mirror.walk):
            if step.kind == "zero":
                self._zeroed_at.append(i)
            elif step.node >= 0:
                self._made_at.setdefault(step.node, []).append(i)
            for effect in _gradients(step) if step.kind == "write" else ():
                self._set_at.setdefault(effect.node, []).append(i)

    def held(self, index: int) -> dict[int, Figure]:
        """Return the gradients that the operands of a step held just after it.

        There are none where the step has not been made, or calls no ``_backward``.
        """
        mirror = self._mirror
        node = mirror.walk[index].node
        if node < 0 or index >= mirror.playhead:
            return {}
        self._look()
        return {o: self._after(o, index) for o in mirror.graph.nodes[node].operands}

    def _look(self) -> None:
        """Note what each gradient was before each step that has changed it."""
        mirror = self._mirror
        for i in range(self._looked, mirror.playhead):
            for effect in _gradients(mirror.walk[i]):
                self._changed_at.setdefault(effect.node, []).append(i)
                self._befores.setdefault(effect.node, []).append(effect.before)
        self._looked = max(self._looked, mirror.playhead)

    def _after(self, node: int, index: int) -> Figure:
        places = self._changed_at.get(node, ())
        following = bisect_right(places, index)
        if following < len(places) and places[following] < self._mirror.playhead:
            return self._befores[node][following]
        return self._mirror.grad[node]

    def pushed(self, index: int) -> dict[int, tuple[int, int]]:
        """Return how many of each operand's slots have pushed in a pass by a step."""
        mirror = self._mirror
        before_pass = mirror.pushes.began_before(index) - 1
        counts: dict[int, tuple[int, int]] = {}
        node = mirror.walk[index].node
        operands = mirror.graph.nodes[node].operands if node >= 0 else ()
        for operand in dict.fromkeys(operands):
            written = self._set_at.get(operand, ())
            anew = max(_last_to(self._zeroed_at, index), _last_to(written, index))
            since = max(anew, before_pass)
            pushed = 0
            for edge in mirror.graph.consumers[operand]:
                made = self._made_at.get(edge.consumer, ())
                pushed += _last_to(made, index) > since
            counts[operand] = (pushed, mirror.progress(operand).expected)
        return counts


def _last_to(places: Sequence[int], index: int) -> int:
    """Return the last of ascending places up to an index, -1 where there is none."""
    count = bisect_right(places, index)
    return places[count - 1] if count else -1


def _gradients(step: StepFact) -> list[Effect]:
    return [effect for effect in step.effects or () if effect.what == "grad"]
