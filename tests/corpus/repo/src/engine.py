class Value:
    def __init__(self, data, children=(), op=''):
        self.data = data
        self.grad = 0.0
        self._prev = list(children)
        self._op = op
        self._backward = lambda: None

    def __add__(self, other):
        o = Value(self.data + other.data, [self, other], '+')

        def _backward():
            self.grad += o.grad
            other.grad += o.grad
        o._backward = _backward
        return o

    def __mul__(self, other):
        o = Value(self.data * other.data, [self, other], '*')

        def _backward():
            self.grad += other.data * o.grad
            other.grad += self.data * o.grad
        o._backward = _backward
        return o
