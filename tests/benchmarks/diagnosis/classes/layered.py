"""Functions beside the class walk the graph; hooks are partial functions."""
import math
from functools import partial


class V:
    def __init__(self, x, args=(), name=""):
        self.data = x
        self.grad = 0.0
        self._prev = args
        self._op = name
        self._backward = lambda: None

    def __add__(self, other):
        out = V(self.data + other.data, (self, other), "+")
        out._backward = partial(_push_sum, out, self, other)
        return out

    def __mul__(self, other):
        out = V(self.data * other.data, (self, other), "*")
        out._backward = partial(_push_product, out, self, other)
        return out

    def atan(self):
        out = V(math.atan(self.data), (self,), "atan")
        out._backward = partial(_push_atan, out, self)
        return out


def _push_sum(out, a, b):
    a.grad += out.grad
    b.grad += out.grad


def _push_product(out, a, b):
    a.grad += b.data * out.grad
    b.grad += a.data * out.grad


def _push_atan(out, a):
    a.grad += out.grad / (1 + a.data * a.data)


def depth_first(v):
    yield v
    for u in v._prev:
        yield from depth_first(u)


def breadth_first(v):
    found = [v]
    for u in found:
        found.extend(w for w in u._prev if w not in found)
    return found


def consumers_first(v):
    last = {}
    for place, u in enumerate(depth_first(v)):
        last.setdefault(id(u), u)
    depth = dict.fromkeys(last, 0)
    for _ in last:
        for u in last.values():
            for w in u._prev:
                depth[id(w)] = max(depth[id(w)], depth[id(u)] + 1)
    return sorted(last.values(), key=lambda u: depth[id(u)])


def backward(root):
    root.grad = 1.0
    for v in consumers_first(root):
        v._backward()


a = V(0.7)
b = V(-1.4)
s = a + b
p = s * a
q = p.atan()
y = q * p + s
backward(y)
