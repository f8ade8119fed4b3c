"""The Paths dock as a person uses it."""

import pytest
from analysis.graphs import lesson_session, session
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gradviz import Value
from gradviz.session.facts import ReferenceFact
from gradviz.ui.panels.paths import PathsPanel
from gradviz.ui.panels.paths_drawing import elided
from gradviz.ui.panels.paths_model import PathRole

DOWN, UP, ESCAPE = Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Escape


class Seen:
    """What a person sees of the panel, and their hands at it."""

    def __init__(self, panel, controller):
        self.panel, self.controller = panel, controller
        self.lit_now = None
        panel.lit.connect(self._keep)

    def _keep(self, path):
        self.lit_now = path

    def select(self, name):
        graph = self.controller.mirror.graph
        self.panel.set_selected(graph.named(name) if name else -1)

    @property
    def head(self):
        names = ("paths-name", "paths-sum", "paths-gradient")
        labels = [self.panel.findChild(QLabel, name) for name in names]
        return [label.text() for label in labels if label.isVisible() and label.text()]

    @property
    def hint(self):
        label = self.panel.findChild(QLabel, "paths-hint")
        return label.text() if label.isVisible() else ""

    @property
    def rows(self):
        """Return route, factors and product of each row, and the row on the rest."""
        if not self.panel.list.isVisible():
            return []
        model = self.panel.model
        found = []
        for row in range(model.rowCount()):
            index = model.index(row)
            factors = index.data(PathRole.FACTORS)
            product = index.data(PathRole.PRODUCT)
            told = factors and (index.data(), " × ".join(factors.parts), product)
            found.append(told or index.data())
        return found

    @property
    def lit(self):
        """Return the names on the path that is lit, the seed first."""
        if self.lit_now is None:
            return []
        nodes = self.controller.mirror.graph.nodes
        return [nodes[node].name for node in self.lit_now.nodes]

    def click(self, row):
        place = self.panel.list.visualRect(self.panel.model.index(row)).center()
        button = Qt.MouseButton.LeftButton
        QTest.mouseClick(self.panel.list.viewport(), button, pos=place)

    def key(self, key):
        self.panel.list.setFocus()
        QTest.keyClick(self.panel.list, key)


@pytest.fixture
def watch(show):
    def start(owner, width=340):
        return Seen(*show(PathsPanel, owner, width=width))

    return start


@pytest.fixture
def x1(watch):
    """The paths to x1 of lesson 17, which assigns its gradients."""
    seen = watch(lesson_session("assign"))
    seen.select("x1")
    return seen


def test_each_path_with_its_factors_and_its_product(x1) -> None:
    assert x1.head[:2] == ["x1: 2 paths from 2 seeds", "−0.5 + (−0.375) = −0.875"]
    assert x1.rows == [
        ("s1 → w11x1 → x1", "0.25 × 1 × (−2)", "−0.5"),
        ("s2 → w21x1 → x1", "−0.125 × 1 × 3", "−0.375"),
    ]


def test_how_much_of_the_sum_the_gradient_holds(x1) -> None:
    assert x1.head[2] == "the gradient is not there yet: no consumer has pushed"
    x1.controller.move_to(2)
    assert x1.head[2] == (
        "the gradient is −0.5 so far: w11x1 has pushed, w21x1 has not"
    )
    x1.controller.run_to_end()
    assert x1.head[2] == "the gradient is −0.375: −0.5 of it is missing"
    x1.controller.set_rule("accumulate")
    x1.controller.run_to_end()
    assert x1.head[2] == "the gradient is −0.875: all of it is there"


def test_a_gradient_that_was_pushed_twice_is_too_much(watch) -> None:
    seen = watch(lesson_session("accumulate"))
    seen.select("w11")
    seen.controller.run_to_end()
    seen.controller.run_step(seen.controller.mirror.graph.named("w11x1"))
    assert seen.head == [
        "w11: 1 path from 1 seed",
        "product 0.25",
        "the gradient is 0.5: 0.25 of it is too much",
    ]


def test_with_nothing_selected_it_follows_the_walk(watch) -> None:
    seen = watch(lesson_session())
    assert seen.hint == "Click a Value in the graph to see how the seeds reach it."
    assert seen.rows == []
    seen.controller.move_to(2)
    assert seen.head[0] == "w11x1: 1 path from 1 seed"
    seen.controller.move_to(4)
    assert seen.head[0] == "s2: 1 path from 1 seed"
    assert seen.rows == [("s2", "−0.125", "−0.125")]


def test_with_no_file_it_says_what_to_do(watch) -> None:
    assert (
        watch(None).hint
        == "Paths from the seeds are listed here once there is a graph."
    )


def test_a_value_that_no_seed_reaches(watch) -> None:
    seen = watch(lesson_session())
    seen.select("x1")
    for name in ("s1", "s2"):
        seen.controller.set_seed(seen.controller.mirror.graph.named(name), None)
    assert seen.hint == "No path leads to x1: nothing is seeded."
    seen.controller.set_seed(seen.controller.mirror.graph.named("s1"), 1.0)
    assert seen.rows == [("s1 → w11x1 → x1", "1 × 1 × (−2)", "−2")]
    seen.select("w21")
    assert seen.hint == "No seed reaches w21: no seeded Value was computed from it."
    assert seen.rows == []


