"""Raw numbers stand among the operands."""


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        k = other.data if isinstance(other, Value) else other
        out = Value(self.data * k, (self, other), '*')

        def _backward():
            self.grad += k * out.grad
            if isinstance(other, Value):
                other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, n):
        out = Value(self.data**n, (self, n), '**')

        def _backward():
            self.grad += n * self.data**(n - 1) * out.grad
        out._backward = _backward
        return out


x = Value(1.5)
y = Value(-2.0)
x3 = x**3
scaled = x3 * 4.0
z = scaled * y
