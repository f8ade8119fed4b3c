"""No test opens a window on the screen, or reads the settings of who runs it."""

import builtins
import os
import sys

import pytest

from gradviz import drawing as hooks

# The tests of the installed program start it with a platform of their own.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def settings_of_its_own(tmp_path_factory):
    if "PySide6.QtCore" not in sys.modules:
        return
    from PySide6.QtCore import QSettings

    folder = str(tmp_path_factory.mktemp("settings"))
    for format_ in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        QSettings.setPath(format_, QSettings.Scope.UserScope, folder)


@pytest.fixture(autouse=True)
def no_window_left_open():
    """A window that stays open is repainted in every later test that has one."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is not None and widgets.QApplication.instance() is not None:
        left = [w for w in widgets.QApplication.topLevelWidgets() if w.isVisible()]
        for window in left:
            window.close()
        assert not left


@pytest.fixture
def unchanged_process(monkeypatch):
    """Leave this process as it was.

    A program changes folder, path and modules, as it may in a process of its own.
    """
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(hooks, "_hooks", [])
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(os.getcwd())
    before, names = set(sys.modules), dict(vars(builtins))
    yield
    vars(builtins).update(names)
    for name in set(vars(builtins)) - set(names):
        delattr(builtins, name)
    for name in set(sys.modules) - before:
        module = sys.modules[name]
        file = str(getattr(module, "__file__", ""))
        theirs = "pytest" in file or f"{os.sep}corpus{os.sep}" in file
        if name in ("graph", "graphviz", "micrograd") or theirs:
            del sys.modules[name]
