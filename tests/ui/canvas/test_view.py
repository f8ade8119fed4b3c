"""What a person sees on the canvas and does with it."""

from itertools import pairwise

from helpers import Play, layout_of, lesson_17, named, neuron, random_graph, square
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip
from watching import count, differing

from gradviz import Value
from gradviz.layout.geometry import Layout
from gradviz.ui.canvas.view import CanvasView
from gradviz.ui.theme import DARK, LIGHT

P = DARK.palette


def wheel(view, at, notches=1, pixels=(0, 0), phase=Qt.ScrollPhase.NoScrollPhase):
    event = QWheelEvent(
        at,
        QPointF(view.mapToGlobal(at.toPoint())),
        QPoint(*pixels),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        phase,
        False,
    )
    QApplication.sendEvent(view, event)


def drag(qtbot, view, start, by, button=Qt.MouseButton.LeftButton):
    end = start + by
    qtbot.mousePress(view, button, pos=start)
    qtbot.mouseMove(view, start + by / 2)
    # QTest's own moves carry no buttons.
    for at in (start + by / 2, end):
        view_event(view, QEvent.Type.MouseMove, at, button)
    qtbot.mouseRelease(view, button, pos=end)


def view_event(view, kind, at, button):
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(
        kind,
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        button,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view, event)


