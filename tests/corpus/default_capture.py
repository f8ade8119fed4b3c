"""Hooks hold their operands as defaults, not in a closure."""


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __sub__(self, other):
        out = Value(self.data - other.data, (self, other), '-')

        def _backward(a=self, b=other, o=out):
            a.grad += o.grad
            b.grad -= o.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward(a=self, b=other, o=out):
            a.grad += b.data * o.grad
            b.grad += a.data * o.grad
        out._backward = _backward
        return out


a = Value(1.5)
b = Value(4.0)
d = b - a
y = d * a
