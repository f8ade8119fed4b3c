"""val and derivate, prev as a tuple, a hook called back."""
from math import tanh


class Num:
    def __init__(self, val, prev=(), sign=None):
        self.val = val
        self.derivate = 0.0
        self.prev = prev
        self.sign = sign
        self.back = lambda: None

    def __add__(self, other):
        ans = Num(self.val + other.val, (self, other), "plus")

        def back():
            self.derivate += ans.derivate
            other.derivate += ans.derivate
        ans.back = back
        return ans

    def __mul__(self, other):
        ans = Num(self.val * other.val, (self, other), "times")

        def back():
            self.derivate += ans.derivate * other.val
            other.derivate += ans.derivate * self.val
        ans.back = back
        return ans

    def tanh(self):
        ans = Num(tanh(self.val), (self,), "tanh")

        def back():
            self.derivate += ans.derivate * (1 - ans.val * ans.val)
        ans.back = back
        return ans

    def backward(self):
        self.derivate = 1.0
        todo = [self]
        while todo:
            n = todo.pop(0)
            n.back()
            todo.extend(n.prev)


x = Num(0.5)
w = Num(-1.5)
b = Num(0.25)
z = x * w + b
y = z.tanh()
