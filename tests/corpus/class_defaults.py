"""Defaults live on the class; an instance gets its own only when something is written."""


class Value:
    grad = 0.0
    label = ''
    _op = ''
    _prev = ()
    _backward = None

    def __init__(self, data):
        self.data = data

    def __add__(self, other):
        out = Value(self.data + other.data)
        out._prev = (self, other)
        out._op = '+'

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data)
        out._prev = (self, other)
        out._op = '*'

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


m = Value(0.5)
n = Value(8.0)
h = m * n
g = h + m
g.label = 'goal'
