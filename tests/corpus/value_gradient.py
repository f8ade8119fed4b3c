"""Scalars with a value and a gradient; parents in a list."""


class Scalar:
    def __init__(self, value, parents=(), op=""):
        self.value = value
        self.gradient = 0.0
        self.parents = list(parents)
        self.op = op
        self._backprop = lambda: None

    def __add__(self, other):
        res = Scalar(self.value + other.value, [self, other], "+")

        def _backprop():
            self.gradient += res.gradient
            other.gradient += res.gradient

        res._backprop = _backprop
        return res

    def __mul__(self, other):
        res = Scalar(self.value * other.value, [self, other], "*")

        def _backprop():
            self.gradient += other.value * res.gradient
            other.gradient += self.value * res.gradient

        res._backprop = _backprop
        return res

    def backprop(self):
        order, seen = [], set()

        def visit(s):
            if s in seen:
                return
            seen.add(s)
            for p in s.parents:
                visit(p)
            order.append(s)

        visit(self)
        self.gradient = 1.0
        for s in reversed(order):
            s._backprop()


a = Scalar(2.0)
b = Scalar(-3.0)
c = Scalar(10.0)
f = Scalar(-2.0)
e = a * b
d = e + c
L = d * f
