"""Programs written to a folder, and this process left as it was."""

import builtins
import os
import sys
import textwrap

import nbformat
import pytest

from gradviz import drawing as hooks


@pytest.fixture(autouse=True)
def leave_no_trace(monkeypatch):
    """A program changes folder, path and modules, as it may in its own process."""
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
        if name in ("graph", "graphviz") or "pytest" in str(
            getattr(module, "__file__", "")
        ):
            del sys.modules[name]


@pytest.fixture
def write(tmp_path):
    def write(source, name="program.py"):
        path = tmp_path / name
        if name.endswith(".ipynb"):
            notebook = nbformat.v4.new_notebook()
            notebook.cells = [
                text if isinstance(text, dict) else nbformat.v4.new_code_cell(text)
                for text in source
            ]
            path.write_text(nbformat.writes(notebook))
        else:
            path.write_bytes(
                source
                if isinstance(source, bytes)
                else textwrap.dedent(source).encode()
            )
        return path

    return write
