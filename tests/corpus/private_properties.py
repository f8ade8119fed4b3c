"""_data and _grad, read through properties."""


class Value:
    def __init__(self, data, _prev=()):
        self._data = data
        self._grad = 0.0
        self._prev = set(_prev)
        self._backward = lambda: None

    @property
    def data(self):
        return self._data

    @property
    def grad(self):
        return self._grad

    @property
    def is_leaf(self):
        return not self._prev

    def __add__(self, other):
        out = Value(self._data + other._data, (self, other))

        def _backward():
            self._grad += out._grad
            other._grad += out._grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self._data * other._data, (self, other))

        def _backward():
            self._grad += other._data * out._grad
            other._grad += self._data * out._grad
        out._backward = _backward
        return out

    def backward(self):
        self._grad = 1.0
        for v in reversed(self.topo()):
            v._backward()

    def topo(self, seen=None):
        seen = [] if seen is None else seen
        if not any(self is s for s in seen):
            for p in self._prev:
                p.topo(seen)
            seen.append(self)
        return seen


p = Value(3.0)
q = Value(-0.5)
r = p * q
s = r + p
