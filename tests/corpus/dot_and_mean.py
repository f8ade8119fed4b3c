"""Helpers fold over lists and dictionaries of nodes, with += and a divisor."""


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
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


def dot(xs, ys):
    total = xs[0] * ys[0]
    for x, y in zip(xs[1:], ys[1:]):
        total += x * y
    return total


def mean(values):
    total = values[0]
    for v in values[1:]:
        total = total + v
    return total * Value(1 / len(values))


xs = [Value(float(i)) for i in range(1, 4)]
ws = {'a': Value(0.5), 'b': Value(-1.0), 'c': Value(2.0)}
out = dot(xs, list(ws.values()))
m = mean([out, xs[0], ws['c']])
