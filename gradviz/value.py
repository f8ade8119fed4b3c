"""The reference Value: a number that remembers how it was made.

A ``Value`` holds one number, ``data``. Arithmetic on Values makes new Values, and each
result keeps two things: the Values it was computed from (``_prev``) and a function
(``_backward``) that takes the gradient which arrived at the result one operation
further back, to those operands. Calling these functions from the last result back to
the leaves is backpropagation, and there is nothing more to it:

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> x.grad
    6.0

Every operation below has the same three parts: compute the result, say what one
``_backward`` call does, store that on the result. ``_backward`` looks its numbers up
when it is called, so that it stays right after ``data`` was changed and computed anew,
and it computes before it writes: if it raises, no gradient has changed.

This is a teaching text as much as code, and imports nothing from the rest of gradviz.
"""

from __future__ import annotations

import math
import numbers
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class DomainError(ValueError):
    """An operation has no real result, or no gradient, at these numbers.

    Raised too where Python itself refuses a result as too large (``exp``, ``**``, huge
    integers); where it says ``inf`` (``1e200 * 1e200``), so does a Value.
    """


class Value:
    """One scalar node of a computation graph.

    Plain numbers mix in: ``2 - x`` turns the 2 into a leaf without a label. Only the
    plain number in ``x ** 2`` stays a number: it is part of which function this is.
    Two Values that hold the same number are still two: equality is identity.

    Attributes:
        data: The number, an int or a float.
        grad: The gradient, with respect to this Value, of whatever was seeded.
        label: The name to show, or an empty text.
        color: A colour of your choice or None; no operation reads or sets it.
        rule: How ``_backward`` of this Value writes to its operands: ``"accumulate"``
            (``+=``; right, and the default) or ``"assign"`` (``=``; a lesson in what
            goes wrong). A result takes "assign" if any of its operands has it.
        _prev: The operands, in order; ``x * x`` has x twice. Empty for a leaf.
        _op: The operation as text (``×``, ``tanh``, ``^2``). Empty for a leaf.
        _backward: Pushes this Value's gradient onto its operands.
    """

    def __init__(
        self,
        data: float,
        label: str = "",
        color: str | None = None,
        rule: str | None = None,
        *,
        _prev: tuple[Value, ...] = (),
        _op: str = "",
    ) -> None:
        self.data: float = _number(data, _op, _prev)
        self.grad: float = 0.0
        self.label = label
        self.color = color
        self.rule: str = _inherited_rule(_prev) if rule is None else _known_rule(rule)
        self._prev = _prev
        self._op = _op
        self._backward: Callable[[], None] = _leaf_backward

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}(data={self.data!r}, grad={self.grad!r}{label})"

    def __add__(self, other: Value | float) -> Value:
        """Return self + other. Slopes: 1 and 1."""
        if not _is_operand(other):
            return NotImplemented
        other = Value._coerce(other)
        out = Value(self.data + other.data, _prev=(self, other), _op="+")

        def _backward() -> None:
            _push(out, self, out.grad)
            _push(out, other, out.grad)

        out._backward = _backward
        return out

    def __sub__(self, other: Value | float) -> Value:
        """Return self − other. Slopes: 1 and −1."""
        if not _is_operand(other):
            return NotImplemented
        other = Value._coerce(other)
        out = Value(self.data - other.data, _prev=(self, other), _op="−")

        def _backward() -> None:
            _push(out, self, out.grad)
            _push(out, other, -out.grad)

        out._backward = _backward
        return out

    def __mul__(self, other: Value | float) -> Value:
        """Return self × other. Slopes: other and self."""
        if not _is_operand(other):
            return NotImplemented
        other = Value._coerce(other)
        out = Value(self.data * other.data, _prev=(self, other), _op="×")

        def _backward() -> None:
            _push(out, self, other.data * out.grad)
            _push(out, other, self.data * out.grad)

        out._backward = _backward
        return out

    def __truediv__(self, other: Value | float) -> Value:
        """Return self ÷ other. Slopes: 1 ÷ other and −self ÷ other²."""
        if not _is_operand(other):
            return NotImplemented
        other = Value._coerce(other)
        if other.data == 0:
            raise _refusal("{} ÷ {}", "÷ needs a divisor other than 0", self, other)
        out = Value(self.data / other.data, _prev=(self, other), _op="÷")

        def _backward() -> None:
            _push(out, self, out.grad / other.data)
            _push(out, other, -self.data / other.data / other.data * out.grad)

        out._backward = _backward
        return out

    def __pow__(self, other: Value | float) -> Value:
        """Return self ** n, where the exponent n is a number or a Value.

        Slopes: n × self ** (n − 1), and self ** n × log(self) for an n that is a Value.
        The first is infinite, a ``DomainError``, at 0 for n below 1 (but 0 for n = 0).
        The second exists above 0, and is 0 at 0 for n above 0; elsewhere it is a
        ``DomainError``: (−3) ** 2 is 9, but (−3) ** 2.001 is no real number.
        """
        if not _is_operand(other):
            return NotImplemented
        other = other if isinstance(other, Value) else _number(other)
        prev = (self, other) if isinstance(other, Value) else (self,)
        text = "^" if isinstance(other, Value) else f"^{other:.6g}".replace("-", "−")
        out = Value(_power(self, other), _prev=prev, _op=text)

        def _backward() -> None:
            slope, exponent_slope = _power_slopes(self, other)
            _push(out, self, slope * out.grad)
            if isinstance(other, Value):
                _push(out, other, exponent_slope * out.grad)

        out._backward = _backward
        return out

    def __neg__(self) -> Value:
        """Return −self. Slope: −1."""
        out = Value(-self.data, _prev=(self,), _op="−")

        def _backward() -> None:
            _push(out, self, -out.grad)

        out._backward = _backward
        return out

    def __abs__(self) -> Value:
        """Return |self|. Slope: 1 above 0, −1 below; at 0 it is 0 by convention."""
        out = Value(abs(self.data), _prev=(self,), _op="abs")

        def _backward() -> None:
            sign = (self.data > 0) - (self.data < 0)
            _push(out, self, sign * out.grad)

        out._backward = _backward
        return out

    def abs(self) -> Value:
        """Return |self|, as ``abs(self)`` does."""
        return abs(self)

    # A number on the left: make it a Value, and let that one do the operation.
    # fmt: off
    def __radd__(self, other: float) -> Value: return Value._coerce(other) + self
    def __rsub__(self, other: float) -> Value: return Value._coerce(other) - self
    def __rmul__(self, other: float) -> Value: return Value._coerce(other) * self
    def __rtruediv__(self, other: float) -> Value: return Value._coerce(other) / self
    def __rpow__(self, other: float) -> Value: return Value._coerce(other) ** self
    # fmt: on

    def exp(self) -> Value:
        """Return e ** self. Slope: the result itself."""
        out = Value(_apply(math.exp, self), _prev=(self,), _op="exp")

        def _backward() -> None:
            _push(out, self, out.data * out.grad)

        out._backward = _backward
        return out

    def log(self) -> Value:
        """Return the natural logarithm of self. Slope: 1 ÷ self."""
        out = Value(_apply(math.log, self), _prev=(self,), _op="log")

        def _backward() -> None:
            _push(out, self, out.grad / self.data)

        out._backward = _backward
        return out

    def sqrt(self) -> Value:
        """Return √self. Slope: 1 ÷ (2 × result); infinite, a ``DomainError``, at 0."""
        out = Value(_apply(math.sqrt, self), _prev=(self,), _op="sqrt")

        def _backward() -> None:
            if out.data == 0:
                raise _refusal("the slope of sqrt({})", "it is infinite there", self)
            _push(out, self, out.grad / (2 * out.data))

        out._backward = _backward
        return out

    def sin(self) -> Value:
        """Return the sine of self, in radians. Slope: cos(self)."""
        out = Value(_apply(math.sin, self), _prev=(self,), _op="sin")

        def _backward() -> None:
            _push(out, self, math.cos(self.data) * out.grad)

        out._backward = _backward
        return out

    def cos(self) -> Value:
        """Return the cosine of self, in radians. Slope: −sin(self)."""
        out = Value(_apply(math.cos, self), _prev=(self,), _op="cos")

        def _backward() -> None:
            _push(out, self, -math.sin(self.data) * out.grad)

        out._backward = _backward
        return out

    def tanh(self) -> Value:
        """Return the hyperbolic tangent of self. Slope: 1 − result²."""
        out = Value(math.tanh(self.data), _prev=(self,), _op="tanh")

        def _backward() -> None:
            _push(out, self, (1 - out.data**2) * out.grad)

        out._backward = _backward
        return out

    def sigmoid(self) -> Value:
        """Return 1 ÷ (1 + e ** −self). Slope: result × (1 − result)."""
        small = math.exp(-abs(self.data))  # on either side of 0, this can't overflow
        above = 1 if self.data >= 0 else small
        out = Value(above / (1 + small), _prev=(self,), _op="sigmoid")

        def _backward() -> None:
            _push(out, self, out.data * (1 - out.data) * out.grad)

        out._backward = _backward
        return out

    def relu(self) -> Value:
        """Return self above 0, else 0. Slope: 1 above 0, else 0, by convention at 0."""
        out = Value(0 if self.data <= 0 else self.data, _prev=(self,), _op="relu")

        def _backward() -> None:
            _push(out, self, 0.0 if self.data <= 0 else out.grad)

        out._backward = _backward
        return out

    def max(self, *others: Value | float) -> Value:
        """Return the largest. Slope: 1 for it, or for the first of equals; else 0."""
        others = _values(*others)
        prev = _values(self, *others)
        out = Value(prev[_best(max, prev)].data, _prev=prev, _op="max")

        def _backward() -> None:
            _push_to_best(max, out, _values(self, *others))

        out._backward = _backward
        return out

    def min(self, *others: Value | float) -> Value:
        """Return the smallest. Slope: 1 for it, or for the first of equals; else 0."""
        others = _values(*others)
        prev = _values(self, *others)
        out = Value(prev[_best(min, prev)].data, _prev=prev, _op="min")

        def _backward() -> None:
            _push_to_best(min, out, _values(self, *others))

        out._backward = _backward
        return out

    def backward(self) -> None:
        """Set own gradient to 1 and call ``_backward`` on everything, consumers first.

        What an earlier pass left is not cleared: call ``zero_grad`` in between. Of the
        operands of one result the first one comes first, in every run.
        """
        order = self._operands_first()
        self.grad = 1.0
        for value in reversed(order):
            value._backward()

    def zero_grad(self) -> None:
        """Set the gradient of this Value and of all it was computed from to 0."""
        for value in self._operands_first():
            value.grad = 0.0

    def set_rule(self, rule: str) -> None:
        """Set the rule, a ValueError if unknown, here and in all this was made from."""
        rule = _known_rule(rule)
        for value in self._operands_first():
            value.rule = rule

    def _operands_first(self) -> list[Value]:
        """Return all that this Value was computed from, operands first, itself last.

        With a to-do list, because recursion stops at a chain a thousand Values long.
        """
        order: list[Value] = []
        seen: set[int] = set()
        to_do = [(self, False)]
        while to_do:
            value, operands_done = to_do.pop()
            if operands_done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                to_do.append((value, True))
                to_do.extend((operand, False) for operand in value._prev)
        return order

    @staticmethod
    def _coerce(other: Value | float) -> Value:
        """Return a Value as it is, and a number as a new leaf that holds it."""
        return other if isinstance(other, Value) else Value(other)


