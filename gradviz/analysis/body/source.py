"""Where a function's source is, and which part of it is the function."""

import ast
import inspect
import linecache
import os
import textwrap
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import NamedTuple

from gradviz.analysis.body.model import Line

Function = ast.FunctionDef | ast.Lambda
_TAB = 4


class SourceError(Exception):
    """There is no source to show; the message says why, as a sentence."""


@dataclass(frozen=True)
class Source:
    """The source of one function.

    Attributes:
        function: Its syntax tree.
        place: The file or cell it is in.
        lines: Its whole lines, dedented.
    """

    function: Function
    place: str
    lines: tuple[Line, ...]
    _raw: tuple[str, ...]
    _first: int
    """The number, in the syntax tree, of the first line."""
    _depth: int

    def spot(self, node: ast.expr) -> tuple[int, int, int]:
        """Return the line's index and the columns of an expression on one line.

        Of an expression on several lines it is the first one's part.
        """
        line = node.lineno - self._first
        start = self._column(line, node.col_offset)
        end = len(self.lines[line].text)
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            end = self._column(line, node.end_col_offset)
        return line, start, end

    def line_of(self, statement: ast.stmt) -> int:
        """Return the index of the line on which a statement begins."""
        return statement.lineno - self._first

    def _column(self, line: int, offset: int) -> int:
        """Return the column of a shown line for an offset in bytes of its source."""
        before = self._raw[line].encode()[:offset].decode(errors="replace")
        return max(0, len(before.expandtabs(_TAB)) - self._depth)


def source_of(code: CodeType) -> Source:
    """Return the source of a function, if it still is what runs.

    Raises:
        SourceError: There is none, or it has been edited since.
    """
    raw = [line.rstrip("\n\r") for line in linecache.getlines(code.co_filename)]
    place = os.path.basename(code.co_filename)
    if not raw:
        raise SourceError(f"The source of {code.co_name} is not there: {place}.")
    # A magic above it is no Python; its own lines are.
    found = _whole(raw, code) or _block(raw, code)
    if found is None:
        raise SourceError(
            f"The code in {place} has changed since this _backward was made: run it "
            "again to see the lines."
        )
    return _cut(found, raw, code.co_firstlineno - _first_line(found), place)


def _cut(function: Function, raw: list[str], shift: int, place: str) -> Source:
    first, last = _first_line(function), function.end_lineno or function.lineno
    own = raw[first + shift - 1 : last + shift]
    texts = [line.expandtabs(_TAB) for line in own]
    dedented = textwrap.dedent("\n".join(texts)).split("\n")
    filled = next(i for i, text in enumerate(texts) if text.strip())
    depth = len(texts[filled]) - len(dedented[filled])
    lines = tuple(
        Line(first + shift + i, text.rstrip()) for i, text in enumerate(dedented)
    )
    return Source(function, place, lines, tuple(own), first, depth)


def _first_line(function: Function) -> int:
    above: list[ast.expr] = getattr(function, "decorator_list", [])
    return min([function.lineno, *(part.lineno for part in above)])


def _whole(raw: list[str], code: CodeType) -> Function | None:
    return _found("\n".join(raw) + "\n", code, code.co_firstlineno)


def _block(raw: list[str], code: CodeType) -> Function | None:
    imports = _imports_in(raw)
    raw = raw[code.co_firstlineno - 1 :]
    if not raw:
        return None
    try:
        block = inspect.getblock([f"{line}\n" for line in raw])
    except (SyntaxError, IndentationError):
        return None
    # Columns are those of the file only if nothing is cut off at the left.
    inside = raw[0][:1].isspace()
    text = ("if 1:\n" if inside else "") + "".join(block)
    return _found(text, code, 2 if inside else 1, imports)


class _Parsed(NamedTuple):
    """A file, parsed.

    Attributes:
        functions: Its functions, by the line they begin on.
        imports: What it imports outside of its functions and classes.
    """

    functions: dict[int, list[Function]]
    imports: list[ast.stmt]


@lru_cache(maxsize=8)
def _parsed(text: str) -> _Parsed | None:
    """Parse a file once, not for each of its hooks."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions: dict[int, list[Function]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            functions.setdefault(_first_line(node), []).append(node)
    return _Parsed(functions, _imports_of(tree))


def _imports_in(raw: list[str]) -> list[ast.stmt]:
    """Return the imports of a cell that is no Python as a whole."""
    found: list[ast.stmt] = []
    for line in raw:
        if line.startswith(("import ", "from ")):
            with suppress(SyntaxError):
                found.extend(ast.parse(line).body)
    return found


def _imports_of(tree: ast.Module) -> list[ast.stmt]:
    """Return what a module imports outside of its functions and classes."""
    found: list[ast.stmt] = []
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            if getattr(node, "module", "") != "__future__":
                found.append(node)
        elif not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.expr):
            todo.extend(ast.iter_child_nodes(node))
    return found


def _found(
    text: str, code: CodeType, line: int, imports: list[ast.stmt] | None = None
) -> Function | None:
    parsed = _parsed(text)
    if parsed is None:
        return None
    imports = parsed.imports if imports is None else imports
    for function in parsed.functions.get(line, ()):
        name = getattr(function, "name", "<lambda>")
        if name == code.co_name and _compiles_to(function, code, imports):
            return function
    return None


def _compiles_to(function: Function, code: CodeType, imports: list[ast.stmt]) -> bool:
    """Whether source is what a function was compiled from.

    Python compiles calls of what a module imports in a way of their own.
    """
    body: ast.stmt = (
        ast.Expr(function) if isinstance(function, ast.Lambda) else function
    )
    arguments = [ast.arg(name) for name in code.co_freevars]
    outer = ast.FunctionDef(
        "around",
        ast.arguments([], arguments, None, [], [], None, []),
        [body],
        [],
        type_params=[],
    )
    module = ast.fix_missing_locations(ast.Module([*imports, outer], []))
    try:
        compiled = compile(module, "", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return any(
        _says(inner) == _says(code)
        for inner in _codes(compiled)
        if inner.co_name == code.co_name
    )


def _codes(code: CodeType) -> list[CodeType]:
    found, todo = [], [code]
    while todo:
        current = todo.pop()
        found.append(current)
        todo.extend(c for c in current.co_consts if isinstance(c, CodeType))
    return found


def _says(code: CodeType) -> tuple[object, ...]:
    """Return what tells one code from another, wherever it stands."""
    constants = [c for c in code.co_consts if not isinstance(c, CodeType)]
    # The names of a class's private attributes are longer in its methods.
    names = tuple(
        "__" + n.split("__", 1)[-1] if "__" in n else n for n in code.co_names
    )
    return code.co_code, repr(constants), names, code.co_varnames
