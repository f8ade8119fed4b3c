"""Multi-output op: split returns two nodes."""


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

    def both(self, other):
        s = Value(self.data + other.data, (self, other), 'sum')
        d = Value(self.data - other.data, (self, other), 'diff')

        def push_s():
            self.grad += s.grad
            other.grad += s.grad

        def push_d():
            self.grad += d.grad
            other.grad -= d.grad
        s._backward, d._backward = push_s, push_d
        return s, d


a = Value(5.0)
b = Value(2.0)
s, d = a.both(b)
y = s * d
