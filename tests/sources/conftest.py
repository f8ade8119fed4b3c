"""Programs written to a folder, and this process left as it was."""

import textwrap

import nbformat
import pytest


@pytest.fixture(autouse=True)
def leave_no_trace(unchanged_process):
    """Programs run in this process here."""


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
