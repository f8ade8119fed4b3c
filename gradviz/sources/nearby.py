"""The files that a program is made of, as far as can be told without running it."""

import re
from pathlib import Path

_IMPORTS = re.compile(
    r"""^[\s"]*(?:from\s+([\w.]+)\s+import|import\s+([\w., ]+))""", re.MULTILINE
)
_MOST = 200
"""Files looked at: a program imports few of its own."""


def files_of(path: Path) -> tuple[Path, ...]:
    """Return a file, and the modules of its own that it imports, directly or not.

    Modules of its own are those in its folder, or in the one above. Notebooks are
    searched as they are, so a name in a text may be taken for an import: that costs
    nothing but a look.
    """
    found, todo = [path], [path]
    while todo and len(found) < _MOST:
        try:
            text = todo.pop().read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for module in _imported(text):
            for other in _files_of_module(module, path.parent):
                if other not in found:
                    found.append(other)
                    todo.append(other)
    return tuple(found)


def _imported(text: str) -> list[str]:
    """Return the modules that a program may import, dotted names as they stand."""
    found = []
    for module, modules in _IMPORTS.findall(text):
        named = [part.split()[0] for part in modules.split(",") if part.strip()]
        found += [module] if module else named
    return found


def file_of_module(module: str, folder: Path) -> Path | None:
    """Return the file of a module that is in a folder, None where it is elsewhere."""
    found = _files_of_module(module, folder)
    return found[-1] if found else None


def _files_of_module(module: str, folder: Path) -> list[Path]:
    parts = [part for part in module.split(".") if part]
    found = []
    for base in (folder, folder.parent):
        for count in range(1, len(parts) + 1):
            place = base.joinpath(*parts[:count])
            for file in (place.with_suffix(".py"), place / "__init__.py"):
                if file.is_file():
                    found.append(file)
    return found
