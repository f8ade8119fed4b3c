"""``draw_dot`` and ``show``: how a program says which Values to draw."""

import sys
from collections.abc import Callable
from typing import Any

_hooks: list[Callable[..., Any]] = []


def on_draw(hook: Callable[..., Any]) -> None:
    """Let ``hook`` be told what programs in this process draw."""
    _hooks[:] = [hook]


def draw_dot(*roots: Any) -> Any:
    """Draw the graph below some Values.

    In a file that gradviz runs, this is what it shows. In Jupyter the result shows
    itself as a picture; anywhere else it has ``save(path)``.

    Args:
        roots: One Value or several; several are drawn side by side.
    """
    if _hooks:
        return _hooks[0](*roots)
    from gradviz.export.inline import InlinePicture

    names = sys._getframe(1).f_globals.items()
    return InlinePicture(_flat(roots), {id(held): name for name, held in names})


def show(*roots: Any) -> Any:
    """Show the graph below some Values in gradviz's window.

    In a file that gradviz runs, this is what it shows. In a program of your own it
    opens the window on your live Values and returns when the window is closed.

    Args:
        roots: One Value or several; several are drawn side by side.
    """
    if _hooks:
        return _hooks[0](*roots)
    from gradviz.ui.live import show_live

    names = sys._getframe(1).f_globals.items()
    return show_live(_flat(roots), {id(held): name for name, held in names})


def _flat(roots: tuple[Any, ...]) -> list[Any]:
    return [
        value
        for root in roots
        for value in (root if isinstance(root, list | tuple) else (root,))
    ]
