"""Ops that keep arguments by keyword, and an affine with three operands."""


class Value:
    def __init__(self, data, *, parents=(), op='', **extra):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.op = op
        self.extra = extra
        self._backward = lambda: None

    def affine(self, *, weight, bias):
        out = Value(self.data * weight.data + bias.data, parents=(self, weight, bias), op='affine', note='x')

        def _backward():
            self.grad += weight.data * out.grad
            weight.grad += self.data * out.grad
            bias.grad += out.grad
        out._backward = _backward
        return out


x = Value(2.0)
w = Value(-3.0)
b = Value(0.5)
h = x.affine(weight=w, bias=b)
y = h.affine(bias=x, weight=w)