def _push(out: Value, operand: Value, flow: float) -> None:
    """Write what flows from a result to one operand, by the rule of the result."""
    if _known_rule(out.rule) == "assign":
        operand.grad = flow
    else:
        operand.grad += flow


def _inherited_rule(operands: tuple[Value, ...]) -> str:
    assigns = any(operand.rule == "assign" for operand in operands)
    return "assign" if assigns else "accumulate"


def _known_rule(rule: str) -> str:
    if rule not in ("assign", "accumulate"):
        raise ValueError(f'The rule is "assign" or "accumulate", not {rule!r}.')
    return rule


def _leaf_backward() -> None:
    """Do nothing: a leaf was not computed, there is nothing further back."""


def _values(*operands: Value | float) -> tuple[Value, ...]:
    return tuple(map(Value._coerce, operands))


def _best(choose: Callable[[list[float]], float], operands: tuple[Value, ...]) -> int:
    """Return the slot of the number that ``max`` or ``min`` chooses; nan goes first."""
    data = [operand.data for operand in operands]
    not_numbers = [slot for slot, number in enumerate(data) if math.isnan(number)]
    return not_numbers[0] if not_numbers else data.index(choose(data))


def _push_to_best(
    choose: Callable[[list[float]], float], out: Value, operands: tuple[Value, ...]
) -> None:
    best = _best(choose, operands)
    for slot, operand in enumerate(operands):
        _push(out, operand, out.grad if slot == best else 0.0)


