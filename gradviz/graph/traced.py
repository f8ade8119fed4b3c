"""How a Value was made, where its making was seen: operands, a call, edges missing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from inspect import Parameter
from numbers import Number
from types import FunctionType
from typing import Any

from gradviz.graph.adapter import Adapter, Adapters
from gradviz.graph.calls import (
    Call,
    Origin,
    captured_by,
    claimed_by,
    holds_code,
    origin,
    parameters,
)
from gradviz.graph.held import flat, reached_from
from gradviz.graph.made import Made
from gradviz.graph.trace import Trace


class Origins:
    """How Values were made, each worked out once while none of their code runs.

    Attributes:
        adapters: Adapters of all classes.
        trace: What was seen, if anybody looked.
        declared: The place of each variable among the program's, by ``id()``.
    """

    def __init__(
        self, adapters: Adapters, trace: Trace | None, variables: Iterable[int] = ()
    ) -> None:
        """Know nothing yet.

        Args:
            adapters: Adapters of all classes.
            trace: What was seen, if anybody looked.
            variables: The ``id()`` of what each variable holds, as declared.
        """
        self.adapters = adapters
        self.trace = trace
        self.declared = {identity: i for i, identity in enumerate(variables)}
        self._known: dict[int, tuple[object, Origin]] = {}

    def of(self, value: object) -> Origin:
        """Return how a Value was made."""
        known = self._known.get(id(value))
        if known is None:
            adapter = self.adapters.adapter(value)
            found = origin_of(value, adapter, self.adapters, self.declared, self.trace)
            # The Value is kept, so that its id() stays its own.
            known = self._known[id(value)] = (value, found)
        return known[1]


def origin_of(
    value: object,
    adapter: Adapter,
    adapters: Adapters,
    declared: Mapping[int, int],
    trace: Trace | None,
) -> Origin:
    """Tell how ``value`` was made, from what was seen and else from what it keeps.

    Args:
        value: The Value.
        adapter: Its adapter.
        adapters: Adapters of all classes.
        declared: The place of each variable among the program's, by ``id()``.
        trace: What was seen, if anybody looked.
    """
    made = trace.made(value) if trace is not None else None
    if made is None or trace is None:
        return origin(value, adapter, adapters, declared)
    claimed = claimed_by(value, adapter, adapters, declared)
    if made.code is None or not _is_op(value, made, adapter, claimed):
        kept = origin(value, adapter, adapters, declared)
        constant = made.constant and not kept.operands
        return _with(kept, made, constant, ())
    operands = _operands(value, made, adapter, adapters, claimed, trace)
    listed = Counter(map(id, claimed))
    unlisted: tuple[int, ...] = ()
    if adapter.operands:
        unlisted = tuple(i for i, o in enumerate(operands) if id(o) not in listed)
    call = _call(made)
    if call is None:
        kept = origin(value, adapter, adapters, declared)
        call, reason = kept.call, kept.reason
        found = Origin(operands, made.name, call, "" if call else reason)
    else:
        found = Origin(operands, made.name, call)
    return _with(found, made, False, unlisted)


def _with(
    found: Origin, made: Made, constant: bool, unlisted: tuple[int, ...]
) -> Origin:
    given = (*made.passed.values(), *made.arguments.values())
    numbers = [
        number
        for number in flat(given)
        if isinstance(number, Number)
        and not (isinstance(number, float) and abs(number) in made.written)
    ]
    return Origin(
        found.operands,
        found.method,
        found.call,
        found.reason,
        unlisted,
        constant,
        made.place,
        tuple({id(n): n for n in numbers}.values()),
        serial=made.serial,
    )


def _is_op(
    value: object, made: Made, adapter: Adapter, claimed: tuple[object, ...]
) -> bool:
    """Whether the maker of a Value was an op, not one that makes leaves.

    ``detach`` and ``zeros_like`` get a Value and make one without operands.
    """
    if claimed:
        return True
    assert made.code is not None
    if adapter.design == "none" and not adapter.operands:
        return True
    if not adapter.operands:
        reached = reached_from(value)
        return any(id(argument) in reached for argument in made.arguments.values())
    hook = adapter.hook_of(value)
    return isinstance(hook, FunctionType) and holds_code(made.code, hook.__code__)


def _operands(
    value: object,
    made: Made,
    adapter: Adapter,
    adapters: Adapters,
    claimed: tuple[object, ...],
    trace: Trace,
) -> tuple[object, ...]:
    """Return the operands in the order of the maker's parameters, each slot once."""
    captured = captured_by(adapter.hook_of(value)).values()
    known = {id(o) for o in (*claimed, *flat(captured))}
    direct = {id(a) for a in made.arguments.values()}
    used: list[object] = []
    for argument in flat(made.arguments.values()):
        if argument is value or not adapters.is_value(argument):
            continue
        # An argument that the result keeps nowhere was read, unless ops of their own
        # were called in between.
        if id(argument) in known or (id(argument) in direct and not made.inner):
            used.append(argument)
    if made.unit and used:
        return tuple(used)
    counts = Counter(map(id, used))
    for operand in claimed:
        if counts[id(operand)] > 0:
            counts[id(operand)] -= 1
        else:
            used.append(operand)
    seen = {id(operand) for operand in used} | {id(value)}
    for held in captured:
        if id(held) not in seen and adapters.is_value(held):
            inside = trace.made(held)
            if inside is None or inside.serial <= made.began:
                seen.add(id(held))
                used.append(held)
    return tuple(used)


def _call(made: Made) -> Call | None:
    """Return the call that made a Value, None where some of it is lost."""
    if made.function is None or not made.complete:
        return None
    positional: list[object] = []
    keywords: dict[str, object] = {}
    for parameter in parameters(made.function):
        if parameter.name not in made.arguments:
            return None
        argument: Any = made.arguments[parameter.name]
        if parameter.kind is Parameter.VAR_POSITIONAL:
            if not isinstance(argument, tuple | list):
                return None
            positional.extend(argument)
        elif parameter.kind is Parameter.KEYWORD_ONLY:
            keywords[parameter.name] = argument
        elif parameter.kind is Parameter.VAR_KEYWORD:
            keywords.update(argument)
        else:
            positional.append(argument)
    return Call(made.function, tuple(positional), keywords, made.index)
