"""The forward pass again, after a leaf has been edited.

Each op above the edited leaf is called once more with the same live operands; its
Value keeps its identity and takes the new number and the new ``_backward``, whose
captured result is pointed back at the old Value. Copying the number alone would leave
stale forward-time numbers in closures (the ``t`` of a tanh).

Before the first edit every op is tried on the numbers that are there: what does not
give the same number, and the same gradients from its new ``_backward``, is not trusted
with other numbers.
"""

import contextlib
import io
from collections.abc import Collection, Sequence
from types import CellType, FunctionType
from typing import Any

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import captured_by, is_empty
from gradviz.session.attributes import Attributes, Delta

PROBE = 0.7
"""The gradient with which an old and a new ``_backward`` are compared."""

_TRIED_PER_HOOK = 20
"""Values whose ``_backward`` is compared, for each function that defines one."""

_PLAIN = (int, float, complex, str, bool, bytes, type(None))


class ReplayError(Exception):
    """An op failed on the edited numbers; the message is a sentence.

    Attributes:
        node: The Value whose op failed.
    """

    def __init__(self, node: int, name: str, because: str) -> None:
        super().__init__(f"Computing {name} again failed: {because}")
        self.node = node


def described(cause: BaseException) -> str:
    """Return what an exception says, as the end of a sentence."""
    kind = type(cause).__name__
    if isinstance(cause, KeyboardInterrupt):
        return "you stopped it."
    try:
        text = str(cause).strip()
    except Exception:  # an exception class of the person's own
        text = ""
    if kind == "DomainError":
        return text
    return f"{kind}: {text.rstrip('.')}." if text else f"{kind}."


