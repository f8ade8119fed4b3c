"""No hooks at all: each result keeps its local derivatives, and the driver adds."""
import math


class Value:
    __slots__ = ('data', 'grad', '_children', '_local_grads')

    def __init__(self, data, children=(), local_grads=()):
        self.data = data
        self.grad = 0
        self._children = children
        self._local_grads = local_grads

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        slopes = (other.data, self.data)
        return Value(self.data * other.data, (self, other), slopes)

    def tanh(self):
        t = math.tanh(self.data)
        slope = 1 - t * t
        return Value(t, (self,), (slope,))

    def relu(self):
        return Value(max(0, self.data), (self,), (float(self.data > 0),))

    def backward(self):
        topo, visited = [], set()

        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._children:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            for child, local_grad in zip(v._children, v._local_grads):
                child.grad += local_grad * v.grad


samples = [(0.0, 0.1), (1.0, 0.9), (-0.6, 0.3)]
w, b, u = Value(0.7), Value(-0.3), Value(1.2)
for _ in range(2):
    loss = Value(0.0)
    for x, y in samples:
        error = (w * x + b).tanh() * u + (w * -0.5).relu() + -y
        loss = loss + error * error
    for p in (w, b, u):
        p.grad = 0
    loss.backward()
    for p in (w, b, u):
        p.data -= 0.1 * p.grad
