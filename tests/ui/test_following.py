"""A file saved in any editor: it runs again, and what the person did is still there."""

import json
import os
import signal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from windows import CONTROL

LESSON = """
    from gradviz import Value, draw_dot
    Value.assign = True
    x1 = Value(1.0, label="x1")
    w = Value(-2.0, label="w")
    v = Value(3.0, label="v")
    a = w * x1; a.label = "a"
    b = v * x1; b.label = "b"
    out = a + b; out.label = "out"
"""


@pytest.fixture
def followed(screen, script):
    """A window on a script, at the end of its walk."""
    path = script(LESSON)
    screen.open(path)
    screen.key(Qt.Key.Key_End)
    screen.until(lambda: screen.playhead == "step 3 of 3")
    screen.settle()
    return screen


def saved(screen, path, text):
    """Save as most editors do: a new file put in the place of the old one."""
    other = path.with_name(f".{path.name}.swp")
    other.write_text(text)
    os.replace(other, path)


def test_a_gradient_that_has_changed_is_said_and_marked(followed, script) -> None:
    script(LESSON.replace("3.0", "5.0"))
    followed.until(lambda: followed.notice)
    followed.settle()
    assert followed.notice == (
        "Run again after a save: 3 numbers changed (v: 3 → 5, b: 3 → 5, out: 1 → 3), "
        "1 gradient changed (x1: 1 → 3)."
    )
    assert followed.playhead == "step 3 of 3"
    assert followed.grad("x1") == 3
    changes = followed.canvas._changes
    assert changes[followed.node("x1")].grad_before == 1
    assert set(changes) == {followed.node(name) for name in ("v", "b", "out", "x1")}
    followed.key(Qt.Key.Key_Left)
    # Gradients elsewhere in the walk are not those that were compared.
    assert set(followed.canvas._changes) == {
        followed.node(n) for n in ("v", "b", "out")
    }
    followed.press("notice-close")
    assert followed.notice == ""
    assert followed.canvas._changes == {}


def test_playhead_edits_seeds_and_selection_stay(screen, script) -> None:
    screen.open(script(LESSON))
    controller = screen.controller
    controller.set_leaf(screen.node("x1"), 10.0)
    controller.set_seed(screen.node("out"), 2.0)
    controller.set_seed(screen.node("b"), 7.0)
    controller.move_to(2)
    screen.until(lambda: not controller.busy)
    last = controller.mirror.graph.nodes[controller.mirror.last_step.node].name
    screen.canvas.select(screen.node("w"))
    script("first = 1\n" + LESSON.replace("\n    ", "\n").replace("-2.0", "-4.0"))
    screen.until(lambda: screen.data("w") == -4)
    screen.settle()
    assert screen.data("x1") == 10
    assert screen.data("out") == -10
    seeds = {name: controller.mirror.seeds[screen.node(name)] for name in ("out", "b")}
    assert seeds == {"out": 2, "b": 7}
    assert controller.mirror.playhead == 2
    assert controller.mirror.graph.nodes[controller.mirror.last_step.node].name == last
    assert screen.selected() == "w"
    assert screen.inspector.startswith("w")


def test_what_the_file_itself_seeds_is_what_it_seeds_now(screen, script) -> None:
    screen.open(script(LESSON + "    out.grad = 2.0\n"))
    script(LESSON + "    out.grad = 3.0\n")
    screen.until(lambda: screen.controller.mirror.seeds == {screen.node("out"): 3.0})


def test_steps_of_ones_own_are_made_again(screen, script) -> None:
    screen.open(script(LESSON))
    controller = screen.controller
    controller.run_step(screen.node("b"))
    screen.until(lambda: controller.mirror.playhead == 1 and not controller.busy)
    controller.step()
    screen.until(lambda: controller.mirror.playhead == 2 and not controller.busy)
    kinds = [step.kind for step in controller.mirror.walk]
    script(LESSON.replace("3.0", "5.0"))
    screen.until(lambda: screen.data("v") == 5)
    screen.settle()
    assert [step.kind for step in controller.mirror.walk] == kinds
    assert controller.mirror.playhead == 2


