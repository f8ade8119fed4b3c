"""The Leaves dock as a person uses it."""

import pytest
from analysis.graphs import lesson_session, session
from local_controller import quickest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QStyle, QStyleOptionFrame

from gradviz import Value
from gradviz.analysis.words import Change
from gradviz.numbers import parsed
from gradviz.ui.panels.fields import NumberField
from gradviz.ui.panels.leaf_slider import LeafSlider, reach_for
from gradviz.ui.panels.leaves import LeavesPanel
from gradviz.worker.messages import SetLeaf

LESSON = ["x1", "x2", "w11", "w12", "w21", "w22"]


def row_of(panel, controller, name):
    return panel._rows.row(controller.mirror.graph.named(name))


def type_into(field, text, key=Qt.Key.Key_Return):
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)


def number_of(controller, name):
    return controller.mirror.data[controller.mirror.graph.named(name)]


@pytest.fixture
def lesson(show):
    return show(LeavesPanel, lesson_session("accumulate"))


def many(count):
    """Return a session on a sum of so many leaves."""
    leaves = [Value(i / 10, label=f"leaf{i}") for i in range(count)]
    total = leaves[0]
    for leaf in leaves[1:]:
        total = total + leaf
    return session([total], {"total": total})


def test_every_leaf_is_listed_with_its_number(lesson) -> None:
    panel, _ = lesson
    rows = panel._rows.rows
    assert [row.name.text() for row in rows] == LESSON
    assert [row.field.text() for row in rows] == ["1", "0", "−2", "4", "3", "−1"]
    assert not any(row.reset.isVisible() for row in rows)
    assert not panel._filter.isVisible()


@pytest.mark.parametrize(
    ("number", "told"),
    [(-1e-320, "…"), (-8.88e-308, "…"), (-1.5e308, "e308"), (-123456.789, "e5")],
)
def test_a_number_is_never_cut_without_a_sign_of_it(show, number, told) -> None:
    leaf = Value(number, label="leaf")
    panel, _ = show(LeavesPanel, session([leaf * 1.0], {"leaf": leaf}))
    field = panel._rows.rows[0].field
    assert not field.hasFocus()
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    line = QStyle.SubElement.SE_LineEditContents
    room = field.style().subElementRect(line, option, field).width() - 2
    assert field.fontMetrics().horizontalAdvance(field.text()) <= room
    assert field.text().endswith(told)
    field.setFocus(Qt.FocusReason.TabFocusReason)
    assert parsed(field.text()) == number


def test_return_takes_a_number_and_gradients_follow(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    row = row_of(panel, controller, "w21")
    type_into(row.field, "1/4")
    assert number_of(controller, "w21") == 0.25
    assert number_of(controller, "w21x1") == 0.25
    x1 = controller.mirror.grad[controller.mirror.graph.named("x1")]
    assert x1 == -0.5 + 0.25 * -0.125
    assert row.field.hasFocus()
    assert row.reset.isVisible()


def test_a_bad_number_is_told_at_the_field_and_the_old_one_stays(lesson, qtbot) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "x2")
    type_into(row.field, "abc")
    error = panel.findChild(QLabel, "field-error")
    assert error.isVisible()
    assert error.text() == (
        "abc is not a number: write one such as 0.25, -3, 1/12 or 1e-5."
    )
    assert number_of(controller, "x2") == 0
    assert controller.requests == []
    assert panel.rect().contains(error.geometry())
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert not error.isVisible()
    assert row.field.text() == "0"
    assert row.field.hasFocus()


def test_leaving_the_field_takes_a_number_and_forgets_a_bad_one(lesson) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "x2")
    type_into(row.field, "7", Qt.Key.Key_Tab)
    assert number_of(controller, "x2") == 7
    type_into(row.field, "seven", Qt.Key.Key_Tab)
    assert number_of(controller, "x2") == 7
    assert row.field.text() == "7"


def test_typing_the_same_number_is_no_edit(lesson) -> None:
    panel, controller = lesson
    type_into(row_of(panel, controller, "w11").field, "-2.0")
    assert controller.requests == []


