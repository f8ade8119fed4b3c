"""Sets up what `make run` and `make test` need, on a machine that may have nothing.

Usage: python3 .ci/setup.py run|test

In this order: the libraries that Qt and graphviz expect of the system (and, for the
tests, the programs Xvfb, xauth and xdotool), uv, a Python new enough, and the locked
dependencies in .venv. What is there already is left alone. What cannot be installed
is answered with the line to type.

At the end it writes .venv/.gradviz-run or .venv/.gradviz-test, a list of paths by
which .ci/ready sees in a few milliseconds that there is nothing left to do.

NOTE(invariant): this runs under the system's own Python, 3.8 or newer, with nothing
but the standard library.
"""

from __future__ import annotations

import ctypes
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OWN_UV = ROOT / ".uv"

OLDEST_PYTHON = (3, 12)
NEWEST_PYTHON = (3, 15)  # the locked PySide6 takes no later one
OLDEST_UV = (0, 5)

# Program -> the Debian package that has it.
TEST_PROGRAMS = {"Xvfb": "xvfb", "xauth": "xauth", "xdotool": "xdotool"}


class SetupError(Exception):
    """Why the machine cannot be set up, and the line to type."""


def say(text: str) -> None:
    """Tells the person what is going on."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


# What the system lacks


def library_tables() -> dict[str, str]:
    """Returns what the dependencies ask of the system: library, Debian package."""
    tables = runpy.run_path(str(ROOT / "gradviz" / "ui" / "qt_libraries.py"))
    return {
        library: package
        for name in ("QT", "GRAPHVIZ", "XCB", "NETWORK")
        for library, package in tables[name].items()
    }


def loads(library: str) -> bool:
    """Tells whether the system's loader finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def lacking(
    goal: str,
    libraries: Mapping[str, str],
    *,
    has_library: Callable[[str], bool] = loads,
    has_program: Callable[[str], object] = shutil.which,
) -> dict[str, str]:
    """Returns the libraries and programs that are not there, with their packages."""
    missing = {name: libraries[name] for name in libraries if not has_library(name)}
    if goal == "test":
        missing.update(
            (name, TEST_PROGRAMS[name])
            for name in TEST_PROGRAMS
            if not has_program(name)
        )
    return missing


def install_line(
    missing: Mapping[str, str], user: int, has: Callable[[str], object]
) -> str:
    """Words the command that installs what is missing, for this kind of system."""
    if has("apt-get"):
        packages = sorted(set(missing.values()))
        line = "apt-get install --no-install-recommends " + " ".join(packages)
    else:
        # These two find a package by what it provides.
        manager = next((name for name in ("dnf", "zypper") if has(name)), None)
        if manager is None:
            return ""
        provides = [
            f"{name}()(64bit)" if ".so" in name else f"/usr/bin/{name}"
            for name in sorted(missing)
        ]
        line = f"{manager} install " + " ".join(map(shlex.quote, provides))
    if user == 0:
        return line
    return f"sudo {line}" if has("sudo") else f"su -c {shlex.quote(line)}"


def as_root(
    user: int, has: Callable[[str], object], *, can_ask: bool
) -> list[str] | None:
    """Returns what to put before a command so that root runs it; None if nothing can.

    Args:
        user: the number of the user who runs this.
        has: tells whether a program is there.
        can_ask: whether somebody is there to type a password.
    """
    if user == 0:
        return []
    if has("sudo"):
        return ["sudo"] if can_ask else ["sudo", "-n"]
    return None


