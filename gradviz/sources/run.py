"""Running a person's program, in the worker process, cell by cell in any order."""

import builtins
import contextlib
import importlib
import inspect
import linecache
import os
import re
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradviz.graph.adapter import Adapters
from gradviz.sources import found
from gradviz.sources.calling import calls_theirs
from gradviz.sources.compiled import TIMED, compile_cell, compile_script
from gradviz.sources.drawing import Drawing, Picture
from gradviz.sources.figures import finished_figures
from gradviz.sources.following import CodeFollower, Follower, RunListener
from gradviz.sources.guards import Guards
from gradviz.sources.imports import PersonsModules, import_folders, put_on_path
from gradviz.sources.program import Cell, Program, read_program
from gradviz.sources.results import Results
from gradviz.sources.timing import Timed

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from gradviz.sources.shell import PersonsShell

_MEANS_IPYTHON = re.compile(r"\bIPython\b")


class CodeError(Exception):
    """The person's code failed; the cause is what it raised.

    Attributes:
        filename: The cell or script that was running.
        folder: The folder of the file.
    """

    def __init__(
        self,
        filename: str,
        cause: BaseException | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__(f"{filename} failed.")
        self.filename = filename
        self.folder = folder or Path()
        self.__cause__ = cause


class Run:
    """A program that is being run.

    Attributes:
        program: The program.
        folder: Where it runs.
        namespace: Its global names.
        drawing: What it has asked to have drawn.
        results: What its cells have shown.
        running: The index of the cell that runs, -1 while none does.
        count: How many times a cell has been run.
        failures: What failed on the way to the picture.
        trace: Follows how Values are made, if there is one.
        recorder: Records what their backward pass does, if there is one.
    """

    def __init__(
        self,
        program: Program,
        listener: RunListener | None = None,
        folder: Path | None = None,
    ) -> None:
        """Make this process the program's own: its folder, its path, its main module.

        Args:
            program: The program.
            listener: Is told what runs and what it displays.
            folder: Where it runs; the file's folder by default.
        """
        self.folder = folder or program.folder
        self.program = program
        self.drawing = Drawing()
        self.running = -1
        self.count = 0
        self.failures: list[CodeError] = []
        self.trace: CodeFollower | None = None
        self.recorder: Follower | None = None
        self._listener = listener or RunListener()
        self._futures = 0
        self._place = program.path.name
        self._loop: AbstractEventLoop | None = None
        self._shell: PersonsShell | None = None
        self._module = types.ModuleType("__main__")
        self._module.__file__ = str(program.path)
        self.namespace: dict[str, Any] = self._module.__dict__
        self.results = Results(self.namespace)
        sys.modules["__main__"] = self._module
        self._settle()

    def _settle(self) -> None:
        sys.dont_write_bytecode = True
        self._folders = import_folders(self.folder)
        os.chdir(self.folder)
        sys.argv = [str(self.program.path.resolve())]
        put_on_path(self._folders)
        setattr(builtins, TIMED, Timed())
        if self.program.is_notebook:
            builtins.get_ipython = self._ready_shell  # type: ignore[attr-defined]
            builtins.display = self._display  # type: ignore[attr-defined]
        self.drawing.install()
        PersonsModules(self._folders, self._watch).install()
        kind = "cell" if self.program.is_notebook else "script"
        self._guards = Guards(
            lambda: (os.path.basename(self._place), kind), self._show_figures
        )
        self._guards.install()

    def to_the_picture(
        self,
        tell: Callable[[str], None] | None = None,
        adapters: Adapters | None = None,
    ) -> None:
        """Run a notebook up to its first drawing call, or a script to its end.

        A notebook's cell that fails does not keep the next from running.

        Args:
            tell: Is told what is being done, for the progress shown; the listener is
                where it is None.
            adapters: Adapters of the classes met before.

        Raises:
            CodeError: A script failed, or the person stopped the program, or a cell
                failed and there is nothing to draw. What was built is there.
        """
        tell = tell or self._listener.stage
        self.failures.clear()
        for cell in self.program.cells:
            if cell.kind != "code":
                continue
            self._tell_stage(cell, tell)
            try:
                self.run_cell(cell)
            except CodeError as error:
                stopped = isinstance(error.__cause__, KeyboardInterrupt)
                if stopped or not self.program.is_notebook:
                    raise
                self.failures.append(error)
            if self.program.is_notebook and self.drawing.drawn:
                return
        if self.failures and not found.roots_of(self, adapters or Adapters()):
            raise self.failures[0]

    def _tell_stage(self, cell: Cell, tell: Callable[[str], None]) -> None:
        if self.program.is_notebook:
            tell(f"Running cell {cell.index + 1} of {len(self.program.cells)}")
        else:
            tell(f"Running {self.program.path.name}")

    def run_cell(self, cell: Cell, source: str | None = None) -> None:
        """Run a cell, whether or not it has run before; markdown does nothing.

        Args:
            cell: The cell.
            source: What to run in its place; its own text where it is None.

        Raises:
            CodeError: It failed; what it did until then has been done.
        """
        if cell.kind != "code":
            return
        text = cell.source if source is None else source
        self._as_running(cell.index, cell.filename, lambda: self._run(text, cell))

    def run_other(self, name: str, act: Callable[[], None]) -> None:
        """Run code of the person's that is no cell, as the file's first is run.

        Args:
            name: What it is called.
            act: Calls it, in a function marked with ``calls_theirs``.

        Raises:
            CodeError: It failed.
        """
        self._as_running(0, name, act)

    def _as_running(self, index: int, name: str, act: Callable[[], None]) -> None:
        """Do something as a cell does: told, followed, its figures shown.

        Raises:
            CodeError: The person's code failed.
        """
        self.count += 1
        self.running, self._place = index, name
        self._listener.cell_began(index)
        began = time.perf_counter()
        error = self._error_of(lambda: self._followed(act))
        unshown = self._error_of(self._show_figures)
        error = error or unshown
        self._guards.restore_builtins()
        self.running = -1
        failed = None if error is None else CodeError(name, error, self.folder)
        seconds = time.perf_counter() - began
        self._listener.cell_ended(index, self.count, seconds, failed)
        if failed is not None:
            raise failed

    def _error_of(self, act: Callable[[], None]) -> BaseException | None:
        try:
            act()
        except SystemExit as error:
            return error if error.code else None
        except BaseException as error:  # CancelledError, or one of the person's own
            return error
        return None

    def _followed(self, act: Callable[[], None]) -> None:
        followers = [f for f in (self.trace, self.recorder) if f is not None]
        for follower in followers:
            follower.place = self._place
            follower.start()
        try:
            act()
        finally:
            for follower in followers:
                follower.stop()

    @contextlib.contextmanager
    def _unfollowed(self) -> Iterator[None]:
        followers = [f for f in (self.trace, self.recorder) if f is not None]
        for follower in followers:
            follower.stop()
        try:
            yield
        finally:
            for follower in followers:
                follower.start()

    def _run(self, source: str, cell: Cell) -> None:
        remember_source(source, cell.filename)
        if not self.program.is_notebook:
            self._call(compile_script(source, cell.filename, self.namespace))
            return
        if _MEANS_IPYTHON.search(source):
            # IPython's own display() prints where there is no shell.
            self._ready_shell()
        self._run_text(source, cell.filename)

    def _run_text(self, source: str, name: str) -> None:
        """Run what a cell holds, and show the value of its last expression."""
        code = compile_cell(source, name, self._futures, self.namespace)
        self._futures = code.futures
        with Timed() if code.timed else contextlib.nullcontext():
            self._call(code.body)
            result = self._call(code.shown) if code.shown is not None else None
        if result is None or isinstance(result, Picture):
            return
        shell = self._ready_shell()
        self.results.keep(result, self.count)
        if data := shell.plainly(result):
            self._listener.displayed(self.running, data, True)

    def _run_hidden(self, source: str) -> None:
        """Run a text that a magic asks to run; the magic takes what it shows."""
        code = compile_cell(source, self._place, self._futures, self.namespace)
        for part in filter(None, (code.body, code.shown)):
            self._call(part)

    @calls_theirs
    def _call(self, code: types.CodeType, names: dict[str, Any] | None = None) -> Any:
        """Run code of theirs, to its end where it awaits something."""
        self._watch(code)
        result = eval(code, self.namespace if names is None else names)
        if code.co_flags & inspect.CO_COROUTINE:
            result = self._event_loop().run_until_complete(result)
        return result

    def _watch(self, code: types.CodeType) -> None:
        if self.trace is not None:
            self.trace.watch(code)

    def _show_figures(self) -> None:
        for data in finished_figures():
            self._listener.displayed(self.running, data, False)

    @calls_theirs
    def _display(self, *things: object, **options: Any) -> object:
        self._ready_shell()
        from IPython.display import display

        return display(*things, **options)  # type: ignore[no-untyped-call]

    def _ready_shell(self) -> "PersonsShell":
        if self._shell is None:
            path = list(sys.path)
            # A folder of theirs may hold a file with the name of one of IPython's.
            sys.path[:] = [p for p in path if p not in set(map(str, self._folders))]
            try:
                shells = importlib.import_module("gradviz.sources.shell")
            finally:
                sys.path[:] = path
            shell: PersonsShell = shells.make_shell(self._module)
            shell.displayed = lambda data: self._listener.displayed(
                self.running, data, False
            )
            shell.run_source = self._run_hidden
            shell.run_file = self._run_file
            shell.unfollowed = self._unfollowed
            self._shell = shell
        return self._shell

    def _run_file(self, line: str) -> None:
        """Run what ``%run`` names: a notebook in these names, a script in its own."""
        given = [word.strip("'\"") for word in line.split() if not word.startswith("-")]
        path = Path(given[0] if given else "")
        path = path if path.suffix else path.with_suffix(".py")
        program = read_program(path)
        for cell in program.cells:
            if cell.kind != "code":
                continue
            remember_source(cell.source, cell.filename)
            if program.is_notebook:
                self._run_text(cell.source, cell.filename)
                continue
            names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
            self._call(compile_script(cell.source, cell.filename), names)
            self.namespace.update(
                {name: held for name, held in names.items() if name[:2] != "__"}
            )

    def _event_loop(self) -> "AbstractEventLoop":
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
        return self._loop

    def close(self) -> None:
        """Let go of what the operating system gave."""
        if self._loop is not None:
            self._loop.close()

    def variables(self, adapters: Adapters) -> dict[int, str]:
        """Return the name of each Value held by a variable, as declared.

        The first name wins; a Value in a list or dictionary is called ``w[0]``, one
        in an object ``net.w``.
        """
        names: dict[int, str] = {}
        for name, held in found.named(self, adapters):
            names.setdefault(id(held), name)
        return names

    def values(self, adapters: Adapters) -> list[object]:
        """Return every Value that a variable holds, as declared, each once."""
        return list({id(v): v for _, v in found.named(self, adapters)}.values())

    def value_classes(self, adapters: Adapters) -> list[type]:
        """Return the Value classes that the file defines or imports, as declared."""
        return found.value_classes(self.namespace, adapters)


def remember_source(source: str, name: str) -> None:
    """Let tracebacks quote a cell's lines."""
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[name] = (len(source), None, lines, name)
