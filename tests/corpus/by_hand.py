"""One node is written out at top level, with its rule, as in a lecture."""


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


a = Value(2.0)
b = Value(3.0)
# written out at top level, as lecture cells do
s = Value(a.data + b.data, (a, b), '+')
def back():
    a.grad += s.grad
    b.grad += s.grad
s._backward = back
y = s * a