def test_the_place_on_the_canvas_stays(followed, script) -> None:
    followed.click("b")
    followed.canvas.zoom_in()
    followed.canvas.zoom_in()
    height = followed.canvas.height()
    place, zoom = followed.canvas.card_rect(followed.node("b")), followed.canvas.zoom
    more = "    c = out * Value(2.0, label='two'); c.label = 'c'\n"
    script(LESSON + more)
    followed.until(lambda: followed.notice)
    followed.settle()
    assert followed.notice == (
        "Run again after a save: 6 gradients changed (w: 1 → 2, x1: 1 → 2, a: 1 → 2, "
        "…), 2 new Values."
    )
    followed.press("notice-close")  # the bar above the canvas has moved it
    followed.until(lambda: followed.canvas.height() == height)
    now = followed.canvas.card_rect(followed.node("b"))
    assert followed.canvas.zoom == zoom
    assert (now.center() - place.center()).manhattanLength() < 1.5
    assert followed.selected() == "b"


def test_an_overview_asked_for_stays_an_overview(screen, script) -> None:
    more = "".join(f"    out = out * 2.0 + {n}\n" for n in range(12))
    screen.open(script(LESSON + more))
    screen.key(Qt.Key.Key_F)
    screen.settle()
    whole = screen.canvas.zoom
    assert whole < 40
    script(LESSON.replace("3.0", "5.0") + more)
    screen.until(lambda: screen.notice and screen.data("v") == 5)
    screen.settle()
    assert abs(screen.canvas.zoom - whole) < 5
    seen = screen.canvas.visible_part()
    assert all(seen.contains(card) for card in screen.canvas.picture.cards)


def test_marks_of_a_change_go_with_the_sentence_that_told_of_it(
    followed, script
) -> None:
    script(LESSON.replace("3.0", "5.0"))
    followed.until(lambda: followed.notice)
    followed.settle()
    marked = followed.canvas.grab().toImage()
    followed.key(Qt.Key.Key_F5)
    followed.until(lambda: followed.playhead == "step 0 of 3")
    followed.settle()
    assert followed.notice == ""
    assert followed.canvas._changes == {}
    assert "changed" not in followed.canvas.tooltip_text(followed.node("v"))
    assert followed.canvas.grab().toImage() != marked


def test_a_file_put_in_place_of_another_is_followed_again_and_again(
    followed, script
) -> None:
    path = followed.controller.path
    for number in (5.0, 6.0, 7.0):
        text = path.read_text().splitlines(keepends=True)
        text[5] = f'v = Value({number}, label="v")\n'
        saved(followed, path, "".join(text))
        followed.until(lambda n=number: followed.data("v") == n)
        followed.settle()


def test_a_file_that_vanishes_is_waited_for(followed, script) -> None:
    path = followed.controller.path
    path.unlink()
    followed.until(lambda: not followed.window._following._settling.isActive())
    assert followed.data("v") == 3
    script(LESSON.replace("3.0", "5.0"))
    followed.until(lambda: followed.data("v") == 5)


def test_half_a_file_keeps_the_last_good_graph_until_it_is_whole(
    followed, script
) -> None:
    script(LESSON + "    more = (1 +\n")
    followed.until(lambda: followed.notice)
    assert followed.notice == (
        "script.py failed on line 10: SyntaxError: '(' was never closed."
    )
    assert followed.data("v") == 3
    assert followed.playhead == "step 3 of 3"
    script(LESSON.replace("3.0", "5.0"))
    followed.until(lambda: followed.data("v") == 5)
    followed.settle()
    assert followed.notice.startswith("Run again after a save: ")


