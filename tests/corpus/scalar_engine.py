"""The class of imports_beside.py."""


class Scalar:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def softplus(self):
        import math

        out = Scalar(math.log(1 + math.exp(self.data)), (self,), 'softplus')
        slope = 1 / (1 + math.exp(-self.data))

        def _backward():
            self.grad += slope * out.grad
        out._backward = _backward
        return out
