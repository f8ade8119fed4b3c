"""Trying every op once, before an edit trusts it.

Each is called on the numbers that are there and on others: what does not give the same
number, and the same gradients from its new ``_backward`` as a new result's own, is not
trusted. No trace is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from numbers import Number
from typing import Any

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import Call
from gradviz.graph.held import reached_from
from gradviz.graph.wrapping import is_of_one_op, wrappings
from gradviz.session.attributes import Attributes, Change, Contents, Delta
from gradviz.session.forward.alike import PLAIN, alike, equal
from gradviz.session.forward.passing import items_in, made_by, moved, passed
from gradviz.session.forward.renewal import Renewal
from gradviz.session.forward.trouble import ReplayError, described

PROBE = 0.7
"""The gradient with which an old and a new ``_backward`` are compared."""

_TRIED_PER_HOOK = 20
"""Values whose ``_backward`` is compared, for each function that defines one."""

_LOOKED_AT = 300
"""Values up to which all are looked at for what one hook has written."""

_OTHER_GRADIENTS = "its backward function can't be renewed: it gave other gradients"

Pushed = list[tuple[int, str, str]]
"""What a hook did: a Value, an attribute and its new content."""


@dataclass
class Trial:
    """What has come of trying every op.

    Attributes:
        distrusted: The Values whose op can't be called again, with the reason.
        outdated: The Values that hold another number than their op gives for the
            operands as they are now, with that number.
    """

    distrusted: dict[int, str] = field(default_factory=dict)
    outdated: dict[int, object] = field(default_factory=dict)


class Trying:
    """Tries the ops of a graph."""

    def __init__(
        self,
        live: LiveGraph,
        attributes: Attributes,
        calls: dict[int, Call],
        renewal: Renewal,
    ) -> None:
        """Remember the graph.

        Args:
            live: The graph.
            attributes: Its Values, watched.
            calls: The call of each op; what wraps a hook is added where it is found.
            renewal: What calls them; it learns what else to take from a new result.
        """
        self._live = live
        self._attributes = attributes
        self._calls = calls
        self._renewal = renewal
        self._classes = frozenset(map(type, live.values))

    def try_all(self, fresh_gradients: Sequence[object]) -> Trial:
        """Call every op once and compare, without leaving a trace.

        Args:
            fresh_gradients: For each Value the gradient that a new one has.

        Raises:
            ReplayError: The person has stopped it.
        """
        trial = Trial()
        tried: dict[object, int] = {}
        try:
            for node in self._calls:
                reason = self._try(node, fresh_gradients, tried, trial)
                if reason:
                    trial.distrusted[node] = reason
        except KeyboardInterrupt as error:
            name = self._live.graph.nodes[node].name
            raise ReplayError(node, name, described(error)) from error
        finally:
            self._attributes.undo(self._attributes.take())
        return trial

    # One op

    def _try(
        self,
        node: int,
        fresh_gradients: Sequence[object],
        tried: dict[object, int],
        trial: Trial,
    ) -> str:
        """Return why the op of ``node`` can't be trusted, or an empty string."""
        adapter, value = self._live.adapters[node], self._live.values[node]
        call = self._calls[node]
        number = adapter.number(value)
        try:
            fresh = made_by(call, adapter)
            wrote = self._writes_to(self._reach(node))
            again = repr(adapter.number(fresh))
            is_outdated = again != repr(number)
            if is_outdated and again != repr(adapter.number(made_by(call, adapter))):
                return "calling its op again on the same operands gave another number"
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            return f"calling its op again failed ({described(error).rstrip('.')})"
        if is_outdated:
            trial.outdated[node] = number
        if wrote:
            return "its op writes to its operands, so it can't be called again"
        if self._renewal.is_another(node, fresh):
            return "calling its op again on the same operands gave another graph"
        rewrapped = self._rewrapped(node, fresh, is_outdated)
        if isinstance(rewrapped, str):
            return rewrapped
        fresh = rewrapped
        self._renewal.taken_over[node] = self._worth_taking(node, fresh, is_outdated)
        code = getattr(adapter.hook_of(value), "__code__", None)
        kind = (code, self._live.graph.nodes[node].method)
        tried[kind] = tried.get(kind, 0) + 1
        if tried[kind] > _TRIED_PER_HOOK:
            return ""
        return self._try_hook(node, fresh, fresh_gradients, is_outdated)

    def _rewrapped(self, node: int, fresh: Any, is_outdated: bool) -> object:
        """Return the new result with its hook wrapped as that of its Value was.

        The op's call includes that from now on. Where it can't be done, the answer is
        the reason, as a clause.
        """
        adapter, value = self._live.adapters[node], self._live.values[node]
        if adapter.design != "closure":
            return fresh
        plain = getattr(fresh, adapter.hook)
        if is_of_one_op(getattr(value, adapter.hook), plain, is_outdated):
            return fresh
        then = wrappings(value, adapter.hook, plain, is_outdated)
        if isinstance(then, str):
            return then
        try:
            for wrapping in then:
                wrapping.wrap(fresh)
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            return f"wrapping its hook again failed ({described(error).rstrip('.')})"
        reach = self._reach(node)
        if self._writes_to(reach):
            return "what has replaced its backward function writes to its operands"
        self._calls[node] = replace(self._calls[node], then=then)
        return fresh

    def _try_hook(
        self,
        node: int,
        fresh: object,
        fresh_gradients: Sequence[object],
        is_outdated: bool,
    ) -> str:
        """Compare the renewed hook with the old one, and with that of a new result.

        The old one of a Value whose operands have changed since may be stale.
        """
        if is_outdated:
            return self._try_anew(node, fresh_gradients)
        adapter, value = self._live.adapters[node], self._live.values[node]
        reach = self._reach(node)
        old = self._pushed(node, adapter.hook_of(value), reach, fresh_gradients)
        new = self._pushed_renewed(node, fresh, reach, fresh_gradients)
        if old != new:
            return _OTHER_GRADIENTS
        return self._try_moved(node, fresh_gradients, old)

    def _try_moved(
        self, node: int, fresh_gradients: Sequence[object], old: Pushed
    ) -> str:
        """Try the op on other numbers, where what it has saved may turn out stale.

        Args:
            node: The Value.
            fresh_gradients: For each Value the gradient that a new one has.
            old: What its hook pushes on the numbers that are there.
        """
        reach = self._reach(node)
        others: Delta = ()
        reason = ""
        try:
            for operand in self._given_to(node):
                others += self._move(operand)
            if others:
                reason = self._try_anew(node, fresh_gradients)
        except (Exception, SystemExit):  # it takes no such numbers; an edit will say so
            reason = ""
        finally:
            self._attributes.undo(self._written(reach))
            self._attributes.undo(others)
        if reason:
            self._call_once_more(node)
        if reason or not others:
            return reason
        adapter, value = self._live.adapters[node], self._live.values[node]
        still = self._pushed(node, adapter.hook_of(value), reach, fresh_gradients)
        if still != old:
            self._call_once_more(node)
            return "what its op saves for the gradients is shared with its other calls"
        return ""

    def _call_once_more(self, node: int) -> None:
        """Let an op save again what it saves outside of its Value."""
        made_by(self._calls[node], self._live.adapters[node])
        self._attributes.undo(self._written(self._reach(node)))

    def _given_to(self, node: int) -> list[int]:
        """Return the operands that an op is called with.

        None where it makes others on the way: those could not be moved with them.
        """
        given = set(map(id, passed(self._calls[node], self._classes)))
        found: list[int] = []
        for operand in dict.fromkeys(self._live.graph.nodes[node].operands):
            if id(self._live.values[operand]) in given:
                found.append(operand)
            elif operand in self._calls:
                return []
        return found

    def _is_data(self, change: Change) -> bool:
        return change.attribute == self._live.adapters[change.node].data

    def _move(self, operand: int) -> Delta:
        adapter = self._live.adapters[operand]
        number = adapter.number(self._live.values[operand])
        return self._attributes.write(operand, adapter.data, moved(number))

    def _try_anew(self, node: int, fresh_gradients: Sequence[object]) -> str:
        """Compare what the hook of a new result pushes with what the renewed one does.

        Only where both can push: the new one has Values of its own where its op makes
        some on the way.
        """
        adapter = self._live.adapters[node]
        reach = self._reach(node)
        other = made_by(self._calls[node], adapter)
        computed = self._written(reach)
        self._attributes.undo(computed)
        if self._renewal.is_another(node, other) or any(map(self._is_data, computed)):
            return ""  # it computes its operands as well: nothing to compare with
        setattr(other, adapter.grad, PROBE)
        wanted = self._pushed(node, adapter.hook_of(other), reach, fresh_gradients)
        fresh = made_by(self._calls[node], adapter)
        self._attributes.undo(self._written(reach))
        new = self._pushed_renewed(node, fresh, reach, fresh_gradients)
        if wanted == new:
            return ""
        both = {self._renewal.ids.get(identity) for identity in reached_from(other)} - {
            node
        }
        wanted, new = ([p for p in each if p[0] in both] for each in (wanted, new))
        return _OTHER_GRADIENTS if wanted != new else ""

    # What a call or a hook does, and undoing it

    def _pushed_renewed(
        self,
        node: int,
        fresh: object,
        reach: Sequence[int],
        fresh_gradients: Sequence[object],
    ) -> Pushed:
        """Return what the hook does that a Value takes over from its op's new result.

        The Value keeps its own hook.
        """
        self._renewal.take_over(node, fresh)
        renewed = self._attributes.take((node,))
        hook = self._live.adapters[node].hook_of(self._live.values[node])
        try:
            return self._pushed(node, hook, reach, fresh_gradients)
        finally:
            self._attributes.undo(renewed)

    def _pushed(
        self,
        node: int,
        hook: Callable[[], object] | None,
        reach: Sequence[int],
        fresh_gradients: Sequence[object],
    ) -> Pushed:
        """Return what a hook does to clear gradients, and undo it."""
        before: Delta = ()
        for near in reach:
            gradient = PROBE if near == node else fresh_gradients[near]
            attribute = self._live.adapters[near].grad
            before += self._attributes.write(near, attribute, gradient)
        failed: Pushed = []
        written: Delta = ()
        try:
            if hook is not None:
                hook()
        except (Exception, SystemExit) as error:  # the person's code: anything goes
            failed.append((node, "raised", type(error).__name__))
        finally:
            written = self._written(reach)
            self._attributes.undo(written)
            self._attributes.undo(before)
        pushed = [
            (change.node, change.attribute, repr(change.after))
            for change in written
            if isinstance(change.after, PLAIN)
            or change.attribute == self._live.adapters[change.node].grad
        ]
        return pushed + failed

    def _reach(self, node: int) -> Sequence[int]:
        """Return the Values that trying an op may write to.

        A hook that calls those of its operands, or a number computed only when it is
        asked for, reaches further down than to the operands.
        """
        if len(self._live.values) <= _LOOKED_AT:
            return range(len(self._live.values))
        return tuple(dict.fromkeys((node, *self._live.graph.nodes[node].operands)))

    def _written(self, reach: Sequence[int]) -> Delta:
        everywhere = len(reach) == len(self._live.values)
        return self._attributes.take(None if everywhere else reach)

    def _writes_to(self, reach: Sequence[int]) -> bool:
        """Whether calling an op has changed what makes Values what they are.

        A number of their own (how often they were used) does not.
        """
        written = self._written(reach)
        self._attributes.undo(written)
        for node, attribute, before, after in written:
            adapter = self._live.adapters[node]
            if equal(before, after, self._classes):
                continue  # computed once more
            if attribute in (adapter.data, adapter.grad, adapter.hook):
                return True
            if isinstance(after, Contents) or not isinstance(after, PLAIN):
                return True
        return False

    def _worth_taking(
        self, node: int, fresh: object, is_outdated: bool
    ) -> tuple[str, ...]:
        """Return which of the new result's other attributes its Value should take.

        Those that the op computes: what differs on the same operands has been given by
        the person, or counts, and stays as it is. On operands that have changed since,
        numbers of the same kind are taken for computed.
        """
        adapter = self._live.adapters[node]
        mine = adapter.attributes(self._live.values[node])
        never = {adapter.data, adapter.hook, adapter.grad, adapter.label, adapter.color}
        same = alike if is_outdated else equal
        return tuple(
            name
            for name, content in adapter.attributes(fresh).items()
            if name not in never
            and name in mine
            and same(mine[name], content, self._classes)
            and (name != adapter.operands or self._holds_numbers(content))
        )

    def _holds_numbers(self, content: object) -> bool:
        return any(isinstance(i, Number) for i in items_in(content, self._classes))
