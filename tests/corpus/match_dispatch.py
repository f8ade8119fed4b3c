"""match on the op, breadth first: shared nodes push before they are complete."""


class Value:
    def __init__(self, value, operator=None, operands=()):
        self.value = value
        self.grad = 0
        self.operator = operator
        self.operands = operands

    def __add__(self, other):
        return Value(self.value + other.value, "add", (self, other))

    def __mul__(self, other):
        return Value(self.value * other.value, "mul", (self, other))

    def propagate(self):
        match self.operator, self.operands:
            case "add", (left, right):
                left.grad += self.grad
                right.grad += self.grad
            case "mul", (left, right):
                left.grad += right.value * self.grad
                right.grad += left.value * self.grad

    def backward(self):
        self.grad = 1
        queue = [self]
        while queue:
            node = queue.pop(0)
            node.propagate()
            queue.extend(node.operands)


x = Value(2)
y = Value(3)
s = x + y
p = s * x
out = p + s
out.backward()
