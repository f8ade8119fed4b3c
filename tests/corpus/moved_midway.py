"""A leaf is moved while the graph is being made: half of it is older."""


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


a = Value(2.0)
b = Value(3.0)
k = Value(1.5)
ab = a * b
a.data = 5.0
c = ab * a
y = c * k
