"""A sum over a list of nodes is one op."""


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    @classmethod
    def sum(cls, values):
        out = cls(sum(v.data for v in values), tuple(values), 'sum')

        def _backward():
            for v in values:
                v.grad += out.grad
        out._backward = _backward
        return out


x = [Value(1.0), Value(2.0), Value(3.0)]
w = [Value(0.5), Value(-1.0), Value(0.25)]
products = [xi * wi for xi, wi in zip(x, w)]
total = Value.sum(products + [w[0]])
