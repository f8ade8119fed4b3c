"""Negation is drawn, and passes nothing on: nobody wrote its rule."""


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __neg__(self):
        return Value(-self.data, (self,), 'neg')

    def __sub__(self, other):
        return self + (-other)


a = Value(4.0)
b = Value(1.5)
minus_b = -b
d = a + minus_b
y = d * d
