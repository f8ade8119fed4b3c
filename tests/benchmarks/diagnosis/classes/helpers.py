"""A helper adds to gradients; tuples of operands, other names, a stack instead of recursion."""
import math


def accumulate(node, flow):
    node.gradient = node.gradient + flow


class Scalar:
    def __init__(self, value, parents=(), op=""):
        self.value = float(value)
        self.gradient = 0.0
        self.parents = tuple(parents)
        self.op = op
        self._backprop = None

    def __add__(self, other):
        result = Scalar(self.value + other.value, (self, other), "+")

        def rule():
            accumulate(self, result.gradient)
            accumulate(other, result.gradient)

        result._backprop = rule
        return result

    def __sub__(self, other):
        result = Scalar(self.value - other.value, (self, other), "-")

        def rule():
            accumulate(self, result.gradient)
            accumulate(other, -result.gradient)

        result._backprop = rule
        return result

    def __mul__(self, other):
        result = Scalar(self.value * other.value, (self, other), "*")

        def rule():
            accumulate(self, other.value * result.gradient)
            accumulate(other, self.value * result.gradient)

        result._backprop = rule
        return result

    def __truediv__(self, other):
        result = Scalar(self.value / other.value, (self, other), "/")

        def rule():
            accumulate(self, result.gradient / other.value)
            accumulate(other, -self.value / other.value**2 * result.gradient)

        result._backprop = rule
        return result

    def sin(self):
        result = Scalar(math.sin(self.value), (self,), "sin")

        def rule():
            accumulate(self, math.cos(self.value) * result.gradient)

        result._backprop = rule
        return result

    def sqrt(self):
        result = Scalar(math.sqrt(self.value), (self,), "sqrt")

        def rule():
            accumulate(self, 0.5 / result.value * result.gradient)

        result._backprop = rule
        return result

    def backprop(self):
        order, done = [], set()
        todo = [(self, False)]
        while todo:
            node, ready = todo.pop()
            if ready:
                order.append(node)
            elif id(node) not in done:
                done.add(id(node))
                todo.append((node, True))
                todo.extend((parent, False) for parent in node.parents)
        for node in order:
            node.gradient = 0.0
        self.gradient = 1.0
        for node in reversed(order):
            if node._backprop is not None:
                node._backprop()


a = Scalar(1.25)
b = Scalar(-0.5)
c = Scalar(2.0)
s = a + b
p = s * c
d = s / c
z = (p - d).sin() * (c - b).sqrt()
y = z + s * p
