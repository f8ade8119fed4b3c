"""Graphs of a given size, in the shape people draw: a small network of tanh neurons."""

LESSON = """
from gradviz import Value
x1, x2 = Value(1, label="x1"), Value(0, label="x2")
w11, w12 = Value(-2, label="w11"), Value(4, label="w12")
w21, w22 = Value(3, label="w21"), Value(-1, label="w22")
w11x1 = w11 * x1
w12x2 = w12 * x2
s1 = w11x1 + w12x2
w21x1 = w21 * x1
w22x2 = w22 * x2
s2 = w21x1 + w22x2
root = s1 + s2
"""

NETWORK = """
import random
from gradviz import Value

random.seed(17)

def neuron(inputs):
    total = Value(random.uniform(-1, 1))
    for x in inputs:
        total = total + Value(random.uniform(-1, 1)) * x
    return total.tanh()

layer = [Value(0.5, label="x1"), Value(-0.3, label="x2")]
for width in {widths}:
    layer = [neuron(layer) for _ in range(width)]
root = layer[0]
for _ in range({extra}):
    root = root.tanh()
"""

SIZES = (13, 300, 1000)
_WIDTHS = {300: (8, 8, 1), 1000: (16, 16, 1)}


def source(size):
    """Return a script that builds exactly ``size`` Values under the name ``root``."""
    if size == 13:
        return LESSON
    widths = _WIDTHS[size]
    count, inputs = 2, 2
    for width in widths:
        count += width * (2 + 3 * inputs)
        inputs = width
    return NETWORK.format(widths=widths, extra=size - count)


def values(size):
    """Return the root of such a graph, built in this process."""
    namespace = {}
    exec(source(size), namespace)
    return namespace["root"]
