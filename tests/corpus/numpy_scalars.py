"""numpy's scalars as data: what np.tanh and np.random give."""
import numpy as np


class Value:
    def __init__(self, data, _children=(), _op='', label=''):
        self.data = np.float64(data)
        self.grad = np.float64(0.0)
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None
        self.label = label

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

    def tanh(self):
        t = np.tanh(self.data)
        out = Value(t, (self,), 'tanh')

        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out


inputs = np.linspace(-1, 1, 5)
x = Value(inputs[3], label='x')
w = Value(np.float32(0.75), label='w')
n = x * w + 0.125
y = n.tanh()
