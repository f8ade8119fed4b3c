"""Every node points at the one that consumes it, and pulls its gradient from there."""


class Value:
    def __init__(self, data, children=(), op=''):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.op = op
        self.parent = None
        for child in children:
            child.parent = self

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), '+')

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), '*')

    def pull(self):
        if self.parent is None:
            self.grad = 1.0
        elif self.parent.op == '+':
            self.grad = self.parent.grad
        elif self.parent.op == '*':
            left, right = self.parent.children
            sibling = right if left is self else left
            self.grad = sibling.data * self.parent.grad

    def backward(self):
        todo = [self]
        while todo:
            node = todo.pop(0)
            node.pull()
            todo.extend(node.children)


a = Value(2.0)
b = Value(-3.0)
c = Value(10.0)
ab = a * b
y = ab + c
