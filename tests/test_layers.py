"""What may import what: the list in the design, checked module by module."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gradviz

PACKAGE = Path(gradviz.__file__).parent

SHARED = {"value", "numbers", "channel", "assets", "drawing", "checking"}
"""Modules at the root that every layer may use."""

MAY_IMPORT = {
    "graph": {"graph"},
    "session": {"graph", "session"},
    "analysis": {"graph", "session", "analysis"},
    "sources": {"graph", "sources"},
    "worker": {"graph", "session", "analysis", "sources", "worker"},
    "layout": {"graph", "layout"},
    "export": {"graph", "session", "analysis", "sources", "worker", "layout", "export"},
}

PICTURES = {
    "PySide6.QtCore",
    "PySide6.QtGui",
    "PySide6.QtSvg",
    "gradviz.ui.canvas",
    "gradviz.ui.theme",
}
"""Pictures are painted as the canvas paints, without widgets."""

QT_FREE = ["graph", "session", "analysis", "sources", "worker", "layout"]


def modules(package):
    return sorted((PACKAGE / package).rglob("*.py"))


def imported(path):
    """Return the modules of gradviz, and Qt, that a file imports anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in ("gradviz", "PySide6")}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_layer_imports_only_what_stands_below_it(package):
    allowed = {f"gradviz.{name}" for name in MAY_IMPORT[package] | SHARED}
    if package == "export":
        allowed |= PICTURES
    assert modules(package)
    assert {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in modules(package)
        for name in imported(path)
        if not any(name == a or name.startswith(f"{a}.") for a in allowed)
    } == set()


@pytest.mark.parametrize("module", sorted(SHARED))
def test_what_every_layer_shares_imports_no_layer_when_imported(module):
    tree = ast.parse((PACKAGE / f"{module}.py").read_text())
    at_import = ast.Module(
        [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], []
    )
    names = {
        getattr(node, "module", None) or node.names[0].name for node in at_import.body
    }
    assert not {name for name in names if name.startswith(("gradviz", "PySide6"))}


def test_the_core_runs_where_qt_is_not_installed():
    names = ["gradviz"] + [
        f"gradviz.{path.relative_to(PACKAGE).with_suffix('')}".replace("/", ".")
        for package in QT_FREE
        for path in modules(package)
        if path.name != "__main__.py"
    ]
    program = (
        "import sys, importlib\n"
        "sys.modules['PySide6'] = sys.modules['shiboken6'] = None\n"
        f"for name in {[n.removesuffix('.__init__') for n in names]}:\n"
        "    importlib.import_module(name)\n"
        "sys.stdout.write('all imported')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    assert ran.stdout == "all imported"


def test_importing_gradviz_is_cheap():
    """A notebook does it just to get a Value."""
    program = (
        "import sys, gradviz\n"
        "heavy = ('PySide6', 'networkx', 'pygraphviz', 'nbformat', 'msgspec')\n"
        "sys.stdout.write(' '.join(name for name in heavy if name in sys.modules))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""


@pytest.mark.parametrize("module", ["ui.app", "ui.main_window", "worker.server"])
def test_a_start_loads_nothing_that_only_some_files_need(module) -> None:
    slow = ("IPython", "numpy", "matplotlib", "nbformat", "pygments", "pygraphviz")
    program = (
        f"import sys, gradviz.{module}\n"
        f"sys.stdout.write(' '.join(n for n in {slow} if n in sys.modules))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""
