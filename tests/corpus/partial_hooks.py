"""Hooks are functools.partial of functions of the module."""
from functools import partial


def push_add(out, left, right):
    left.grad += out.grad
    right.grad += out.grad


def push_mul(out, left, right):
    left.grad += right.data * out.grad
    right.grad += left.data * out.grad


def nothing():
    pass


class Value:
    def __init__(self, data, prev=(), op=''):
        self.data = data
        self.grad = 0.0
        self.prev = prev
        self.op = op
        self._backward = nothing

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')
        out._backward = partial(push_add, out, self, other)
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')
        out._backward = partial(push_mul, out, self, other)
        return out


a = Value(3.0)
b = Value(0.5)
ab = a * b
y = ab + a
