"""Ops are made by a function from a formula and its partials."""
import math


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None


def make_op(symbol, formula, *partials):
    def op(*operands):
        numbers = [o.data for o in operands]
        out = Value(formula(*numbers), operands, symbol)

        def _backward():
            for operand, partial in zip(operands, partials):
                operand.grad += partial(*numbers) * out.grad
        out._backward = _backward
        return out
    return op


Value.__add__ = make_op('+', lambda a, b: a + b, lambda a, b: 1, lambda a, b: 1)
Value.__mul__ = make_op('*', lambda a, b: a * b, lambda a, b: b, lambda a, b: a)
Value.cos = make_op('cos', math.cos, lambda a: -math.sin(a))

a = Value(0.75)
b = Value(2.0)
ab = a * b
c = ab.cos()
y = c + a
