"""Nodes can be compared and sorted; relu and hinge ask with > and max."""
from functools import total_ordering


@total_ordering
class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __lt__(self, other):
        other = other.data if isinstance(other, Value) else other
        return self.data < other

    def __eq__(self, other):
        other = other.data if isinstance(other, Value) else other
        return self.data == other

    __hash__ = object.__hash__

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(self.data if self > 0 else 0.0, (self,), 'ReLU')

        def _backward():
            self.grad += out.grad if out > 0 else 0.0
        out._backward = _backward
        return out


low, mid, high = sorted([Value(3.0), Value(-1.0), Value(2.0)])
lm = low * mid
act = (lm + high).relu()
