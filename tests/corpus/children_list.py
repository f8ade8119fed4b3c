"""children in a list that is appended to after the node was made."""


class Var:
    def __init__(self, value):
        self.value = value
        self.grad = 0.0
        self.children = []
        self.differentiate = None

    def __add__(self, other):
        z = Var(self.value + other.value)
        z.children.append(self)
        z.children.append(other)

        def differentiate():
            self.grad += z.grad
            other.grad += z.grad
        z.differentiate = differentiate
        return z

    def __sub__(self, other):
        z = Var(self.value - other.value)
        z.children.append(self)
        z.children.append(other)

        def differentiate():
            self.grad += z.grad
            other.grad -= z.grad
        z.differentiate = differentiate
        return z

    def __mul__(self, other):
        z = Var(self.value * other.value)
        z.children.append(self)
        z.children.append(other)

        def differentiate():
            self.grad += z.grad * other.value
            other.grad += z.grad * self.value
        z.differentiate = differentiate
        return z


x = Var(5.0)
y = Var(2.0)
diff = x - y
area = diff * diff
