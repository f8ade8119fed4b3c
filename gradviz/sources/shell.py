"""IPython's machinery for one person's notebook: magics, ``display``, rich results.

Imported only where a cell needs it, because IPython takes a fifth of a second to load.
"""

import atexit
import base64
import contextlib
import io
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

from IPython.core import page
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from gradviz.sources.calling import calls_theirs

LONGEST = 1_000_000
"""Characters of a text that is displayed; the rest is counted."""
LARGEST = 20_000_000
"""Characters of an image, or of a page, that is displayed; a larger one is not."""

_INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv", "poetry")
_SHELLS = ("sx", "system", "bash", "sh", "script", "cmd", "perl", "ruby", "!")
_INTERACTIVE = ("debug", "pdb", "edit", "recall", "rerun", "notebook", "logstart")
_IDLE = ("matplotlib", "load_ext", "reload_ext", "autoreload", "config", "colors")

_REPLACED = ("open", "exit", "quit", "_", "__", "___")
"""Names that IPython gives a module; gradviz keeps the person's, or gives its own."""

type Displayed = Callable[[dict[str, str]], None]
"""Is told what a cell displays, by MIME type."""


class PersonsShell(InteractiveShell):
    """A shell without history, terminal, subprocess or files of its own."""

    displayed: Displayed
    run_source: Callable[[str], None]
    unfollowed: Callable[[], AbstractContextManager[None]]
    run_file: Callable[[str], None]

    def init_ipython_dir(self, ipython_dir: object) -> None:
        """Have no folder in the person's home."""

    def init_profile_dir(self, profile_dir: object) -> None:
        """Have no profile."""

    def init_virtualenv(self) -> None:
        """Leave the path as it is."""

    def init_pdb(self) -> None:
        """Have no debugger: there is no terminal to use it from."""
        self._call_pdb = False

    def enable_gui(self, gui: object = None) -> None:
        """Open no window."""

    def enable_matplotlib(self, gui: object = None) -> tuple[str, str]:
        """Keep figures where the run collects them."""
        return "inline", "inline"

    def system(self, command: str) -> None:
        """Say that a command was not run."""
        self.skip_command(f"!{command}")

    def getoutput(self, command: str, split: bool = True, depth: int = 0) -> Any:
        """Say that a command was not run; it printed nothing."""
        self.skip_command(f"!{command}")
        return [] if split else ""

    def skip_command(self, command: str) -> None:
        """Say that a shell command was not run."""
        shown = " ".join(command.split())
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
        self.say(f"gradviz does not run shell commands: {shown} was skipped.")

    def say(self, sentence: str) -> None:
        """Show a sentence as the cell's output."""
        self.displayed({"text/plain": sentence})

    @calls_theirs
    def run_line_magic(
        self, magic_name: str, line: str, _stack_depth: int = 1
    ) -> object:
        """Run a magic, or say that there is none."""
        if magic_name in (*_INSTALLERS, *_SHELLS):
            self.skip_command(f"%{magic_name} {line}")
        elif magic_name in _INTERACTIVE:
            self.say(f"%{magic_name} needs a terminal, so gradviz skipped it.")
        elif magic_name == "run":
            self.run_file(line)
        elif magic_name not in _IDLE:
            if not self._known("line", magic_name):
                return None
            try:
                with self._around(magic_name):
                    return super().run_line_magic(magic_name, line, _stack_depth + 1)
            except UsageError as error:
                self.say(f"%{magic_name}: {error}")
        return None

    @calls_theirs
    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> object:
        """Run a magic on a cell's text, or say that there is none."""
        if magic_name in (*_INSTALLERS, *_SHELLS):
            self.skip_command(f"%%{magic_name}")
        elif magic_name in _INTERACTIVE:
            self.say(f"%%{magic_name} needs a terminal, so gradviz skipped it.")
        elif self._known("cell", magic_name):
            try:
                with self._around(magic_name):
                    return super().run_cell_magic(magic_name, line, cell)  # type: ignore[no-untyped-call]
            except UsageError as error:
                self.say(f"%%{magic_name}: {error}")
        return None

    def run_cell(self, raw_cell: str, *args: object, **options: object) -> None:
        """Run a text as gradviz runs cells; magics such as ``%%capture`` ask for it."""
        self.run_source(raw_cell)

    def _around(self, magic_name: str) -> AbstractContextManager[None]:
        """Return what a magic runs in: a hundred thousand runs are not followed."""
        measures = magic_name == "timeit"
        return self.unfollowed() if measures else contextlib.nullcontext()

    def _known(self, kind: str, name: str) -> bool:
        if self._find_with_lazy_load(kind, name) is not None:
            return True
        sign = "%" if kind == "line" else "%%"
        self.say(f"There is no magic {sign}{name} here, so gradviz skipped it.")
        return False

    @calls_theirs
    def plainly(self, result: object) -> dict[str, str]:
        """Return a value by MIME type, as Jupyter shows it."""
        assert self.display_formatter is not None
        data, _ = self.display_formatter.format(result)  # type: ignore[no-untyped-call]
        return as_text(data)


class _Publisher(DisplayPublisher):
    """Passes on what ``display`` is given."""

    shell: Any

    def publish(
        self, data: Mapping[str, object], *args: object, **options: object
    ) -> None:
        self.shell.displayed(as_text(data))

    def clear_output(self, wait: bool = False) -> None:
        """Keep what has been displayed."""


def as_text(data: Mapping[str, object]) -> dict[str, str]:
    """Return displayed content as text that can be sent, of bounded length."""
    sent: dict[str, str] = {}
    for kind, content in data.items():
        if isinstance(content, bytes):
            text = base64.b64encode(content).decode()
        elif isinstance(content, str):
            text = content.encode(errors="replace").decode()
        else:
            text = json.dumps(content, default=repr)
        if kind == "text/plain" and len(text) > LONGEST:
            more = len(text) - LONGEST
            text = f"{text[:LONGEST]}\n… {more:,} more characters not shown"
        if len(text) <= LARGEST:
            sent[kind] = text
    return sent


def make_shell(module: ModuleType) -> PersonsShell:
    """Return a shell over a module's names."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.history_length = 0
    config.InteractiveShell.autocall = 0
    own = {name: vars(module).get(name) for name in _REPLACED}
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    PersonsShell.clear_instance()
    with contextlib.redirect_stdout(io.StringIO()):
        shell = PersonsShell.instance(
            config=config,
            user_module=module,
            user_ns=vars(module),
            display_pub_class=_Publisher,
        )
    atexit.unregister(shell.atexit_operations)
    for name, held in own.items():
        if held is None:
            vars(module).pop(name, None)
        else:
            vars(module)[name] = held
    shell.set_hook("show_in_pager", page.as_hook(page.display_page), 0)  # type: ignore[no-untyped-call]
    assert shell.display_formatter is not None
    shell.display_formatter.formatters["image/png"].for_type_by_name(
        "matplotlib.figure", "Figure", _figure
    )
    return shell


def _figure(figure: Any) -> str:
    from gradviz.sources.figures import png

    return png(figure)
