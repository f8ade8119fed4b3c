"""Nodes have no number until forward is called; each keeps how to compute its own."""
import math


class Value:
    def __init__(self, data=None, prev=(), compute=None, op=''):
        self.data = data
        self.grad = 0.0
        self.prev = prev
        self.compute = compute
        self.op = op
        self._backward = lambda: None

    def forward(self):
        for p in self.prev:
            p.forward()
        if self.compute is not None:
            self.data = self.compute()
        return self.data

    def __add__(self, other):
        out = Value(prev=(self, other), compute=lambda: self.data + other.data, op='+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(prev=(self, other), compute=lambda: self.data * other.data, op='*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        out = Value(prev=(self,), compute=lambda: math.tanh(self.data), op='tanh')

        def _backward():
            self.grad += (1 - out.data**2) * out.grad
        out._backward = _backward
        return out


x = Value(0.5)
w = Value(-1.0)
b = Value(0.25)
xw = x * w
n = xw + b
y = n.tanh()
y.forward()
