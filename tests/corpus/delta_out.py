"""A Neuron's number is its out, its gradient its delta; everything else is a function."""
import math


class Neuron:
    def __init__(self, out, inputs=None, kind="input"):
        self.out = out
        self.delta = 0
        self.inputs = inputs or []
        self.kind = kind
        self.propagate = None


def add(left, right):
    n = Neuron(left.out + right.out, [left, right], "add")

    def propagate():
        left.delta += n.delta
        right.delta += n.delta
    n.propagate = propagate
    return n


def mul(left, right):
    n = Neuron(left.out * right.out, [left, right], "mul")

    def propagate():
        left.delta += right.out * n.delta
        right.delta += left.out * n.delta
    n.propagate = propagate
    return n


def sigmoid(net):
    s = 1.0 / (1.0 + math.exp(-net.out))
    n = Neuron(s, [net], "sigmoid")

    def propagate():
        net.delta += s * (1 - s) * n.delta
    n.propagate = propagate
    return n


def backpropagate(neuron):
    neuron.delta = 1
    queue = [neuron]
    while queue:
        n = queue.pop(0)
        if n.propagate:
            n.propagate()
        queue.extend(n.inputs)


if __name__ == "__main__":
    i1 = Neuron(0.75)
    w1 = Neuron(2.0)
    bias = Neuron(-1.0)
    net1 = mul(i1, w1)
    net = add(net1, bias)
    o = sigmoid(net)
    backpropagate(o)
    print("out", o.out, "delta of the weight", w1.delta)
