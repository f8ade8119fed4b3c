"""Each result saves what its rule will need in a dict of its own."""
import math


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self.cache = {}
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')
        out.cache['left'] = self.data
        out.cache['right'] = other.data

        def _backward():
            self.grad += out.cache['right'] * out.grad
            other.grad += out.cache['left'] * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,), 'tanh')
        out.cache['t'] = out.data

        def _backward():
            self.grad += (1 - out.cache['t']**2) * out.grad
        out._backward = _backward
        return out


a = Value(0.5)
b = Value(-1.5)
ab = a * b
y = ab.tanh()
