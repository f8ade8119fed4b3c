"""Rules with a parameter more: a slope, an epsilon, given and by default."""
import math


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

    def leaky_relu(self, slope=0.01):
        out = Value(self.data if self.data > 0 else slope * self.data, (self,), 'leaky')

        def _backward():
            self.grad += (1.0 if self.data > 0 else slope) * out.grad
        out._backward = _backward
        return out

    def log(self, *, eps=1e-3):
        d = self.data + eps
        out = Value(math.log(d), (self,), 'log')

        def _backward():
            self.grad += out.grad / d
        out._backward = _backward
        return out


x = Value(-4.0)
q = Value(2.0)
a1 = x.leaky_relu()
a2 = x.leaky_relu(0.2)
l1 = q.log()
l2 = q.log(eps=0.5)
left = a1 + a2
right = l1 + l2
y = left + right
