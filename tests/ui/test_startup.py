"""gradviz looks before Qt aborts, and says in a sentence what is in the way."""

import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradviz.ui import qt_libraries, startup
from gradviz.ui.startup import StartupProblem, check_display, check_libraries

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="macOS and Windows always have a display and bring Qt's libraries along",
)

WITHOUT_DISPLAY = (
    "use `xvfb-run -a gradviz`, or draw a picture without a window with "
    "`gradviz render FILE -o picture.svg`."
)
EVERY_LIBRARY = {
    **qt_libraries.QT,
    **qt_libraries.GRAPHVIZ,
    **qt_libraries.XCB,
}
# Part of every Linux that Python runs on.
LIBC = re.compile(r"(libc|libm|libdl|libpthread|librt|libresolv|ld-linux.*)\.so\.\d+")


def told(environ: dict[str, str]) -> str:
    with pytest.raises(StartupProblem) as caught:
        check_display(environ)
    return str(caught.value)


@pytest.fixture(scope="module")
def x_display() -> Iterator[str]:
    """An X server of its own, on a number of its choice, reachable by TCP as well."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed; `make test` installs it")
    reading, writing = os.pipe()
    with subprocess.Popen(
        [server, "-displayfd", str(writing), "-listen", "tcp", "-ac"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        yield f":{number}"
        process.terminate()


def test_no_display_at_all() -> None:
    expected = f"There is no display to open a window on: {WITHOUT_DISPLAY}"
    assert told({}) == expected
    assert told({"DISPLAY": "", "WAYLAND_DISPLAY": ""}) == expected
    assert told({"QT_QPA_PLATFORM": "xcb"}) == expected
    assert told({"QT_QPA_PLATFORM": "wayland", "DISPLAY": ":0"}) == expected


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600"])
def test_a_platform_that_needs_no_display_needs_none(platform: str) -> None:
    check_display({"QT_QPA_PLATFORM": platform})


@pytest.mark.parametrize("display", [":98765", "127.0.0.1:9876.0"])
def test_a_display_with_no_server_behind_it(display: str) -> None:
    assert told({"DISPLAY": display}) == (
        f"The display `{display}` does not answer: make sure that it is running and "
        f"that you may use it, or {WITHOUT_DISPLAY}"
    )


def test_a_display_that_is_no_display_name() -> None:
    assert told({"DISPLAY": "screen"}) == (
        "DISPLAY is `screen`, which does not name a display (`:0` would): "
        f"set it right, or {WITHOUT_DISPLAY}"
    )


def test_a_running_display_is_accepted(x_display: str) -> None:
    check_display({"DISPLAY": x_display})
    check_display({"DISPLAY": x_display, "QT_QPA_PLATFORM": "xcb"})


def test_a_display_reached_through_a_network_port_is_accepted(x_display: str) -> None:
    check_display({"DISPLAY": f"127.0.0.1{x_display}.0"})


def test_a_screen_that_the_display_does_not_have(x_display: str) -> None:
    assert told({"DISPLAY": f"{x_display}.7"}) == (
        f"DISPLAY is `{x_display}.7`, but that display has no such screen: "
        f"set it right, or {WITHOUT_DISPLAY}"
    )


def test_a_dead_wayland_display_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "WAYLAND", {})  # so that it gets as far as the socket
    environ = {
        "WAYLAND_DISPLAY": "wayland-7",
        "XDG_RUNTIME_DIR": str(tmp_path),
        "QT_QPA_PLATFORM": "wayland",
    }
    assert told(environ) == (
        "The display `wayland-7` does not answer: make sure that it is running and "
        f"that you may use it, or {WITHOUT_DISPLAY}"
    )


def test_x_is_used_where_wayland_does_not_answer(
    x_display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "WAYLAND", {})
    check_display(
        {
            "WAYLAND_DISPLAY": "wayland-7",
            "XDG_RUNTIME_DIR": str(tmp_path),
            "DISPLAY": x_display,
        }
    )


def test_a_platform_that_qt_does_not_know() -> None:
    assert told({"QT_QPA_PLATFORM": "gtk"}).startswith(
        "QT_QPA_PLATFORM is `gtk`, which Qt does not know: "
        "unset it, or set it to one of eglfs, "
    )


def run_with_broken(tmp_path: Path, call: str, *libraries: str) -> str:
    """Makes a call in a process of its own that cannot load the given libraries."""
    for name in libraries:
        (tmp_path / name).write_bytes(b"not a library")
    program = (
        "from gradviz.ui.startup import *\n"
        f"try: {call}\n"
        "except StartupProblem as problem: print(problem)\n"
        "else: print('all right')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_missing_library_is_named_with_its_package(tmp_path: Path) -> None:
    call = "check_display({'DISPLAY': ':98765'})"
    assert run_with_broken(tmp_path, call, "libxcb-cursor.so.0") == (
        "gradviz needs a library that this system lacks, libxcb-cursor.so.0: "
        "on Debian and Ubuntu, install what is missing with "
        "`sudo apt-get install libxcb-cursor0`."
    )


def test_several_missing_libraries_are_named_together(tmp_path: Path) -> None:
    call = "check_display({'DISPLAY': ':98765'})"
    broken = ("libxcb-icccm.so.4", "libxcb-cursor.so.0", "libxkbcommon-x11.so.0")
    assert run_with_broken(tmp_path, call, *broken) == (
        "gradviz needs 3 libraries that this system lacks, libxcb-cursor.so.0, "
        "libxcb-icccm.so.4 and libxkbcommon-x11.so.0: "
        "on Debian and Ubuntu, install what is missing with "
        "`sudo apt-get install libxcb-cursor0 libxcb-icccm4 libxkbcommon-x11-0`."
    )


def test_what_only_a_window_needs_is_not_asked_of_a_picture(tmp_path: Path) -> None:
    assert run_with_broken(tmp_path, "check_libraries()", "libxcb-cursor.so.0") == (
        "all right"
    )
    assert "`sudo apt-get install libegl1`" in run_with_broken(
        tmp_path, "check_libraries()", "libEGL.so.1"
    )


def test_nothing_is_missing_here() -> None:
    check_libraries()


def needed_libraries(file: Path) -> list[str]:
    """Reads which libraries an ELF file asks for, as `readelf -d` would."""
    data = file.read_bytes()
    section_offset = struct.unpack_from("<Q", data, 0x28)[0]
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [
        struct.unpack_from("<IIQQQQIIQQ", data, section_offset + size * index)
        for index in range(count)
    ]
    dynamic = next(section for section in sections if section[1] == 6)
    names = sections[dynamic[6]][4]
    found = []
    for position in range(dynamic[4], dynamic[4] + dynamic[5], 16):
        tag, value = struct.unpack_from("<QQ", data, position)
        if tag == 1:
            start = names + value
            found.append(data[start : data.index(b"\0", start)].decode())
    return found


def test_the_tables_name_every_library_that_qt_and_graphviz_ask_for() -> None:
    import pygraphviz
    import PySide6

    pyside = Path(PySide6.__file__).parent
    graphviz = Path(pygraphviz.__file__).parent
    bundled = {
        file.name: file
        for folder in (
            pyside,
            pyside.parent / "shiboken6",
            pyside / "Qt" / "lib",
            graphviz.parent / "pygraphviz.libs",
        )
        for file in folder.glob("*.so*")
    }
    waiting = [
        *(pyside / f"Qt{module}.abi3.so" for module in ("Core", "Gui", "Widgets")),
        pyside / "QtSvg.abi3.so",
        *(pyside / "Qt" / "plugins" / "platforms").glob("libq[xo]*.so"),
        *(pyside / "Qt" / "plugins").glob("*/libqsvg*.so"),
        *graphviz.glob("*.so"),
        *(graphviz.parent / "pygraphviz.libs").glob("*.so*"),
    ]
    asked_of_the_system: set[str] = set()
    seen: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in needed_libraries(file):
            if name in bundled:
                waiting.append(bundled[name])
            elif not LIBC.fullmatch(name):
                asked_of_the_system.add(name)

    assert asked_of_the_system <= set(EVERY_LIBRARY)
    assert "libxcb-cursor.so.0" in asked_of_the_system
    assert "libXrender.so.1" in asked_of_the_system


@pytest.mark.skipif(
    not (shutil.which("dpkg-query") and Path("/etc/debian_version").exists()),
    reason="only Debian and its kin can tell which package a library is in",
)
def test_the_packages_are_the_ones_that_have_the_libraries() -> None:
    patterns = [f"*/{name}" for name in EVERY_LIBRARY]
    owners = subprocess.run(
        ["dpkg-query", "--search", *patterns],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = {
        (Path(path).name, package.removesuffix("t64"))
        for package, path in re.findall(r"^([^:\s]+)(?::\S+)?: (\S+)$", owners, re.M)
    }
    assert set(EVERY_LIBRARY.items()) <= found


def test_checking_does_not_import_qt() -> None:
    program = (
        "import sys\n"
        "from gradviz.ui.startup import *\n"
        "check_display({'QT_QPA_PLATFORM': 'offscreen'})\n"
        "print([name for name in sys.modules if 'PySide6' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
