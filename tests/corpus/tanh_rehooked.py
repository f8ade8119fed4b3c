"""tanh is computed with other ops, and its hook overwritten with a better one."""
import math


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _children
        self._op = _op
        self._backward = lambda: None

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

    def reciprocal(self):
        out = Value(1 / self.data, (self,), '1/x')

        def _backward():
            self.grad += -out.data**2 * out.grad
        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,), 'exp')

        def _backward():
            self.grad += out.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        e = (self * 2).exp()
        out = (e + -1) * (e + 1).reciprocal()
        out._prev = (self,)
        out._op = 'tanh'
        t = out.data

        def _backward():
            self.grad += (1 - t * t) * out.grad
        out._backward = _backward
        return out


x = Value(0.5)
w = Value(1.5)
n = x * w
y = n.tanh()
z = y * x
