"""gradviz shows backpropagation happening.

Importing this package is cheap and loads no Qt: a notebook does it just to get a
``Value``.
"""

from gradviz.checking import check
from gradviz.drawing import draw_dot, show
from gradviz.value import Value

__version__ = "0.1.0"

__all__ = ["Value", "__version__", "check", "draw_dot", "show"]
