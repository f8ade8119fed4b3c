"""Leaves have no hook at all: it is None until an op sets it."""


class Value:
    def __init__(self, data, _prev=None, _op=None):
        self.data = data
        self.grad = 0
        self._prev = _prev
        self._op = _op
        self._backward = None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), "+")
        out._backward = lambda: (self._add_grad(out.grad), other._add_grad(out.grad))
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")
        out._backward = lambda: (
            self._add_grad(other.data * out.grad),
            other._add_grad(self.data * out.grad),
        )
        return out

    def _add_grad(self, g):
        self.grad += g


a = Value(6)
b = Value(7)
ab = a * b
y = ab + b
