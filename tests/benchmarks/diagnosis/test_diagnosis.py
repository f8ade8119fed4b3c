"""Seeded bugs are found and blamed on the right line; right classes are left alone.

``make bench`` prints recall, precision and the time of a check.
"""

from pathlib import Path
from time import perf_counter

import pytest
from checker import checked
from mutants import CLASSES, MUTANTS

CORPUS = Path(__file__).parents[2] / "corpus"

ODD = (
    "bound_methods came_from checked_attributes children_list class_defaults "
    "composites constants dataclass_eq decorated default_capture delta_out "
    "dot_and_mean driver_renamed edge_partials fraction_data free_functions "
    "function_objects hook_recurses keyword_ops lazy_forward microgpt_style "
    "missing_relu_edge none_gradients none_hook number_in_prev numpy_scalars "
    "op_factory own_hash partial_hooks prelu_rehooked private_properties "
    "rule_objects saved_globally saved_in_dict slots softmax_max stale_locals "
    "static_ops sum_list tanh_rehooked two_results zeroing_backward "
)
"""Files of the corpus whose backward code is right, in odd styles."""

RIGHT = sorted(CLASSES.glob("*.py")) + [
    path for name in ODD.split() if (path := CORPUS / f"{name}.py").exists()
]


def blamed(report):
    return [(found.rule, found.method, found.line) for found in report.findings]


def mutated(mutant, folder):
    """Write a mutant and return its path, and what is to be said of it."""
    source, line = mutant.source()
    path = folder / f"{mutant.of}_mutant.py"
    path.write_text(source)
    return path, (mutant.rule, mutant.expected_method, line)


def test_there_are_enough_mutants_and_right_classes():
    assert len(MUTANTS) >= 60
    assert len({mutant.of for mutant in MUTANTS}) >= 6
    assert len(RIGHT) >= 12


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_seeded_bug_is_one_finding_on_its_line(mutant, tmp_path):
    path, expected = mutated(mutant, tmp_path)
    report = checked(path)
    assert blamed(report) == [expected], str(report)
    assert report.findings[0].file == (path.name if mutant.has_no_line else str(path))


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_nothing_is_found_in_a_right_class(path):
    report = checked(path)
    assert report, str(report)


@pytest.mark.benchmark(group="diagnosis")
def test_recall_and_precision(benchmark, tmp_path):
    if benchmark.disabled:
        pytest.skip("each mutant has a test of its own; make bench adds them up")
    found = exact = false = other = 0
    times = []
    for mutant in MUTANTS:
        path, expected = mutated(mutant, tmp_path)
        report = checked(path)
        said = blamed(report)
        found += expected[0] in [rule for rule, _, _ in said]
        exact += expected in said
        other += len([one for one in said if one != expected])
    for path in RIGHT:
        started = perf_counter()
        false += len(checked(path).findings)
        times.append(perf_counter() - started)
    benchmark.pedantic(checked, args=(CLASSES / "closures.py",), rounds=5)
    told = benchmark.extra_info
    told["mutants found, of"] = f"{found} / {len(MUTANTS)}"
    told["recall (rule, method and line)"] = f"{exact / len(MUTANTS):.1%}"
    told["precision"] = f"{exact / (exact + other + false):.1%}"
    told["findings on right classes"] = f"{false} on {len(RIGHT)}"
    told["slowest right class, run and checked, s"] = f"{max(times):.2f}"
    assert exact == len(MUTANTS)
    assert not false
