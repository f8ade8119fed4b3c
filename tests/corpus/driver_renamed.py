"""The driver is called compute_gradients, and takes the seed."""


class Value:
    def __init__(self, data, _children=(), _op='', label=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self.label = label
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def compute_gradients(self, seed=1.0):
        order = []

        def visit(v):
            if v not in order:
                for child in v._prev:
                    visit(child)
                order.append(v)
        visit(self)
        self.grad = seed
        while order:
            order.pop()._backward()


u = Value(3.0)
v = Value(0.25)
uv = u * v
y = uv + v
y.compute_gradients()
