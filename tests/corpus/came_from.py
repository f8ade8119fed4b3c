"""Nodes remember what they came_from; their names are made of their operands' names."""


class Node:
    def __init__(self, data, came_from=(), how="", name=""):
        self.data = data
        self.grad = 0.0
        self.came_from = came_from
        self.how = how
        self.name = name
        self.push = lambda: None

    def __add__(self, other):
        out = Node(self.data + other.data, (self, other), "+", f"({self.name}+{other.name})")

        def push():
            self.grad += out.grad
            other.grad += out.grad
        out.push = push
        return out

    def __mul__(self, other):
        out = Node(self.data * other.data, (self, other), "*", f"{self.name}*{other.name}")

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.push = push
        return out

    def calculate_gradients(self):
        done = []

        def walk(n):
            if n not in done:
                for m in n.came_from:
                    walk(m)
                done.append(n)
        walk(self)
        self.grad = 1.0
        for n in done[::-1]:
            n.push()


u = Node(4.0, name="u")
v = Node(0.5, name="v")
k = Node(-1.0, name="k")
total = u * v + k * u