def test_down_and_up_light_one_path_after_the_other(x1) -> None:
    assert x1.lit == []
    x1.key(DOWN)
    assert x1.lit == ["s1", "w11x1", "x1"]
    x1.key(DOWN)
    assert x1.lit == ["s2", "w21x1", "x1"]
    x1.key(DOWN)
    assert x1.lit == ["s2", "w21x1", "x1"]
    x1.key(UP)
    assert x1.lit == ["s1", "w11x1", "x1"]
    x1.key(ESCAPE)
    assert x1.lit == []


def test_a_click_lights_a_path_and_another_one_on_it_unlights_it(x1) -> None:
    x1.click(1)
    assert x1.lit == ["s2", "w21x1", "x1"]
    x1.click(0)
    assert x1.lit == ["s1", "w11x1", "x1"]
    x1.key(DOWN)
    assert x1.lit == ["s2", "w21x1", "x1"]
    x1.click(1)
    assert x1.lit == []


def test_the_other_keys_are_the_windows(x1, window) -> None:
    x1.click(0)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_P):
        QTest.keyClick(x1.panel.list, key)
    assert window.walked == ["Space", "Right", "End", "P"]
    assert x1.lit == ["s1", "w11x1", "x1"]


def test_another_value_unlights_the_path(x1) -> None:
    x1.click(0)
    x1.select("x2")
    assert x1.lit == []
    x1.click(0)
    assert x1.lit == ["s1", "w12x2", "x2"]
    x1.select(None)
    assert x1.lit == []


def test_another_graph_unlights_the_path(x1) -> None:
    x1.click(0)
    x1.controller.show_session(session([Value(8.0, label="a").exp()]))
    assert (x1.lit_now, x1.rows) == (None, [])


def test_a_panel_that_is_covered_lights_nothing(x1) -> None:
    x1.click(0)
    x1.panel.hide()
    assert x1.lit == []
    x1.panel.show()
    assert x1.lit == []
    assert len(x1.rows) == 2


def test_what_was_changed_behind_its_back_is_shown_when_it_is_seen_again(x1) -> None:
    x1.panel.hide()
    x1.controller.set_seed(x1.controller.mirror.graph.named("s1"), 1.0)
    x1.select("w11")
    x1.panel.show()
    assert x1.rows == [("s1 → w11x1 → w11", "1 × 1 × 1", "1")]


def test_the_path_stays_lit_while_the_walk_and_the_leaves_move(x1) -> None:
    x1.click(1)
    x1.controller.run_to_end()
    assert x1.lit == ["s2", "w21x1", "x1"]
    x1.controller.set_leaf(x1.controller.mirror.graph.named("w21"), 8.0)
    # It has the larger product now and is the first in the list.
    assert x1.rows[0] == ("s2 → w21x1 → x1", "−0.125 × 1 × 8", "−1")
    assert x1.lit == ["s2", "w21x1", "x1"]
    x1.key(DOWN)
    assert x1.lit == ["s1", "w11x1", "x1"]


def test_the_row_that_is_lit_stands_out(x1) -> None:
    def shade(row):
        rect = x1.panel.list.visualRect(x1.panel.model.index(row))
        image = x1.panel.list.viewport().grab().toImage()
        return image.pixelColor(rect.center() + QPoint(0, 17)).name()

    x1.click(0)
    window = x1.panel.window()
    QTest.mouseMove(window, QPoint(1, 1))
    assert shade(0) == "#26364f"
    assert shade(1) != "#26364f"


def test_an_operand_read_twice_has_two_paths(watch) -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    seen = watch(session([y]))
    seen.select("x")
    assert seen.head[:2] == ["x: 2 paths from 1 seed", "3 + 3 = 6"]
    assert seen.rows == [("y → x", "1 × 3", "3")] * 2


def test_more_paths_than_are_listed(watch) -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(20):
        y = y + y
    seen = watch(session([y]))
    seen.select("x")
    assert seen.head[:2] == ["x: 1,048,576 paths from 1 seed", "sum 1048576"]
    assert len(seen.rows) == 41
    assert seen.rows[-1] == "and 1,048,536 more, together 1048536"
    seen.panel.list.setFocus()
    for _ in range(60):
        QTest.keyClick(seen.panel.list, DOWN)
    assert seen.panel.model.lit == 39
    scrolled = seen.panel.list.verticalScrollBar()
    assert scrolled.value() == scrolled.maximum() > 0
    seen.select(seen.controller.mirror.graph.nodes[1].name)
    assert scrolled.value() == 0


def test_too_many_to_be_read_are_rounded(watch) -> None:
    y = Value(1e-30, label="x")
    for _ in range(100):
        y = y + y
    seen = watch(session([y]))
    seen.select("x")
    assert seen.head[0] == "x: about 1.268e30 paths from 1 seed"
    assert seen.rows[-1] == "and about 1.268e30 more, together 1.268e30"


