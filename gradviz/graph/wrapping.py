"""Functions that have replaced the ``_backward`` of a Value after its op had made it.

``ab = clipped(a * b)`` wraps what ``__mul__`` has left on its result. What the wrapper
has captured tells with what the function was called, just as it does of an op.
"""

from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from gradviz.graph.calls import HOOK, RESULT, Call, Wrapping, bind, captured_by, maker

_REPLACED = "its backward function was replaced after its op had made it"


def code_of(hook: object) -> CodeType | None:
    """Return the code that a hook runs, None where it has none of the person's own."""
    function = function_of(hook)
    return function.__code__ if function is not None else None


def function_of(hook: object) -> FunctionType | None:
    """Return the function that a hook runs, None where there is none."""
    while isinstance(hook, partial | MethodType):
        hook = hook.func if isinstance(hook, partial) else hook.__func__
    return hook if isinstance(hook, FunctionType) else None


def is_of_one_op(one: object, other: object, loosely: bool) -> bool:
    """Whether the same place of the same op has made two hooks.

    Args:
        one: A hook.
        other: Another.
        loosely: Whether another branch of the same op will do.
    """
    mine, theirs = code_of(one), code_of(other)
    if mine is theirs:
        return True
    if mine is None or theirs is None or not loosely:
        return False
    return _around(mine) == _around(theirs)


def _around(code: CodeType) -> str:
    return code.co_qualname.rpartition(".")[0]


def wrappings(
    value: object, attribute: str, plain: object, loosely: bool
) -> tuple[Wrapping, ...] | str:
    """Return what was done to the hook of a Value after its op had made it.

    Args:
        value: The Value.
        attribute: The attribute with its hook.
        plain: The hook of a new result of its op.
        loosely: Whether a hook of another branch of its op counts as one of its own.

    Returns:
        The calls, the first one first; or a clause that says why they are not known.
    """
    found: list[Wrapping] = []
    hook: Any = getattr(value, attribute, None)
    while not is_of_one_op(hook, plain, loosely):
        captured = captured_by(hook)
        inside = [item for item in captured.values() if code_of(item) is not None]
        function = maker(hook, type(value))
        if function is None or len(inside) != 1:
            return _REPLACED
        stands_for = {id(value): RESULT, id(inside[0]): HOOK}
        given = {n: stands_for.get(id(item), item) for n, item in captured.items()}
        call = bind(function, given, (RESULT,))
        if isinstance(call, str):
            return f"{_REPLACED}, and {call}"
        if not _is_about(call):
            return _REPLACED
        found.append(Wrapping(call, attribute))
        hook = inside[0]
    return tuple(reversed(found))


def _is_about(call: Call) -> bool:
    given = (*call.arguments, *call.keywords.values())
    return any(item is RESULT or item is HOOK for item in given)
