"""An X display, a program on it, and eyes and hands: Xvfb, xdotool and Qt's grab."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

WAIT_S = 20.0
SCREENSHOTS = Path(__file__).parents[1] / "output" / "screenshots"

_EYES = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(sys.argv)
kept = None
for line in sys.stdin:
    what, _, where = line.rstrip("\\n").partition(" ")
    application.processEvents()
    if what == "clipboard":
        print(repr(application.clipboard().text()), flush=True)
    elif what == "row":
        y, count = map(int, where.split())
        image = application.primaryScreen().grabWindow(0, 0, y, count, 1).toImage()
        print([image.pixel(x, 0) & 0xFFFFFF for x in range(count)], flush=True)
    elif what in ("keep", "changed"):
        area = list(map(int, where.split()))
        image = application.primaryScreen().grabWindow(0, *area).toImage()
        before, kept = kept, image
        if what == "keep":
            print(None, flush=True)
            continue
        points = [
            (x + area[0], y + area[1])
            for x in range(image.width())
            for y in range(image.height())
            if image.pixel(x, y) != before.pixel(x, y)
        ]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        print((min(xs), min(ys), max(xs), max(ys)) if points else None, flush=True)
    else:
        picture = application.primaryScreen().grabWindow(0)
        if where:
            picture.save(where)
        image = picture.toImage()
        print(hash(bytes(image.constBits())), flush=True)
"""


def until(condition, what):
    """Wait for a condition; return what it returned."""
    deadline = time.monotonic() + WAIT_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError(f"{what}: not within {WAIT_S:.0f} s")


class Desktop:
    """An X server and a process that looks at it."""

    def __init__(self, width, height):
        for tool in ("Xvfb", "xdotool"):
            if shutil.which(tool) is None:
                pytest.fail(f"{tool} is not installed: make test installs it.")
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                f"{width}x{height}x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("QT_")},
            "DISPLAY": f":{number}",
            "QT_QPA_PLATFORM": "xcb",
        }
        self._eyes = subprocess.Popen(
            [sys.executable, "-c", _EYES],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for process in (self._eyes, self._server):
            process.terminate()
            process.wait()
        self._eyes.stdin.close()
        self._eyes.stdout.close()

    def tool(self, *arguments):
        """Run xdotool and return what it printed."""
        return subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=self.environ,
            check=True,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        ).stdout

    def _ask(self, line):
        self._eyes.stdin.write(line + "\n")
        self._eyes.stdin.flush()
        return self._eyes.stdout.readline().strip()

    @property
    def clipboard(self):
        """The text on the clipboard."""
        return eval(self._ask("clipboard"))

    def look(self, path=""):
        """Return a fingerprint of the screen, and save a picture of it."""
        return self._ask(f"look {path}")

    def row(self, y, count):
        """Return the colours of the first pixels of a row, as 0xRRGGBB."""
        return eval(self._ask(f"row {y} {count}"))

    def keep(self, *area):
        """Remember what a part of the screen shows: x, y, width, height."""
        self._ask(f"keep {' '.join(map(str, area))}")

    def changed(self, *area):
        """Return the box around what is not as it was kept; None if all is."""
        return eval(self._ask(f"changed {' '.join(map(str, area))}"))


INSTALLED = str(Path(sys.executable).with_name("gradviz"))


class Program:
    """gradviz, running."""

    def __init__(
        self,
        desktop,
        arguments,
        home,
        size,
        command=(INSTALLED,),
        title_end=" — gradviz",
    ):
        self.desktop = desktop
        self.home = Path(home)
        environ = {
            **desktop.environ,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
        }
        self._log = (self.home / "stderr.txt").open("a+")
        self.process = subprocess.Popen(
            [*map(str, command), *map(str, arguments)],
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            stderr=self._log,
            cwd=self.home,
        )
        self.window = until(self._find_window, "a window appears")
        desktop.tool("windowmove", self.window, 0, 0)
        desktop.tool("windowsize", self.window, *size)
        desktop.tool("windowfocus", self.window)
        until(lambda: self.title.endswith(title_end), "a graph is shown")

    def _find_window(self):
        assert self.process.poll() is None, f"gradviz has ended: {self.stderr}"
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)],
            env=self.desktop.environ,
            capture_output=True,
            text=True,
        ).stdout.split()
        return found[-1] if found else None

    @property
    def stderr(self):
        """What the program has said on its standard error."""
        self._log.seek(0)
        return self._log.read()

    @property
    def title(self):
        """The window's title."""
        return self.desktop.tool("getwindowname", self.window).strip()

    def keys(self, *names):
        """Press keys, one after the other."""
        self.desktop.tool("key", "--delay", 8, *names)

    def type(self, text):
        """Type text."""
        self.desktop.tool("type", "--delay", 8, text)

    def click(self, x, y, button=1, times=1):
        """Click at a place in the window."""
        self.desktop.tool("mousemove", x, y)
        self.desktop.tool("click", "--repeat", times, "--delay", 60, button)

    def drag(self, x1, y1, x2, y2):
        """Press, move in a few steps, and let go."""
        tool = self.desktop.tool
        tool("mousemove", x1, y1, "mousedown", 1)
        for part in range(1, 9):
            x, y = x1 + (x2 - x1) * part // 8, y1 + (y2 - y1) * part // 8
            tool("mousemove", x, y)
        tool("mouseup", 1)

    def select(self, name):
        """Find a Value by its name and select it."""
        self.keys("ctrl+f")
        self.keys("ctrl+a")
        self.type(name)
        self.keys("Escape")

    def read(self, name):
        """Return a Value as the window gives it to the clipboard."""
        self.select(name)
        return self.copied()

    def copied(self):
        """Return what Copy gives for the selected Value."""
        self.keys("ctrl+c")
        return self.desktop.clipboard

    def shows(self, text):
        """Wait until Copy gives this text for the selected Value."""
        until(lambda: self.copied() == text, f"{text!r} is shown")

    def quit(self):
        """Close the window as a person does; return what was printed."""
        self.keys("ctrl+q")
        out, _ = self.process.communicate(timeout=WAIT_S)
        assert self.process.returncode == 0
        return out

    def screenshot(self, name):
        """Save what the screen shows, to be looked at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.desktop.look(SCREENSHOTS / f"{name}.png")

    def close(self):
        """End the program, whatever it is doing."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self._log.close()
