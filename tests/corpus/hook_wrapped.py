"""A function wraps the hook of a node that is there: it clips what comes in."""


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


def clipped(v):
    """Wrap the hook of a node that is there."""
    inner = v._backward

    def _backward():
        v.grad = max(-1.0, min(1.0, v.grad))
        inner()
    v._backward = _backward
    return v


a = Value(2.0)
b = Value(-1.5)
k = Value(5.0)
ab = clipped(a * b)
y = ab * k
