"""Rules that keep a number of the forward pass: tanh's t, exp's e, sigmoid's s."""
import math


class Value:
    def __init__(self, data, _children=(), _op='', label=''):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op
        self.label = label

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += 1.0 * out.grad
            other.grad += 1.0 * out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')
        mine, theirs = self.data, other.data

        def _backward():
            self.grad += theirs * out.grad
            other.grad += mine * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        x = self.data
        t = (math.exp(2*x) - 1)/(math.exp(2*x) + 1)
        out = Value(t, (self, ), 'tanh')

        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def exp(self):
        e = math.exp(self.data)
        out = Value(e, (self,), 'exp')

        def _backward():
            self.grad += e * out.grad
        out._backward = _backward
        return out

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        out = Value(s, (self,), 'σ')

        def _backward():
            self.grad += s * (1 - s) * out.grad
        out._backward = _backward
        return out


a = Value(0.5, label='a')
b = Value(-0.75, label='b')
t = (a * b).tanh();  t.label = 't'
e = a.exp();         e.label = 'e'
s = (t + e).sigmoid();  s.label = 's'