class Replay:
    """Re-evaluates a live graph from edited leaves.

    Attributes:
        live: The graph.
    """

    def __init__(self, live: LiveGraph, attributes: Attributes) -> None:
        self.live = live
        self._attributes = attributes
        self._ids = {id(value): node for node, value in enumerate(live.values)}
        self._classes = frozenset(map(type, live.values))
        self._distrusted: dict[int, str] | None = None
        self._taken_over: dict[int, tuple[str, ...]] = {}
        """Besides number and hook, what a Value takes from its op's new result."""

    def prepare(self, fresh_gradients: Sequence[object]) -> None:
        """Find out, before the first edit, which ops can be called again.

        Args:
            fresh_gradients: For each Value the gradient that a new one has.
        """
        if self._distrusted is not None:
            return
        self._distrusted = {}
        tried: dict[object, int] = {}
        try:
            # Their ops and hooks may print; nobody has asked for these calls.
            with contextlib.redirect_stdout(io.StringIO()):
                for node in range(len(self.live.values)):
                    if self.live.origins[node].call is not None and (
                        reason := self._try(node, fresh_gradients, tried)
                    ):
                        self._distrusted[node] = reason
        except KeyboardInterrupt as error:
            self._distrusted = None
            name = self.live.graph.nodes[node].name
            raise ReplayError(node, name, described(error)) from error
        finally:
            self._attributes.undo(self._attributes.take())

    def above(self, leaves: Collection[int]) -> list[int]:
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
        return self._stuck(self.above(leaves))

    def _stuck(self, above: Sequence[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        nodes = self.live.graph.nodes
        for node in above:
            if reason := self._reason(node):
                found[node] = reason
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
        stuck = self._stuck(above)
        for node in above:
            if node not in stuck:
                self._renew(node)

    def _reason(self, node: int) -> str:
        """Return why ``node`` can't be computed again, or an empty string."""
        made = self.live.origins[node]
        if made.call is None:
            return made.reason
        return (self._distrusted or {}).get(node, "")

    # Trying an op before it is trusted

    def _try(
        self, node: int, fresh_gradients: Sequence[object], tried: dict[object, int]
    ) -> str:
        """Return why the op of ``node`` can't be trusted, or an empty string."""
        adapter, value = self.live.adapters[node], self.live.values[node]
        call = self.live.origins[node].call
        assert call is not None
        operands = self.live.graph.nodes[node].operands
        try:
            fresh = call.again()
            again = adapter.number(fresh)
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            return f"calling its op again failed ({described(error).rstrip('.')})"
        if repr(again) != repr(adapter.number(value)):
            return "calling its op again on the same operands gave another number"
        if self._writes_to(operands):
            return "its op writes to its operands, so it can't be called again"
        if self._is_another(node, fresh):
            return "calling its op again on the same operands gave another graph"
        self._taken_over[node] = self._worth_taking(node, fresh)
        hook = adapter.hook_of(value)
        code = getattr(hook, "__code__", None)
        tried[code] = tried.get(code, 0) + 1
        if tried[code] > _TRIED_PER_HOOK:
            return ""
        reach = tuple(dict.fromkeys((node, *operands)))
        old = self._pushed(node, reach, fresh_gradients)
        self._take_over(node, fresh)
        renewed = self._attributes.take((node,))
        try:
            new = self._pushed(node, reach, fresh_gradients)
        finally:
            self._attributes.undo(renewed)
        if old != new:
            return "its backward function can't be renewed: it gave other gradients"
        return ""

    def _writes_to(self, operands: Collection[int]) -> bool:
        """Whether calling an op has changed what makes its operands what they are."""
        written = self._attributes.take(dict.fromkeys(operands))
        self._attributes.undo(written)
        for change in written:
            adapter = self.live.adapters[change.node]
            if change.attribute in (
                adapter.data,
                adapter.grad,
                adapter.hook,
                adapter.operands,
            ):
                return True
        return False

    def _is_another(self, node: int, fresh: object) -> bool:
        """Whether an op's new result has other operands than the Value of ``node``."""
        if id(fresh) in self._ids or type(fresh) not in self._classes:
            return True
        adapter = self.live.adapters[node]
        claimed = adapter.operands_of(fresh)
        known = {self._ids[id(o)] for o in claimed if id(o) in self._ids}
        same = len(claimed) == len(adapter.operands_of(self.live.values[node]))
        return not same or not known.issubset(self.live.graph.nodes[node].operands)

    def _worth_taking(self, node: int, fresh: object) -> tuple[str, ...]:
        """Return which of the new result's other attributes its Value should take.

        Those that the op computes: what differs on the same operands has been given by
        the person, or counts, and stays as it is.
        """
        adapter = self.live.adapters[node]
        mine = adapter.attributes(self.live.values[node])
        kept = {
            adapter.data,
            adapter.hook,
            adapter.grad,
            adapter.operands,
            adapter.label,
            adapter.color,
        }
        return tuple(
            name
            for name, content in adapter.attributes(fresh).items()
            if name not in kept and name in mine and _equal(mine[name], content)
        )

    def _pushed(
        self, node: int, reach: Sequence[int], fresh_gradients: Sequence[object]
    ) -> list[tuple[int, str, str]]:
        """Return what the hook of ``node`` does to clear gradients, and undo it."""
        before: Delta = ()
        for near in reach:
            gradient = PROBE if near == node else fresh_gradients[near]
            attribute = self.live.adapters[near].grad
            before += self._attributes.write(near, attribute, gradient)
        failed: list[tuple[int, str, str]] = []
        written: Delta = ()
        try:
            hook = self.live.adapters[node].hook_of(self.live.values[node])
            if hook is not None:
                hook()
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            failed.append((node, "raised", type(error).__name__))
        finally:
            written = self._attributes.take(reach)
            self._attributes.undo(written)
            self._attributes.undo(before)
        pushed = [
            (change.node, change.attribute, repr(change.after))
            for change in written
            if isinstance(change.after, _PLAIN)
            or change.attribute == self.live.adapters[change.node].grad
        ]
        return pushed + failed

    # Calling an op again

    def _renew(self, node: int) -> None:
        """Call the op of ``node`` again and give its Value what came out."""
        call = self.live.origins[node].call
        assert call is not None
        name = self.live.graph.nodes[node].name
        try:
            fresh = call.again()
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            raise ReplayError(node, name, described(error)) from error
        if self._is_another(node, fresh):
            raise ReplayError(
                node,
                name,
                "with these numbers its op makes another graph. Change the number in "
                "the file and run it again.",
            )
        self._take_over(node, fresh)

    def _take_over(self, node: int, fresh: object) -> None:
        """Give the Value of ``node`` the number and the hook of its op's new result."""
        value, adapter = self.live.values[node], self.live.adapters[node]
        hook = getattr(fresh, adapter.hook)
        self._point_back(hook, adapter.hook_of(value), fresh, value)
        setattr(value, adapter.data, getattr(fresh, adapter.data))
        setattr(value, adapter.hook, hook)
        for attribute in self._taken_over.get(node, ()):
            setattr(value, attribute, getattr(fresh, attribute))

    def _point_back(self, new: Any, old: Any, fresh: object, value: object) -> None:
        """Let a new hook hold the graph's own Values instead of an op's new ones.

        The result is the most usual one; an op can make more Values on the way, which
        the old hook holds under the same names. Helpers inside the op are followed.
        """
        todo = [(new, old)]
        while todo:
            new, old = todo.pop()
            held = captured_by(old)
            for name, cell in _cells(new):
                content = cell.cell_contents
                if content is fresh:
                    cell.cell_contents = value
                elif isinstance(content, FunctionType):
                    if content.__closure__ and content is not held.get(name):
                        todo.append((content, held.get(name)))
                elif self._is_foreign(content) and self._is_known(held.get(name)):
                    cell.cell_contents = held[name]

    def _is_foreign(self, content: object) -> bool:
        """Whether something is, or holds, a Value that is not in the graph."""
        if isinstance(content, list | tuple):
            return any(map(self._is_foreign, content))
        return type(content) in self._classes and id(content) not in self._ids

    def _is_known(self, content: object) -> bool:
        """Whether something is, or holds, Values, and all of them in the graph."""
        if isinstance(content, list | tuple):
            return bool(content) and not any(map(self._is_foreign, content))
        return id(content) in self._ids


def _cells(hook: object) -> list[tuple[str, CellType]]:
    """Return the closure cells of ``hook`` that have contents, with their names."""
    closure = getattr(hook, "__closure__", None)
    if not closure:
        return []
    names = hook.__code__.co_freevars  # type: ignore[attr-defined]
    held = zip(names, closure, strict=True)
    return [(name, cell) for name, cell in held if not is_empty(cell)]


def _equal(old: object, new: object) -> bool:
    """Whether two attributes are the same, as far as plain data goes."""
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    if isinstance(old, list | tuple):
        assert isinstance(new, list | tuple)
        return len(old) == len(new) and all(map(_equal, old, new))
    return isinstance(old, _PLAIN) and repr(old) == repr(new)
