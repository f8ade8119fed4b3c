"""The class comes from a module next to this file."""
from scalar_engine import Scalar

x = Scalar(1.0)
w = Scalar(-0.5)
wx = w * x
y = (wx + 2).softplus()
