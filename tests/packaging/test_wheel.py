"""The wheel carries everything gradviz brings along, and finds it when installed."""

import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

REPO = Path(__file__).resolve().parents[2]
NO_NETWORK = re.compile(
    r"error sending request|failed to fetch|dns error", re.IGNORECASE
)


@pytest.fixture(scope="session")
def uv() -> str:
    found = runpy.run_path(str(REPO / ".ci" / "setup.py"))["find_uv"]()
    if found is None:
        pytest.skip("uv is not installed; `make test` installs it")
    return str(found)


def run(*command: str, cwd: Path) -> str:
    environ = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    done = subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode and NO_NETWORK.search(done.stderr):
        pytest.skip("there is no network to fetch what building a wheel takes")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(uv, "build", "--wheel", "--out-dir", str(folder), cwd=REPO)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed_python(
    uv: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The Python of a clean environment, away from the checkout, with the wheel."""
    folder = tmp_path_factory.mktemp("away")
    requirements = folder / "requirements.txt"
    export = ("export", "--locked", "--no-dev", "--no-emit-project", "--output-file")
    run(uv, *export, str(requirements), cwd=REPO)
    run(uv, "venv", "--python", sys.executable, str(folder / "env"), cwd=folder)
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = folder / "env" / scripts / "python"
    install = ("pip", "install", "--python", str(python))
    run(uv, *install, "-r", str(requirements), cwd=folder)
    run(uv, *install, "--no-deps", str(wheel), cwd=folder)
    return python


def test_the_wheel_carries_every_resource(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {
            name.removeprefix("gradviz/resources/")
            for name in archive.namelist()
            if name.startswith("gradviz/resources/")
        }
    resources = REPO / "resources"
    present = {
        file.relative_to(resources).as_posix()
        for file in resources.rglob("*")
        if file.is_file() and not file.name.endswith(".pyc")
    }
    assert present <= carried
    assert "fonts/Inter-Regular.ttf" in carried


def test_the_wheel_carries_the_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = [Path(name) for name in archive.namelist() if "/licenses/" in name]
    assert {path.name for path in licences} >= {
        "LICENSE",
        "Inter-LICENSE.txt",
        "JetBrainsMono-LICENSE.txt",
        "GradvizMath-LICENSE.txt",
    }


def test_installed_away_from_the_checkout_it_finds_its_resources(
    installed_python: Path, tmp_path: Path
) -> None:
    program = (
        "from gradviz.assets import resource_path\n"
        "font = resource_path('fonts', 'Inter-Regular.ttf')\n"
        "print(font, font.stat().st_size)"
    )
    path, size = run(str(installed_python), "-c", program, cwd=tmp_path).split()

    environment = installed_python.parents[1]
    assert Path(path).is_relative_to(environment)
    original = REPO / "resources" / "fonts" / "Inter-Regular.ttf"
    assert int(size) == original.stat().st_size


def installed(python: Path, *arguments: str, cwd: Path) -> str:
    """Run the program that was installed with the wheel."""
    return run(str(python.with_name("gradviz")), *arguments, cwd=cwd)


def test_installed_it_lists_and_draws_the_lessons(
    installed_python: Path, tmp_path: Path
) -> None:
    listed = installed(installed_python, "lessons", cwd=tmp_path).splitlines()
    names = [line.split()[0] for line in listed]
    assert names == ["lesson-17", "lesson-16", "neuron"]
    for kind in ("svg", "json", "png"):
        target = f"lesson.{kind}"
        installed(
            installed_python,
            "render", "lesson-17", "-o", target, "--at", "end", cwd=tmp_path,
        )  # fmt: skip
    graph = json.loads((tmp_path / "lesson.json").read_text())
    gradients = {value["label"]: value["grad"] for value in graph["values"]}
    assert gradients["x1"] == -0.375
    words = ElementTree.parse(tmp_path / "lesson.svg").getroot()[1].text or ""
    assert "−0.375" in words
    assert (tmp_path / "lesson.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(sys.platform != "linux", reason="Xvfb is for X11")
def test_installed_it_opens_the_lesson_in_a_window(
    installed_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(REPO / "tests" / "e2e"))
    from desktop import Desktop, Program

    command = (installed_python.with_name("gradviz"),)
    with Desktop(1280, 800) as desktop:
        app = Program(desktop, (), tmp_path, (1280, 800), command)
        try:
            assert app.title == "lesson-17 — gradviz"
            app.keys("ctrl+2", "End")
            app.select("x1")
            app.shows("x1 | 1 | ∇ −0.875")
            app.quit()
            assert app.stderr == ""
        finally:
            app.close()
