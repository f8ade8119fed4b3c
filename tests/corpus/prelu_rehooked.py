"""prelu has another graph for each sign of its operand, and a hook put on top."""


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def prelu(self, p):
        out = self * p if self.data < 0 else self + Value(0.0)
        out._op = 'prelu'

        def _backward():
            self.grad += (p.data if self.data < 0 else 1.0) * out.grad
            if self.data < 0:
                p.grad += self.data * out.grad
        out._backward = _backward
        return out


x = Value(-2.0)
p = Value(0.25)
k = Value(3.0)
act = x.prelu(p)
y = act * k
