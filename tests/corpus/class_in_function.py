"""The class is made by a function, with its settings in a closure."""


def make_value_class(clip):
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
                self.grad += clip(other.data * out.grad)
                other.grad += clip(self.data * out.grad)
            out._backward = _backward
            return out

        def __add__(self, other):
            out = Value(self.data + other.data, (self, other), '+')

            def _backward():
                self.grad += clip(out.grad)
                other.grad += clip(out.grad)
            out._backward = _backward
            return out

    return Value


Value = make_value_class(lambda g: max(-1.0, min(1.0, g)))

a = Value(0.5)
b = Value(4.0)
ab = a * b
y = ab + b
