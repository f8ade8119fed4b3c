"""The Code dock in a whole window, on a real worker."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget

from gradviz import Value
from gradviz.ui.live import LiveController
from gradviz.worker.opened import Drawn, Reader

LESSON = [
    "_push(out, self, other.data * out.grad)",
    "_push(out, other, self.data * out.grad)",
]


def code(screen):
    """Return the rows shown, without the numbers of the lines and wide gaps."""
    panel = screen.window.docks.code
    if not panel.text.isVisible():
        return []
    return [
        " ".join(line[5:].split()) for line in panel.text.toPlainText().splitlines()
    ]


def test_the_code_follows_the_walk_and_nothing_else_notices(lesson) -> None:
    panel = lesson.window.docks.code
    lesson.until(lambda: panel.title == "next: s1._backward()")
    busy, changed = [], []
    for _ in range(5):
        lesson.key(Qt.Key.Key_Right)
    lesson.until(lambda: lesson.playhead == "step 5 of 6")
    lesson.until(lambda: panel.title == "w21x1._backward()" and code(lesson))
    assert code(lesson)[1::2] == LESSON
    assert code(lesson)[2::2] == [
        "0 → −0.125 1 −0.125",
        "−0.5 → −0.375 3 −0.125",
    ]
    lesson.settle()
    lesson.until(lambda: not lesson.controller.workers.asked)
    lesson.controller.busy_changed.connect(busy.append)
    lesson.controller.session_changed.connect(lambda: changed.append(1))
    lesson.controller.moved.connect(lambda _: changed.append(1))
    lesson.controller.succeeded.connect(lambda: changed.append(1))
    told = []
    lesson.controller.workers.told.connect(told.append)
    panel._old.update(panel._bodies)
    panel._refresh()
    assert not lesson.controller.busy
    lesson.until(lambda: len(told) == 2)
    assert [body.node for body in told] == [lesson.node("w21x1"), lesson.node("w22x2")]
    lesson.until(lambda: not lesson.controller.workers.asked)
    assert (busy, changed) == ([], [])


def test_another_rule_is_seen_in_the_numbers(lesson) -> None:
    lesson.controller.move_to(5)
    lesson.settle()
    lesson.controller.set_rule("accumulate")
    lesson.until(lambda: "−0.5 → −0.875 3 −0.125" in code(lesson))


def test_steps_inspector_and_code_share_the_column(screen) -> None:
    heights = [
        screen.find(QDockWidget, f"dock-{name}").height()
        for name in ("steps", "inspector", "code")
    ]
    shares = [height / sum(heights) for height in heights]
    for share, wanted in zip(shares, (0.38, 0.34, 0.28), strict=True):
        assert abs(share - wanted) < 0.03
    tops = [
        screen.find(QDockWidget, f"dock-{name}").y()
        for name in ("steps", "inspector", "code")
    ]
    assert tops == sorted(tops)


def test_live_values_have_their_code_too(new_screen) -> None:
    x = Value(3.0, "x")
    root = x * x
    controller = LiveController(Drawn([[root]], {}, Reader()))
    screen = new_screen(controller)
    controller.present()
    controller.run_to_end()
    assert screen.window.docks.code.place == "value.py"
    assert code(screen)[1:] == [
        LESSON[0],
        "0 → 3 3 1",
        LESSON[1],
        "3 → 6 3 1",
    ]
