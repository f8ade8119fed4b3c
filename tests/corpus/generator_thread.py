"""A generator makes the graph, an async function adds to it, a thread too."""
import asyncio
import threading


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_prev)
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
        left, right = self.data, other.data

        def _backward():
            self.grad += right * out.grad
            other.grad += left * out.grad
        out._backward = _backward
        return out


def powers(x):
    p = x
    while True:
        yield p
        p = p * x


async def shifted(v, by):
    await asyncio.sleep(0)
    return v + by


x = Value(2.0)
k = Value(3.0)
g = powers(x)
p1, p2, p3 = next(g), next(g), next(g)
s = asyncio.run(shifted(p3, k))
found = []
t = threading.Thread(target=lambda: found.append(s * k))
t.start()
t.join()
y = found[0]
