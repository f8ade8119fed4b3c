"""The lesson notebooks: valid, clean, and right about the numbers they tell.

Their code is executed as a person's would be, with a stand-in for ``draw_dot``, and the
gradients come from a walk made here, not from ``backward()``. What they should be was
worked out by hand.
"""

import math
import unicodedata
from fractions import Fraction
from graphlib import TopologicalSorter
from pathlib import Path

import nbformat
import pytest

import gradviz
from gradviz.value import Value

LESSONS = Path(__file__).parents[1] / "resources" / "lessons"
STEMS = ["lesson-17", "lesson-16", "neuron"]


def notebook(stem):
    return nbformat.read(LESSONS / f"{stem}.ipynb", as_version=nbformat.NO_CONVERT)


def code_cells(stem):
    return [c["source"] for c in notebook(stem)["cells"] if c["cell_type"] == "code"]


def cells_to_first_drawing(stem):
    cells = code_cells(stem)
    drawing = next(i for i, source in enumerate(cells) if "draw_dot(" in source)
    return cells[: drawing + 1]


@pytest.fixture
def drawn(monkeypatch):
    """Catch the roots that a notebook hands to ``draw_dot``, one tuple per call."""
    calls = []
    monkeypatch.setattr(
        gradviz, "draw_dot", lambda *roots: calls.append(roots), raising=False
    )
    return calls


def run(cells):
    namespace = {}
    for source in cells:
        exec(compile(source, "<cell>", "exec"), namespace)
    return namespace


def walk(*roots):
    """Every Value below the roots, consumers before operands."""
    order = TopologicalSorter()
    to_do, seen = list(roots), set()
    while to_do:
        value = to_do.pop()
        if value not in seen:
            seen.add(value)
            order.add(value, *value._prev)
            to_do.extend(value._prev)
    return list(order.static_order())[::-1]


def values(namespace):
    return {v.label: v for v in namespace.values() if isinstance(v, Value)}


def gradients(namespace, names):
    by_label = values(namespace)
    return {name: by_label[name].grad for name in names}


# The files


def test_there_are_these_lessons_in_this_order():
    by_order = {notebook(p.stem).metadata.gradviz.order: p.stem for p in paths()}
    assert [by_order[order] for order in sorted(by_order)] == STEMS


def paths():
    return list(LESSONS.glob("*.ipynb"))


