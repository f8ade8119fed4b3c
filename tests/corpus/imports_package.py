"""The class comes from a package folder; a module of that makes the graph."""
from micrograd.engine import Value
from micrograd.nn import Neuron

x = [Value(1.0), Value(-2.0)]
n = Neuron([0.5, -0.25], 0.125)
w1, w2 = n.w
b = n.b
y = n(x)