def test_reset_brings_the_files_number_back(lesson, qtbot) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "w12")
    type_into(row.field, "9")
    assert row.reset.toolTip() == "Reset w12 to the file's number, 4"
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert number_of(controller, "w12") == 4
    assert row.field.text() == "4"
    assert not row.reset.isVisible()


def test_every_digit_is_shown_while_the_field_has_the_focus(show) -> None:
    b = Value(6.8813735870195432, label="b")
    panel, controller = show(LeavesPanel, session([b.tanh()]))
    row = row_of(panel, controller, "b")
    assert row.field.text() == "6.881"
    assert row.field.toolTip() == "6.881373587019543"
    row.field.setFocus(Qt.FocusReason.TabFocusReason)
    assert row.field.text() == "6.881373587019543"
    assert row.field.selectedText() == "6.881373587019543"
    # There is no room for all of it: where it begins matters most.
    assert row.field.cursorPosition() == 0


def drag(slider, *ticks):
    """Drag a slider's handle over some of its positions."""
    y = slider.height() // 2

    def at(tick):
        for x in range(slider.width()):
            event_tick = round((x - 8) / max(1, slider.width() - 16) * 200) - 100
            if event_tick >= tick:
                return QPoint(x, y)
        return QPoint(slider.width() - 1, y)

    first, *rest = ticks
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(first))
    for tick in rest:
        QTest.mouseMove(slider, at(tick))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=at(ticks[-1]))


def test_a_drag_is_live_and_one_edit(lesson) -> None:
    panel, controller = lesson
    controller.run_to_end()
    row = row_of(panel, controller, "w11")
    seen = []
    controller.session_changed.connect(
        lambda: seen.append(controller.mirror.grad[controller.mirror.graph.named("x1")])
    )
    drag(row.slider, -40, -20, 10, 40)
    edits = [r for r in controller.requests if isinstance(r, SetLeaf)]
    assert len(edits) >= 3
    assert len({edit.gesture for edit in edits}) == 1
    assert len(set(seen)) >= 3
    moved_to = number_of(controller, "w11")
    assert moved_to > 1
    assert row.field.text() == str(moved_to).removesuffix(".0")
    controller.undo()
    assert number_of(controller, "w11") == -2
    assert row.field.text() == "−2"


def test_two_drags_are_two_edits(lesson) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "w11")
    drag(row.slider, -40, 0)
    drag(row.slider, 0, 40)
    gestures = {r.gesture for r in controller.requests if isinstance(r, SetLeaf)}
    assert len(gestures) == 2
    node = controller.mirror.graph.named("w11")
    assert all(gesture.startswith(f"leaf-{node}-") for gesture in gestures)


def test_a_slow_worker_does_not_pull_the_handle_back(lesson) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "w11")
    controller.link.holding = True
    drag(row.slider, -40, 0, 40)
    shown_now = row.field.text()
    assert shown_now != "−2"
    controller.session_changed.emit()
    assert row.field.text() == shown_now
    controller.link.holding = False
    controller.link.answer_all()
    assert row.field.text() == shown_now
    assert number_of(controller, "w11") == pytest.approx(float(shown_now))


def test_what_an_op_refuses_goes_back(show) -> None:
    x = Value(2.0, label="x")
    panel, controller = show(LeavesPanel, session([x.log()]))
    failures = []
    controller.failed.connect(failures.append)
    row = row_of(panel, controller, "x")
    type_into(row.field, "-1")
    assert len(failures) == 1
    assert number_of(controller, "x") == 2.0
    assert row.field.text() == "2"


def test_the_keyboard_moves_a_slider_and_not_the_walk(lesson, window) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "x1")
    row.slider.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(row.slider, Qt.Key.Key_Right)
    assert number_of(controller, "x1") == 1.05
    QTest.keyClick(row.slider, Qt.Key.Key_End)
    assert number_of(controller, "x1") == 5
    assert window.walked == []
    QTest.keyClick(row.slider, Qt.Key.Key_Space)
    QTest.keyClick(row.slider, Qt.Key.Key_P)
    assert window.walked == ["Space", "P"]


def test_a_field_keeps_the_keys_it_needs(lesson, window) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "x1")
    row.field.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(row.field, key)
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert window.walked == []
    assert not row.field.hasFocus()


