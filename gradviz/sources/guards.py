"""What the person's code can't have here: an answer typed in, a window, a browser.

Modules that would open one are changed when they have been imported, which costs
nothing where they are not.
"""

import builtins
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from gradviz.sources.calling import calls_theirs

type Patch = Callable[[ModuleType], None]


class NoInputError(EOFError):
    """The person's code asked for something to be typed; the message says what to do.

    An EOFError, as Python itself raises where nothing can be typed.
    """


class Guards:
    """Stands in for what would wait for a person, or open a window.

    Attributes:
        show: Called for ``plt.show()``.
    """

    def __init__(
        self, place: Callable[[], tuple[str, str]], show: Callable[[], None]
    ) -> None:
        """Take what is needed to word a refusal.

        Args:
            place: Returns the name of what runs, and whether that is a cell.
            show: Is called for ``plt.show()``.
        """
        self._place = place
        self.show = show
        self._patches: dict[str, Patch] = {
            "getpass": self._patch_getpass,
            "webbrowser": _patch_webbrowser,
            "matplotlib": _patch_matplotlib,
            "matplotlib.pyplot": self._patch_pyplot,
            "graphviz.backend.viewing": _patch_viewing,
            "PIL.ImageShow": _patch_image_show,
        }
        self._builtins: dict[str, Any] = {}

    def install(self) -> None:
        """Take effect in this process."""
        os.environ["MPLBACKEND"] = "Agg"
        builtins.input = self._refuse("input()")
        for name, patch in self._patches.items():
            if (module := sys.modules.get(name)) is not None:
                patch(module)
        sys.meta_path.insert(0, _AfterImport(self._patches))
        self._builtins = dict(vars(builtins))

    def restore_builtins(self) -> None:
        """Put back builtins that were deleted: ours and the next cell need them."""
        for name, held in self._builtins.items():
            vars(builtins).setdefault(name, held)

    def _refuse(self, asked: str) -> Callable[..., Any]:
        def refuse(*args: object, **options: object) -> Any:
            name, kind = self._place()
            raise NoInputError(
                f"{name} asks for {asked}, which gradviz can't give: "
                f"set the value in the {kind} instead."
            )

        return refuse

    def _patch_getpass(self, module: Any) -> None:
        module.getpass = self._refuse("getpass()")

    def _patch_pyplot(self, module: Any) -> None:
        module.switch_backend("Agg")
        module.switch_backend = _nothing
        module.show = lambda *args, **options: self.show()
        module.pause = _nothing


def _nothing(*args: object, **options: object) -> None:
    """Stand for what opens a window."""


def _patch_webbrowser(module: Any) -> None:
    for name in ("open", "open_new", "open_new_tab"):
        setattr(module, name, lambda *args, **options: False)


def _patch_matplotlib(module: Any) -> None:
    module.use = _nothing


def _patch_viewing(module: Any) -> None:
    for name in list(vars(module)):
        if name.startswith("view_"):
            setattr(module, name, _nothing)
    view = getattr(module, "View", None)
    for name in list(vars(view)) if view is not None else ():
        if name.startswith("_view_"):
            setattr(view, name, staticmethod(_nothing))


def _patch_image_show(module: Any) -> None:
    module.show = lambda *args, **options: False


class _AfterImport:
    """Changes some modules when they have been imported."""

    def __init__(self, patches: dict[str, Patch]) -> None:
        self._patches = patches

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one of those modules as Python would."""
        if name not in self._patches:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(
            spec.loader, importlib.machinery.SourceFileLoader
        ):
            return None
        spec.loader = _PatchingLoader(name, spec.loader.path, self._patches[name])
        return spec


class _PatchingLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, patch: Patch) -> None:
        super().__init__(name, path)
        self._patch = patch

    @calls_theirs
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        self._patch(module)
