"""Ops are functions of the module; the driver is a method with a depth-first list."""
import math


class Variable:
    __slots__ = ("data", "grad", "_prev", "_op", "_backward", "label")

    def __init__(self, data, prev=(), op="", label=""):
        self.data = data
        self.grad = 0
        self._prev = prev
        self._op = op
        self.label = label
        self._backward = nothing

    def backward(self):
        order, seen = [], set()

        def walk(v):
            if v not in seen:
                seen.add(v)
                for u in v._prev:
                    walk(u)
                order.insert(0, v)

        walk(self)
        self.grad = 1
        for v in order:
            v._backward()


def nothing():
    pass


def add(x, y):
    z = Variable(x.data + y.data, (x, y), "+")

    def push():
        x.grad += z.grad
        y.grad += z.grad

    z._backward = push
    return z


def mul(x, y):
    z = Variable(x.data * y.data, (x, y), "*")

    def push():
        x.grad += z.grad * y.data
        y.grad += z.grad * x.data

    z._backward = push
    return z


def power(x, y):
    z = Variable(x.data ** y.data, (x, y), "**")

    def push():
        x.grad += z.grad * y.data * x.data ** (y.data - 1)
        y.grad += z.grad * z.data * math.log(x.data)

    z._backward = push
    return z


def cube(x):
    z = Variable(x.data ** 3, (x,), "cube")

    def push():
        x.grad += 3 * x.data ** 2 * z.grad

    z._backward = push
    return z


def softplus(x):
    z = Variable(math.log(1 + math.exp(x.data)), (x,), "softplus")

    def push():
        x.grad += z.grad / (1 + math.exp(-x.data))

    z._backward = push
    return z


a = Variable(1.5, label="a")
b = Variable(0.25, label="b")
c = Variable(2.25, label="c")
s = add(a, b)
p = mul(s, c)
w = power(a, b)
k = cube(s)
y = mul(add(softplus(p), w), add(k, s))
