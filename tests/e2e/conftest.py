"""The installed program on a real X display, driven as a person would."""

import pytest
from desktop import Desktop, Program


@pytest.fixture(scope="session")
def desktop():
    """An X server of its own, with nothing else on it."""
    with Desktop(1920, 1080) as desktop:
        yield desktop


@pytest.fixture
def program(desktop, tmp_path):
    """A way to start gradviz; everything started is ended after the test."""
    started = []

    def start(*arguments, size=(1280, 800), home=tmp_path, **options):
        started.append(Program(desktop, arguments, home, size, **options))
        return started[-1]

    yield start
    for program in started:
        program.close()


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker("e2e")
