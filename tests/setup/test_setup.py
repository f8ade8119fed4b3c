"""`make run` and `make test` find or install what they need, and say what they can't.

The decisions are tested as functions; then the whole script, and the Makefile's own
check, in a checkout of its own where `uv`, `apt-get` and the Pythons are stand-ins
that write down how they were called.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="on Windows uv sets everything up; make is not used there"
)

REPO = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("gradviz_setup", REPO / ".ci/setup.py")
assert spec is not None
assert spec.loader is not None
setup = importlib.util.module_from_spec(spec)
spec.loader.exec_module(setup)

LIBRARIES = {"libEGL.so.1": "libegl1", "libxcb-cursor.so.0": "libxcb-cursor0"}


def having(*programs: str) -> object:
    return lambda name: name in programs


# What the system lacks


def test_nothing_is_lacking_where_everything_loads() -> None:
    assert (
        setup.lacking(
            "test",
            LIBRARIES,
            has_library=having(*LIBRARIES),
            has_program=having("Xvfb", "xauth", "xdotool"),
        )
        == {}
    )


def test_only_the_tests_need_a_display_server() -> None:
    nothing = having()
    has = having("libEGL.so.1")
    lacking = {"libxcb-cursor.so.0": "libxcb-cursor0"}
    for_tests = {"Xvfb": "xvfb", "xauth": "xauth", "xdotool": "xdotool"}

    run = setup.lacking("run", LIBRARIES, has_library=has, has_program=nothing)
    test = setup.lacking("test", LIBRARIES, has_library=has, has_program=nothing)

    assert run == lacking
    assert test == {**lacking, **for_tests}


def test_every_library_of_the_x_plugin_is_looked_for() -> None:
    tables = setup.library_tables()
    for package in (
        "libegl1",
        "libxkbcommon-x11-0",
        "libxcb-cursor0",
        "libxcb-icccm4",
        "libxcb-keysyms1",
    ):
        assert package in tables.values()


@pytest.mark.parametrize(
    ("user", "programs", "line"),
    [
        (
            1000,
            ["apt-get", "sudo"],
            "sudo apt-get install --no-install-recommends libegl1 xvfb",
        ),
        (0, ["apt-get"], "apt-get install --no-install-recommends libegl1 xvfb"),
        (
            1000,
            ["apt-get"],
            "su -c 'apt-get install --no-install-recommends libegl1 xvfb'",
        ),
        (
            1000,
            ["dnf", "sudo"],
            "sudo dnf install /usr/bin/Xvfb 'libEGL.so.1()(64bit)'",
        ),
        (1000, ["pacman", "sudo"], ""),
    ],
)
def test_the_line_to_type_fits_the_system(
    user: int, programs: list[str], line: str
) -> None:
    missing = {"libEGL.so.1": "libegl1", "Xvfb": "xvfb"}
    assert setup.install_line(missing, user, having(*programs)) == line


def test_what_could_not_be_installed_is_named_with_the_line_to_type() -> None:
    line = "sudo apt-get install --no-install-recommends libegl1"
    assert setup.missing_message({"libEGL.so.1": "libegl1"}, line) == (
        "The system lacks libEGL.so.1. Type this line, then run make again:\n\n"
        f"    {line}\n"
    )
    assert setup.missing_message({"libEGL.so.1": "libegl1"}, "") == (
        "The system lacks libEGL.so.1: install what has them, then run make again."
    )


def test_sudo_asks_for_a_password_only_where_somebody_can_type_it() -> None:
    assert setup.as_root(0, having(), can_ask=False) == []
    assert setup.as_root(1000, having("sudo"), can_ask=True) == ["sudo"]
    assert setup.as_root(1000, having("sudo"), can_ask=False) == ["sudo", "-n"]
    assert setup.as_root(1000, having(), can_ask=True) is None


# uv


def answering(answers: dict[str, str]) -> object:
    """Stands in for running a program: None is a shim with nothing behind it."""
    return lambda command: answers.get(command[0])


def test_a_uv_that_does_not_run_or_is_too_old_is_passed_over() -> None:
    own = str(REPO / ".uv" / "bin" / "uv")
    assert setup.find_uv(answering({"uv": "uv 0.13.9 (linux)"})) == "uv"
    assert setup.find_uv(answering({own: "uv 0.13.9"})) == own
    assert setup.find_uv(answering({"uv": "uv 0.4.30", own: "uv 0.13.9"})) == own
    assert setup.find_uv(answering({})) is None


# Python


@pytest.mark.parametrize("version", ["3.12.0", "3.12.1", "3.13.0", "3.14.2"])
def test_final_releases_from_3_12_on_are_suitable(version: str) -> None:
    assert setup.suits(setup.release(version))


@pytest.mark.parametrize(
    "version",
    [
        "3.11.7",
        "2.7.18",
        "3.14.0rc1",
        "3.13-dev",
        "3.13.0t",
        "pypy3.11-7.3.20",
        "4.0.0",
    ],
)
def test_older_and_unfinished_ones_are_not(version: str) -> None:
    assert not setup.suits(setup.release(version))


def test_the_newest_python_under_pyenv_comes_first(tmp_path: Path) -> None:
    for name in ("3.12.10", "3.9.18", "3.13.0", "3.12.9", "3.14.0rc2", "miniconda3"):
        (tmp_path / "versions" / name).mkdir(parents=True)

    assert setup.pyenv_pythons([tmp_path, tmp_path / "nothing"]) == [
        str(tmp_path / "versions" / name / "bin" / "python3")
        for name in ("3.13.0", "3.12.10", "3.12.9")
    ]


def test_pyenv_is_asked_for_its_root_only_where_it_is_not_in_the_usual_place(
    tmp_path: Path,
) -> None:
    (tmp_path / "home" / ".pyenv" / "versions").mkdir(parents=True)
    home, bare = tmp_path / "home", tmp_path / "bare"
    asked = answering({"pyenv": "/opt/pyenv"})

    assert setup.pyenv_roots({}, home, asked) == [home / ".pyenv"]
    assert setup.pyenv_roots({"PYENV_ROOT": "/srv/pyenv"}, home, asked) == [
        Path("/srv/pyenv"),
        home / ".pyenv",
    ]
    assert setup.pyenv_roots({}, bare, asked) == [bare / ".pyenv", Path("/opt/pyenv")]


def test_the_first_python_that_runs_and_is_suitable_is_taken() -> None:
    answers = {
        "python3": "3.11.2 /usr/bin/python3.11",
        "python3.13": "3.13.1 /usr/bin/python3.13",
        "python3.12": "3.12.1 /usr/bin/python3.12",
    }
    names = setup.named_pythons()
    assert setup.choose_python(names, answering(answers)) == "/usr/bin/python3.13"
    assert setup.choose_python(["python3"], answering(answers)) is None


def test_a_real_python_tells_its_version_and_path() -> None:
    chosen = setup.choose_python(["no-such-python", sys.executable])
    assert chosen is not None
    version = "import sys; print(sys.version_info[:3])"
    assert setup.answer([chosen, "-c", version]) == str(sys.version_info[:3])


# The stamp


def test_libraries_are_looked_up_where_the_loader_finds_them() -> None:
    listing = (
        "3 libs found in cache `/etc/ld.so.cache'\n"
        "\tlibEGL.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libEGL.so.1\n"
        "\tlibEGL.so.1 (libc6) => /lib/i386-linux-gnu/libEGL.so.1\n"
        "\tlibz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1\n"
    )
    assert setup.library_paths(["libEGL.so.1", "libnone.so.1"], listing) == [
        "/lib/x86_64-linux-gnu/libEGL.so.1"
    ]


# The whole script, among stand-ins


class Machine:
    """A checkout and a PATH of its own, with stand-ins for what gets called."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.home = folder / "home"
        self.bin = folder / "bin"
        self.calls_file = folder / "calls"
        self.pythons = self.home / ".pyenv" / "versions"
        for path in (self.bin, self.pythons, self.checkout / "gradviz" / "ui"):
            path.mkdir(parents=True)
        self.calls_file.touch()
        for name in (".ci/ready", ".ci/setup.py", "Makefile"):
            target = self.checkout / name
            target.parent.mkdir(exist_ok=True)
            shutil.copy(REPO / name, target)
        for name in ("pyproject.toml", "uv.lock"):
            (self.checkout / name).touch()
        self.require({})
        for program in ("sh", "env", "make", "mkdir", "touch", "readlink"):
            (self.bin / program).symlink_to(shutil.which(program) or "/bin/sh")

    def require(self, xcb: dict[str, str]) -> None:
        """Says which libraries the window needs; the other tables are empty."""
        (self.checkout / "gradviz/ui/qt_libraries.py").write_text(
            f"QT = {{}}\nGRAPHVIZ = {{}}\nXCB = {xcb!r}\nNETWORK = {{}}\n"
        )

    def add_program(self, path: Path, script: str) -> None:
        """Puts a stand-in there that writes down its call, then runs a script."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'#!/bin/sh\necho "{path.name} $*" >>{self.calls_file}\n{script}\n'
        )
        path.chmod(0o755)

    def add_uv(self) -> None:
        self.add_program(
            self.bin / "uv",
            'if [ "$1" = --version ]; then echo uv 0.13.9; exit; fi\n'
            "mkdir -p .venv/bin .venv/lib/python3.13/site-packages/qt-6.dist-info\n"
            "touch .venv/lib/python3.13/site-packages/qt-6.dist-info/METADATA\n"
            "touch .venv/bin/python .venv/bin/gradviz",
        )

    def add_pyenv_python(self, version: str) -> Path:
        python = self.pythons / version / "bin" / "python3"
        self.add_program(python, f"echo {version} {python}")
        return python

    def call(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.calls_file.write_text("")
        return subprocess.run(
            command,
            cwd=self.checkout,
            env={"PATH": str(self.bin), "HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def setup(self) -> subprocess.CompletedProcess[str]:
        return self.call(["make", "setup", f"PYTHON3={sys.executable}"])

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if shutil.which("make") is None:
        pytest.skip("make is not installed; this is about `make run`")
    return Machine(tmp_path)


def test_a_python_that_only_pyenv_has_is_found_and_used(machine: Machine) -> None:
    machine.add_uv()
    machine.add_pyenv_python("3.11.7")
    machine.add_pyenv_python("3.12.1")
    newest = machine.add_pyenv_python("3.13.0")

    done = machine.setup()

    assert done.returncode == 0, done.stderr
    assert machine.calls[-1] == f"uv sync --locked --python {newest}"


def test_uv_fetches_a_python_where_there_is_none(machine: Machine) -> None:
    machine.add_uv()

    assert machine.setup().returncode == 0
    assert machine.calls == ["uv --version", "uv sync --locked"]


def test_the_second_time_nothing_is_called_at_all(machine: Machine) -> None:
    machine.add_uv()
    assert machine.setup().returncode == 0

    done = machine.setup()

    assert done.returncode == 0
    assert machine.calls == []
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize(
    "gone",
    [
        ".venv",
        ".venv/bin/python",
        ".venv/bin/gradviz",
        ".venv/lib/python3.13/site-packages/qt-6.dist-info/METADATA",
    ],
)
def test_a_damaged_environment_is_mended(machine: Machine, gone: str) -> None:
    machine.add_uv()
    machine.setup()
    path = machine.checkout / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert machine.setup().returncode == 0
    assert "uv sync --locked" in machine.calls
    assert path.exists()


@pytest.mark.parametrize("changed", ["uv.lock", "pyproject.toml", ".ci/setup.py"])
def test_a_changed_dependency_is_installed(machine: Machine, changed: str) -> None:
    machine.add_uv()
    machine.setup()
    stamp = machine.checkout / ".venv" / ".gradviz-run"
    later = stamp.stat().st_mtime + 1
    os.utime(machine.checkout / changed, (later, later))

    assert machine.setup().returncode == 0
    assert "uv sync --locked" in machine.calls


def test_failing_dependencies_end_in_a_line_to_type(machine: Machine) -> None:
    machine.add_program(
        machine.bin / "uv", '[ "$1" = --version ] && echo uv 0.13.9 || exit 1'
    )
    newest = machine.add_pyenv_python("3.13.0")

    done = machine.setup()

    assert done.returncode != 0
    assert (
        "gradviz: The dependencies could not be installed; uv says why above. "
        "When that is mended, type this, then run make again:\n\n"
        f"    uv sync --locked --python {newest}\n"
    ) in done.stderr
    assert not (machine.checkout / ".venv").exists()


linux_only = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux lacks Qt's libraries"
)


@linux_only
def test_missing_libraries_are_installed_with_fresh_package_lists(
    machine: Machine,
) -> None:
    machine.require({"libnone.so.9": "libnone9"})
    machine.add_uv()
    machine.add_program(
        machine.bin / "apt-get",
        f'case "$*" in *update) touch {machine.home}/lists;; esac\n'
        f"test -e {machine.home}/lists",
    )
    machine.add_program(machine.bin / "sudo", 'test "$1" = -n && shift\n"$@"')

    machine.setup()

    apt = "apt-get -q -o DPkg::Lock::Timeout=120"
    install = f"{apt} install -y --no-install-recommends libnone9"
    calls = [call for call in machine.calls if call.startswith("apt-get")]
    assert calls == [install, f"{apt} update", install]


@linux_only
def test_a_library_that_cannot_be_installed_ends_in_a_line_to_type(
    machine: Machine,
) -> None:
    machine.require({"libnone.so.9": "libnone9"})
    machine.add_uv()
    machine.add_program(machine.bin / "apt-get", "exit 0")

    done = machine.setup()

    line = "apt-get install --no-install-recommends libnone9"
    line = line if os.geteuid() == 0 else f"su -c '{line}'"
    assert done.returncode != 0
    assert (
        "gradviz: The system lacks libnone.so.9. Type this line, then run make "
        f"again:\n\n    {line}\n"
    ) in done.stderr
    assert not any(call.startswith("uv sync") for call in machine.calls)


@linux_only
def test_no_package_is_installed_where_the_libraries_are_there(
    machine: Machine,
) -> None:
    machine.require({"libc.so.6": "libc6"})
    machine.add_uv()
    machine.add_program(machine.bin / "apt-get", "exit 0")

    assert machine.setup().returncode == 0
    assert not any(call.startswith("apt-get") for call in machine.calls)


@linux_only
def test_a_library_that_was_removed_later_is_noticed(machine: Machine) -> None:
    machine.require({"libz.so.1": "zlib1g"})
    machine.add_uv()
    machine.setup()
    stamp = machine.checkout / ".venv" / ".gradviz-run"
    written = stamp.read_text()
    assert "/libz.so.1\n" in written
    stamp.write_text(written.replace("/libz.so.1\n", "/removed-libz.so.1\n"))

    machine.setup()

    assert "uv sync --locked" in machine.calls