@pytest.mark.parametrize(
    ("number", "reach"),
    [
        (0, 5),
        (1, 5),
        (-2, 5),
        (4, 5),
        (4.5, 10),
        (6.88, 10),
        (-90, 200),
        (0.1, 0.2),
        (1e-5, 2e-5),
        (1e200, 2e200),
        (float("inf"), 5),
        (float("nan"), 5),
    ],
)
def test_a_range_fits_its_number(number, reach) -> None:
    assert reach_for(number) == pytest.approx(reach)


def test_a_range_grows_with_its_number_and_does_not_shrink(lesson) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "x1")
    type_into(row.field, "70")
    assert row.slider.reach == 100
    assert row.slider.value() == 70
    type_into(row.field, "1")
    assert row.slider.reach == 100
    assert row.slider.value() == 1


def test_a_range_grows_at_the_end_of_a_drag(lesson) -> None:
    panel, controller = lesson
    row = row_of(panel, controller, "x1")
    drag(row.slider, 20, 60, 100)
    assert number_of(controller, "x1") == 5
    assert row.slider.reach == 10
    assert row.slider.value() == 50


def test_leaves_without_a_name_come_last_under_their_heading(show) -> None:
    x = Value(3.0, label="x")
    panel, _controller = show(LeavesPanel, session([x * 2 + 1]))
    rows = list(panel._rows.rows)
    assert rows[0].name.text() == "x"
    assert rows[1].heading.isVisible()
    assert rows[1].heading.text() == "Constants"
    assert [row.name.text() for row in rows[2:]] == ["x × 2", "v2 + 1"]
    assert rows[2].name.toolTip() == "The constant 2: read by v2"
    assert [row.field.text() for row in rows[2:]] == ["2", "1"]


def test_the_title_counts_the_leaves_and_the_constants(show) -> None:
    panel, _ = show(LeavesPanel, lesson_session("assign"))
    assert panel.header.findChild(QLabel, "leaves-name").text() == "6 leaves"
    x = Value(3.0, label="x")
    panel, _ = show(LeavesPanel, session([x * 2 + 1], {"x": x}))
    said = panel.header.findChild(QLabel, "leaves-name").text()
    assert said == "1 leaf, 2 constants"


def test_a_constant_is_called_by_its_op_and_follows_its_number(show) -> None:
    x = Value(3.0, label="x")
    panel, controller = show(LeavesPanel, session([x * 2]))
    row = list(panel._rows.rows)[2]
    type_into(row.field, "-0.5")
    assert controller.mirror.data[row.key] == -0.5
    assert row.name.text() == "x × −0.5"


def test_a_filter_that_hides_a_leaf_gives_way_when_it_is_to_be_shown(show) -> None:
    panel, controller = show(LeavesPanel, many(40))
    QTest.keyClicks(panel._filter, "leaf3")
    node = controller.mirror.graph.named("leaf7")
    assert panel.show_leaf(node)
    assert panel._filter.text() == ""
    assert row_of(panel, controller, "leaf7").field.hasFocus()


def test_a_leaf_that_changed_since_the_last_run_is_marked(lesson) -> None:
    panel, controller = lesson
    x1 = controller.mirror.graph.named("x1")
    panel.set_changes({x1: Change(2.5, None)})
    name = row_of(panel, controller, "x1").name
    assert name.text() == "Δ x1"
    assert name.width() >= name.fontMetrics().horizontalAdvance("Δ x1")
    assert name.toolTip().splitlines()[-1] == "data was 2.5, is 1 now"
    panel.set_changes({})
    assert name.text() == "x1"


def test_a_filter_appears_where_it_helps(show) -> None:
    panel, controller = show(LeavesPanel, many(40))
    assert panel._filter.isVisible()
    assert panel._filter.placeholderText() == "Filter 40 leaves"
    QTest.keyClicks(panel._filter, "LEAF3")
    names = [controller.mirror.graph.nodes[i].name for i in panel.shown]
    assert names == ["leaf3", *(f"leaf{i}" for i in range(30, 40))]
    assert [row.name.text() for row in panel._rows.rows] == names
    QTest.keyClicks(panel._filter, "x")
    assert panel._hint.text() == "No leaf is called 'LEAF3x'."


