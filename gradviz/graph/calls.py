"""How a Value was made, read back from the closure of its ``_backward``.

The closure that an op leaves on its result still holds what the op was called with:
``Value.__mul__.<locals>._backward`` captures ``self``, ``other`` and ``out``. So we get
operands in slot order and with multiplicity, which a set of operands has lost, and a
call that can be made again after a leaf has been edited.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from numbers import Number
from types import CodeType, FunctionType, MethodType
from typing import Any, Final

from gradviz.graph.adapter import Adapter, Adapters
from gradviz.graph.held import PLAIN, cells, flat, is_empty

__all__ = ["Call", "Origin", "Wrapping", "captured_by", "cells", "is_empty", "origin"]

RESULT: Final = object()
"""Stands for the result of an op among the arguments of a call made on it."""

HOOK: Final = object()
"""Stands for the ``_backward`` of that result."""

_NOT_OPS = ("__init__", "__new__", "__post_init__")
"""Where a class gives every new Value a ``_backward`` that does nothing."""


@dataclass(frozen=True)
class Call:
    """A call that made a Value and can be made again.

    Attributes:
        function: The op: a method of the class or a function of its module.
        arguments: Positional arguments; Values among them are the live ones.
        keywords: Keyword-only arguments.
        index: Which of several results is the Value, -1 where there is only one.
        then: What was done to the hook of the result afterwards.
    """

    function: Callable[..., Any]
    arguments: tuple[object, ...]
    keywords: dict[str, object]
    index: int = -1
    then: tuple["Wrapping", ...] = ()

    def again(self) -> object:
        """Call the op again with the same arguments and return its new result."""
        result = self.function(*self.arguments, **self.keywords)
        if self.index >= 0:
            result = result[self.index]
        for wrapping in self.then:
            wrapping.wrap(result)
        return result


@dataclass(frozen=True)
class Wrapping:
    """A call that has given a Value another hook, after its op had made it.

    Attributes:
        call: The call; ``RESULT`` and ``HOOK`` among its arguments stand for the Value
            and the hook it had.
        hook: The attribute with the hook.
    """

    call: Call
    hook: str

    def wrap(self, result: Any) -> None:
        """Make the call on a new result of the op."""
        given = (*self.call.arguments, *self.call.keywords.values())
        inner = getattr(result, self.hook)

        def put(argument: object) -> object:
            if argument is RESULT:
                return result
            return inner if argument is HOOK else argument

        arguments = map(put, self.call.arguments)
        keywords = {name: put(item) for name, item in self.call.keywords.items()}
        outer = self.call.function(*arguments, **keywords)
        if callable(outer) and any(item is HOOK for item in given):
            setattr(result, self.hook, outer)


@dataclass(frozen=True)
class Origin:
    """What is known of how a Value was made.

    Attributes:
        operands: The operands in slot order.
        method: The name of the function that made it, empty where unknown.
        call: The call, or None where it could not be read back.
        reason: Why there is no call, as a clause (``its _backward captures …``).
        unlisted: The operand slots that the class's own container lacks.
        constant: Whether the Value is a number that an op turned into one; None where
            its making was not seen.
        place: The line of the person's code that made it, empty where not known.
        numbers: The plain numbers that its op was called with, except those that are
            written in the line that called it.
        serial: Its place among all the Values that were seen being made, 0 where its
            making was not seen.
    """

    operands: tuple[object, ...]
    method: str = ""
    call: Call | None = None
    reason: str = ""
    unlisted: tuple[int, ...] = ()
    constant: bool | None = None
    place: str = ""
    numbers: tuple[object, ...] = ()
    serial: int = 0


def origin(
    value: object,
    adapter: Adapter,
    adapters: Adapters,
    declared: Mapping[int, int] | None = None,
) -> Origin:
    """Tell how ``value`` was made.

    Args:
        value: The Value.
        adapter: Its adapter.
        adapters: Adapters of all classes.
        declared: The place of each variable among the program's, by the ``id()`` of
            the Value it holds; it orders operands that nothing else does.
    """
    claimed = claimed_by(value, adapter, adapters, declared or {})
    hook = adapter.hook_of(value)
    captured = {
        name: held for name, held in captured_by(hook).items() if held is not value
    }
    function = maker(hook, type(value)) if hook else None
    if not claimed and function is None:
        return Origin(())
    if function is None:
        return Origin(
            _in_captured_order(claimed, captured),
            reason="its backward function does not tell which operation made it",
        )
    bound = bind(function, captured, claimed)
    if isinstance(bound, str):
        return Origin(
            _in_captured_order(claimed, captured), function.__name__, reason=bound
        )
    used = [
        argument
        for argument in flat((*bound.arguments, *bound.keywords.values()))
        if adapters.is_value(argument)
    ]
    seen = {id(operand) for operand in used}
    used += [operand for operand in claimed if id(operand) not in seen]
    return Origin(tuple(used), function.__name__, bound)


def claimed_by(
    value: object, adapter: Adapter, adapters: Adapters, declared: Mapping[int, int]
) -> tuple[object, ...]:
    """Return the operands that the class tells; those of a set in an order of ours."""
    held = getattr(value, adapter.operands, None)
    found = tuple(o for o in adapter.operands_of(value) if type(o) not in PLAIN)
    if len(found) < 2 or not isinstance(held, set | frozenset):
        return found

    def looks(operand: object) -> tuple[int, str, str, str]:
        of = adapters.adapter(operand)
        return (
            declared.get(id(operand), len(declared)),
            of.text(operand, of.label),
            of.text(operand, of.op),
            str(of.number(operand)),
        )

    return tuple(sorted(found, key=looks))


def captured_by(hook: object) -> dict[str, object]:
    """Return what the closure of ``hook`` holds, by name."""
    code = getattr(hook, "__code__", None)
    closure = getattr(hook, "__closure__", None) or ()
    if code is None:
        return {}
    return {
        name: cell.cell_contents
        for name, cell in zip(code.co_freevars, closure, strict=True)
        if not is_empty(cell)
    }


def maker(hook: object, cls: type) -> Callable[..., Any] | None:
    """Return the function whose body defines ``hook``."""
    if not isinstance(hook, FunctionType) or ".<locals>." not in hook.__qualname__:
        return None
    path = hook.__qualname__.rsplit(".<locals>.", 1)[0]
    name = path.rsplit(".", 1)[-1]
    if name in _NOT_OPS:
        return None
    for found in (
        inspect.getattr_static(cls, name, None),
        _look_up(hook.__globals__, path),
    ):
        function = getattr(found, "__func__", found)
        if isinstance(function, FunctionType) and holds_code(
            function.__code__, hook.__code__
        ):
            is_classmethod = isinstance(found, classmethod)
            return MethodType(function, cls) if is_classmethod else function
    return None


def holds_code(outer: CodeType, inner: CodeType) -> bool:
    """Whether a function's body defines another, compared by identity (it is fast)."""
    return any(inner is constant for constant in outer.co_consts)


