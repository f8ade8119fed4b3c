"""__setattr__ checks what is written, and refuses what is no number."""


class Value:
    def __init__(self, data, _prev=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __setattr__(self, name, content):
        if name in ('data', 'grad') and not isinstance(content, (int, float)):
            raise TypeError(f'{name} must be a number')
        if name == 'data' and not -100 <= content <= 100:
            raise ValueError('data must be between -100 and 100')
        super().__setattr__(name, content)

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


a = Value(8.0)
b = Value(9.0)
ab = a * b
