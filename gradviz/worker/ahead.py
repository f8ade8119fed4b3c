"""Loading modules before they are asked for, in a worker that waits for its file.

Only those that take long, and that the file's last run has loaded from where packages
are installed: nothing of the person's own runs before they say so.
"""

import contextlib
import importlib
import io
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

SLOW = ("gradviz.sources.shell", "numpy", "matplotlib.pyplot")
"""Modules that take long to load; the first is IPython's machinery."""

_INSTALLED = {"site-packages", "dist-packages"}
_OWN = Path(__file__).resolve().parents[1]


def slow_loaded() -> tuple[str, ...]:
    """Return the slow modules that the program in this process has loaded."""
    return tuple(name for name in SLOW if _can_come_early(name))


def load_ahead(names: Iterable[str]) -> None:
    """Load slow modules; one that can't be loaded is left to the program."""
    for name in names:
        if name in SLOW:
            said = io.StringIO()
            with (
                contextlib.suppress(Exception),
                contextlib.redirect_stdout(said),
                contextlib.redirect_stderr(said),
            ):
                importlib.import_module(name)


def _can_come_early(name: str) -> bool:
    module = sys.modules.get(name)
    if module is None or not _is_installed(module):
        return False
    # Matplotlib takes its settings from the folder that it is loaded in.
    return not name.startswith("matplotlib") or not Path("matplotlibrc").exists()


def _is_installed(module: ModuleType) -> bool:
    path = Path(module.__file__ or "")
    return bool(_INSTALLED & set(path.parts)) or path.is_relative_to(_OWN)
