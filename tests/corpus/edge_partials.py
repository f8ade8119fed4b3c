"""Operands and what they count for are kept together, one pair per edge."""
import math


class Var:
    def __init__(self, value, edges=()):
        self.value = value
        self.grad = 0.0
        self.edges = list(edges)

    def __add__(self, other):
        return Var(self.value + other.value, [(1.0, self), (1.0, other)])

    def __mul__(self, other):
        return Var(self.value * other.value, [(other.value, self), (self.value, other)])

    def sin(self):
        return Var(math.sin(self.value), [(math.cos(self.value), self)])

    def backward(self, seed=1.0):
        self.grad += seed
        for partial, operand in self.edges:
            operand.backward(partial * seed)


x = Var(0.5)
y = Var(4.0)
xy = x * y
s = x.sin()
z = xy + s
