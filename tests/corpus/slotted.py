"""No instance dictionary: every attribute is a slot."""
import math


class Value:
    __slots__ = ('data', 'grad', '_children', '_op', '_backward', 'label')

    def __init__(self, data, children=(), op=''):
        self.data = data
        self.grad = 0
        self._children = tuple(children)
        self._op = op
        self._backward = None
        self.label = ''

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

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        out = Value(s, (self,), 'sigmoid')
        def _backward():
            self.grad += s * (1 - s) * out.grad
        out._backward = _backward
        return out
