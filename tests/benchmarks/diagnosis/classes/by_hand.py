"""No driver that could be tried: hooks are called by hand, and by a function."""


class Scalar:
    def __init__(self, data, made_of=(), op=''):
        self.data, self.grad = data, 0.0
        self._prev, self._op = tuple(made_of), op
        self._backward = lambda: None

    def __add__(self, other):
        out = Scalar(self.data + other.data, (self, other), '+')

        def push():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = push
        return out

    def __mul__(self, other):
        out = Scalar(self.data * other.data, (self, other), '*')

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = push
        return out


def unroll(root):
    order, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for o in v._prev:
                visit(o)
            order.append(v)
    visit(root)
    root.grad = 1.0
    for v in order[::-1]:
        v._backward()


def reset(*values):
    for v in values:
        v.grad = 0.0


def cells():
    d.grad = 1.0
    d._backward()
    c._backward()
    b._backward()


x, w = Scalar(2.0), Scalar(-3.0)
b = x * w
c = b * x
d = b + c
cells()
reset(x, w, b, c, d)
unroll(d)
