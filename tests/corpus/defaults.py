"""Ops with parameters that have defaults, and ops over lists."""


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
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def leaky_relu(self, slope=0.01, *, shift=0.0):
        out = Value((self.data if self.data > 0 else slope * self.data) + shift,
                    (self,), 'leaky')
        def _backward():
            _ = shift
            self.grad += (1.0 if self.data > 0 else slope) * out.grad
        out._backward = _backward
        return out

    @staticmethod
    def total(terms):
        out = Value(sum(t.data for t in terms), terms, 'Σ')
        def _backward():
            for t in terms:
                t.grad += out.grad
        out._backward = _backward
        return out

    @staticmethod
    def product(*factors):
        data = 1.0
        for f in factors:
            data *= f.data
        out = Value(data, factors, 'Π')
        def _backward():
            for i, f in enumerate(factors):
                rest = 1.0
                for j, g in enumerate(factors):
                    if j != i:
                        rest *= g.data
                f.grad += rest * out.grad
        out._backward = _backward
        return out