# What an operation can't take, and the sentence that says so


def _is_operand(other: object) -> bool:
    real = isinstance(other, numbers.Real) and not isinstance(other, bool)
    return real or isinstance(other, Value)


def _number(data: object, op: str = "", operands: tuple[Value, ...] = ()) -> float:
    """Return data as a plain int or float (numpy's scalars become one), or refuse."""
    if isinstance(data, bool) or not isinstance(data, numbers.Real):
        kind = type(data).__name__
        raise TypeError(f"A Value holds a real number, int or float; this is a {kind}.")
    try:
        as_float = float(data)
    except OverflowError:
        call = f" {op} ".join("{}" for _ in operands) or "Value(...)"
        need = "the integer is too large for a float"
        raise _refusal(call, need, *operands) from None
    return int(data) if isinstance(data, numbers.Integral) else as_float


def _name(operand: Value | float) -> str:
    """Return what a sentence calls an operand: its label, else its number."""
    if isinstance(operand, Value):
        return operand.label or f"{operand.data:.12g}"
    return f"{operand:.12g}"


def _refusal(call: str, need: str, *operands: Value | float) -> DomainError:
    """Make the error: "log(x2): x2 is 0, and log needs a number above 0."."""
    labelled = [v for v in operands if isinstance(v, Value) and v.label]
    facts = [f"{v.label} is {v.data:.12g}, " for v in dict.fromkeys(labelled)]
    because = "".join(facts) + "and " if facts else ""
    return DomainError(f"{call.format(*map(_name, operands))}: {because}{need}.")


