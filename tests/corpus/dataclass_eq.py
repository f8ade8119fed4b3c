"""A plain @dataclass: equal by its fields, so its instances can't be hashed."""
from dataclasses import dataclass, field
from typing import Any, Callable, List


@dataclass
class Value:
    data: float
    grad: float = 0.0
    _prev: List["Value"] = field(default_factory=list, repr=False)
    _op: str = ""
    _backward: Callable[[], Any] = field(default=lambda: None, repr=False, compare=False)

    def __add__(self, other):
        out = Value(self.data + other.data, _prev=[self, other], _op="+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, _prev=[self, other], _op="*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


# x and y are equal, and still two leaves.
x = Value(2.0)
y = Value(2.0)
xy = x * y
out = xy + y
