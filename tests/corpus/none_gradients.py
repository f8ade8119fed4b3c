"""A gradient is None until something arrives."""


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = None
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def accumulate(self, g):
        self.grad = g if self.grad is None else self.grad + g

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.accumulate(out.grad)
            other.accumulate(out.grad)
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.accumulate(other.data * out.grad)
            other.accumulate(self.data * out.grad)
        out._backward = _backward
        return out


a = Value(2.0)
b = Value(5.0)
ab = a * b
y = ab + a
