"""``draw_dot`` and ``show``: how a program says which Values to draw."""

import sys
from collections.abc import Callable, Iterable
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

    return InlinePicture(flattened(roots), _variables_of_caller())


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

    return show_live(flattened(roots), _variables_of_caller())


def flattened(roots: Iterable[Any]) -> list[Any]:
    """Return what a drawing call was given, with containers of Values opened."""
    flat: list[Any] = []
    for root in roots:
        if isinstance(root, list | tuple | set | frozenset):
            flat.extend(root)
        else:
            flat.append(root)
    return flat


def _variables_of_caller() -> dict[int, str]:
    """Return the global names of who called the function that calls this."""
    names = sys._getframe(2).f_globals.items()
    return {id(held): name for name, held in names}
