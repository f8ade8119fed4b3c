"""Ops are functions of the module; names differ from micrograd's."""
import math


class Scalar:
    def __init__(self, value, parents=(), op=''):
        self.value = value
        self.gradient = 0.0
        self.parents = list(parents)
        self.op = op
        self.name = None
        self._backprop = None


def add(a, b):
    res = Scalar(a.value + b.value, [a, b], '+')
    def push():
        a.gradient += res.gradient
        b.gradient += res.gradient
    res._backprop = push
    return res


def mul(a, b):
    res = Scalar(a.value * b.value, [a, b], '*')
    def push():
        a.gradient += b.value * res.gradient
        b.gradient += a.value * res.gradient
    res._backprop = push
    return res


def sin(a):
    res = Scalar(math.sin(a.value), [a], 'sin')
    slope = math.cos(a.value)
    res._backprop = lambda: setattr(a, 'gradient', a.gradient + slope * res.gradient)
    return res


Value = Scalar
