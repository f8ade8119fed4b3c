"""What to do about code that could not run here: a module or a Python it needs."""

import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

_ENTRIES = 5000
"""Folder entries that are looked at for a module that lies elsewhere."""

_SAME = (
    *("torch", "torchvision", "numpy", "pandas", "scipy", "matplotlib", "seaborn"),
    *("graphviz", "networkx", "sympy", "jax", "tensorflow", "keras", "tqdm", "plotly"),
    *("requests", "micrograd", "tinygrad", "autograd", "ipywidgets", "pygraphviz"),
    *("tiktoken", "transformers", "datasets", "wandb", "manim", "pytest", "rich"),
    *("numba", "cupy", "bokeh", "altair", "statsmodels", "einops", "polars"),
)
PACKAGES = {name: name for name in _SAME} | {
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "pydot": "pydot",
    "dateutil": "python-dateutil",
    "pylab": "matplotlib",
    "mpl_toolkits": "matplotlib",
    "attr": "attrs",
    "IPython": "ipython",
    "mnist": "python-mnist",
    "torchviz": "torchviz",
    "google.colab": "",
}
"""The package that holds a module; empty for one that can't be installed."""


def missing_module(name: str, folder: Path) -> str:
    """Say that a module is missing and what to do, as the end of a sentence.

    Args:
        name: The module, dotted where it is in a package.
        folder: The folder of the file that needs it.
    """
    if name.startswith("google.colab") or name == "google":
        return (
            "it needs google.colab, which only exists on Colab's own machines: leave "
            "that cell out."
        )
    lies_in = _elsewhere(name.partition(".")[0], folder)
    if lies_in is not None:
        return (
            f"it needs the module {name}, which is in another folder: add {lies_in} to "
            "sys.path before it is imported."
        )
    package = PACKAGES.get(name.partition(".")[0])
    if package is None:
        return f"it needs the module {name}, which is not installed here."
    return (
        f"it needs the module {name}, which is not installed here: "
        f"run `{install_command(package)}`."
    )


def install_command(package: str) -> str:
    """Return the command that installs a package for the Python in use."""
    python = shlex.quote(sys.executable)
    if importlib.util.find_spec("pip") is not None:
        return f"{python} -m pip install {package}"
    return f"uv pip install --python {python} {package}"


def _elsewhere(name: str, folder: Path) -> Path | None:
    """Return a folder near ``folder`` that holds the module, if there is one."""
    left = _ENTRIES
    for place in _near(folder):
        left -= 1
        if left < 0:
            break
        if (place / f"{name}.py").is_file() or (place / name / "__init__.py").is_file():
            return place
    return None


def _near(folder: Path) -> Iterator[Path]:
    """Return the folders below a folder, and below the one above it."""
    for start in (folder, folder.parent):
        if start == start.parent:
            return
        for pattern in ("*", "*/*"):
            try:
                yield from (
                    place
                    for place in sorted(start.glob(pattern))
                    if place.is_dir() and not place.name.startswith((".", "_"))
                )
            except OSError:
                return


def other_python(error: SyntaxError) -> str | None:
    """Say which Python a text is written for, as the end of a sentence.

    Returns:
        None where nothing tells that it is another than the one that runs.
    """
    runs = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    said, line = error.msg or "", error.text or ""
    if said.startswith("Missing parentheses in call to '"):
        word = said.split("'")[1]
        return f"it is written for Python 2 ({word} without brackets), not for {runs}."
    for needed, what, signs in _NEWER:
        if sys.version_info < needed and signs.search(f"{line}\n{said}"):
            version = ".".join(map(str, needed))
            return f"it uses {what}, which Python {version} has and {runs} has not."
    return None


_NEWER = (
    ((3, 13), "a default for a type parameter", re.compile(r"\w\[[^\]]*\w\s*=[^=]")),
    ((3, 14), "a template string", re.compile(r"(?<!\w)(?:t|tr|rt)['\"]", re.I)),
    (
        (3, 14),
        "except without brackets around several types",
        re.compile("multiple exception types must be parenthesized"),
    ),
    ((3, 15), "a lazy import", re.compile(r"^\s*lazy\s+(?:import|from)\s", re.M)),
)
"""Syntax newer than the oldest Python that gradviz runs on, and what tells it."""