def _apply(function: Callable[[float], float], operand: Value) -> float:
    """Return function(operand.data), or refuse where the math module raises."""
    name = function.__name__
    try:
        return function(operand.data)
    except OverflowError:
        need = "the result is too large for a float"
    except ValueError:
        domains = {"log": "a number above 0", "sqrt": "a number not below 0"}
        need = f"{name} needs {domains.get(name, 'a finite number')}"
    raise _refusal(f"{name}({{}})", need, operand)


def _power(base: Value, exponent: Value | float, lower_by: int = 0) -> float:
    """Return base ** (exponent − lower_by), or refuse if it is complex or infinite."""
    n = (exponent.data if isinstance(exponent, Value) else exponent) - lower_by
    try:
        math.pow(base.data, n)
    except OverflowError:
        need = "the result is too large for a float"
    except ValueError:
        which = "0" if base.data == 0 else "a number below 0"
        need = f"{which} has no real power {n:.12g}"
    else:
        result: float = base.data**n
        return result
    call = "the slope of {} ^ {}" if lower_by else "{} ^ {}"
    raise _refusal(call, need, base, exponent)


def _power_slopes(base: Value, exponent: Value | float) -> tuple[float, float]:
    """Return d(base ** n) ÷ d(base), and d(base ** n) ÷ dn for an n that is a Value."""
    n = exponent.data if isinstance(exponent, Value) else exponent
    slope = n * _power(base, exponent, lower_by=1) if n != 0 else 0.0
    if not isinstance(exponent, Value) or (base.data == 0 and n > 0):
        return slope, 0.0
    if base.data <= 0:
        need = "it needs a base above 0 (or a plain number as the exponent)"
        raise _refusal("the slope of {} ^ {} in its exponent", need, base, exponent)
    return slope, _power(base, exponent) * math.log(base.data)
