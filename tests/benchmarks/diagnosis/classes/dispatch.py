"""One method knows every rule by the op's text."""
import math


class Node:
    def __init__(self, data, children=(), op=""):
        self.data = data
        self.grad = 0.0
        self.children = list(children)
        self.op = op

    def __add__(self, other):
        return Node(self.data + other.data, (self, other), "+")

    def __mul__(self, other):
        return Node(self.data * other.data, (self, other), "*")

    def exp(self):
        return Node(math.exp(self.data), (self,), "exp")

    def sigmoid(self):
        return Node(1 / (1 + math.exp(-self.data)), (self,), "sigmoid")

    def maximum(self, other):
        return Node(max(self.data, other.data), (self, other), "max")

    def _backward(self):
        if self.op == "+":
            left, right = self.children
            left.grad += self.grad
            right.grad += self.grad
        elif self.op == "*":
            left, right = self.children
            left.grad += right.data * self.grad
            right.grad += left.data * self.grad
        elif self.op == "exp":
            (inner,) = self.children
            inner.grad += self.data * self.grad
        elif self.op == "sigmoid":
            (inner,) = self.children
            inner.grad += self.data * (1 - self.data) * self.grad
        elif self.op == "max":
            left, right = self.children
            left.grad += self.grad if left.data > right.data else 0.0
            right.grad += 0.0 if left.data > right.data else self.grad

    def backward(self):
        order = []

        def visit(node):
            if node in order:
                return
            for child in node.children:
                visit(child)
            order.append(node)

        visit(self)
        self.grad = 1.0
        for node in order[::-1]:
            node._backward()


a = Node(0.5)
b = Node(-1.25)
c = Node(0.75)
s = a + b
p = s * c
e = p.exp()
g = s.sigmoid()
m = e.maximum(g)
y = m * s + e * g
