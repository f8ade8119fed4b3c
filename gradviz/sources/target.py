"""``package.module:function``: a function to call, and the Values it returns."""

import importlib
import inspect
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from gradviz.graph.adapter import Adapters
from gradviz.sources import found
from gradviz.sources.calling import calls_theirs
from gradviz.sources.following import RunListener
from gradviz.sources.program import Program, SourceError, read_program
from gradviz.sources.run import CodeError, Run

_DOTTED = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_TARGET = re.compile(rf"({_DOTTED}):({_DOTTED})")
_NAMED = 8
"""How many functions of a module are named where the one asked for is missing."""


class TargetError(SourceError):
    """A target that can't be shown; the message says why and what to do."""


@dataclass(frozen=True)
class Target:
    """A function to call.

    Attributes:
        module: The module's dotted name.
        function: The function's name, dotted where it is in a class.
    """

    module: str
    function: str

    def __str__(self) -> str:
        return f"{self.module}:{self.function}"


def parse_target(text: str) -> Target | None:
    """Return the target that a text names, None where it is none.

    A file that exists is no target; nor is anything on a drive (``C:lesson``), so the
    module's name has more than one letter.
    """
    matched = _TARGET.fullmatch(text)
    if matched is None or len(matched.group(1)) == 1 or Path(text).exists():
        return None
    return Target(matched.group(1), matched.group(2))


def target_run(
    target: Target, folder: Path | None = None, listener: RunListener | None = None
) -> Run:
    """Return a run in which a target can be called.

    Args:
        target: The target.
        folder: Where its module is looked for first; where the process is, by default.
        listener: Is told what runs.

    Raises:
        SourceError: The module's file can't be read.
    """
    folder = (folder or Path.cwd()).resolve()
    parts = target.module.split(".")
    for path in (
        folder.joinpath(*parts).with_suffix(".py"),
        folder.joinpath(*parts, "__init__.py"),
    ):
        if path.is_file():
            return Run(read_program(path), listener, folder)
    return Run(Program(folder / parts[-1], (), is_notebook=False), listener, folder)


def call_target(run: Run, target: Target, adapters: Adapters) -> None:
    """Call a target; what it returns counts as drawn, unless it draws by itself.

    Args:
        run: The run made for it.
        target: The target.
        adapters: Adapters of the classes met before.

    Raises:
        TargetError: There is no such function, it needs arguments, or it gives nothing
            to show.
        CodeError: It failed, or its module did.
    """
    results: list[object] = []
    try:
        run.run_other(str(target), lambda: results.append(_result(run, target)))
    except CodeError as error:
        if isinstance(error.__cause__, TargetError):
            raise error.__cause__ from None
        raise
    result = results[0] if results else None
    if isinstance(result, dict):
        names = {name: held for name, held in result.items() if isinstance(name, str)}
        run.namespace = {**names, **run.namespace}
    if run.drawing.drawn:
        return
    values = [value for _, value in found.values_in([("", result)], adapters)]
    if not values:
        raise TargetError(
            f"{target} returned {_short(result)}, which holds no Value, and drew "
            "nothing: return the Value to show, or a list or dictionary of Values."
        )
    run.drawing.draw(*values)


def _short(result: object) -> str:
    try:
        text = repr(result)
    except Exception:  # a class of the person's own
        text = f"a {type(result).__name__}"
    return text if len(text) <= 60 else f"{text[:59]}…"


@calls_theirs
def _result(run: Run, target: Target) -> object:
    """Import the module and return what the function returns."""
    try:
        module = importlib.import_module(target.module)
    except ModuleNotFoundError as error:
        if error.name and f"{target.module}.".startswith(f"{error.name}."):
            raise TargetError(
                f"There is no module {error.name}: it is neither in {run.folder} nor "
                f"installed for {sys.executable}."
            ) from None
        raise
    run.namespace = vars(module)
    held = _held(module, target)
    if not callable(held):
        return held
    if needed := _needed(held):
        words = "the argument" if len(needed) == 1 else "the arguments"
        raise TargetError(
            f"{target} needs {words} {_listed(needed)}, and gradviz calls it without "
            "any: give defaults, or name a function that calls it."
        )
    return held()


def _held(module: ModuleType, target: Target) -> Any:
    held: Any = module
    for part in target.function.split("."):
        if not hasattr(held, part):
            own = [
                name
                for name, function in vars(module).items()
                if inspect.isfunction(function)
                and function.__module__ == module.__name__
                and not name.startswith("_")
            ]
            more = ", …" if len(own) > _NAMED else ""
            has = ", ".join(own[:_NAMED]) + more if own else "no functions"
            raise TargetError(
                f"{target.module} has no function {target.function}; it has {has}."
            )
        held = getattr(held, part)
    return held


def _needed(function: Any) -> list[str]:
    """Return the names of the arguments that a function can't do without."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        p.name
        for p in parameters
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]


def _listed(names: list[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
