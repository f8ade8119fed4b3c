"""Values and their operations one by one: gradviz's own, or the person's class's."""

import inspect
import operator
import sys
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any, Protocol

from gradviz.graph.adapter import AdapterError, Adapters
from gradviz.sources.calling import calls_theirs
from gradviz.value import DomainError, Value

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
_METHODS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow"}
_FUNCTIONS = {
    "+": ("add", "plus"),
    "-": ("sub", "subtract", "minus"),
    "*": ("mul", "multiply", "times"),
    "/": ("div", "divide", "truediv"),
    "**": ("pow", "power"),
    "neg": ("neg", "negative", "negate"),
}
"""What operators are called where they are functions of the class's module."""


_BY_PLACE = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


class RefusedError(Exception):
    """An operation that can't be made; the message says why, in a sentence."""


class Maker(Protocol):
    """Makes the Values of an expression."""

    def leaf(self, number: float, name: str) -> Any:
        """Return a leaf."""

    def operated(self, sign: str, left: Any, right: Any) -> Any:
        """Return ``left + right``, or whatever the sign says."""

    def negated(self, operand: Any) -> Any:
        """Return ``-operand``."""

    def called(self, name: str, operands: list[Any]) -> Any:
        """Return ``tanh(x)``, or whatever the name says."""

    def label(self, value: Any, text: str) -> None:
        """Give a Value a label, if it can have one and has none."""


def is_number(part: object) -> bool:
    """Whether a part of an expression is a plain number."""
    return isinstance(part, int | float)


