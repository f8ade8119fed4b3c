"""The paths to a Value in a whole window: from the list to the picture."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QMainWindow
from windows import CONTROL

from gradviz.ui.docks import LEFT_PX, RIGHT_PX
from gradviz.ui.settings import Settings
from gradviz.ui.theme import DARK, LIGHT

DOWN = Qt.Key.Key_Down


def accent(screen, reader, read):
    """Count the pixels in the accent where the curve of an operand slot runs.

    A strip across its middle is looked at.
    """
    canvas = screen.canvas
    picture = canvas.picture
    edge = next(
        i
        for i, edge in enumerate(picture.graph.edges)
        if (edge.consumer, edge.operand) == (screen.node(reader), screen.node(read))
    )
    at = canvas.map_from_scene(picture.curves[edge].pointAtPercent(0.3)).toPoint()
    image = canvas.grab().toImage()
    colors = {DARK.palette.accent, LIGHT.palette.accent}
    return sum(
        image.pixelColor(at.x() + dx, at.y() + dy).name() in colors
        for dx in range(-6, 7)
        for dy in range(-6, 7)
    )


FIRST = (("s1", "w11x1"), ("w11x1", "x1"))
SECOND = (("s2", "w21x1"), ("w21x1", "x1"))


def lit(screen, edges):
    return [accent(screen, *edge) > 20 for edge in edges]


def test_down_lights_the_curves_of_one_path_after_the_other(lesson) -> None:
    lesson.click("x1")
    lesson.key(Qt.Key.Key_T, CONTROL)
    assert lesson.window.docks.paths.isVisible()
    assert lit(lesson, FIRST + SECOND) == [False] * 4
    lesson.key(DOWN)
    assert lit(lesson, FIRST) == [True, True]
    assert lit(lesson, SECOND) == [False, False]
    lesson.key(DOWN)
    assert lit(lesson, FIRST) == [False, False]
    assert lit(lesson, SECOND) == [True, True]
    lesson.key(Qt.Key.Key_Escape)
    assert lit(lesson, FIRST + SECOND) == [False] * 4
    assert lesson.selected() == "x1"


def test_the_path_is_unlit_when_its_value_is_left(lesson) -> None:
    lesson.click("x1")
    before = lesson.canvas.grab().toImage()
    lesson.key(Qt.Key.Key_T, CONTROL)
    lesson.key(DOWN)
    assert lesson.canvas.grab().toImage() != before
    lesson.window.docks.show(lesson.window.docks.inspector)
    lesson.until(lambda: lesson.canvas.grab().toImage() == before)
    lesson.window.docks.show(lesson.window.docks.paths)
    lesson.window.docks.paths.start()
    lesson.key(DOWN)
    lesson.click("w22")
    assert lit(lesson, FIRST + SECOND) == [False] * 4


def test_the_path_stays_lit_while_the_walk_goes_on(lesson) -> None:
    lesson.click("x1")
    lesson.key(Qt.Key.Key_T, CONTROL)
    lesson.key(DOWN)
    lesson.key(DOWN)
    lesson.key(Qt.Key.Key_Right)
    lesson.until(lambda: lesson.playhead == "step 1 of 6")
    lesson.settle()
    assert lit(lesson, SECOND) == [True, True]
    QTest.mouseClick(
        lesson.canvas, Qt.MouseButton.LeftButton, pos=lesson.place("w22") / 50
    )
    assert lesson.selected() is None
    assert lit(lesson, SECOND) == [False, False]


def test_a_window_saved_by_an_older_gradviz_has_new_panels_in_their_places(
    new_screen, qtbot
) -> None:
    older = QMainWindow()
    older.resize(1280, 800)
    qtbot.addWidget(older)
    for name in ("steps", "inspector"):
        dock = QDockWidget(name, older)
        dock.setObjectName(f"dock-{name}")
        older.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    Settings(older).save_window(older.saveGeometry(), older.saveState())
    window = new_screen().window
    inspector = window.findChild(QDockWidget, "dock-inspector")
    names = [dock.objectName() for dock in window.tabifiedDockWidgets(inspector)]
    assert names == ["dock-paths", "dock-findings"]
    assert window.docks.code.height() > 100


def test_at_the_first_start_the_panels_have_the_room_they_want(screen) -> None:
    docks = screen.window.docks
    assert docks.leaves.width() == LEFT_PX
    assert docks.steps.width() == docks.inspector.width() == RIGHT_PX