def install_packages(packages: Sequence[str]) -> bool:
    """Installs Debian packages; tells whether that worked."""
    before = as_root(os.geteuid(), shutil.which, can_ask=sys.stdin.isatty())
    if before is None or not shutil.which("apt-get"):
        return False
    # sudo drops the environment, and a question would wait for an answer for ever.
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    apt += ["-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    # A fresh machine has no package lists, an old one has lists of files long gone.
    return run(install) or (run([*apt, "update"]) and run(install))


def provide_system(goal: str) -> None:
    """Installs the libraries and programs that the system lacks."""
    if not sys.platform.startswith("linux"):
        return
    libraries = library_tables()
    missing = lacking(goal, libraries)
    if not missing:
        return
    say(f"gradviz: installing what the system lacks: {', '.join(sorted(missing))}")
    if install_packages(sorted(set(missing.values()))):
        missing = lacking(goal, libraries)
    if missing:
        line = install_line(missing, os.geteuid(), shutil.which)
        raise SetupError(missing_message(missing, line))


def missing_message(missing: Mapping[str, str], line: str) -> str:
    """Words what could not be installed and what to type."""
    what = "The system lacks " + ", ".join(sorted(missing))
    if not line:
        return f"{what}: install what has them, then run make again."
    return f"{what}. Type this line, then run make again:\n\n    {line}\n"


# uv


def version_of(text: str) -> tuple[int, ...]:
    """Reads the version out of what `uv --version` prints."""
    found = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, found.group().split("."))) if found else ()


def answer(command: Sequence[str]) -> str | None:
    """Returns what a command prints; None if it cannot be run or fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()


def run(command: Sequence[str], environ: Mapping[str, str] | None = None) -> bool:
    """Runs a command before the person's eyes; tells whether it worked."""
    say("$ " + " ".join(map(shlex.quote, command)))
    try:
        return subprocess.run(command, env=environ, check=False).returncode == 0
    except OSError as error:
        say(str(error))
        return False


def find_uv(asked: Callable[[Sequence[str]], str | None] = answer) -> str | None:
    """Returns a uv that runs and is new enough, or None."""
    home = Path.home()
    # A name on PATH may be a shim with nothing behind it, so each is asked.
    for candidate in (
        "uv",
        str(OWN_UV / "bin" / "uv"),
        str(home / ".local" / "bin" / "uv"),
        str(home / ".cargo" / "bin" / "uv"),
    ):
        told = asked([candidate, "--version"])
        if told is not None and version_of(told) >= OLDEST_UV:
            return candidate
    return None


def provide_uv() -> str:
    """Returns the way to uv, which it installs into .uv if need be."""
    uv = find_uv()
    if uv is not None:
        return uv
    # Into a folder of its own: nothing of the system's Python is touched, which some
    # systems forbid (PEP 668), and no rights are needed.
    pip = [sys.executable, "-m", "pip", "install", "--upgrade", "--target"]
    environ = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    installed = run([*pip, str(OWN_UV), "uv"], environ)
    uv = find_uv() if installed else None
    if uv is None:
        raise SetupError(
            "gradviz is set up by uv, which is not here and could not be installed. "
            "Type this line, then run make again:\n\n    python3 -m pip install uv\n"
        )
    (OWN_UV / ".gitignore").write_text("*\n")
    return uv


# Python


def release(text: str) -> tuple[int, ...] | None:
    """Reads a final release out of a version, such as a folder's name under pyenv.

    Pre-releases (3.14.0rc1), development versions and other builds (3.13.0t) are none.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        return None
    return tuple(map(int, text.split(".")))


def suits(version: tuple[int, ...] | None) -> bool:
    """Tells whether gradviz runs on a release of Python."""
    return version is not None and OLDEST_PYTHON <= version[:2] <= NEWEST_PYTHON


def pyenv_roots(
    environ: Mapping[str, str],
    home: Path,
    asked: Callable[[Sequence[str]], str | None] = answer,
) -> list[Path]:
    """Returns the folders that may be pyenv's root, the likeliest first."""
    roots = [Path(environ["PYENV_ROOT"])] if environ.get("PYENV_ROOT") else []
    roots.append(home / ".pyenv")
    if not any((root / "versions").is_dir() for root in roots):
        told = asked(["pyenv", "root"])
        roots += [Path(told)] if told else []
    return roots


