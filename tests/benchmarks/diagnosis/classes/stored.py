"""Each op stores a list of slopes; one loop in every hook pushes them."""
import math


class Num:
    def __init__(self, data, inputs=(), op=""):
        self.data = data
        self.grad = 0.0
        self._inputs = tuple(inputs)
        self._op = op
        self._backward = lambda: None

    @staticmethod
    def _made(data, op, *pairs):
        out = Num(data, [x for x, _ in pairs], op)

        def _backward():
            for x, slope in pairs:
                x.grad += slope * out.grad

        out._backward = _backward
        return out

    def __add__(self, other):
        return Num._made(self.data + other.data, "+", (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return Num._made(
            self.data * other.data, "*", (self, other.data), (other, self.data)
        )

    def cos(self):
        return Num._made(math.cos(self.data), "cos", (self, -math.sin(self.data)))

    def square(self):
        return Num._made(self.data**2, "square", (self, 2 * self.data))

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if v not in seen:
                seen.add(v)
                for x in v._inputs:
                    build(x)
                topo.append(v)

        build(self)
        self.grad = 1.0
        while topo:
            topo.pop()._backward()


a = Num(0.8)
b = Num(-1.3)
s = a + b
p = s * a
y = (p.cos() + s.square()) * s
