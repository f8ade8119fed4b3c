"""``gradviz.check``: whether the backward code of live Values is right."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradviz.analysis.diagnosis.findings import Report


def check(*roots: Any) -> "Report":
    """Check the backward code of every Value below some roots.

    The Values are left exactly as they were. The result is true where nothing was
    found, so that it works in an assert, whose message lists the findings::

        assert gradviz.check(loss)

    Args:
        roots: One Value or several, or containers of them.

    Raises:
        AdapterError: A root is not a Value.
        GraphError: There is no root, or a Value depends on itself.
    """
    from gradviz.analysis.diagnosis.diagnose import diagnose
    from gradviz.drawing import flattened
    from gradviz.graph.build import build

    caller = sys._getframe(1)
    names = {**caller.f_globals, **caller.f_locals}
    variables = {id(held): name for name, held in names.items()}
    return diagnose(build(flattened(roots), variables))