def pyenv_pythons(roots: Iterable[Path]) -> list[str]:
    """Returns the suitable Pythons that pyenv has, the newest first."""
    found = []
    for root in roots:
        for folder in root.glob("versions/*"):
            version = release(folder.name)
            if version is not None and suits(version):
                found.append((version, str(folder / "bin" / "python3")))
    return [python for _, python in sorted(found, reverse=True)]


def named_pythons() -> list[str]:
    """Returns the names under which a suitable Python may be on PATH."""
    minors = range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1)
    return [*(f"python3.{minor}" for minor in minors), "python3", "python"]


PROBE = (
    "import sys, sysconfig; v = sys.version_info; "
    "print('%d.%d.%d' % v[:3] if v[3] == 'final' "
    "and sys.implementation.name == 'cpython' "
    "and not sysconfig.get_config_var('Py_GIL_DISABLED') else 'other', "
    "getattr(sys, '_base_executable', None) or sys.executable)"
)


def choose_python(
    candidates: Iterable[str],
    asked: Callable[[Sequence[str]], str | None] = answer,
) -> str | None:
    """Returns the path of the first candidate that runs and is suitable."""
    for candidate in candidates:
        version, _, path = (asked([candidate, "-c", PROBE]) or "").partition(" ")
        if suits(release(version)):
            return path
    return None


def provide_environment(uv: str) -> None:
    """Makes .venv with the locked dependencies, on a Python that it looks for."""
    python = choose_python([str(VENV / "bin" / "python")]) and str(VENV)
    if python is None:
        roots = pyenv_roots(os.environ, Path.home())
        python = choose_python([*named_pythons(), *pyenv_pythons(roots)])
    # Where none was found, uv fetches one.
    chosen = ["--python", python] if python else []
    environ = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    environ["UV_PROJECT_ENVIRONMENT"] = str(VENV)
    # Where Python may not write beside modules, each start would compile them anew.
    environ["UV_COMPILE_BYTECODE"] = "1"
    sync = [uv, "sync", "--locked", *chosen]
    if not run(sync, environ):
        retry = " ".join(map(shlex.quote, sync))
        python_line = "" if python else "\n    uv python install 3.13"
        raise SetupError(
            "The dependencies could not be installed; uv says why above. When that is "
            f"mended, type this, then run make again:\n{python_line}\n    {retry}\n"
        )


# The stamp


def library_paths(libraries: Iterable[str], listing: str) -> list[str]:
    """Finds the files of libraries in what `ldconfig -p` prints."""
    lines = re.findall(r"^\s+(\S+) \(.*\) => (\S+)$", listing, re.MULTILINE)
    paths = dict(reversed(lines))  # the loader takes the first of a name
    return [paths[name] for name in libraries if name in paths]


def write_stamp(goal: str) -> None:
    """Writes down by which paths .ci/ready sees that everything is still there."""
    needed = [VENV / "bin" / "python", VENV / "bin" / "gradviz"]
    needed += sorted(VENV.glob("lib/python3*/site-packages/*.dist-info/METADATA"))
    paths = [str(path) for path in needed]
    if sys.platform.startswith("linux"):
        listing = answer(["/sbin/ldconfig", "-p"]) or ""
        paths += library_paths(library_tables(), listing)
    if goal == "test":
        found = (shutil.which(program) for program in TEST_PROGRAMS)
        paths += [path for path in found if path]
    (VENV / f".gradviz-{goal}").write_text("".join(f"{path}\n" for path in paths))


def main(arguments: Sequence[str]) -> int:
    """Sets everything up for a goal; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in ("run", "test"):
        say("usage: python3 .ci/setup.py run|test")
        return 2
    goal = arguments[0]
    os.chdir(ROOT)
    try:
        provide_system(goal)
        provide_environment(provide_uv())
    except SetupError as error:
        say(f"gradviz: {error}")
        return 1
    write_stamp(goal)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
