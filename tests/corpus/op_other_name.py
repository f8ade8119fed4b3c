"""The op's text is called created_by."""


class Value:
    def __init__(self, data, _prev=(), created_by=None):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self.created_by = created_by
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), 'plus')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), 'times')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


a = Value(1.5)
b = Value(4.0)
ab = a * b
y = ab + b
