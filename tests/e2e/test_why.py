"""Asking why a gradient is wrong, on a real display, with real keys."""

from pathlib import Path

from desktop import until

WRONG = Path(__file__).parents[1] / "corpus" / "wrong_rules.py"
CANVAS = 252, 90, 690, 600
"""Where the canvas is in a window of 1280 × 800: x, y, width, height."""


def test_a_check_finds_both_bugs_and_goes_to_the_step_where_one_bites(program):
    app = program(WRONG)
    assert app.read("b") == "b | 2 | ∇ 0"
    app.keys("c")

    def copied_finding():
        app.keys("ctrl+c")
        return app.desktop.clipboard.startswith("Wrong local derivative")

    until(copied_finding, "the first finding has the keyboard")
    sentence = (
        "d._backward() pushes 1 times its gradient to b, where ∂d/∂b is −1 at a = 5, "
        "b = 2."
    )
    assert sentence in (app.desktop.clipboard)
    app.screenshot("findings")
    app.keys("Return")
    app.select("b")
    app.shows("b | 2 | ∇ 1")
    app.screenshot("finding-gone-to")
    app.keys("Left")
    app.shows("b | 2 | ∇ 0")
    assert app.stderr == ""


def test_one_path_after_the_other_is_lit(program):
    app = program("lesson-17")
    app.keys("End")
    app.select("x1")
    app.shows("x1 | 1 | ∇ −0.375")
    app.keys("ctrl+t")
    app.screenshot("paths")
    app.desktop.keep(*CANVAS)
    app.keys("Down")

    def lit():
        found = app.desktop.changed(*CANVAS)
        return found and found[2] - found[0] > 400 and found

    first = until(lit, "the first path is lit from x1 to s1")
    app.screenshot("path-lit")
    app.desktop.keep(*CANVAS)
    app.keys("Down")
    second = until(lit, "the second path is lit")
    assert second[3] > first[3], "the path from s2 lies below that from s1"
    assert app.stderr == ""