def press(view, key, held=Qt.KeyboardModifier.NoModifier):
    """Press a key; tells whether the canvas took it."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, held)
    view.keyPressEvent(event)
    return event.isAccepted()


# Numbers, marks and colours


def test_a_step_turns_the_border_of_a_final_value_green(watch):
    canvas = watch(lesson_17())
    card = canvas.view.card_rect(canvas.play.named("w11x1"))
    assert canvas.colored(P.done, card) == 0
    canvas.move_to(1)
    assert canvas.colored(P.done, card) > 300


def test_stepping_back_shows_the_same_picture_to_the_pixel(watch):
    canvas = watch(lesson_17())
    canvas.move_to(2)
    before = canvas.image()
    canvas.move_to(3)
    assert canvas.image() != before
    canvas.move_to(2)
    assert canvas.image() == before


def test_a_step_repaints_only_what_it_touches_and_leaves_nothing_behind(
    watch, qtbot, qapp
):
    canvas = watch(lesson_17())
    canvas.play.run_to_end()
    canvas.play.mirror.move_to(0)
    canvas.view.refresh(None)
    for playhead in (1, 2, 3, 4, 5, 6, 5, 3, 0):
        canvas.move_to(playhead)
        qtbot.mouseMove(canvas.view, QPoint(30 + 90 * playhead, 200 + 50 * playhead))
        qapp.processEvents()
        # Qt starts the dashes of a clipped line a little elsewhere.
        assert differing(canvas.on_screen(), canvas.image()) < 40


def test_the_change_a_step_made_is_written_in_the_accent_colour(watch):
    canvas = watch(lesson_17())
    assert canvas.view.pills == ()
    canvas.move_to(2)
    pills = canvas.view.pills
    assert {" ".join(pill.lines) for pill in pills} == {"0 → −0.5", "0 → 0.25"}
    for pill in pills:
        corner = canvas.view.map_from_scene(pill.rect.topLeft())
        end = canvas.view.map_from_scene(pill.rect.bottomRight())
        assert canvas.colored(P.accent, QRectF(corner, end)) > 20


def test_there_is_no_text_below_reading_size(watch):
    canvas = watch(lesson_17())
    assert canvas.colored(P.text) > 200
    while canvas.view.zoom > 32:
        canvas.view.zoom_out()
    assert canvas.colored(P.text) == 0
    assert canvas.colored(P.dim) == 0


def test_from_afar_there_are_names_but_no_numbers(watch):
    play = lesson_17()
    canvas = watch(play, (390, 280))
    assert 32 < canvas.view.zoom < 46
    text = canvas.colored(P.text)
    assert text > 20
    play.mirror.data[play.named("x1")] = -123.4
    canvas.view.refresh(None)
    assert canvas.colored(P.text) == text


def test_a_persons_own_colour_wins_the_border(watch):
    play = lesson_17()
    node = play.named("x1")
    canvas = watch(play)
    play.mirror.color[node] = "orchid"
    canvas.view.refresh({node})
    assert canvas.colored("orchid", canvas.view.card_rect(node)) > 300


def test_the_border_of_what_an_edit_does_not_reach_is_dashed(watch):
    play = lesson_17()
    canvas = watch(play)
    node = play.named("w11x1")
    area = canvas.view.card_rect(node)
    whole = canvas.colored(P.done, area) + canvas.colored(P.card_line, area)
    play.mirror.stuck = {node: "no closure"}
    canvas.view.refresh(None)
    assert canvas.colored(P.done, area) + canvas.colored(P.card_line, area) == 0
    dashed = canvas.colored(P.attention, area)
    assert 0.3 * whole < dashed < 0.9 * whole
    assert "no closure" in canvas.view.tooltip_text(node)


def test_both_edges_of_x_times_x_can_be_seen(watch):
    canvas = watch(square())
    x, y = canvas.play.named("x"), canvas.play.named("y")
    left = canvas.view.card_rect(x).right()
    right = canvas.view.map_from_scene(canvas.view.picture.badges[y].topLeft()).x()
    column = QRectF((left + right) / 2, 0, 1, canvas.view.height())
    image = canvas.image().copy(column.toAlignedRect())
    dark = [image.pixelColor(0, i).lightness() > 60 for i in range(image.height())]
    lines = sum(now and not before for before, now in pairwise(dark))
    assert lines == 2


def test_a_theme_can_be_changed_while_the_graph_is_shown(watch):
    canvas = watch(lesson_17())
    canvas.view.set_theme(LIGHT)
    assert canvas.colored(LIGHT.palette.canvas) > 100_000
    assert canvas.colored(P.canvas) == 0


def test_without_a_graph_there_is_a_hint(watch):
    canvas = watch(lesson_17())
    canvas.view.clear()
    canvas.view.set_hint("nothing here")
    assert canvas.colored(P.dim) > 20
    assert canvas.view.node_at(QPoint(500, 350)) is None


# Pointing


def test_hovering_lights_operands_and_consumers_in_two_ways(watch, qtbot):
    canvas = watch(lesson_17())
    before = canvas.image()
    qtbot.mouseMove(canvas.view, canvas.center("w11x1").toPoint())
    after = canvas.image()
    operand = canvas.view.card_rect(canvas.play.named("w11")).adjusted(-8, -8, 8, 8)
    consumer = canvas.view.card_rect(canvas.play.named("s1")).adjusted(-8, -8, 8, 8)
    stranger = canvas.view.card_rect(canvas.play.named("w22")).adjusted(-8, -8, 8, 8)
    assert count(after, P.text, operand) > count(before, P.text, operand) + 300
    assert count(after, P.consumer, consumer) > 200
    assert count(after, P.consumer, operand) == 0
    assert after.copy(stranger.toAlignedRect()) == before.copy(stranger.toAlignedRect())
    qtbot.mouseMove(canvas.view, QPoint(3, 3))
    assert canvas.image() == before


def test_the_tooltip_has_the_whole_name_and_every_digit(watch, qtbot):
    canvas = watch(neuron())
    canvas.move_to(1)
    at = canvas.center("n").toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, at, canvas.view.mapToGlobal(at))
    QApplication.sendEvent(canvas.view, event)
    qtbot.waitUntil(QToolTip.isVisible)
    text = QToolTip.text()
    node = canvas.play.named("n")
    assert f"data {canvas.play.mirror.data[node]!r}" in text
    assert f"∇ {canvas.play.mirror.grad[node]!r}" in text
    assert len(repr(canvas.play.mirror.grad[node])) > 15
    assert "made by + from x1*w1 + x2*w2, b" in text
    assert "final" in text
    QToolTip.hideText()


def test_a_click_selects_and_a_click_on_nothing_deselects(watch, qtbot):
    canvas = watch(lesson_17())
    node = canvas.play.named("s2")
    with qtbot.waitSignal(canvas.view.selected) as told:
        qtbot.mouseClick(
            canvas.view, Qt.MouseButton.LeftButton, pos=canvas.center("s2").toPoint()
        )
    assert told.args == [node]
    assert canvas.view.selected_node == node
    with qtbot.waitSignal(canvas.view.selected) as told:
        qtbot.mouseClick(canvas.view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert told.args == [-1]


def test_a_double_click_asks_for_a_step_but_not_on_a_leaf(watch, qtbot):
    canvas = watch(lesson_17())
    asked = []
    canvas.view.step_requested.connect(asked.append)
    for name in ("x1", "s1"):
        qtbot.mouseDClick(
            canvas.view, Qt.MouseButton.LeftButton, pos=canvas.center(name).toPoint()
        )
    assert asked == [canvas.play.named("s1")]


def test_the_menu_offers_what_can_be_done_with_a_value(watch, qtbot):
    canvas = watch(lesson_17())
    asked = []
    canvas.view.step_requested.connect(lambda node: asked.append(("step", node)))
    canvas.view.seed_requested.connect(lambda node: asked.append(("seed", node)))
    node = canvas.play.named("w11x1")
    menu = canvas.view.menu_of(node)
    actions = {action.objectName(): action for action in menu.actions()}
    actions["menu-step"].trigger()
    actions["menu-seed"].trigger()
    actions["menu-consumer"].trigger()
    assert asked == [("step", node), ("seed", node)]
    assert canvas.view.selected_node == canvas.play.named("s1")
    actions["menu-copy-data"].trigger()
    assert QApplication.clipboard().text() == "-2"


def test_the_menu_of_a_leaf_says_why_it_has_no_step(watch):
    canvas = watch(lesson_17())
    menu = canvas.view.menu_of(canvas.play.named("x1"))
    action = menu.actions()[0]
    assert not action.isEnabled()
    assert "leaf" in action.text()


# Moving about


def test_opening_fits_all_of_the_graph_with_a_margin(watch):
    for play in (lesson_17(), random_graph(60)):
        view = watch(play).view
        inside = view.rect().toRectF().adjusted(20, 20, -20, -20)
        assert all(inside.contains(view.card_rect(i)) for i in range(len(play.graph)))
        assert view.zoom <= 150


def test_the_graph_stays_fitted_until_one_has_zoomed(watch):
    view = watch(lesson_17()).view
    zoom = view.zoom
    view.resize(500, 350)
    assert view.zoom < zoom
    view.zoom_in()
    zoom = view.zoom
    view.resize(900, 700)
    assert view.zoom == zoom
    view.fit()
    assert view.is_fitted


def test_a_long_graph_keeps_its_root_in_view_until_one_has_moved(watch):
    value = Value(0.5, "x")
    for number in range(8):
        value = named(value.tanh(), f"t{number}")
    play = Play([value])
    view = watch(play).view
    root = len(play.graph) - 1
    for width in (600, 420, 700):
        view.resize(width, 500)
        assert view.rect().toRectF().contains(view.card_rect(root))
        assert view.zoom == 75
    view.zoom_in()
    view.resize(420, 500)
    assert not view.rect().toRectF().contains(view.card_rect(root))


def test_the_wheel_zooms_and_keeps_the_point_below_the_pointer(watch):
    view = watch(lesson_17()).view
    at = QPointF(333, 222)
    scene = view.map_to_scene(at)
    zoom = view.zoom
    for notches in (1, 1, 1, -1, 2, -5):
        wheel(view, at, notches)
        away = view.map_from_scene(scene) - at
        assert away.manhattanLength() < 0.01
    assert view.zoom < zoom


def test_zooming_has_limits(watch):
    view = watch(lesson_17()).view
    for _ in range(40):
        wheel(view, QPointF(300, 300))
    assert view.zoom == 400
    for _ in range(80):
        wheel(view, QPointF(300, 300), -1)
    assert view.zoom == 2


def test_two_fingers_on_a_touchpad_pan(watch):
    view = watch(lesson_17()).view
    zoom, before = view.zoom, view.map_from_scene(QPointF(0, 0))
    wheel(view, QPointF(9, 9), 0, (5, -7), Qt.ScrollPhase.ScrollUpdate)
    assert view.map_from_scene(QPointF(0, 0)) - before == QPointF(5, -7)
    assert view.zoom == zoom


def test_dragging_pans_on_cards_too_and_selects_nothing(watch, qtbot):
    canvas = watch(lesson_17())
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
        before = canvas.center("s1")
        drag(qtbot, canvas.view, before.toPoint(), QPoint(-60, 40), button)
        assert canvas.center("s1") - before == QPointF(-60, 40)
    assert canvas.view.selected_node is None


def test_the_graph_cannot_be_lost_by_panning(watch, qtbot):
    canvas = watch(lesson_17())
    drag(qtbot, canvas.view, QPoint(500, 300), QPoint(-9000, 9000))
    window = canvas.view.rect().toRectF()
    shown = [canvas.view.card_rect(i) for i in range(len(canvas.play.graph))]
    around = shown[0]
    for card in shown:
        around = around.united(card)
    assert window.intersects(around)


def test_a_value_out_of_view_is_brought_into_it(watch):
    canvas = watch(random_graph(60))
    canvas.view.actual_size()
    root = canvas.play.graph.roots[0]
    canvas.view.center_on(root)
    before = canvas.view.card_rect(root)
    assert canvas.view.rect().toRectF().contains(before)
    canvas.view.center_on(root)
    assert canvas.view.card_rect(root) == before


def test_a_new_layout_leaves_the_selected_card_where_it_is(watch):
    canvas = watch(lesson_17())
    canvas.view.select(canvas.play.named("s2"))
    canvas.view.zoom_in()
    before = canvas.center("s2")
    old = layout_of(canvas.play.graph)
    moved = Layout(
        tuple((x * 1.3 + 50, y * 0.8 + 9) for x, y in old.centers),
        old.curves,
        old.size,
        True,
    )
    canvas.view.set_layout(moved)
    assert (canvas.center("s2") - before).manhattanLength() < 0.01


def test_a_new_layout_may_glide_there(watch, qtbot):
    canvas = watch(lesson_17())
    canvas.view.set_motion(True)
    old = layout_of(canvas.play.graph)
    moved = Layout(
        tuple((x * 2, y) for x, y in old.centers), old.curves, old.size, True
    )
    canvas.view.set_layout(moved)
    qtbot.waitUntil(lambda: canvas.view.picture.layout is moved)
    assert canvas.view.is_fitted


def test_another_graph_can_be_shown_without_moving_the_view(watch):
    canvas = watch(lesson_17())
    canvas.view.zoom_in()
    canvas.view.select(3)
    before = canvas.center("s2"), canvas.view.zoom
    again = lesson_17("accumulate")
    canvas.view.show_graph(again.mirror, layout_of(again.graph), keep_view=True)
    assert (canvas.center("s2"), canvas.view.zoom) == before
    assert canvas.view.selected_node == 3
    canvas.view.show_graph(again.mirror, layout_of(again.graph))
    assert canvas.view.is_fitted
    assert canvas.view.selected_node is None


def test_the_graph_can_be_walked_by_keyboard(watch):
    canvas = watch(lesson_17())
    ctrl = Qt.KeyboardModifier.ControlModifier
    path = []
    for key in (
        Qt.Key.Key_Left,  # nothing selected: the first root
        Qt.Key.Key_Left,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_Down,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
    ):
        assert press(canvas.view, key, ctrl)
        path.append(canvas.play.graph.nodes[canvas.view.selected_node].name)
    assert path == ["s1", "w11x1", "w12x2", "w12", "x2", "w12x2", "s1"]


def test_keys_of_the_window_are_left_to_it(watch):
    view = watch(lesson_17()).view
    for name in ("Left", "Right", "Space", "Home", "End", "P", "F", "1"):
        assert not press(view, getattr(Qt.Key, f"Key_{name}"))


def test_return_asks_for_a_step_of_the_selected_value(watch, qtbot):
    canvas = watch(lesson_17())
    canvas.view.select(canvas.play.named("s1"))
    with qtbot.waitSignal(canvas.view.step_requested):
        assert press(canvas.view, Qt.Key.Key_Return)


def test_what_a_search_found_is_lit_at_any_zoom(watch):
    canvas = watch(random_graph(200))
    before = canvas.image()
    canvas.view.set_found([3])
    around = canvas.view.card_rect(3).adjusted(-6, -6, 6, 6)
    assert differing(before, canvas.image()) > 30
    assert differing(before, canvas.image(), around) == differing(
        before, canvas.image()
    )


def test_the_selected_value_is_told_to_screen_readers(watch):
    canvas = watch(lesson_17())
    canvas.view.select(canvas.play.named("w11"))
    assert "data −2" in canvas.view.accessibleDescription()


def test_an_empty_graph_shows_without_fuss(qtbot):
    from gradviz.graph.model import Graph
    from gradviz.session.mirror import Mirror

    view = CanvasView()
    qtbot.addWidget(view)
    view.show_graph(Mirror(Graph((), ())), Layout((), (), (0.0, 0.0), True))
    view.zoom_in()
    view.set_layout(Layout((), (), (0.0, 0.0), True))
    view.grab()


def test_the_view_follows_the_walk_once_one_has_zoomed_in(watch):
    canvas = watch(lesson_17(), size=(300, 200))
    canvas.view.actual_size()
    screen = canvas.view.rect().toRectF()
    for playhead in range(1, 7):
        canvas.move_to(playhead)
        step = canvas.play.mirror.last_step
        assert screen.contains(canvas.view.card_rect(step.node)), playhead
    canvas.move_to(0)
    assert screen.contains(canvas.view.card_rect(canvas.play.named("s1")))


def test_a_fitted_view_does_not_move_while_walking(watch):
    canvas = watch(lesson_17())
    before = canvas.center("x1")
    canvas.move_to(3)
    assert canvas.view.is_fitted
    assert canvas.center("x1") == before