def test_a_thousand_leaves_open_at_once_and_only_those_in_view_are_widgets(
    show,
) -> None:
    panel, controller = show(LeavesPanel, many(1000))
    assert quickest(controller.graph_changed.emit) < 0.1
    assert len(list(panel._rows.all_rows())) < 40
    assert panel.show_leaf(controller.mirror.graph.named("leaf999"))
    row = row_of(panel, controller, "leaf999")
    assert row.field.hasFocus()
    assert row.field.text() == "99.9"
    assert len(list(panel._rows.all_rows())) < 60


def test_a_field_being_typed_into_survives_scrolling(show) -> None:
    panel, controller = show(LeavesPanel, many(200))
    row = row_of(panel, controller, "leaf2")
    row.field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(row.field, "12")
    bar = panel._rows.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert row.name.text() == "leaf2"
    QTest.keyClick(row.field, Qt.Key.Key_Return)
    assert number_of(controller, "leaf2") == 12


def test_tab_goes_from_leaf_to_leaf_beyond_what_is_in_view(show, window) -> None:
    panel, controller = show(LeavesPanel, many(60))
    row_of(panel, controller, "leaf0").field.setFocus(Qt.FocusReason.TabFocusReason)
    reached = []
    for _ in range(40):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        focus = window.focusWidget()
        if focus.objectName().startswith("leaf-field"):
            reached.append(focus.parentWidget().name.text())
    assert reached[:16] == [f"leaf{i}" for i in range(1, 17)]


def test_another_graph_replaces_the_leaves(lesson) -> None:
    panel, controller = lesson
    type_into(row_of(panel, controller, "x1").field, "3")
    a = Value(8.0, label="a")
    controller.show_session(session([a.exp()]))
    (row,) = panel._rows.rows
    assert row.name.text() == "a"
    assert row.field.text() == "8"
    assert not row.reset.isVisible()


def test_without_a_file_it_says_so(show) -> None:
    panel, _ = show(LeavesPanel, None)
    assert panel._hint.text() == "Leaves are listed here once there is a graph."
    assert panel._hint.isVisible()


def test_names_and_numbers_fit_the_narrowest_dock(show) -> None:
    a = Value(-1.23456e-10, label="a")
    panel, controller = show(LeavesPanel, session([a.exp()]), width=230)
    field = row_of(panel, controller, "a").field
    assert field.fontMetrics().horizontalAdvance(field.text()) <= field.width() - 14
    assert field.text() in ("−1.235e−10", "−1.23e−10", "−1.2e−10", "−1e−10")


def test_undo_belongs_to_the_window_once_a_number_is_taken(lesson, window) -> None:
    panel, controller = lesson
    undo = QShortcut(QKeySequence.StandardKey.Undo, window)
    undo.activated.connect(controller.undo)
    row = row_of(panel, controller, "x1")
    type_into(row.field, "3")
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(row.field, Qt.Key.Key_Z, control)
    assert number_of(controller, "x1") == 1
    assert row.field.text() == "1"
    QTest.keyClicks(row.field, "55")
    QTest.keyClick(row.field, Qt.Key.Key_Z, control)
    assert number_of(controller, "x1") == 1
    assert row.field.text() != "55"


def test_widgets_are_found_by_the_leafs_name(lesson) -> None:
    panel, _controller = lesson
    assert panel.findChild(LeafSlider, "leaf-slider-w21").value() == 60
    assert panel.findChild(NumberField, "leaf-field-w21").text() == "3"


def test_the_wheel_scrolls_and_changes_no_number(lesson) -> None:
    panel, controller = lesson
    slider = row_of(panel, controller, "x1").slider
    place = QPointF(slider.rect().center())
    wheel = QWheelEvent(
        place,
        slider.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, wheel)
    assert controller.requests == []


def test_without_a_worker_the_number_goes_back(lesson) -> None:
    panel, controller = lesson
    failures = []
    controller.failed.connect(failures.append)
    controller.link.alive = False
    row = row_of(panel, controller, "x1")
    type_into(row.field, "3")
    assert row.field.text() == "1"
    drag(row.slider, 20, 60)
    assert row.field.text() == "1"
    assert row.slider.value() == 20
    assert failures
