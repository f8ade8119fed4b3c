"""Ops are static methods of a class of their own; nodes know a context."""


class Context:
    def __init__(self, *saved):
        self.saved = saved


class Value:
    def __init__(self, data, ctx=None, parents=(), back=None, name=None):
        self.data = data
        self.grad = 0.0
        self.ctx = ctx
        self.parents = parents
        self.back = back
        self.name = name

    def __add__(self, other):
        return Ops.add(self, other)

    def __mul__(self, other):
        return Ops.mul(self, other)


class Ops:
    @staticmethod
    def add(a, b):
        out = Value(a.data + b.data, Context(), (a, b))

        def back():
            a.grad += out.grad
            b.grad += out.grad
        out.back = back
        return out

    @staticmethod
    def mul(a, b):
        out = Value(a.data * b.data, Context(a.data, b.data), (a, b))

        def back():
            x, y = out.ctx.saved
            a.grad += y * out.grad
            b.grad += x * out.grad
        out.back = back
        return out


a = Value(2.0, name='a')
b = Value(7.0, name='b')
c = Value(-1.0, name='c')
ab = a * b
y = ab + c
