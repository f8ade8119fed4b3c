"""Which ops call the ``_backward`` of their operands from their own.

One step of such an op makes those of its operands too, so that a walk must not make
them once more. It is read from the code of the hook and of the functions it calls:
where it loads the attribute in which Values keep their hook, and of what.
"""

import dis
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, Final

from gradviz.graph.adapter import Adapter
from gradviz.graph.calls import captured_by
from gradviz.graph.held import flat
from gradviz.graph.wrapping import function_of

_DEPTH = 3
"""How many calls down the hook's attribute is looked for."""

_DESIGNS = ("closure", "method")


@dataclass(frozen=True)
class _Loads:
    """Of what some code loads a hook.

    Attributes:
        names: Variables from around it.
        others: Whether of anything else as well.
    """

    names: frozenset[str] = frozenset()
    others: bool = False


_NONE: Final = _Loads()


class Recursing:
    """Finds the operands whose hooks are called by those of their consumers."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[CodeType, _Loads]] = {}

    def called_by(
        self, value: object, adapter: Adapter, operands: Sequence[object]
    ) -> Sequence[object]:
        """Return the operands of a Value whose hooks its own calls.

        Args:
            value: The Value.
            adapter: Its adapter.
            operands: Its operands.
        """
        if adapter.design not in _DESIGNS:
            return ()
        hook = getattr(value, adapter.hook, None)
        function = function_of(hook)
        if function is None:
            return ()
        code = function.__code__
        known = self._known.get(id(code))
        if known is None or known[0] is not code:
            function = function_of(hook)
            loads = (
                _loads_of(function, adapter.hook, type(value)) if function else _NONE
            )
            known = self._known[id(code)] = (code, loads)
        loads = known[1]
        if loads is _NONE:
            return ()
        if loads.others:
            return operands
        captured = captured_by(function)
        held = {id(i) for i in flat(captured[n] for n in loads.names if n in captured)}
        return [operand for operand in operands if id(operand) in held]


def _loads_of(function: FunctionType, attribute: str, cls: type) -> _Loads:
    """Return of what a hook, and what it calls, loads the hooks of Values."""
    names: set[str] = set()
    others = False
    before: dis.Instruction | None = None
    for instruction in dis.get_instructions(function.__code__):
        if _is_load(instruction, attribute):
            if before is not None and before.opname == "LOAD_DEREF":
                names.add(str(before.argval))
            else:
                others = True
        before = instruction
    todo = [(helper, 1) for helper in _helpers(function, attribute, cls)]
    seen = {id(function.__code__)}
    while todo and not others:
        helper, depth = todo.pop()
        if id(helper.__code__) in seen:
            continue
        seen.add(id(helper.__code__))
        instructions = dis.get_instructions(helper.__code__)
        others = any(_is_load(i, attribute) for i in instructions)
        if depth < _DEPTH:
            found = _helpers(helper, attribute, cls)
            todo.extend((inner, depth + 1) for inner in found)
    return _Loads(frozenset(names), others) if names or others else _NONE


def _is_load(instruction: dis.Instruction, attribute: str) -> bool:
    return (
        instruction.opname in ("LOAD_ATTR", "LOAD_METHOD")
        and instruction.argval == attribute
    )


def _helpers(function: FunctionType, attribute: str, cls: type) -> list[FunctionType]:
    """Return the functions that one captured, or calls by name."""
    captured: list[Any] = flat(captured_by(function).values())
    for instruction in dis.get_instructions(function.__code__):
        name = instruction.argval
        if instruction.opname == "LOAD_GLOBAL":
            captured.append(function.__globals__.get(name))
        elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and name != attribute:
            captured.append(getattr(cls, name, None))
    return [item for item in captured if isinstance(item, FunctionType)]
