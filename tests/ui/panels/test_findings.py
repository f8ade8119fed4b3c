"""The Findings dock as a person uses it."""

import msgspec
import pytest
from analysis.graphs import lesson_session
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from gradviz.analysis.diagnosis.findings import Finding, Report, Undecidable
from gradviz.ui.panels.findings import FindingsPanel

WIDTH = 336
ASSIGNS = Finding(
    rule="assigns",
    sentence="d._backward() replaced the gradient of a: it was 3, 1 flowed in, and it "
    "is 1 instead of 4.",
    value="w11x1",
    node=6,
    op="×",
    method="__mul__",
    file="/home/ada/homework/engine.py",
    line=38,
    suggestion="self.grad += other.data * out.grad",
    shown_by=4,
)
EARLY = Finding(
    rule="not-topological",
    sentence="b._backward() was called before that of c: it pushed when its "
    "gradient was 1, complete it is 3; x ended at 9 instead of 15.",
    value="s1",
    node=10,
    op="",
    method="",
    file="cell 4",
    line=0,
    smallest=("c", "b", "x"),
    step=2,
)
REPORT = Report(
    (ASSIGNS, EARLY),
    (Undecidable("r", "relu", "it has a kink here", 3), Undecidable("q", "", "why")),
    checked=13,
    hooks=3,
)
NOTHING = Report((), (), checked=13, hooks=3)


@pytest.fixture
def lesson(show):
    return show(FindingsPanel, lesson_session("assign"), width=WIDTH)


@pytest.fixture
def found(lesson):
    panel, _ = lesson
    panel.show_report(REPORT)
    panel.enter()
    return lesson


def texts(panel, name):
    """Return what the labels of a name say, from the top."""
    return [
        label.text() for label in panel.findChildren(QLabel, name) if label.isVisible()
    ]


def key(panel, name, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(panel.window().windowHandle(), name, modifier)


def focused(panel):
    return panel.window().focusWidget().objectName()


def test_without_a_file_it_asks_for_one(show) -> None:
    panel, _ = show(FindingsPanel, None, width=WIDTH)
    assert texts(panel, "findings-hint") == [
        "What a check finds is listed here once there is a graph."
    ]


def test_before_a_check_it_says_what_one_does(lesson) -> None:
    panel, _ = lesson
    assert texts(panel, "findings-hint") == [
        "Not checked yet. Check (C) tries the backward function of every op on the "
        "Values as they are, and says which line is wrong."
    ]
    panel.begin()
    assert texts(panel, "findings-hint") == ["Checking the backward code…"]
    panel.end()
    assert texts(panel, "findings-hint")[0].startswith("Not checked yet.")


def test_findings_are_told_with_place_numbers_and_what_to_write(found) -> None:
    panel, _ = found
    assert texts(panel, "findings-name") == ["2 findings in 13 Values"]
    assert texts(panel, "finding-title") == [
        "Replaces the gradient",
        "Called too early",
    ]
    assert texts(panel, "finding-place") == ["engine.py:38  __mul__", "cell 4"]
    assert texts(panel, "finding-sentence") == [ASSIGNS.sentence, EARLY.sentence]
    assert texts(panel, "finding-suggestion") == [
        "Write: self.grad += other.data * out.grad"
    ]
    assert texts(panel, "finding-count") == ["4 Values show it."]
    assert texts(panel, "finding-part") == ["The smallest part that shows it: c, b, x."]
    assert texts(panel, "finding-unknown") == [
        "r (3 Values): it has a kink here.",
        "q: why.",
    ]


def test_nothing_wrong_is_said_with_a_check_mark(lesson) -> None:
    panel, _ = lesson
    panel.show_report(NOTHING)
    assert texts(panel, "findings-head") == [
        "Nothing wrong was found: 13 Values, 3 backward functions tried."
    ]
    assert panel.findChild(QLabel, "findings-mark").isVisible()
    panel.show_report(REPORT)
    assert not panel.findChild(QLabel, "findings-mark").isVisible()


def test_nothing_is_cut_at_the_width_of_the_dock(show) -> None:
    panel, _ = show(FindingsPanel, lesson_session("assign"), width=WIDTH)
    long = msgspec.structs.replace(
        ASSIGNS,
        file="/a/" + "a_very_long_name_" * 6 + ".py",
        suggestion="self.gradient_of_everything+=other.data*out.grad*1.0*1.0*1.0*1.0",
    )
    panel.show_report(Report((long, EARLY), (), 13, 3))
    panel.window().resize(WIDTH, 700)
    QGuiApplication.processEvents()
    for label in panel.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        assert label.height() >= label.heightForWidth(label.width()), label.text()
        corner = label.mapTo(panel, label.rect().topRight())
        assert 0 < corner.x() < panel.width(), label.text()
    bar = panel.findChild(QScrollArea, "findings-list").verticalScrollBar()
    assert bar.maximum() == 0
    entries = panel.entries
    assert entries[0].geometry().bottom() < entries[1].geometry().top()


def test_arrows_move_between_findings_and_return_goes_there(found, qtbot) -> None:
    panel, _ = found
    assert focused(panel) == "finding-0"
    key(panel, Qt.Key.Key_Down)
    assert focused(panel) == "finding-1"
    key(panel, Qt.Key.Key_Down)
    assert focused(panel) == "finding-1"
    with qtbot.waitSignal(panel.activated) as gone:
        key(panel, Qt.Key.Key_Return)
    assert gone.args == [EARLY]
    key(panel, Qt.Key.Key_Home)
    assert focused(panel) == "finding-0"
    key(panel, Qt.Key.Key_End)
    key(panel, Qt.Key.Key_Up)
    with qtbot.waitSignal(panel.activated) as gone:
        key(panel, Qt.Key.Key_Enter)
    assert gone.args == [ASSIGNS]


def test_keys_of_the_walk_stay_the_windows(found, window) -> None:
    panel, _ = found
    for name in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_P):
        key(panel, name)
    assert window.walked == ["Right", "Space", "P"]


