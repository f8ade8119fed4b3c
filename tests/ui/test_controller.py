"""The window's link to a real worker: what the mirror shows, whatever happens."""

import os
import signal
import textwrap

import pytest

from gradviz.sources.lessons import resolve
from gradviz.ui.controller import Controller

TIMEOUT_MS = 20_000


@pytest.fixture
def controller(qtbot):
    made = Controller()
    yield made
    made.close()


@pytest.fixture
def lesson(qtbot, controller):
    with qtbot.waitSignal(controller.graph_changed, timeout=TIMEOUT_MS):
        controller.open(resolve("lesson-17"))
    settle(qtbot, controller)
    return controller


@pytest.fixture
def script(tmp_path):
    def write(source, name="script.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        return path

    return write


def settle(qtbot, controller):
    qtbot.waitUntil(lambda: not controller.busy, timeout=TIMEOUT_MS)


def gradient(controller, name):
    mirror = controller.mirror
    return mirror.grad[mirror.graph.named(name)]


def test_lesson_17_under_both_rules(qtbot, lesson):
    assert len(lesson.mirror.graph) == 12
    assert lesson.mirror.document.rule == "assign"
    lesson.run_to_end()
    settle(qtbot, lesson)
    assert gradient(lesson, "x1") == -0.375
    lesson.set_rule("accumulate")
    settle(qtbot, lesson)
    assert lesson.mirror.playhead == 6
    assert {
        name: gradient(lesson, name)
        for name in ("x1", "x2", "w11", "w12", "w21", "w22")
    } == {"x1": -0.875, "x2": 1.125, "w11": 0.25, "w12": 0, "w21": -0.125, "w22": 0}


def test_stepping_faster_than_the_worker_answers(qtbot, lesson):
    for _ in range(4):
        lesson.step()
    lesson.step_back()
    lesson.step()
    lesson.step_back()
    settle(qtbot, lesson)
    assert lesson.mirror.playhead == 3
    assert gradient(lesson, "x1") == -0.5


def test_moving_on_before_a_step_by_hand_is_answered(qtbot, lesson):
    graph = lesson.mirror.graph
    lesson.run_step(graph.named("s2"))
    lesson.run_step(graph.named("w21x1"))
    lesson.run_to_end()
    settle(qtbot, lesson)
    assert lesson.mirror.playhead == 6
    assert gradient(lesson, "x1") == -0.5


def test_steps_made_before_are_shown_at_once(qtbot, lesson):
    lesson.run_to_end()
    settle(qtbot, lesson)
    lesson.reset()
    assert lesson.mirror.playhead == 0
    assert gradient(lesson, "x1") == 0
    lesson.run_to_end()
    assert lesson.mirror.playhead == 6
    assert gradient(lesson, "x1") == -0.375
    settle(qtbot, lesson)
    assert gradient(lesson, "x1") == -0.375


def test_a_drag_arrives_at_its_last_number_and_is_undone_as_one(qtbot, lesson):
    leaf = lesson.mirror.graph.named("x1")
    for tick in range(50):
        lesson.set_leaf(leaf, tick / 10, gesture="drag-1")
    settle(qtbot, lesson)
    assert lesson.mirror.data[leaf] == 4.9
    assert lesson.mirror.data[lesson.mirror.graph.named("w11x1")] == -9.8
    lesson.undo()
    settle(qtbot, lesson)
    assert lesson.mirror.data[leaf] == 1
    assert lesson.mirror.document.undo == ""


def test_what_fails_leaves_the_last_good_graph_alive(qtbot, lesson, script):
    path = script(
        """
        a = 1
        b = nothing_of_that_name
        """
    )
    with qtbot.waitSignal(lesson.opening_failed, timeout=TIMEOUT_MS) as failed:
        lesson.open(path)
    [failure] = failed.args
    assert failure.message == (
        "script.py failed on line 3: NameError: name 'nothing_of_that_name' is not "
        "defined."
    )
    assert failure.traceback.splitlines()[1] == f'  File "{path}", line 3, in <module>'
    assert lesson.path == resolve("lesson-17")
    lesson.run_to_end()
    settle(qtbot, lesson)
    assert gradient(lesson, "x1") == -0.375


def test_a_killed_worker_leaves_what_was_recorded(qtbot, lesson):
    lesson.step()
    lesson.step()
    settle(qtbot, lesson)
    with qtbot.waitSignal(lesson.worker_ended, timeout=TIMEOUT_MS) as ended:
        os.kill(lesson.workers.shown.pid, signal.SIGKILL)
    assert ended.args == ["The process that ran your code was ended by SIGKILL."]
    lesson.reset()
    assert gradient(lesson, "x1") == 0
    lesson.step()
    lesson.step()
    assert gradient(lesson, "x1") == -0.5
    with qtbot.waitSignal(lesson.failed) as failed:
        lesson.step()
    assert failed.args[0].message == (
        "Your code is not running any more. Run it again (F5) to go on."
    )
    assert lesson.mirror.playhead == 2
    with qtbot.waitSignal(lesson.graph_changed, timeout=TIMEOUT_MS):
        lesson.run_again()
    lesson.run_to_end()
    settle(qtbot, lesson)
    assert gradient(lesson, "x1") == -0.375


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "import os; os._exit(3)",
            "The process that ran your code ended with exit code 3.",
        ),
        (
            "import ctypes; ctypes.string_at(0)",
            "The process that ran your code was ended by SIGSEGV.",
        ),
    ],
)
def test_code_that_ends_its_process(qtbot, lesson, script, source, sentence):
    with qtbot.waitSignal(lesson.worker_ended, timeout=TIMEOUT_MS) as ended:
        lesson.open(script(source))
    assert ended.args == [sentence]
    assert not lesson.busy
    lesson.run_to_end()
    settle(qtbot, lesson)
    assert gradient(lesson, "x1") == -0.375


