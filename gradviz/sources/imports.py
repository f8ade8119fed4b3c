"""Importing the person's own modules, so that what is in them is followed too."""

import importlib.machinery
import os
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from gradviz.sources.compiled import compile_script

_ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg")
_GRADVIZ = Path(__file__).resolve().parents[1]


def import_folders(folder: Path) -> tuple[Path, ...]:
    """Return where a file's imports are looked for, its own folder first.

    That is also its parent, and the root of the repository it is in: notebooks of a
    package named ``micrograd`` import it by that name.
    """
    found = [folder]
    if folder.parent != folder.parent.parent:
        found.append(folder.parent)
    for above in (folder, *folder.parents):
        if any((above / mark).exists() for mark in _ROOT_MARKS):
            found.append(above)
            break
    return tuple(dict.fromkeys(found))


def put_on_path(folders: Sequence[Path]) -> None:
    """Let Python import from some folders.

    The first comes before everything, as for any script; the others only before
    installed packages, so that a ``random.py`` lying there hides nothing of Python's.
    """
    own, *others = map(str, folders)
    sys.path.insert(0, own)
    installed = (
        i for i, entry in enumerate(sys.path) if Path(entry).name in _INSTALLED
    )
    at = next(installed, len(sys.path))
    sys.path[at:at] = others


_INSTALLED = ("site-packages", "dist-packages")


class PersonsModules:
    """Finds the person's own modules and reports their code.

    Args:
        folders: Where they are.
        watch: Is told the code of each.
    """

    def __init__(
        self, folders: Iterable[Path], watch: Callable[[CodeType], None]
    ) -> None:
        self._folders = tuple(str(folder) for folder in folders)
        self._watch = watch

    def install(self) -> None:
        """Take effect in this process; modules of an earlier run are forgotten."""
        for name, module in list(sys.modules.items()):
            if is_persons(module):
                del sys.modules[name]
        sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, type(self))]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the person's own as Python would."""
        spec = PathFinder.find_spec(name, path, target)
        if (
            spec is None
            or type(spec.loader) is not SourceFileLoader
            or not self._is_theirs(spec.loader.path)
        ):
            return None
        spec.loader = PersonsLoader(name, spec.loader.path, self._watch)
        return spec

    def _is_theirs(self, filename: str) -> bool:
        inside = any(_is_below(filename, folder) for folder in self._folders)
        return (
            inside
            and not any(part in _INSTALLED for part in Path(filename).parts)
            and not any(_is_below(filename, folder) for folder in _NOT_THEIRS)
        )


class PersonsLoader(importlib.machinery.SourceFileLoader):
    """Loads a module from its source, and leaves no file beside it."""

    def __init__(self, name: str, path: str, watch: Callable[[CodeType], None]) -> None:
        super().__init__(name, path)
        self._watch = watch

    def get_code(self, fullname: str) -> CodeType:
        """Compile the module as the person's code is compiled."""
        path = self.get_filename(fullname)
        code = compile_script(self.get_data(path), path)
        self._watch(code)
        return code


def is_persons(module: ModuleType) -> bool:
    """Whether a module is the person's own."""
    return isinstance(getattr(module, "__loader__", None), PersonsLoader)


def _is_below(filename: str, folder: str) -> bool:
    return filename.startswith(folder.rstrip(os.sep) + os.sep)


_STANDARD = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib")]
_NOT_THEIRS = (*(str(Path(place).resolve()) for place in _STANDARD), str(_GRADVIZ))