def test_a_click_goes_there(found, qtbot) -> None:
    panel, _ = found
    with qtbot.waitSignal(panel.activated) as gone:
        QTest.mouseClick(panel.entries[1], Qt.MouseButton.LeftButton)
    assert gone.args == [EARLY]


def test_what_to_write_and_the_whole_finding_can_be_copied(found) -> None:
    panel, _ = found
    QTest.mouseClick(
        panel.findChild(QWidget, "finding-copy"), Qt.MouseButton.LeftButton
    )
    assert QGuiApplication.clipboard().text() == ASSIGNS.suggestion
    key(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == (
        "Replaces the gradient (engine.py:38 __mul__)\n"
        "d._backward() replaced the gradient of a: it was 3, 1 flowed in, and it is 1 "
        "instead of 4.\n"
        "Write: self.grad += other.data * out.grad"
    )


def test_moving_the_playhead_leaves_findings_as_they_are(found) -> None:
    panel, controller = found
    controller.move_to(3)
    controller.zero_gradients()
    assert texts(panel, "findings-outdated") == []


@pytest.mark.parametrize("edit", ["leaf", "seed", "rule"])
def test_an_edit_outdates_them_until_it_is_undone(found, qtbot, edit) -> None:
    panel, controller = found
    graph = controller.mirror.graph
    match edit:
        case "leaf":
            controller.set_leaf(graph.named("x1"), 2.0)
        case "seed":
            controller.set_seed(graph.named("s1"), 2.0)
        case "rule":
            controller.set_rule("accumulate")
    assert texts(panel, "findings-outdated") == [
        "What is shown has changed since this check."
    ]
    assert all(
        label.property("role") == "dim"
        for label in panel.findChildren(QLabel, "finding-sentence")
    )
    with qtbot.waitSignal(panel.check_wanted):
        QTest.mouseClick(
            panel.findChild(QWidget, "findings-again"), Qt.MouseButton.LeftButton
        )
    controller.undo()
    assert texts(panel, "findings-outdated") == []


def test_another_graph_outdates_them_for_good(found) -> None:
    panel, controller = found
    controller.show_session(lesson_session("assign"))
    assert panel.is_past
    assert texts(panel, "findings-outdated") == [
        "What is shown has changed since this check."
    ]
    panel.show_report(NOTHING)
    assert not panel.is_past
    assert texts(panel, "findings-outdated") == []


def test_a_finding_that_has_no_room_is_read_from_its_title_on(found) -> None:
    panel, _ = found
    panel.window().resize(WIDTH, 130)
    QGuiApplication.processEvents()
    for name in (Qt.Key.Key_Down, Qt.Key.Key_Up):
        key(panel, name)
        entry = panel.window().focusWidget()
        area = panel.findChild(QScrollArea, "findings-list").viewport()
        assert entry.height() > area.height()
        assert entry.mapTo(area, entry.rect().topLeft()).y() == 0
