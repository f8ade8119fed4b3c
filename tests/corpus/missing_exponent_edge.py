"""A node as an exponent: its gradient is computed, its edge is not drawn."""
import math


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, other):
        out = Value(self.data**other.data, (self,), f'**{other.data}')

        def _backward():
            self.grad += other.data * self.data**(other.data - 1) * out.grad
            other.grad += math.log(self.data) * out.data * out.grad
        out._backward = _backward
        return out


base = Value(2.0)
n = Value(3.0)
k = Value(0.5)
power = base**n
y = power * k
