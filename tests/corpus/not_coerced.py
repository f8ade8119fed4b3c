"""A number stays a number: its op has one operand."""


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _children
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        if isinstance(other, (int, float)):
            out = Value(self.data + other, (self,), f'+{other}')

            def _backward():
                self.grad += out.grad
        else:
            out = Value(self.data + other.data, (self, other), '+')

            def _backward():
                self.grad += out.grad
                other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            out = Value(self.data * other, (self,), f'*{other}')

            def _backward():
                self.grad += other * out.grad
        else:
            out = Value(self.data * other.data, (self, other), '*')

            def _backward():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad
        out._backward = _backward
        return out

    __rmul__ = __mul__
    __radd__ = __add__


x = Value(1.25)
y = Value(-2.0)
tripled = 3 * x
z = tripled * y + 10