def test_products_that_are_0_are_counted(watch) -> None:
    x = Value(2.0, label="x")
    y = x.relu() + (-x).relu()
    seen = watch(session([y]))
    seen.select("x")
    assert seen.head[:2] == [
        "x: 2 paths from 1 seed",
        "1 + 0 = 1; 1 product is 0",
    ]
    assert [row[2] for row in seen.rows] == ["1", "0"]


class Odd(Value):
    """Has an op whose derivative nobody knows."""

    def gauss(self):
        return Odd(0.5 * self.data, _prev=(self,), _op="gauss")


def test_escape_is_the_windows_while_nothing_is_lit(x1, window) -> None:
    x1.key(ESCAPE)
    assert window.walked == ["Escape"]
    x1.key(DOWN)
    x1.key(ESCAPE)
    assert window.walked == ["Escape"]


def test_an_op_that_is_not_known(watch) -> None:
    x = Odd(2.0, label="x")
    odd = x.gauss()
    odd.label = "odd"
    y = odd + x * 3
    y.label = "y"
    seen = watch(session([y]))
    seen.select("x")
    assert seen.head[:2] == [
        "x: 2 paths from 1 seed",
        "known: product 3; 1 path goes through gauss, whose derivative is not known",
    ]
    assert seen.rows[1] == ("y → odd → x", "1 × 1 × ?", "not known")
    tip = seen.panel.model.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.endswith("The derivative of gauss in odd is not known.")


def test_a_derivative_that_was_measured_takes_the_place_of_an_unknown_one(
    watch,
) -> None:
    x = Odd(2.0, label="x")
    seen = watch(session([x.gauss()]))
    seen.select("x")
    assert seen.head[1] == (
        "no product is known: 1 path goes through gauss, whose derivative is not known"
    )
    mirror = seen.controller.mirror
    mirror.reference = ReferenceFact((0.5, 1.0), (0.0, 0.0), ((), (0.5,)))
    seen.controller.session_changed.emit()
    assert seen.head[1] == "product 0.5"
    assert seen.rows == [("v1 → x", "1 × 0.5", "0.5")]
    tip = seen.panel.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "= ∇v1 × (∂v1/∂x)" in tip


def test_the_tooltip_tells_a_path_in_names_symbols_and_numbers(x1) -> None:
    index = x1.panel.model.index(1)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "s2 → w21x1 → x1\n= ∇s2 × 1 × w21\n= −0.125 × 1 × 3\n= −0.375"
    )
    x1.click(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == (
        "s2 → w21x1 → x1, = ∇s2 × 1 × w21, = −0.125 × 1 × 3, = −0.375, lit in the graph"
    )


def test_a_large_graph_is_searched_while_the_window_goes_on(watch, qtbot) -> None:
    y = Value(0.5, label="x")
    for _ in range(12_000):
        y = y.tanh()
    seen = watch(session([y]))
    seen.select("x")
    assert seen.hint == "Looking for the paths to x …"
    qtbot.waitUntil(lambda: bool(seen.rows), timeout=20_000)
    assert seen.head[0] == "x: 1 path from 1 seed"
    assert seen.hint == ""
    tip = seen.panel.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "… 11,977 more …" in tip


def test_a_search_for_another_value_ends_the_one_before(watch, qtbot) -> None:
    y = Value(0.5, label="x")
    for _ in range(12_000):
        y = y.tanh()
    y.label = "y"
    seen = watch(session([y]))
    seen.select("x")
    seen.select("y")
    assert seen.rows == [("y", "1", "1")]
    seen.select("x")
    qtbot.waitUntil(lambda: bool(seen.rows), timeout=20_000)
    assert seen.head[0] == "x: 1 path from 1 seed"


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (30, "loss → a → b → c → x"),
        (19, "loss → … → c → x"),
        (14, "loss → … → x"),
    ],
)
def test_a_long_route_keeps_its_ends_and_what_tells_it_from_others(room, text) -> None:
    parts = ["loss", "a", "b", "c", "x"]
    found = elided(parts, " → ", lambda text: len(text) <= room, first=[2])
    assert found == text


def test_factors_of_1_are_left_out_first() -> None:
    parts = ["0.5", "1", "1", "3", "1"]
    found = elided(parts, " × ", lambda text: len(text) <= 8, [0, 3], silent="1")
    assert found == "0.5 × 3"


def test_factors_left_out_at_the_end_have_a_mark() -> None:
    parts = ["1", "0.38", "0.34", "0.43", "0.44", "0.5", "1"]
    found = elided(parts, " × ", lambda text: len(text) <= 28, range(1, 6), silent="1")
    assert found == "1 × 0.38 × 0.34 × 0.43 × …"


def test_a_long_name_does_not_hide_how_many_paths_there_are(watch) -> None:
    weight = Value(2.0, label="network.layers[0].neurons[3].weights[2]")
    seen = watch(session([weight * 3.0]))
    seen.select(weight.label)
    said = seen.panel.header._name
    assert said.shown_text.endswith("s[2]: 1 path from 1 seed")
    assert said.shown_text.startswith("…")
    assert said.toolTip().startswith("network.")
