"""The lesson's class: gradients are assigned, operands are a set, visited is green."""


class Value:
    def __init__(self, data, _children=(), _op='', label='', color=None):
        self.data = data
        self.grad = 0
        self._prev = set(_children)
        self._op = _op
        self.label = label
        self.color = color
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad = out.grad
            other.grad = out.grad
            self.color = 'green'
            other.color = 'green'
        out._backward = _backward

        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '×')

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad
            self.color = 'green'
            other.color = 'green'
        out._backward = _backward

        return out