def test_an_endless_loop_is_interrupted(qtbot, controller, script):
    path = script(
        """
        print("round and round")
        while True:
            pass
        """
    )
    with qtbot.waitSignal(controller.printed, timeout=TIMEOUT_MS) as printed:
        controller.open(path)
    stream, text, cell = printed.args
    assert (stream, text.strip(), cell) == ("stdout", "round and round", 0)
    with qtbot.waitSignal(controller.opening_failed, timeout=TIMEOUT_MS) as failed:
        controller.interrupt()
    assert failed.args[0].message.startswith(
        f"You stopped the program in {path.name}, line "
    )
    assert not controller.busy


def test_code_that_ignores_the_interrupt_is_ended(qtbot, controller, script):
    path = script(
        """
        while True:
            try:
                print("no end")
                while True:
                    pass
            except KeyboardInterrupt:
                pass
        """
    )
    with qtbot.waitSignal(controller.printed, timeout=TIMEOUT_MS):
        controller.open(path)
    with qtbot.waitSignal(controller.worker_ended, timeout=TIMEOUT_MS) as ended:
        controller.interrupt()
    assert ended.args == ["Your code was stopped."]
    assert not controller.busy


def test_one_of_two_roots(qtbot, lesson):
    assert [choice.name for choice in lesson.opened.choices] == ["s1", "s2"]
    lesson.set_leaf(lesson.mirror.graph.named("x1"), 2.0)
    with qtbot.waitSignal(lesson.graph_changed, timeout=TIMEOUT_MS):
        lesson.choose_roots((0,))
    graph = lesson.mirror.graph
    assert sorted(node.name for node in graph.nodes) == [
        "s1", "w11", "w11x1", "w12", "w12x2", "x1", "x2",
    ]  # fmt: skip
    assert lesson.mirror.seeds == {graph.named("s1"): 0.25}
    assert lesson.mirror.data[graph.named("s1")] == -4
    with qtbot.waitSignal(lesson.graph_changed, timeout=TIMEOUT_MS):
        lesson.choose_roots(())
    assert len(lesson.mirror.graph) == 12
    assert lesson.mirror.data[lesson.mirror.graph.named("w21x1")] == 6


def test_what_is_stopped_before_its_process_is_ready_is_said_to_be_stopped(
    qtbot, controller, script
):
    controller.open(script("while True: pass"))
    with qtbot.waitSignal(controller.worker_ended, timeout=TIMEOUT_MS) as ended:
        controller.interrupt()
    assert ended.args == ["Your code was stopped."]