@pytest.mark.parametrize("stem", STEMS)
def test_notebook_is_valid_and_was_never_run(stem):
    nb = notebook(stem)
    nbformat.validate(nb)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    ids = [cell["id"] for cell in nb.cells]
    assert len(set(ids)) == len(ids)
    assert all(ident.startswith(f"{stem}-") for ident in ids)
    code = [cell for cell in nb.cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] for cell in code)
    assert all(cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("stem", STEMS)
def test_notebook_says_what_it_is(stem):
    nb = notebook(stem)
    about = nb.metadata.gradviz
    assert set(about) == {"title", "summary", "order"}
    assert nb.cells[0]["source"].splitlines()[0] == f"# {about.title}"
    assert about.summary.endswith(".")
    assert "\n" not in about.summary


@pytest.mark.parametrize("stem", STEMS)
def test_every_value_made_by_an_op_has_a_label(stem, drawn):
    run(cells_to_first_drawing(stem))
    (roots,) = drawn
    labels = [v.label for v in walk(*roots)]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert labels == [unicodedata.normalize("NFC", label) for label in labels]


@pytest.mark.parametrize(("stem", "count"), [("lesson-17", 12), ("lesson-16", 22)])
def test_graph_has_no_more_values_than_the_lesson_speaks_of(stem, count, drawn):
    run(cells_to_first_drawing(stem))
    assert len(walk(*drawn[0])) == count


# Lesson 17

PATHS = [["s1", "w11x1", "w12x2"], ["s2", "w21x1", "w22x2"]]
LEAVES_17 = ["x1", "x2", "w11", "w12", "w21", "w22"]
RIGHT_17 = {
    "x1": -2 * 0.25 + 3 * -0.125,
    "x2": 4 * 0.25 + -1 * -0.125,
    "w11": 0.25,
    "w12": 0,
    "w21": -0.125,
    "w22": 0,
}


def test_lesson_17_draws_both_sums_with_their_seeds_under_assignment(drawn):
    namespace = run(cells_to_first_drawing("lesson-17"))
    s1, s2 = namespace["s1"], namespace["s2"]
    assert drawn == [(s1, s2)]
    assert (s1.data, s1.grad) == (-2, 0.25)
    assert (s2.data, s2.grad) == (3, -0.125)
    assert {v.rule for v in walk(s1, s2)} == {"assign"}
    assert {v.grad for v in walk(s1, s2)} == {0.25, -0.125, 0.0}


@pytest.mark.parametrize(
    ("paths_in_order", "grad"), [(PATHS, -0.375), (PATHS[::-1], -0.5)]
)
def test_lesson_17_assignment_leaves_the_last_path_at_x1(paths_in_order, grad, drawn):
    namespace = run(cells_to_first_drawing("lesson-17"))
    for path in paths_in_order:
        for name in path:
            namespace[name]._backward()
    assert namespace["x1"].grad == grad


@pytest.mark.parametrize("paths_in_order", [PATHS, PATHS[::-1]])
def test_lesson_17_accumulation_needs_no_order_of_paths(paths_in_order, drawn):
    namespace = run(cells_to_first_drawing("lesson-17"))
    for name in ("s1", "s2"):
        namespace[name].set_rule("accumulate")
    for path in paths_in_order:
        for name in path:
            namespace[name]._backward()
    assert gradients(namespace, LEAVES_17) == RIGHT_17


def test_lesson_17_cells_tell_the_story_from_top_to_bottom(drawn):
    cells = code_cells("lesson-17")
    namespace, told = {}, []
    for source in cells:
        exec(compile(source, "<cell>", "exec"), namespace)
        if source.startswith(("s1._backward", "s2._backward", "for v in")):
            told.append(namespace["x1"].grad)
            assert f"{told[-1]:g}".replace("-", "−") in source.splitlines()[-1]
    assert told == [-0.5, -0.375, -0.875]
    assert gradients(namespace, LEAVES_17) == RIGHT_17


# Lesson 16


def lesson_16_by_hand(w11=-2):
    """Data and gradients in exact fractions, formula by formula."""
    x, w = (1, 0), ((w11, 4), (3, -1))
    v, y = (Fraction(-1), Fraction(1, 12)), 1
    s = [row[0] * x[0] + row[1] * x[1] for row in w]
    h = [max(each, 0) for each in s]
    guess = v[0] * h[0] + v[1] * h[1]
    to_guess = -2 * (y - guess)
    to_s = [to_guess * v[i] if s[i] > 0 else Fraction(0) for i in (0, 1)]
    data = {"s1": s[0], "s2": s[1], "h1": h[0], "h2": h[1]}
    data |= {"ỹ": guess, "y − ỹ": y - guess, "C": (y - guess) ** 2}
    grads = {"C": 1, "y − ỹ": -to_guess, "y": -to_guess, "ỹ": to_guess}
    grads |= {"w1h1": to_guess, "w2h2": to_guess}
    grads |= {"w1": to_guess * h[0], "w2": to_guess * h[1]}
    grads |= {"h1": to_guess * v[0], "h2": to_guess * v[1]}
    for i, row in enumerate(("1", "2")):
        grads |= {f"s{row}": to_s[i], f"w{row}1x1": to_s[i], f"w{row}2x2": to_s[i]}
        grads |= {f"w{row}1": to_s[i] * x[0], f"w{row}2": to_s[i] * x[1]}
    grads |= {f"x{j + 1}": sum(w[i][j] * to_s[i] for i in (0, 1)) for j in (0, 1)}
    return data, grads


def test_lesson_16_by_hand_is_what_the_lesson_tells():
    data, grads = lesson_16_by_hand()
    assert data == {
        "s1": -2,
        "s2": 3,
        "h1": 0,
        "h2": 3,
        "ỹ": Fraction(1, 4),
        "y − ỹ": Fraction(3, 4),
        "C": Fraction(9, 16),
    }
    told = ["ỹ", "h1", "h2", "s1", "s2", "x1", "x2", "w11", "w12", "w21", "w22"]
    told += ["w1", "w2", "y"]
    assert [float(grads[name]) for name in told] == [
        *(-1.5, 1.5, -0.125, 0, -0.125),
        *(-0.375, 0.125, 0, 0, -0.125, 0),
        *(0, -4.5, 1.5),
    ]


@pytest.mark.parametrize("w11", [-2, 4])
def test_lesson_16_walk_gives_the_numbers_made_by_hand(w11, drawn):
    cells = cells_to_first_drawing("lesson-16")
    assert sum("Value(-2, " in source for source in cells) == 1
    cells = [source.replace("Value(-2, ", f"Value({w11}, ") for source in cells]
    by_label = values(run(cells))
    ((root,),) = drawn
    assert root is by_label["C"]
    assert root.grad == 1.0
    for v in walk(root):
        v._backward()
    data, grads = lesson_16_by_hand(w11)
    for name, expected in data.items():
        assert by_label[name].data == pytest.approx(float(expected)), name
    assert set(grads) == set(by_label)
    for name, expected in grads.items():
        assert by_label[name].grad == pytest.approx(float(expected)), name


def test_lesson_16_cells_run_from_top_to_bottom(drawn):
    by_label = values(run(code_cells("lesson-16")))
    grads = lesson_16_by_hand()[1]
    assert {name: v.grad for name, v in by_label.items()} == pytest.approx(
        {name: float(grad) for name, grad in grads.items()}
    )


# The neuron

LEAVES = {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5}


def test_neuron_walk_gives_the_numbers_of_the_lecture(drawn):
    by_label = values(run(cells_to_first_drawing("neuron")))
    ((root,),) = drawn
    assert root is by_label["o"]
    for v in walk(root):
        v._backward()
    assert root.data == pytest.approx(math.sqrt(0.5), rel=1e-12)
    assert {name: v.grad for name, v in by_label.items()} == pytest.approx(
        LEAVES | {"x1w1": 0.5, "x2w2": 0.5, "sum": 0.5, "n": 0.5, "o": 1.0}
    )


def test_neuron_made_from_exp_has_the_same_gradients(drawn):
    namespace = run(code_cells("neuron"))
    assert drawn == [(namespace["o"],), (namespace["o_parts"],)]
    assert namespace["o_parts"].data == pytest.approx(math.sqrt(0.5), rel=1e-12)
    assert gradients(namespace, LEAVES) == pytest.approx(LEAVES)
