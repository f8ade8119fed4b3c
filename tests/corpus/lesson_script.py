"""The lesson's own shape: gradients are assigned on purpose, hooks paint what they see."""


class Value:
    def __init__(self, data, _children=(), _op='', label='', color=None):
        self.data = data
        self.grad = 0
        self._prev = set(_children)
        self._op = _op
        self.label = label
        self.color = color
        self._backward = lambda: None

    def __repr__(self):
        return f'{self.label or 'Value'}(data={self.data:.2f}, grad={self.grad:.3f})'

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad = out.grad
            other.grad = out.grad
            self.color = 'green'
            other.color = 'green'
        out._backward = _backward

        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '×')

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad
            self.color = 'green'
            other.color = 'green'
        out._backward = _backward

        return out


x = Value(2, label='x')
u = Value(3, label='u')
v = Value(-4, label='v')
xu = x * u;  xu.label = 'xu'
xv = x * v;  xv.label = 'xv'
top = Value(1, label='top')
s = xu + top;  s.label = 's'
r = xv + top;  r.label = 'r'
root = s + r;  root.label = 'root';  root.color = 'black'

s.grad = 0.5;    s.color = 'green'
r.grad = -0.25;  r.color = 'green'
