"""The class is named in its own annotations, which wants Python 3.14."""
from typing import Callable


class Value:
    def __init__(self, data: float, _prev: tuple[Value, ...] = (), _op: str = ''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward: Callable[[], None] = lambda: None

    def __add__(self, other: Value) -> Value:
        out = Value(self.data + other.data, (self, other), '+')

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other: Value) -> Value:
        out = Value(self.data * other.data, (self, other), '*')

        def _backward() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


a = Value(0.25)
b = Value(8.0)
ab = a * b
y = ab + a
