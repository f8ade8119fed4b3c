"""label holds the number as text, and everything is called the same."""


class Value:
    def __init__(self, data, _children=(), _op='', name='node'):
        self.data = data
        self.label = str(data)
        self.name = name
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


a = Value(2.0)
b = Value(3.0)
ab = a * b
y = ab + a
