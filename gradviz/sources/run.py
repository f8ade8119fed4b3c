"""Running a person's program, in the worker process, and finding what to draw."""

import ast
import linecache
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph.adapter import Adapters
from gradviz.sources.drawing import Drawing, rewritten
from gradviz.sources.program import Cell, Program

_NESTED = 3
"""How deep in lists and dictionaries a Value is looked for."""


class CodeError(Exception):
    """The person's code failed; the cause is what it raised.

    Attributes:
        filename: The cell or script that was running.
    """

    def __init__(self, filename: str) -> None:
        super().__init__(f"{filename} failed.")
        self.filename = filename


@dataclass
class Run:
    """A program that is being run.

    Attributes:
        program: The program.
        namespace: Its global names.
        drawing: What it has asked to have drawn.
        cells_run: How many of its cells have run.
    """

    program: Program
    namespace: dict[str, Any] = field(init=False)
    drawing: Drawing = field(default_factory=Drawing)
    cells_run: int = 0

    def __post_init__(self) -> None:
        module = types.ModuleType("__main__")
        module.__file__ = str(self.program.path)
        sys.modules["__main__"] = module
        self.namespace = module.__dict__
        self.drawing.install(self.namespace)
        path = self.program.path.resolve()
        os.chdir(path.parent)
        sys.path.insert(0, str(path.parent))
        sys.argv = [str(path)]

    def to_the_picture(self, tell: Callable[[str], None]) -> None:
        """Run a notebook up to its first drawing call, or a script to its end.

        Args:
            tell: Is told what is being done, for the progress shown.

        Raises:
            CodeError: The person's code failed; what it built until then is there.
        """
        total = len(self.program.cells)
        for cell in self.program.cells:
            if self.program.is_notebook:
                tell(f"Running cell {self.cells_run + 1} of {total}")
            else:
                tell(f"Running {self.program.path.name}")
            self._run(cell)
            self.cells_run += 1
            if self.program.is_notebook and self.drawing.drawn:
                return

    def _run(self, cell: Cell) -> None:
        lines = [f"{line}\n" for line in cell.source.split("\n")]
        linecache.cache[cell.filename] = (len(cell.source), None, lines, cell.filename)
        try:
            # Not ast.parse, whose frame would stand in the traceback.
            tree = compile(
                cell.source, cell.filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True
            )
            assert isinstance(tree, ast.Module)
            code = compile(rewritten(tree), cell.filename, "exec", dont_inherit=True)
            exec(code, self.namespace)
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            if isinstance(error, SystemExit) and not error.code:
                return
            raise CodeError(cell.filename) from error

    def variables(self, adapters: Adapters) -> dict[int, str]:
        """Return the name of each Value held by a variable, as declared.

        The first name wins; a Value in a list or dictionary is called ``w[0]``.
        """
        names: dict[int, str] = {}
        for name, held in self._named(adapters):
            names.setdefault(id(held), name)
        return names

    def values(self, adapters: Adapters) -> list[object]:
        """Return every Value that a variable holds, as declared, each once."""
        found = {id(held): held for _, held in self._named(adapters)}
        return list(found.values())

    def _named(self, adapters: Adapters) -> Iterator[tuple[str, object]]:
        level = [
            (name, held)
            for name, held in self.namespace.items()
            if not name.startswith("__")
        ]
        for _ in range(_NESTED + 1):
            inside: list[tuple[str, object]] = []
            for name, held in level:
                if adapters.is_value(held):
                    yield name, held
                elif isinstance(held, list | tuple):
                    inside.extend((f"{name}[{i}]", item) for i, item in enumerate(held))
                elif isinstance(held, dict):
                    inside.extend((f"{name}[{k!r}]", v) for k, v in held.items())
            level = inside


def roots_of(run: Run, adapters: Adapters) -> list[tuple[object, ...]]:
    """Return the sets of roots that can be drawn, the one to draw first.

    What the person drew comes first: a notebook's first drawing, a script's last.
    Without any, it is every Value in the namespace that no other Value consumes.
    """
    drawn = [tuple(filter(adapters.is_value, roots)) for roots in run.drawing.drawn]
    drawn = [roots for roots in drawn if roots]
    if drawn:
        return drawn if run.program.is_notebook else drawn[::-1]
    unconsumed = tuple(_unconsumed(run.values(adapters), adapters))
    return [unconsumed] if unconsumed else []


def _unconsumed(values: Iterable[object], adapters: Adapters) -> Iterator[object]:
    values = list(values)
    consumed: set[int] = set()
    seen: set[int] = set()
    todo = list(values)
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        for operand in adapters.adapter(value).operands_of(value):
            if adapters.is_value(operand):
                consumed.add(id(operand))
                todo.append(operand)
    return (value for value in values if id(value) not in consumed)
