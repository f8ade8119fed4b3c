"""What is said of modules that are missing and of syntax of another Python."""

import sys

import pytest

from gradviz.sources.advice import PACKAGES, install_command, missing_module
from gradviz.sources.program import read_program
from gradviz.sources.run import CodeError, Run
from gradviz.worker.failures import failure_of

RUNS = f"Python 3.{sys.version_info.minor}"


def failure(path):
    run = Run(read_program(path))
    with pytest.raises(CodeError) as failed:
        run.to_the_picture()
    return failure_of(failed.value)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("cv2", "opencv-python"),
        ("sklearn.datasets", "scikit-learn"),
        ("PIL.Image", "pillow"),
        ("yaml", "pyyaml"),
        ("torch.nn", "torch"),
    ],
)
def test_a_missing_package_is_named_with_what_to_run(tmp_path, name, package):
    assert missing_module(name, tmp_path) == (
        f"it needs the module {name}, which is not installed here: "
        f"run `{install_command(package)}`."
    )


@pytest.mark.parametrize("has_pip", [True, False])
def test_the_command_is_for_the_python_in_use(monkeypatch, has_pip):
    monkeypatch.setattr(sys, "executable", "/a b/python")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: has_pip or None)
    assert install_command("pillow") == (
        "'/a b/python' -m pip install pillow"
        if has_pip
        else "uv pip install --python '/a b/python' pillow"
    )


def test_a_missing_module_is_told_with_its_place(write):
    assert "this_is_nowhere" not in PACKAGES
    told = failure(write(["x = 1", "\nimport this_is_nowhere"], "lesson.ipynb"))
    assert told.message == (
        "lesson.ipynb, cell 2 failed on line 2: it needs the module this_is_nowhere, "
        "which is not installed here."
    )
    assert told.place == "lesson.ipynb, cell 2:2"


def test_a_module_that_lies_in_another_folder_is_found(write, tmp_path):
    (tmp_path / "lib" / "mine").mkdir(parents=True)
    (tmp_path / "lib" / "mine" / "__init__.py").write_text("")
    told = failure(write("import mine.engine\n"))
    assert told.message == (
        "program.py failed on line 1: it needs the module mine, which is in another "
        f"folder: add {tmp_path / 'lib'} to sys.path before it is imported."
    )


def test_colab_is_not_to_be_had(tmp_path):
    assert missing_module("google.colab", tmp_path) == (
        "it needs google.colab, which only exists on Colab's own machines: leave that "
        "cell out."
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "print 'hi'",
            f"it is written for Python 2 (print without brackets), not for {RUNS}.",
        ),
        ("x = (2", "SyntaxError: '(' was never closed."),
        ("x = 1 +", "SyntaxError: invalid syntax."),
        pytest.param(
            "name = 1\nx = t'{name}'",
            f"it uses a template string, which Python 3.14 has and {RUNS} has not.",
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="has it"),
        ),
        pytest.param(
            "try: 1\nexcept KeyError, ValueError: 2",
            "it uses except without brackets around several types, which Python 3.14 "
            f"has and {RUNS} has not.",
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="has it"),
        ),
        pytest.param(
            "class A[T = int]: pass",
            f"it uses a default for a type parameter, which Python 3.13 has and {RUNS} "
            "has not.",
            marks=pytest.mark.skipif(sys.version_info >= (3, 13), reason="has it"),
        ),
        pytest.param(
            "lazy import json",
            f"it uses a lazy import, which Python 3.15 has and {RUNS} has not.",
            marks=pytest.mark.skipif(sys.version_info >= (3, 15), reason="has it"),
        ),
    ],
)
@pytest.mark.parametrize("kind", ["script", "cell"])
def test_syntax_of_another_python_is_told_as_such(write, code, said, kind):
    line = code.count("\n") + 1
    if kind == "script":
        told = failure(write(code))
        assert told.message == f"program.py failed on line {line}: {said}"
    else:
        told = failure(write([code], "lesson.ipynb"))
        assert told.message == f"lesson.ipynb, cell 1 failed on line {line}: {said}"


def test_a_module_beside_the_file_that_is_broken_is_named(write, tmp_path):
    (tmp_path / "engine.py").write_text("x = 1\ny = = 2\n")
    told = failure(write("import engine\n"))
    assert told.message == "program.py failed: SyntaxError: invalid syntax."
    assert told.place == f"{tmp_path / 'engine.py'}:2"
    assert "importlib" not in told.traceback
    assert "gradviz" not in told.traceback


def test_a_question_is_a_whole_sentence(write):
    told = failure(write(["x = 1\nname = input('?')"], "lesson.ipynb"))
    assert told.message == (
        "lesson.ipynb, cell 1 asks for input(), which gradviz can't give: "
        "set the value in the cell instead."
    )
    assert told.place == "lesson.ipynb, cell 1:2"