def is_of_an_op(hook: object, cls: type) -> bool:
    """Whether an op defined this hook, not the constructor that all Values share."""
    return bool(cells(hook)) and maker(hook, cls) is not None


def _look_up(names: dict[str, Any], path: str) -> object:
    if "<locals>" in path:
        return None
    first, *rest = path.split(".")
    found: object = names.get(first)
    for part in rest:
        found = inspect.getattr_static(found, part, None)
    return found


@lru_cache(maxsize=4096)
def parameters(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """Return the parameters of an op."""
    return tuple(inspect.signature(function).parameters.values())


def bind(
    function: Callable[..., Any],
    captured: dict[str, object],
    claimed: Sequence[object],
) -> Call | str:
    """Match the parameters of an op with what its closure captured.

    Returns:
        The call, or a clause that says which argument could not be recovered.
    """
    arguments: list[object] = []
    keywords: dict[str, object] = {}
    held = {id(item) for item in flat(captured.values())}
    lost = [operand for operand in claimed if id(operand) not in held]
    for parameter in parameters(function):
        if parameter.name in captured:
            argument = captured[parameter.name]
        elif parameter.kind is parameter.VAR_POSITIONAL:
            argument = tuple(lost)
            lost = []
        elif parameter.kind is parameter.VAR_KEYWORD:
            continue
        elif len(lost) == 1 and parameter.default is parameter.empty:
            argument = lost.pop()
        elif parameter.default is not parameter.empty and not _is_number(
            parameter.default
        ):
            # A text or None rarely is part of the mathematics; a number always is.
            argument = parameter.default
        else:
            return (
                f"{function.__name__} was called with an argument, {parameter.name}, "
                "that its backward function does not keep"
            )
        if parameter.kind is parameter.VAR_POSITIONAL and isinstance(
            argument, tuple | list
        ):
            arguments.extend(argument)
        elif parameter.kind is parameter.KEYWORD_ONLY:
            keywords[parameter.name] = argument
        else:
            arguments.append(argument)
    return Call(function, tuple(arguments), keywords)


def _is_number(default: object) -> bool:
    return isinstance(default, Number) and not isinstance(default, bool)


def _in_captured_order(
    claimed: Sequence[object], captured: dict[str, object]
) -> tuple[object, ...]:
    """Put operands of a set into the order in which the closure names them."""
    rank = {id(item): i for i, item in enumerate(flat(captured.values()))}
    return tuple(sorted(claimed, key=lambda item: rank.get(id(item), len(rank))))
