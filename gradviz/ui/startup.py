"""Finds out, before Qt is imported, whether Qt would be able to open a window.

Qt aborts the process when there is no display or a library is missing, with words for
developers. gradviz looks first and says in a sentence what to do. It runs at every
start, so it only does what Qt is about to do anyway: open the same libraries, connect
to the same display. It must not import Qt.
"""

from __future__ import annotations

import ctypes
import importlib.util
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gradviz.ui.qt_libraries import GRAPHVIZ, QT, WAYLAND, XCB

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WITHOUT_DISPLAY = (
    "use `xvfb-run -a gradviz`, or draw a picture without a window with "
    "`gradviz render FILE -o picture.svg`."
)
_USUAL = ("wayland", "xcb")
_XCB_PARSE_ERROR = 5
_XCB_NO_SUCH_SCREEN = 6


class StartupProblem(Exception):  # noqa: N818  # it is a finding, not a fault
    """Why no window can be opened: whole sentences, what is wrong and what to do."""


def check_display(environ: Mapping[str, str]) -> None:
    """Makes sure that Qt can open a window here.

    Args:
        environ: the environment that Qt will read: `DISPLAY`, `WAYLAND_DISPLAY`,
            `QT_QPA_PLATFORM`.

    Raises:
        StartupProblem: if there is no display, it does not answer, or a library that
            Qt needs for it is missing.
    """
    if not sys.platform.startswith("linux"):
        return
    platforms = _platforms(environ)
    if not platforms:
        raise StartupProblem(
            f"There is no display to open a window on: {_WITHOUT_DISPLAY}"
        )
    check_libraries()
    problems = []
    for platform in platforms:
        try:
            _check_platform(platform, environ)
        except StartupProblem as problem:
            problems.append(problem)
        else:
            return
    # Qt's last resort is the one whose failure it would die of.
    raise problems[-1]


def check_libraries() -> None:
    """Makes sure that Qt and graphviz can be loaded, window or not.

    Raises:
        StartupProblem: if a library they need is missing.
    """
    if sys.platform.startswith("linux"):
        _require({**QT, **GRAPHVIZ})


def missing_libraries(table: Mapping[str, str]) -> list[str]:
    """Returns those libraries of a table that cannot be loaded."""
    return [name for name in table if not _loads(name)]


def _platforms(environ: Mapping[str, str]) -> list[str]:
    """Returns the Qt platforms that may be used here, in the order Qt tries them."""
    wanted = environ.get("QT_QPA_PLATFORM", "")
    names = [name.partition(":")[0].strip() for name in wanted.split(";") if name]
    return [name for name in names or _USUAL if _has_display(name, environ)]


def _has_display(platform: str, environ: Mapping[str, str]) -> bool:
    """Tells whether a platform has a display, or is of the kind that needs none."""
    if platform == "xcb":
        return bool(environ.get("DISPLAY"))
    if platform.startswith("wayland"):
        return bool(environ.get("WAYLAND_DISPLAY"))
    return True


def _check_platform(platform: str, environ: Mapping[str, str]) -> None:
    if platform == "xcb":
        _require(XCB)
        _connect_to_x(environ["DISPLAY"])
    elif platform.startswith("wayland"):
        _require(WAYLAND)
        _connect_to_wayland(environ)
    else:
        _require_plugin(platform)


def _connect_to_x(display: str) -> None:
    """Connects to an X display with the library and the rules that Qt uses."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), ctypes.byref(ctypes.c_int()))
    error = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if error == _XCB_PARSE_ERROR:
        raise StartupProblem(
            f"DISPLAY is `{display}`, which does not name a display "
            f"(`:0` would): set it right, or {_WITHOUT_DISPLAY}"
        )
    if error == _XCB_NO_SUCH_SCREEN:
        raise StartupProblem(
            f"DISPLAY is `{display}`, but that display has no such screen: "
            f"set it right, or {_WITHOUT_DISPLAY}"
        )
    if error:
        raise StartupProblem(_no_answer(display))


def _connect_to_wayland(environ: Mapping[str, str]) -> None:
    name = environ["WAYLAND_DISPLAY"]
    path = Path(environ.get("XDG_RUNTIME_DIR", "/")) / name
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            raise StartupProblem(_no_answer(name)) from None


def _require_plugin(platform: str) -> None:
    """Raises a problem if Qt has no platform of that name."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        return
    plugins = Path(spec.origin).parent / "Qt" / "plugins" / "platforms"
    names = sorted(file.stem.removeprefix("libq") for file in plugins.glob("libq*.so"))
    if names and platform not in names:
        raise StartupProblem(
            f"QT_QPA_PLATFORM is `{platform}`, which Qt does not know: "
            f"unset it, or set it to one of {_listed(names)}."
        )


def _no_answer(display: str) -> str:
    return (
        f"The display `{display}` does not answer: make sure that it is running and "
        f"that you may use it, or {_WITHOUT_DISPLAY}"
    )


def _require(table: Mapping[str, str]) -> None:
    """Raises a problem that names the libraries of a table that are missing, if any."""
    missing = missing_libraries(table)
    if not missing:
        return
    packages = " ".join(sorted({table[name] for name in missing}))
    what = "a library" if len(missing) == 1 else f"{len(missing)} libraries"
    raise StartupProblem(
        f"gradviz needs {what} that this system lacks, {_listed(missing)}: "
        f"on Debian and Ubuntu, install what is missing with "
        f"`sudo apt-get install {packages}`."
    )


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
