"""Parameters are a subclass of the nodes; ops make plain ones."""


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = set(_prev)
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


class Parameter(Value):
    """A leaf that is trained."""

    def __init__(self, data, name):
        super().__init__(data)
        self.name = name
        self.trainable = True

    def step(self, rate):
        self.data -= rate * self.grad


x = Value(3.0)
w = Parameter(-0.5, 'w')
b = Parameter(1.0, 'b')
wx = w * x
y = wx + b
