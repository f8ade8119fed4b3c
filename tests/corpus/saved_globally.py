"""What a rule will need is saved in one dict of the module, by id."""
SAVED = {}


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')
        SAVED[id(out)] = (self.data, other.data)

        def _backward():
            left, right = SAVED[id(out)]
            self.grad += right * out.grad
            other.grad += left * out.grad
        out._backward = _backward
        return out


a = Value(0.5)
b = Value(-1.5)
ab = a * b
y = ab * a
