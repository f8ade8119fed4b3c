"""No node says which op made it."""


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self._prev = set(children)
        self._backward = lambda: None

    def __add__(self, other):
        o = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += o.grad
            other.grad += o.grad
        o._backward = _backward
        return o

    def __mul__(self, other):
        o = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * o.grad
            other.grad += self.data * o.grad
        o._backward = _backward
        return o

    def square(self):
        o = Value(self.data**2, (self,))

        def _backward():
            self.grad += 2 * self.data * o.grad
        o._backward = _backward
        return o


a = Value(3.0)
b = Value(-1.0)
s = a.square()
sb = s * b
y = sb + a
