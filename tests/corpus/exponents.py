"""Powers: to a number, and to a node."""
import math


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _children
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, other):
        if isinstance(other, (int, float)):
            out = Value(self.data**other, (self,), f'**{other}')

            def _backward():
                self.grad += other * self.data**(other - 1) * out.grad
        else:
            out = Value(self.data**other.data, (self, other), '**')

            def _backward():
                self.grad += other.data * self.data**(other.data - 1) * out.grad
                other.grad += out.data * math.log(self.data) * out.grad
        out._backward = _backward
        return out


base = Value(2.0)
n = Value(1.5)
cube = base**3
power = base**n
y = cube * power
