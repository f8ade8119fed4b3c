"""The forward pass again, after a leaf has been edited.

Where every op can be called again on its live operands, that is done in place, and the
person's variables stay valid. Where one can't, the whole graph is made anew, provided
that this gives the same numbers and gradients for the same leaves. What neither can do
is stuck: it keeps its old number, and the reason is said.
"""

import contextlib
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import Call
from gradviz.session.attributes import Attributes
from gradviz.session.forward.passing import fed, passed
from gradviz.session.forward.renewal import Renewal
from gradviz.session.forward.tape import Tape
from gradviz.session.forward.trouble import ReplayError, described
from gradviz.session.forward.trying import Trial, Trying

__all__ = ["Replay", "ReplayError", "described"]

OUTDATED = (
    "its leaves have changed since it was computed: re-evaluate first (Edit > "
    "Re-evaluate)"
)

_RUN_AGAIN = (
    "its leaves have changed since it was computed, and {name} can't be computed again "
    "from them: run the file again"
)

ANEW = (
    "An op of this class can't be called again for a Value that is there, so an edit "
    "makes every Value anew: what is shown follows, and your variables hold the Values "
    "as your code left them."
)


class Replay:
    """Re-evaluates a live graph from edited leaves.

    Attributes:
        live: The graph with the person's own Values.
        fresh: Whether an edit makes every Value anew.
    """

    def __init__(self, live: LiveGraph, attributes: Attributes) -> None:
        self.live = live
        self.fresh = False
        self._attributes = attributes
        self._trial: Trial | None = None

    def prepare(self, fresh_gradients: Sequence[object]) -> None:
        """Find out, before the first edit, which ops can be called again.

        Args:
            fresh_gradients: For each Value the gradient that a new one has.

        Raises:
            ReplayError: The person has stopped it.
        """
        if self._trial is not None:
            return
        # Their ops and hooks may print; nobody has asked for these calls.
        with contextlib.redirect_stdout(io.StringIO()):
            trying = Trying(self.live, self._attributes, self._calls, self._renewal)
            trial = trying.try_all(fresh_gradients)
            if trial.distrusted and not trial.outdated and self._has_every_call():
                tape = Tape(self.live, self._calls)
                if tape.agrees(self._attributes, fresh_gradients):
                    self.fresh, self._tape = True, tape
                    trial.distrusted.clear()
        self._trial = trial

    @cached_property
    def _calls(self) -> dict[int, Call]:
        """The call of each op, operands before consumers."""
        live, classes = self.live, frozenset(map(type, self.live.values))
        nodes = live.graph.nodes
        made = ((node.id, fed(live, node.id, classes)) for node in nodes)
        return {node: call for node, call in made if call is not None}

    @cached_property
    def _renewal(self) -> Renewal:
        return Renewal(self.live, self._calls)

    def _has_every_call(self) -> bool:
        nodes = self.live.graph.nodes
        return all(node.is_leaf or node.id in self._calls for node in nodes)

    def above(self, leaves: Iterable[int]) -> list[int]:
        """Return the ops that depend on ``leaves``, operands before consumers."""
        reached = set(leaves)
        found: list[int] = []
        if not reached:
            return found
        for node in self.live.graph.nodes:
            if node.operands and not reached.isdisjoint(node.operands):
                reached.add(node.id)
                found.append(node.id)
        return found

    def stuck(self, leaves: Collection[int]) -> dict[int, str]:
        """Return the Values that an edit of ``leaves`` does not reach.

        Each comes with the reason as a clause; it keeps its old number.
        """
        return self._stuck(self.above(leaves), leaves)

    def _stuck(self, above: Sequence[int], leaves: Collection[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        nodes = self.live.graph.nodes
        outdated = self._outdated_above()
        blocked = self._blocked(outdated)
        why = OUTDATED
        if blocked is not None:
            why = _RUN_AGAIN.format(name=nodes[blocked].name)
        for node in above:
            if reason := self._reason(node, leaves):
                found[node] = reason
            elif node in outdated:
                found[node] = why
            elif found:
                below = [nodes[o].name for o in nodes[node].operands if o in found]
                if below:
                    found[node] = f"it is computed from {below[0]}, which kept its own"
        return found

    def forward(self, leaves: Collection[int]) -> None:
        """Compute what depends on ``leaves`` again, in place, where that is possible.

        Raises:
            ReplayError: An op failed; what was computed until then stays written.
        """
        above = self.above(leaves)
        stuck = self._stuck(above, leaves)
        for node in above:
            if node not in stuck:
                self._renewal.renew(node)

    def anew(self, numbers: Mapping[int, object]) -> LiveGraph:
        """Return the graph that shows these numbers of leaves, where ``fresh`` is set.

        Without any it is the one with the person's own Values.

        Raises:
            ReplayError: An op failed.
        """
        if not numbers:
            return self.live
        try:
            return self._tape.again(numbers)
        finally:
            self._attributes.undo(self._attributes.take())

    def outdated(self) -> tuple[int, ...]:
        """Return the Values whose leaves have changed since they were computed."""
        return tuple(sorted(self._outdated_above()))

    def reevaluate(self) -> None:
        """Compute every Value from its leaves as they are now, in place.

        Raises:
            ReplayError: An op failed, or can't be called again though its operands have
                changed; what was computed until then stays written.
        """
        blocked = self._blocked(self._outdated_above())
        if blocked is not None:
            reason = self._reason(blocked, ())
            name = self.live.graph.nodes[blocked].name
            raise ReplayError(blocked, name, f"{reason}. Run the file again.")
        held = {node for node in self._ops() if self._reason(node, ())}
        held.update(self.above(held))
        for node in self._ops():
            if node not in held:
                self._renewal.renew(node)

    def _ops(self) -> list[int]:
        return [node.id for node in self.live.graph.nodes if node.operands]

    def _outdated_above(self) -> set[int]:
        """Return what is outdated, and all that was computed from it.

        It is until it holds another number than the one it was found with.
        """
        trial = self._trial
        if trial is None or not trial.outdated:
            return set()
        adapters, values = self.live.adapters, self.live.values
        still = {
            node
            for node, number in trial.outdated.items()
            if adapters[node].number(values[node]) is number
        }
        return still.union(self.above(still))

    def _blocked(self, outdated: Iterable[int]) -> int | None:
        """Return the first outdated Value that can't be computed again, if any."""
        return min((n for n in outdated if self._reason(n, ())), default=None)

    def _reason(self, node: int, leaves: Collection[int]) -> str:
        """Return why ``node`` can't be computed again, or an empty string."""
        trial = self._trial or Trial()
        if node not in self._calls:
            return self.live.origins[node].reason or "it is not known what made it"
        if reason := trial.distrusted.get(node, ""):
            return reason
        nodes = self.live.graph.nodes
        constants = [o for o in nodes[node].operands if nodes[o].constant]
        edited = [o for o in constants if o in leaves]
        if edited:
            classes = frozenset(map(type, self.live.values))
            known = {id(item) for item in passed(self._calls[node], classes)}
            for operand in edited:
                if id(self.live.values[operand]) not in known:
                    return f"its op makes {nodes[operand].name} itself, each time"
        return ""
