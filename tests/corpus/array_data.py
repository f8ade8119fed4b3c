"""Whole arrays as data: not what gradviz draws."""
import numpy as np


class Tensor:
    def __init__(self, data, _children=(), _op=''):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other), '@')

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out


W = Tensor([[1.0, -2.0], [0.5, 3.0]])
x = Tensor([[2.0], [1.0]])
y = W @ x