def test_a_file_that_fails_half_way_keeps_the_last_good_graph(followed, script) -> None:
    script(LESSON.replace("3.0", "5.0") + "    1 / 0\n")
    followed.until(lambda: followed.notice)
    assert followed.notice == (
        "script.py failed on line 10: ZeroDivisionError: division by zero."
    )
    assert followed.data("v") == 3
    assert followed.playhead == "step 3 of 3"
    script(LESSON.replace("3.0", "6.0"))
    followed.until(lambda: followed.data("v") == 6)
    assert followed.playhead == "step 3 of 3"


def test_a_first_file_that_fails_is_shown_when_it_is_mended(screen, script) -> None:
    screen.window.open(script("1 / 0"))
    screen.until(lambda: screen.notice)
    script(LESSON)
    screen.until(lambda: screen.window.windowTitle() == "script — gradviz")
    screen.settle()
    assert screen.notice == ""


def test_a_module_of_its_own_is_followed_too(screen, script) -> None:
    script("def scale(x): return x * 2\n", "helper.py")
    path = script(LESSON + "    from helper import scale\n    y = scale(out)\n")
    screen.open(path)
    script("def scale(x): return x * 50\n", "helper.py")
    screen.until(lambda: screen.data("y") == 50)


def test_saving_what_is_there_already_runs_nothing(followed, script) -> None:
    path = followed.controller.path
    opened = []
    followed.controller.opening_began.connect(lambda: opened.append(1))
    path.write_text(path.read_text())
    following = followed.window._following
    followed.until(following._settling.isActive)
    followed.until(lambda: not following._settling.isActive())
    assert opened == []


def test_a_file_is_not_followed_when_the_person_does_not_want_it(
    followed, script
) -> None:
    followed.key(Qt.Key.Key_F, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert not followed.window.actions_by_name["follow"].isChecked()
    following = followed.window._following
    script(LESSON.replace("3.0", "5.0"))
    followed.until(following._settling.isActive)
    followed.until(lambda: not following._settling.isActive())
    assert not followed.controller.busy
    followed.key(Qt.Key.Key_F, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    followed.until(lambda: followed.data("v") == 5)


def notebook(path, cells):
    path.write_text(
        json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "id": f"cell{number}",
                        "metadata": {},
                        "source": source,
                        "outputs": [],
                        "execution_count": None,
                    }
                    for number, source in enumerate(cells)
                ],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    )
    return path


CELLS = [
    "from gradviz import Value, draw_dot\nx = Value(2.0, label='x')\ny = x * x\n"
    "y.label = 'y'",
    "draw_dot(y)",
    "y.label = 'y'",
]


def test_cells_run_by_hand_are_not_lost_without_a_word(screen, tmp_path) -> None:
    path = notebook(tmp_path / "mine.ipynb", CELLS)
    screen.open(path)
    with screen._qtbot.waitSignal(screen.controller.cell_ended):
        screen.controller.run_cell(2, CELLS[2])
    screen.until(lambda: not screen.controller.busy)
    notebook(path, [CELLS[0].replace("2.0", "3.0"), *CELLS[1:]])
    screen.until(lambda: screen.notice)
    assert screen.notice == (
        "mine.ipynb was saved. Running it again starts from the top, without the cell "
        "that you have run by hand."
    )
    assert screen.data("x") == 2
    assert screen.find(QAbstractButton, "notice-action").text() == "Run again"
    screen.press("notice-action")
    screen.until(lambda: screen.data("x") == 3)


def test_outputs_that_jupyter_saves_run_nothing(screen, tmp_path) -> None:
    path = notebook(tmp_path / "mine.ipynb", CELLS)
    screen.open(path)
    opened = []
    screen.controller.opening_began.connect(lambda: opened.append(1))
    held = json.loads(path.read_text())
    held["cells"][0]["execution_count"] = 7
    path.write_text(json.dumps(held))
    following = screen.window._following
    screen.until(following._settling.isActive)
    screen.until(lambda: not following._settling.isActive())
    assert opened == []


