"""The window on a small screen: nothing of it may fall off or be cut."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QStatusBar,
    QToolBar,
    QToolButton,
    QWidget,
)

from gradviz.ui.theme import DARK, LIGHT, contrast

SMALL = QSize(800, 570)
"""A screen of 800 × 600, less the window's title."""

BACKWARD_OF_ITS_OWN = """
    from gradviz import Value
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    out = w * x
    out.label = "out"
    out.backward()
"""


@pytest.fixture
def small(script, screen):
    """A window as small as it has to become, with a notice."""
    screen.open(script(BACKWARD_OF_ITS_OWN))
    screen.window.resize(SMALL)
    screen.settle()
    return screen


def place_of(screen, widget) -> QRect:
    """Return where a widget is in the window."""
    return QRect(widget.mapTo(screen.window, QPoint(0, 0)), widget.size())


def text_of_needed_height(label: QLabel) -> int:
    return (
        label.fontMetrics()
        .boundingRect(
            QRect(0, 0, label.width(), 10_000), Qt.TextFlag.TextWordWrap, label.text()
        )
        .height()
    )


def test_timeline_and_status_stay_in_a_small_window(small) -> None:
    assert small.window.size() == SMALL
    for kind, name in ((QToolBar, "timeline-toolbar"), (QStatusBar, "status")):
        assert small.window.rect().contains(place_of(small, small.find(kind, name)))


@pytest.mark.parametrize("name", ["dock-inspector", "dock-paths", "dock-findings"])
def test_whichever_panel_is_in_front(small, name) -> None:
    small.find(QDockWidget, name).raise_()
    small.canvas.select(small.node("w"))
    assert small.window.minimumSizeHint().height() <= SMALL.height()
    assert small.window.size() == SMALL


def test_a_notice_is_not_cut_in_a_small_window(small) -> None:
    sentence = small.find(QLabel, "notice-text")
    assert "Recorded in Steps" in sentence.text()
    assert sentence.height() >= text_of_needed_height(sentence)


def test_the_canvas_keeps_room_between_the_panels(small) -> None:
    small.find(QDockWidget, "dock-source").raise_()
    assert small.find(QWidget, "canvas").width() >= 280


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_commands_without_room_are_behind_a_button_that_can_be_seen(
    small, theme
) -> None:
    small.window.actions_by_name[f"theme-{theme.name}"].trigger()
    button = small.find(QToolButton, "qt_toolbar_ext_button")
    assert button.isVisible()
    assert button.toolTip()
    image = button.grab().toImage()
    middle = image.height() // 2
    seen = max(
        contrast(image.pixelColor(x, y).name(), theme.palette.panel)
        for x in range(image.width())
        for y in range(middle - 6, middle + 6)
    )
    assert seen >= 3
