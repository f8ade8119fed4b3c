"""Panels on the real worker, with the lesson that gradviz opens."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.assets import resource_path
from gradviz.ui.controller import Controller
from gradviz.ui.panels.leaves import LeavesPanel
from gradviz.ui.panels.seeds import SeedsPanel
from gradviz.ui.panels.steps import StepsPanel
from gradviz.ui.panels.steps_model import StepRole
from gradviz.ui.panels.timeline import TimelineBar


@pytest.fixture
def controller(qtbot):
    controller = Controller()
    with qtbot.waitSignal(controller.graph_changed, timeout=20_000):
        controller.open(resource_path("lessons", "lesson-17.ipynb"))
    yield controller
    controller.close()


def test_the_lesson_from_its_file_to_the_numbers(qtbot, theme, controller) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    leaves, seeds, steps, timeline = (
        panel(controller, theme, window)
        for panel in (LeavesPanel, SeedsPanel, StepsPanel, TimelineBar)
    )
    for panel in (leaves, seeds, steps, timeline):
        layout.addWidget(panel)
    window.resize(340, 900)
    window.show()

    def result_of(name):
        for i in range(steps.model.rowCount()):
            index = steps.model.index(i)
            if index.data() == f"{name}._backward()":
                return index.data(StepRole.RESULT)
        return None

    assert [row.name.text() for row in leaves._rows.rows][:2] == ["x1", "x2"]
    assert [row.field.text() for row in seeds._rows.rows] == ["0.25", "−0.125"]
    total = len(controller.mirror.walk)
    assert timeline.position_text == f"step 0 of {total}"

    controller.run_to_end()
    qtbot.waitUntil(lambda: timeline.position_text == f"step {total} of {total}")
    assert result_of("w21x1") == "x1: −0.375"
    with qtbot.waitSignal(controller.session_changed):
        controller.set_rule("accumulate")
    qtbot.waitUntil(lambda: result_of("w21x1") == "x1: −0.875")

    field = leaves._rows.row(controller.mirror.graph.named("w21")).field
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(field, "-1")
    with qtbot.waitSignal(controller.session_changed):
        QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: result_of("w21x1") == "x1: −0.375")
