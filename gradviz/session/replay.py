"""The forward pass again, after a leaf has been edited.

Each op above the edited leaf is called once more with the same live operands; its
Value keeps its identity and takes the new number and the new ``_backward``, whose
captured result is pointed back at the old Value. Copying the number alone would leave
stale forward-time numbers in closures (the ``t`` of a tanh).
"""

from collections.abc import Collection

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import cells


class ReplayError(Exception):
    """An op failed on the edited numbers.

    Attributes:
        node: The Value whose op failed.
    """

    def __init__(self, node: int, name: str, cause: BaseException) -> None:
        super().__init__(f"Computing {name} again failed: {_described(cause)}")
        self.node = node


def _described(cause: BaseException) -> str:
    text, kind = str(cause).strip(), type(cause).__name__
    if kind == "DomainError":
        return text
    return f"{kind}: {text}" if text else f"{kind}."


class Replay:
    """Re-evaluates a live graph from edited leaves.

    Attributes:
        live: The graph.
    """

    def __init__(self, live: LiveGraph) -> None:
        self.live = live
        self._distrusted: dict[int, str] | None = None

    def prepare(self) -> None:
        """Find out, before the first edit, which ops can be called again.

        An op that does not give its Value's number again from the same operands (it
        draws random numbers, or reads something that has changed) can't be trusted
        with new ones.
        """
        if self._distrusted is not None:
            return
        self._distrusted = {}
        for node, made in enumerate(self.live.origins):
            if made.call is None:
                continue
            adapter = self.live.adapters[node]
            try:
                again = adapter.number(made.call.again())
            except Exception as error:  # the person's own code: anything can happen
                self._distrusted[node] = f"calling its op again failed ({error})"
                continue
            if repr(again) != repr(adapter.number(self.live.values[node])):
                self._distrusted[node] = (
                    "calling its op again on the same operands gave another number"
                )

    def above(self, leaves: Collection[int]) -> list[int]:
        """Return the ops that depend on ``leaves``, operands before consumers."""
        reached = set(leaves)
        found: list[int] = []
        if not reached:
            return found
        for node in self.live.graph.nodes:
            if not reached.isdisjoint(node.operands):
                reached.add(node.id)
                found.append(node.id)
        return found

    def stuck(self, leaves: Collection[int]) -> dict[int, str]:
        """Return the Values that an edit of ``leaves`` does not reach.

        Each comes with the reason as a clause; it keeps its old number.
        """
        found: dict[int, str] = {}
        for node in self.above(leaves):
            nodes = self.live.graph.nodes
            below = [nodes[o].name for o in nodes[node].operands if o in found]
            if reason := self._reason(node):
                found[node] = reason
            elif below:
                found[node] = f"it is computed from {below[0]}, which was not renewed"
        return found

    def forward(self, leaves: Collection[int]) -> list[int]:
        """Compute what depends on ``leaves`` again, in place, where that is possible.

        Returns:
            The Values computed again.

        Raises:
            ReplayError: An op failed; what was computed until then stays written.
        """
        stuck = self.stuck(leaves)
        renewed = [node for node in self.above(leaves) if node not in stuck]
        for node in renewed:
            self._renew(node)
        return renewed

    def _reason(self, node: int) -> str:
        """Return why ``node`` can't be computed again, or an empty string."""
        made = self.live.origins[node]
        if made.call is None:
            return made.reason
        return (self._distrusted or {}).get(node, "")

    def _renew(self, node: int) -> None:
        """Call the op of ``node`` again and give its Value what came out."""
        value, adapter = self.live.values[node], self.live.adapters[node]
        call = self.live.origins[node].call
        assert call is not None
        try:
            fresh = call.again()
        except (Exception, KeyboardInterrupt) as error:
            name = self.live.graph.nodes[node].name
            raise ReplayError(node, name, error) from error
        kept = {adapter.grad, adapter.operands, adapter.label, adapter.color}
        for attribute, content in adapter.attributes(fresh).items():
            if attribute not in kept:
                setattr(value, attribute, content)
        for cell in cells(adapter.hook_of(fresh)):
            if cell.cell_contents is fresh:
                cell.cell_contents = value
