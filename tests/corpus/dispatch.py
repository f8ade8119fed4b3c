"""One method switches on the op; nothing is stored per node."""
import math


class Value:
    def __init__(self, data, prev=(), op=None):
        self.data = data
        self.grad = 0.0
        self.prev = prev
        self.op = op

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), "+")

    def __sub__(self, other):
        return Value(self.data - other.data, (self, other), "-")

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), "*")

    def exp(self):
        return Value(math.exp(self.data), (self,), "exp")

    def _backward(self):
        if self.op == "+":
            a, b = self.prev
            a.grad += self.grad
            b.grad += self.grad
        elif self.op == "-":
            a, b = self.prev
            a.grad += self.grad
            b.grad -= self.grad
        elif self.op == "*":
            a, b = self.prev
            a.grad += b.data * self.grad
            b.grad += a.data * self.grad
        elif self.op == "exp":
            (a,) = self.prev
            a.grad += self.data * self.grad

    def backward(self):
        order = []

        def visit(v):
            if v not in order:
                for p in v.prev:
                    visit(p)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()


a = Value(1.0)
b = Value(0.25)
d = a - b
e = d.exp()
y = e * b
