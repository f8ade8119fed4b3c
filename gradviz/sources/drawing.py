"""What a person's program asked to have drawn.

``gradviz.draw_dot`` and ``gradviz.show`` tell the running program's Drawing; so does
every other ``draw_dot`` (from a module named ``graph`` that need not be there, or
defined in the notebook itself), because calls of that name are rewritten to tell it
first. The picture they would have made is what gradviz draws instead.
"""

import ast
import builtins
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from gradviz.drawing import flattened, on_draw

DRAWING_NAMES = ("draw_dot",)
_HOOK = "__gradviz_draw__"


class Picture:
    """Stands for the picture a drawing call returns: anything can be asked of it."""

    def __repr__(self) -> str:
        return "<the graph that gradviz shows>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr")):
            raise AttributeError(name)
        return lambda *args, **kwargs: self


class Drawing:
    """What has been drawn so far.

    Attributes:
        drawn: The arguments of each drawing call, in order.
    """

    def __init__(self) -> None:
        self.drawn: list[tuple[object, ...]] = []

    def draw(self, *roots: object, **options: object) -> Picture:
        """Take what a drawing call was given; lists of Values are opened.

        What among the options is no Value is not drawn either.
        """
        self.drawn.append(tuple(flattened((*roots, *options.values()))))
        return Picture()

    def install(self) -> None:
        """Let the program that runs in this process reach this drawing."""
        setattr(builtins, _HOOK, self.draw)
        on_draw(self.draw)
        sys.meta_path.insert(0, _StandIns(self))


def rewritten(tree: ast.Module) -> ast.Module:
    """Return a module whose calls of ``draw_dot`` tell the drawing instead."""
    _Rewriter().visit(tree)
    return ast.fix_missing_locations(tree)


class _Rewriter(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        name = called.id if isinstance(called, ast.Name) else None
        name = called.attr if isinstance(called, ast.Attribute) else name
        if name in DRAWING_NAMES:
            node.func = ast.copy_location(ast.Name(_HOOK, ast.Load()), called)
        return node


class _StandIns:
    """Modules for drawing that programs import and that may not be installed.

    A module that is there always wins; a mere folder of that name is none.
    """

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Offer a stand-in for ``graph`` and ``graphviz``."""
        if name not in ("graph", "graphviz"):
            return None
        there = PathFinder.find_spec(name, path, target)
        if there is not None and there.loader is not None and there.origin:
            return there
        return importlib.util.spec_from_loader(name, self)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make an ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module with what programs import from it."""
        contents: dict[str, Any]
        if module.__name__ == "graph":
            contents = {"draw_dot": self._drawing.draw, "show": self._drawing.draw}
        else:
            contents = {"Digraph": _any_picture, "Graph": _any_picture}
        vars(module).update(contents)


def _any_picture(*args: object, **kwargs: object) -> Picture:
    return Picture()
