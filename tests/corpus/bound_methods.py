"""The hook is a method of the result, bound; operands are left and right."""


class Value:
    def __init__(self, data, left=None, right=None, op=None):
        self.data = data
        self.grad = 0.0
        self.left = left
        self.right = right
        self.op = op
        self._backward = self._nothing

    def _nothing(self):
        pass

    def _push_add(self):
        self.left.grad += self.grad
        self.right.grad += self.grad

    def _push_mul(self):
        self.left.grad += self.right.data * self.grad
        self.right.grad += self.left.data * self.grad

    def __add__(self, other):
        out = Value(self.data + other.data, self, other, '+')
        out._backward = out._push_add
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, self, other, '*')
        out._backward = out._push_mul
        return out


a = Value(-2.0)
b = Value(6.0)
ab = a * b
y = ab + b