def test_the_module_of_a_function_is_followed(screen, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = (
        "from gradviz import Value\ndef build():\n    return Value(2.0, 'a') * {}\n"
    )
    module = tmp_path / "neurons.py"
    module.write_text(source.format(3))
    screen.controller.open_function("neurons", "build")
    screen.until(lambda: screen.window.windowTitle() == "neurons:build — gradviz")
    screen.settle()
    assert screen.controller.mirror.data[-1] == 6
    module.write_text(source.format(5))
    screen.until(lambda: screen.controller.mirror.data[-1] == 10)


def test_a_worker_waits_for_the_next_save(followed, script) -> None:
    workers = followed.controller.workers
    followed.until(lambda: workers.has_spare)
    waiting = workers._spare.pid
    script(LESSON.replace("3.0", "5.0"))
    followed.until(lambda: followed.data("v") == 5)
    assert workers.shown.pid == waiting


def test_a_waiting_worker_that_ends_costs_nothing(followed, script) -> None:
    workers = followed.controller.workers
    followed.until(lambda: workers.has_spare)
    os.kill(workers._spare.pid, signal.SIGKILL)
    followed.until(lambda: not workers.has_spare)
    assert followed.notice == ""
    script(LESSON.replace("3.0", "5.0"))
    followed.until(lambda: followed.data("v") == 5)
    assert followed.playhead == "step 3 of 3"


OWN_CLASS = """
    class Value:
        def __init__(self, data, _prev=(), _op="", label=""):
            self.data, self.grad, self._prev, self._op = data, 0.0, _prev, _op
            self.label = label
            self._backward = lambda: None

        def __mul__(self, other):
            out = Value(self.data * other.data, (self, other), "*")

            def _backward():
                self.grad = other.data * out.grad
                other.grad = self.data * out.grad

            out._backward = _backward
            return out

    x, w = Value(2.0, label="x"), Value(-2.0, label="w")
    y = x * w; y.label = "y"
    z = y * x; z.label = "z"
"""
OWN_PASS = """
    z.grad = 1.0
    for value in (z, y):
        value._backward()
"""
MENDED = OWN_CLASS.replace("grad = other", "grad += other").replace(
    "grad = self", "grad += self"
)


def test_mended_code_is_told_by_how_its_own_pass_ends(screen, script) -> None:
    screen.open(script(OWN_CLASS + OWN_PASS))
    script(MENDED + OWN_PASS)
    screen.until(lambda: screen.notice.startswith("Run again"))
    assert screen.playhead == "step 0 of 2"
    assert screen.notice == (
        "Run again after a save: no number at this step has changed; at the end of the "
        "recorded walk x is −8 (was −4)."
    )


def test_mended_code_is_told_by_how_the_walk_ends_that_was_made(screen, script) -> None:
    screen.open(script(OWN_CLASS))
    screen.key(Qt.Key.Key_End)
    screen.until(lambda: screen.playhead == "step 2 of 2")
    screen.key(Qt.Key.Key_Home)
    screen.until(lambda: screen.playhead == "step 0 of 2")
    script(MENDED)
    screen.until(lambda: screen.notice.startswith("Run again"))
    assert screen.playhead == "step 0 of 2"
    assert screen.notice == (
        "Run again after a save: no number at this step has changed; at the end of the "
        "walk x is −8 (was −4)."
    )


def test_what_nobody_has_walked_is_not_said_to_be_the_same(screen, script) -> None:
    screen.open(script(OWN_CLASS))
    script(MENDED)
    screen.until(lambda: screen.notice.startswith("Run again"))
    assert screen.notice == (
        "Run again after a save: no number at this step has changed."
    )


def test_a_save_that_changes_nothing_says_so(screen, script) -> None:
    screen.open(script(OWN_CLASS + OWN_PASS))
    script("# a comment\n" + (MENDED + OWN_PASS).replace("\n    ", "\n"))
    screen.until(lambda: "(was −4)" in screen.notice)
    screen.settle()
    script("# another\n" + (MENDED + OWN_PASS).replace("\n    ", "\n"))
    screen.until(
        lambda: screen.notice == "Run again after a save: no number has changed."
    )
