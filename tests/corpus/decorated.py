"""A decorator turns numbers into nodes before each op."""
from functools import wraps


def coerced(op):
    @wraps(op)
    def wrapper(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        return op(self, other)
    return wrapper


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    @coerced
    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    @coerced
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


x = Value(2.5)
y = Value(-1.0)
xy = x * y
z = xy + 7
