"""Slots only: nothing can be added to a node."""


class Value:
    __slots__ = ('data', 'grad', '_backward', '_prev', '_op')

    def __init__(self, data, prev=(), op=''):
        self.data = data
        self.grad = 0.0
        self._prev = prev
        self._op = op
        self._backward = None

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

    def relu(self):
        out = Value(max(0.0, self.data), (self,), 'relu')

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out


x = Value(1.5)
w = Value(2.0)
b = Value(-1.0)
pre = w * x + b
act = pre.relu()