class ReferenceMaker:
    """Makes gradviz's own Values."""

    def leaf(self, number: float, name: str) -> Value:
        """Return a leaf."""
        return Value(number, label=name)

    def operated(self, sign: str, left: Any, right: Any) -> Any:
        """Return ``left + right``, or whatever the sign says."""
        return self._refused(lambda: OPERATORS[sign](left, right))

    def negated(self, operand: Any) -> Any:
        """Return ``-operand``."""
        return -operand

    def called(self, name: str, operands: list[Any]) -> Any:
        """Return ``tanh(x)``, or whatever the name says."""
        first = Value(operands[0]) if is_number(operands[0]) else operands[0]
        return self._refused(lambda: getattr(first, name)(*operands[1:]))

    def label(self, value: Any, text: str) -> None:
        """Give a Value a label, if it has none."""
        value.label = value.label or text

    def _refused(self, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except DomainError as error:
            raise RefusedError(str(error)) from None


class OwnMaker:
    """Makes Values of the person's class, with whatever operations it has."""

    def __init__(self, cls: type, adapters: Adapters) -> None:
        self._class = cls
        self._adapters = adapters

    def leaf(self, number: float, name: str = "") -> Any:
        """Return a leaf.

        Raises:
            RefusedError: The class is not made from a number, or makes no Value.
        """
        try:
            leaf = new_leaf(self._class, number, name)
            self._adapters.adapter(leaf)
        except AdapterError as error:
            raise RefusedError(str(error)) from None
        except Exception as error:
            shown = self._class.__name__
            raise RefusedError(
                f"{shown}({number:g}) can't be made: {_said(error)}."
            ) from None
        if name:
            self.label(leaf, name)
        return leaf

    def operated(self, sign: str, left: Any, right: Any) -> Any:
        """Return ``left + right``, or whatever the sign says.

        Numbers are given as they are, and as Values to a class that takes only those.

        Raises:
            RefusedError: The class has no such operation, or it fails.
        """
        if is_number(left) and is_number(right):
            return OPERATORS[sign](left, right)
        method = _METHODS[sign]
        function = function_named(self._class, *_FUNCTIONS[sign])
        if self._has(f"__{method}__") or self._has(f"__r{method}__"):
            function = OPERATORS[sign]
        if function is None:
            raise self._lacks(sign, f"its __{method}__")
        return self._applied(f"its {sign}", function, [left, right])

    def negated(self, operand: Any) -> Any:
        """Return ``-operand``.

        Raises:
            RefusedError: The class has no such operation, or it fails.
        """
        if is_number(operand):
            return -operand
        function = function_named(self._class, *_FUNCTIONS["neg"])
        if self._has("__neg__"):
            function = operator.neg
        if function is None:
            raise self._lacks("minus sign for one Value", "its __neg__")
        return self._applied("its minus sign", function, [operand])

    def called(self, name: str, operands: list[Any]) -> Any:
        """Return ``tanh(x)``: a method of the class, or a function of its module.

        Raises:
            RefusedError: The class has no such operation, or it fails.
        """
        function = function_named(self._class, name)
        if function is None and name == "abs" and self._has("__abs__"):
            function = abs
        if function is None:
            raise self._lacks(name, f"a method {name}")
        first = self.leaf(operands[0]) if is_number(operands[0]) else operands[0]
        return self._applied(f"its {name}", function, [first, *operands[1:]])

    def label(self, value: Any, text: str) -> None:
        """Give a Value a label, if it can have one and has none."""
        if not text or not self._adapters.is_value(value):
            return
        adapter = self._adapters.adapter(value)
        if adapter.label is None or adapter.text(value, adapter.label):
            return
        try:
            setattr(value, adapter.label, text)
        except Exception:  # a property without a setter, or one that refuses
            return

    def _has(self, method: str) -> bool:
        return getattr(self._class, method, None) is not None

    def _lacks(self, what: str, remedy: str) -> RefusedError:
        shown = self._class.__name__
        return RefusedError(
            f"{shown} has no {what}: write {remedy}, or leave it out of the expression."
        )

    def _applied(
        self, what: str, function: Callable[..., Any], operands: list[Any]
    ) -> Any:
        try:
            result = self._applied_to_values(function, _with_label(function, operands))
        except Exception as error:
            shown = self._class.__name__
            raise RefusedError(
                f"{shown} can't be used so, because {what} raised {_said(error)}."
            ) from None
        if not self._adapters.is_value(result):
            shown = self._class.__name__
            raise RefusedError(
                f"{shown} can't be used so, because {what} returned a "
                f"{type(result).__name__} and no {shown}."
            )
        return result

    def _applied_to_values(
        self, function: Callable[..., Any], operands: list[Any]
    ) -> Any:
        try:
            return applied(function, operands)
        except (TypeError, AttributeError):
            if not any(map(is_number, operands)):
                raise
        values = [self.leaf(o) if is_number(o) else o for o in operands]
        return applied(function, values)


def _with_label(function: Callable[..., Any], operands: list[Any]) -> list[Any]:
    """Return what to call an operation with: also a label, where it wants one."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return operands
    needed = [p for p in parameters if p.default is p.empty and p.kind in _BY_PLACE]
    if len(needed) != len(operands) + 1 or "label" not in needed[-1].name:
        return operands
    return [*operands, getattr(function, "__name__", "op")]


def _said(error: Exception) -> str:
    try:
        said = str(error).rstrip(".")
    except Exception:  # an exception class of the person's own
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


@calls_theirs
def new_leaf(cls: type, number: float, name: str = "") -> Any:
    """Return a Value of a class: made from a number, and a name where it wants one.

    Raises:
        Exception: Whatever the class raises when it can't be made so.
    """
    try:
        return cls(number)
    except TypeError as refused:
        try:
            return cls(number, name or f"{number:g}")
        except TypeError:
            raise refused from None


@calls_theirs
def applied(function: Callable[..., Any], operands: list[Any]) -> Any:
    """Call an operation of theirs."""
    return function(*operands)


def function_named(cls: type, *names: str) -> Callable[..., Any] | None:
    """Return a method of the class, or a function beside it, by one of its names."""
    for holder in (cls, sys.modules.get(cls.__module__), sys.modules.get("__main__")):
        for name in names:
            held = getattr(holder, name, None)
            if callable(held) and not isinstance(held, type | BuiltinFunctionType):
                return held  # type: ignore[no-any-return]
    return None
