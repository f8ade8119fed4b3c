"""Ops of one operand list None as their second."""
import math


class Value:
    def __init__(self, data, left=None, right=None, op=None):
        self.data = data
        self.grad = 0.0
        self.parents = [left, right]
        self.op = op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, self, other, '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), self, None, 'log')

        def _backward():
            self.grad += out.grad / self.data
        out._backward = _backward
        return out


a = Value(4.0)
b = Value(0.5)
l = a.log()
y = l * b
