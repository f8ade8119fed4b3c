"""Exact fractions as data."""
from fractions import Fraction


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = Fraction(data)
        self.grad = Fraction(0)
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __truediv__(self, other):
        out = Value(self.data / other.data, (self, other), '/')

        def _backward():
            self.grad += out.grad / other.data
            other.grad -= out.grad * self.data / other.data**2
        out._backward = _backward
        return out


a = Value('1/3')
b = Value('1/4')
q = a / b
y = q + a
