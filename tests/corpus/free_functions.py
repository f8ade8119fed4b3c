"""Ops and the driver are functions of the module; nodes are bare."""
import math


class Var:
    def __init__(self, val, operands=(), kind="var"):
        self.val = val
        self.grad = 0.0
        self.operands = list(operands)
        self.kind = kind
        self.backward = None


def add(a, b):
    out = Var(a.val + b.val, [a, b], "add")

    def backward():
        a.grad += out.grad
        b.grad += out.grad
    out.backward = backward
    return out


def mul(a, b):
    out = Var(a.val * b.val, [a, b], "mul")

    def backward():
        a.grad += b.val * out.grad
        b.grad += a.val * out.grad
    out.backward = backward
    return out


def sin(a):
    out = Var(math.sin(a.val), [a], "sin")

    def backward():
        a.grad += math.cos(a.val) * out.grad
    out.backward = backward
    return out


def grad(root):
    """The driver, with a list for a topological order."""
    order = []

    def visit(v):
        if all(v is not o for o in order):
            for o in v.operands:
                visit(o)
            order.append(v)
    visit(root)
    root.grad = 1.0
    for v in reversed(order):
        if v.backward:
            v.backward()


x = Var(0.5)
y = Var(4.2)
xy = mul(x, y)
s = sin(x)
z = add(xy, s)
grad(z)
