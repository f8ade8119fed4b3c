"""The syntax of a function that runs, found again in its source."""

import ast
import inspect
import linecache
from contextlib import suppress
from functools import lru_cache
from types import CodeType
from typing import NamedTuple

Function = ast.FunctionDef | ast.Lambda


def syntax_of(code: CodeType) -> Function | None:
    """Return the syntax tree of a function, None if its source is not what runs."""
    raw = lines_of(code)
    # A magic above it is no Python; its own lines are.
    return _whole(raw, code) or _block(raw, code) if raw else None


def lines_of(code: CodeType) -> list[str]:
    """Return the lines of the file or cell that code is in, as they are now."""
    return [line.rstrip("\n\r") for line in linecache.getlines(code.co_filename)]


def first_line(function: Function) -> int:
    """Return the number of the line on which a function or its decorators begin."""
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
            functions.setdefault(first_line(node), []).append(node)
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
    # It may name itself, which is no variable of a function around it.
    own = [] if code.co_name in code.co_freevars else [ast.Global([code.co_name])]
    own = own if code.co_name.isidentifier() else []
    outer = ast.FunctionDef(
        "around",
        ast.arguments([], arguments, None, [], [], None, []),
        [*own, body],
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
    inner = [_says(c) for c in code.co_consts if isinstance(c, CodeType)]
    # The names of a class's private attributes are longer in its methods.
    names = tuple(
        "__" + n.split("__", 1)[-1] if "__" in n else n for n in code.co_names
    )
    return code.co_code, repr(constants), names, code.co_varnames, *inner
