"""Small graphs and mirrors of them, for tests of what is shown."""

import random
import signal
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from gradviz.graph.build import build
from gradviz.graph.model import Graph
from gradviz.layout.dot import dot_layout
from gradviz.layout.geometry import Layout, LayoutRequest, layout_request
from gradviz.session.mirror import Mirror
from gradviz.session.report import Reporter
from gradviz.session.session import Session
from gradviz.value import Value


class Play:
    """A session with the mirror of it, as a window would keep it.

    Attributes:
        session: The session.
        mirror: Its mirror, brought up to date after every call.
    """

    def __init__(
        self, roots: Sequence[Value], seeds: Mapping[str, float] | None = None
    ) -> None:
        live = build(list(roots), {})
        chosen = None
        if seeds is not None:
            chosen = {live.graph.named(name): seed for name, seed in seeds.items()}
        self.session = Session(live, chosen)
        self.mirror = Mirror(live.graph)
        self._reporter = Reporter(self.session)
        self.update()

    @property
    def graph(self) -> Graph:
        return self.mirror.graph

    def named(self, name: str) -> int:
        return self.graph.named(name)

    def move_to(self, playhead: int) -> None:
        self.session.move_to(playhead)
        self.update()

    def run_to_end(self) -> None:
        self.session.run_to_end()
        self.update()

    def update(self) -> None:
        self.mirror.apply(self._reporter.update())


def make_mirror(
    roots: Sequence[Value], seeds: Mapping[str, float] | None = None, playhead: int = 0
) -> Mirror:
    """Return the mirror of a session after some steps."""
    play = Play(roots, seeds)
    play.move_to(playhead)
    return play.mirror


def layout_of(graph: Graph) -> Layout:
    """Return dot's layout; it runs once per structure."""
    return _dot(layout_request(graph))


@cache
def _dot(request: LayoutRequest) -> Layout:
    return dot_layout(request)


def named(value: Value, label: str) -> Value:
    value.label = label
    return value


def lesson_17(rule: str = "assign") -> Play:
    """Two by two matrix product with shared inputs, seeded in two places."""
    x1, x2 = Value(1, "x1", rule=rule), Value(0, "x2", rule=rule)
    w11, w12 = Value(-2, "w11", rule=rule), Value(4, "w12", rule=rule)
    w21, w22 = Value(3, "w21", rule=rule), Value(-1, "w22", rule=rule)
    s1 = named(named(w11 * x1, "w11x1") + named(w12 * x2, "w12x2"), "s1")
    s2 = named(named(w21 * x1, "w21x1") + named(w22 * x2, "w22x2"), "s2")
    return Play([s1, s2], {"s1": 0.25, "s2": -0.125})


def neuron() -> Play:
    """The neuron of Karpathy's lecture."""
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    w1, w2 = Value(-3.0, "w1"), Value(1.0, "w2")
    b = Value(6.8813735870195432, "b")
    products = named(named(x1 * w1, "x1*w1") + named(x2 * w2, "x2*w2"), "x1*w1 + x2*w2")
    return Play([named(named(products + b, "n").tanh(), "o")])


def square() -> Play:
    """One Value used twice by one op."""
    x = Value(3.0, "x")
    return Play([named(x * x, "y")])


def random_graph(count: int, seed: int = 7) -> Play:
    """A graph of this many Values with one root; a sixth of its ops use one again."""
    choose = random.Random(seed)
    leaves = max(2, count * 6 // 13)
    values = [Value(choose.uniform(-1, 1), f"x{i}") for i in range(leaves)]
    unused = list(values)
    while len(values) < count:
        left = unused.pop(0)
        again = count - len(values) > len(unused)
        right = choose.choice(values[-leaves:]) if again else unused.pop(0)
        made = left * right if choose.random() < 0.5 else left + right
        values.append(named(made, f"v{len(values)}"))
        unused.append(made)
    return Play(unused)


def listen_to_ctrl_c():
    """A shell's background jobs have Ctrl+C turned off, and so might the tests."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def until_gone(pid, patience_s=10.0):
    """Wait until a process that is not ours has ended."""
    pause = threading.Event()
    for _ in range(int(patience_s / 0.02)):
        stat = Path(f"/proc/{pid}/stat")
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        pause.wait(0.02)
    return False
