"""What holds for every panel."""

import msgspec
import pytest
from analysis.graphs import lesson_session
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLineEdit,
    QSlider,
    QWidget,
)

from gradviz.analysis.diagnosis.findings import Finding, Report
from gradviz.ui.panels.code import CodePanel
from gradviz.ui.panels.findbar import FindBar
from gradviz.ui.panels.findings import FindingsPanel
from gradviz.ui.panels.inspector import InspectorPanel
from gradviz.ui.panels.leaves import LeavesPanel
from gradviz.ui.panels.notice import NoticeBar
from gradviz.ui.panels.paths import PathsPanel
from gradviz.ui.panels.rows import RowList
from gradviz.ui.panels.seeds import SeedsPanel
from gradviz.ui.panels.steps import StepsPanel
from gradviz.ui.panels.timeline import TimelineBar
from gradviz.ui.theme import LIGHT, apply_theme
from gradviz.worker.messages import Failure

PANELS = (
    LeavesPanel,
    SeedsPanel,
    StepsPanel,
    InspectorPanel,
    PathsPanel,
    CodePanel,
    FindingsPanel,
    TimelineBar,
    FindBar,
    NoticeBar,
)
KINDS = (QAbstractButton, QLineEdit, QSlider)


@pytest.fixture(params=PANELS, ids=lambda panel: panel.__name__)
def panel(request, show):
    """Every panel with something in it."""
    made = request.param
    if made is NoticeBar:
        made = notice
    panel, controller = show(made, lesson_session("assign"), width=230)
    controller.move_to(5)
    if isinstance(panel, SeedsPanel):
        panel.begin()
    if isinstance(panel, FindingsPanel):
        found = Finding("assigns", "It replaces.", "s1", 10, "+", "f", "a.py", 3)
        found = msgspec.structs.replace(found, suggestion="self.grad += out.grad")
        panel.show_report(Report((found,), (), 13, 3))
    if isinstance(panel, FindBar):
        panel.start()
    return panel


def notice(_controller, theme, parent):
    bar = NoticeBar(theme, parent)
    bar.show_failure(Failure("code", "Cell 3 failed.", "a\nb"), "Run again", print)
    return bar


def operable(panel):
    """Return what a person can operate."""
    own = (RowList,)
    return [
        widget
        for widget in panel.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and isinstance(widget, (*KINDS, QAbstractScrollArea))
        and not isinstance(widget, own)
        and not widget.objectName().startswith("qt_")
    ]


def test_whatever_can_be_operated_has_a_name_and_is_spoken(panel) -> None:
    for widget in operable(panel):
        inner = isinstance(widget.parentWidget(), QLineEdit)
        if inner or widget.parentWidget().objectName() == "seed-name":
            continue  # Qt's own parts of a field
        assert widget.objectName(), widget
        assert widget.accessibleName(), widget.objectName()


def test_buttons_say_what_they_do(panel) -> None:
    for button in panel.findChildren(QAbstractButton):
        if button.isVisible() and not isinstance(button.parentWidget(), QLineEdit):
            assert button.toolTip(), button.objectName()


def test_another_theme_changes_every_colour_at_once(panel, qapp) -> None:
    dark = panel.grab().toImage()
    apply_theme(qapp, LIGHT)
    panel.set_theme(LIGHT)
    QApplication.processEvents()
    light = panel.grab().toImage()

    def brightness(image):
        points = range(0, min(image.width(), image.height()), 3)
        shades = [image.pixelColor(i, i).lightness() for i in points]
        return sorted(shades)[len(shades) // 2]

    assert brightness(dark) < 80
    assert brightness(light) > 200


def test_nothing_sticks_out_at_the_narrowest_dock(panel) -> None:
    assert panel.minimumSizeHint().width() <= 230 or isinstance(
        panel, TimelineBar | NoticeBar | FindBar
    )
    for widget in operable(panel):
        left = widget.mapTo(panel, widget.rect().topLeft()).x()
        assert left >= 0
        if not isinstance(panel, TimelineBar | NoticeBar | FindBar):
            assert left + widget.width() <= panel.width(), widget.objectName()
