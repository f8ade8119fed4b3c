"""Each op is an object that knows its rule; a node asks the one that made it."""


class Add:
    symbol = "+"

    def __init__(self, left, right):
        self.left, self.right = left, right

    def forward(self):
        return Value(self.left.data + self.right.data, self)

    def push(self, upstream):
        self.left.grad += upstream
        self.right.grad += upstream


class Mul:
    symbol = "*"

    def __init__(self, left, right):
        self.left, self.right = left, right

    def forward(self):
        return Value(self.left.data * self.right.data, self)

    def push(self, upstream):
        self.left.grad += self.right.data * upstream
        self.right.grad += self.left.data * upstream


class Value:
    def __init__(self, data, rule=None):
        self.data = data
        self.grad = 0.0
        self.rule = rule

    def __add__(self, other):
        return Add(self, other).forward()

    def __mul__(self, other):
        return Mul(self, other).forward()

    def _backward(self):
        if self.rule is not None:
            self.rule.push(self.grad)

    def backward(self):
        self.grad = 1.0
        self._walk()

    def _walk(self):
        self._backward()
        if self.rule is not None:
            self.rule.left._walk()
            self.rule.right._walk()


a = Value(1.5)
b = Value(-2.0)
c = Value(0.5)
ab = a * b
y = ab + c
