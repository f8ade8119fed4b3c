"""A Wengert list: what to do backwards is on one tape, not on the nodes."""

tape = []


class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def __add__(self, other):
        out = Value(self.data + other.data)
        tape.append((out, [(self, 1.0), (other, 1.0)]))
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data)
        tape.append((out, [(self, other.data), (other, self.data)]))
        return out


def backward(root):
    root.grad = 1.0
    for out, inputs in reversed(tape):
        for value, partial in inputs:
            value.grad += partial * out.grad


a = Value(2.0)
b = Value(-3.0)
ab = a * b
y = ab + a
