"""From the text of a cell to code that can be run, with its line numbers kept.

What only IPython understands (magics, shell escapes, ``x?``) becomes calls of
``get_ipython()``; drawing calls tell the Drawing; the value of a notebook cell's last
expression is kept to be shown.
"""

import __future__

import ast
import re
import sys
from collections.abc import Container
from dataclasses import dataclass
from types import CodeType

from gradviz.sources.drawing import rewritten

TIMED = "__gradviz_timed__"
"""The builtin that ``%time`` becomes: a context manager."""

_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_LATE_ANNOTATIONS = __future__.annotations.compiler_flag

_IDLE = re.compile(r"^%(matplotlib|load_ext|reload_ext|autoreload|config)\b.*$", re.M)
"""Magics that have nothing to do here: figures are outputs, files are followed."""
_CELL_MAGIC = re.compile(r"^(\s*\n)?%%(\w+)[ \t]*([^\n]*)\n?")


@dataclass(frozen=True)
class Compiled:
    """A cell that can be run.

    Attributes:
        body: Its statements, but for the expression that is shown.
        shown: The last expression, None where the cell shows nothing.
        timed: Whether the time it takes is to be printed.
        futures: Flags of the ``from __future__`` imports in force after it.
    """

    body: CodeType
    shown: CodeType | None = None
    timed: bool = False
    futures: int = 0


def compile_cell(
    source: str, filename: str, futures: int = 0, known: Container[str] = ()
) -> Compiled:
    """Compile a notebook's cell.

    Args:
        source: Its text.
        filename: What tracebacks call it.
        futures: Flags of the ``from __future__`` imports of cells before it.
        known: The names that exist when it runs.

    Raises:
        SyntaxError: It is no Python, nor what IPython makes of it.
    """
    python, timed = as_python(source)
    tree = _parsed(python, filename, futures | _AWAIT)
    _Timing().visit(tree)
    tree = rewritten(tree)
    flags = futures | _late_annotations(tree, known) | _AWAIT
    shown = None
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not _ends_with_semicolon(python, last):
        del tree.body[-1]
        shown = _compiled(ast.Expression(last.value), filename, flags)
    body = _compiled(tree, filename, flags)
    return Compiled(body, shown, timed, futures | _futures_in(tree))


def compile_script(
    source: str | bytes, filename: str, known: Container[str] = ()
) -> CodeType:
    """Compile a script or a module.

    Raises:
        SyntaxError: It is no Python.
    """
    tree = rewritten(_parsed(source, filename, 0))
    return _compiled(tree, filename, _late_annotations(tree, known))


def as_python(source: str) -> tuple[str, bool]:
    """Return a cell's text as Python, line by line, and whether it is to be timed."""
    if _is_python(source):
        return source, False
    timed = False
    if found := _CELL_MAGIC.match(source):
        above = (found.group(1) or "").count("\n")
        name, rest, body = found.group(2), found.group(3), source[found.end() :]
        if name != "time":
            # The lines above keep the numbers of those below true.
            padded = "\n" * (above + 1) + body
            call = f"get_ipython().run_cell_magic({name!r}, {rest!r}, {padded!r})"
            return "\n" * above + call, False
        timed = True
        source = "\n" * above + f"{rest}\n{body}"
    source = _IDLE.sub("pass", source)
    if _is_python(source):
        return source, timed
    from gradviz.sources.ipython_text import ipython_as_python

    return ipython_as_python(source), timed


def _is_python(source: str) -> bool:
    try:
        # Not a word of warning: the cell is compiled again, where they count.
        compile(source, "", "exec", ast.PyCF_ONLY_AST | _AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _parsed(source: str | bytes, filename: str, flags: int) -> ast.Module:
    # Not ast.parse, whose frame would stand in the traceback.
    tree = compile(
        source, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True
    )
    assert isinstance(tree, ast.Module)
    return tree


def _compiled(tree: ast.Module | ast.Expression, filename: str, flags: int) -> CodeType:
    mode = "eval" if isinstance(tree, ast.Expression) else "exec"
    code = compile(tree, filename, mode, flags, dont_inherit=True)
    assert isinstance(code, CodeType)
    return code


def _ends_with_semicolon(source: str, last: ast.Expr) -> bool:
    lines = source.split("\n")
    assert last.end_lineno is not None
    assert last.end_col_offset is not None
    line = lines[last.end_lineno - 1].encode()[last.end_col_offset :].decode()
    return line.strip().startswith(";")


def _futures_in(tree: ast.Module) -> int:
    names = [
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    ]
    flags = 0
    for name in names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


class _Timing(ast.NodeTransformer):
    """Turns ``%time statement`` into the statement, timed."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        match node.value:
            case ast.Call(
                func=ast.Attribute(attr="run_line_magic"),
                args=[ast.Constant(value="time"), ast.Constant(value=str() as text)],
            ):
                pass
            case _:
                return node
        try:
            body = ast.parse(text).body
        except SyntaxError:
            return node
        for statement in body:
            for part in ast.walk(statement):
                ast.copy_location(part, node)
        timed = ast.With([ast.withitem(ast.Name(TIMED, ast.Load()))], body)
        return ast.copy_location(timed, node)


def _late_annotations(tree: ast.Module, known: Container[str]) -> int:
    """Return the flag that defers annotations, where they would fail otherwise.

    ``def __add__(self, other: Value) -> Value`` in the body of Value itself raises
    NameError before Python 3.14.
    """
    if sys.version_info >= (3, 14):
        return 0
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for node in classes:
        later = {c.name for c in classes if c.lineno >= node.lineno}
        later -= {c.name for c in classes if c.lineno < node.lineno}
        used = (
            name.id
            for annotation in _annotations(node)
            for name in ast.walk(annotation)
            if isinstance(name, ast.Name)
        )
        if any(name in later and name not in known for name in used):
            return _LATE_ANNOTATIONS
    return 0


def _annotations(node: ast.ClassDef) -> list[ast.expr]:
    found: list[ast.expr | None] = []
    for part in ast.walk(node):
        match part:
            case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation):
                found.append(annotation)
            case (
                ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns)
            ):
                found.append(returns)
    return [annotation for annotation in found if annotation is not None]
