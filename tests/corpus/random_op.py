"""An op with noise in it: it can't be computed again."""
import random

random.seed(42)


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

    def noisy(self):
        out = Value(self.data + random.gauss(0, 1), (self,), 'noise')

        def _backward():
            self.grad += out.grad
        out._backward = _backward
        return out


x = Value(3.0)
w = Value(-2.0)
z = x.noisy()
y = z * w
