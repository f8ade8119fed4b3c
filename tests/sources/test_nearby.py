"""The files that a program is made of."""

from gradviz.sources.nearby import file_of_module, files_of


def test_a_script_its_modules_and_theirs(tmp_path):
    package = tmp_path / "micrograd"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "engine.py").write_text("import math, helper\n")
    (tmp_path / "helper.py").write_text("from program import x\n")
    (tmp_path / "unused.py").write_text("")
    program = tmp_path / "program.py"
    program.write_text("import numpy\n\nfrom micrograd.engine import Value\n")
    assert {str(path.relative_to(tmp_path)) for path in files_of(program)} == {
        "program.py",
        "micrograd/__init__.py",
        "micrograd/engine.py",
        "helper.py",
    }


def test_a_notebook_finds_modules_in_the_folder_above(tmp_path):
    (tmp_path / "engine.py").write_text("")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = folder / "lesson.ipynb"
    notebook.write_text('{"cells": [{"source": [\n  "import engine\\n"]}]}')
    assert files_of(notebook) == (notebook, tmp_path / "engine.py")


def test_a_file_that_is_not_there_is_all_there_is(tmp_path):
    assert files_of(tmp_path / "gone.py") == (tmp_path / "gone.py",)


def test_the_file_of_a_function_to_call(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("")
    (tmp_path / "models" / "neuron.py").write_text("")
    place = tmp_path / "models" / "neuron.py"
    assert file_of_module("models.neuron", tmp_path) == place
    assert file_of_module("json", tmp_path) is None
