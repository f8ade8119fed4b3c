"""Ops save what the backward pass needs on their result."""
import math

MEMO = {}


class Cell:
    latest = 0.0

    def __init__(self, data, prev=(), op="", saved=()):
        self.data = data
        self.grad = None
        self._prev = prev
        self._op = op
        self.saved = saved
        self._backward = None

    def _add(self, flow):
        self.grad = flow if self.grad is None else self.grad + flow

    def __add__(self, other):
        out = Cell(self.data + other.data, (self, other), "+")
        out._backward = lambda: (self._add(out.grad), other._add(out.grad))
        return out

    def __mul__(self, other):
        out = Cell(self.data * other.data, (self, other), "*", (self.data, other.data))

        def _backward():
            x, y = out.saved
            self._add(y * out.grad)
            other._add(x * out.grad)

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        Cell.latest = t
        out = Cell(t, (self,), "tanh", (t,))

        def _backward():
            (t,) = out.saved
            self._add((1 - t * t) * out.grad)

        out._backward = _backward
        return out

    def abs(self):
        out = Cell(abs(self.data), (self,), "abs", (self.data,))

        def _backward():
            (x,) = out.saved
            self._add(math.copysign(1.0, x) * out.grad)

        out._backward = _backward
        return out

    def backward(self):
        order, seen, todo = [], set(), [self]
        while todo:
            v = todo.pop()
            if v in seen:
                continue
            if all(c in seen for c in consumers(v, self)):
                seen.add(v)
                order.append(v)
                todo.extend(v._prev)
        self.grad = 1.0
        for v in order:
            if v._backward:
                v._backward()


def consumers(v, root):
    found, seen, todo = [], set(), [root]
    while todo:
        u = todo.pop()
        if u in seen:
            continue
        seen.add(u)
        todo.extend(u._prev)
        if v in u._prev:
            found.append(u)
    return found


a = Cell(0.6)
b = Cell(-1.1)
s = a + b
p = s * a
q = p.tanh()
y = q * s.tanh() + p.abs()
