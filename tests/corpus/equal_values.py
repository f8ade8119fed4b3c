"""Values are equal when their numbers are, and can't be hashed."""


class Value:
    def __init__(self, data, children=(), op=''):
        self.val = data
        self.grad = None
        self.children = children
        self.op = op
        self.backward_fn = None

    def __eq__(self, other):
        return self.val == other.val

    def __add__(self, other):
        ans = Value(self.val + other.val, (self, other), '+')
        def back():
            self.grad = (self.grad or 0) + ans.grad
            other.grad = (other.grad or 0) + ans.grad
        ans.backward_fn = back
        return ans

    def __mul__(self, other):
        ans = Value(self.val * other.val, (self, other), '*')
        def back():
            self.grad = (self.grad or 0) + other.val * ans.grad
            other.grad = (other.grad or 0) + self.val * ans.grad
        ans.backward_fn = back
        return ans
