"""Whole windows, each on a worker of its own; nothing of them is left behind."""

import pytest


@pytest.fixture
def new_screen(qtbot, tmp_path, monkeypatch):
    """A way to open windows; after the test no process and no thread of theirs is."""
    from windows import Screen, children, our_threads

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    processes, threads, screens = children(), our_threads(), []

    def make(controller=None):
        screens.append(Screen(qtbot, controller))
        return screens[-1]

    yield make
    for screen in screens:
        screen.close()
    assert children() <= processes
    assert our_threads() <= threads


@pytest.fixture
def screen(new_screen):
    """A window with nothing open."""
    return new_screen()


@pytest.fixture
def lesson(screen):
    """A window on lesson 17."""
    screen.open("lesson-17")
    return screen


@pytest.fixture
def script(tmp_path):
    """A way to write a script."""
    from windows import write_script

    return lambda source, name="script.py": write_script(tmp_path, source, name)
