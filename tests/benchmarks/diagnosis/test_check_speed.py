"""How long a check takes on large graphs."""

from time import perf_counter

import pytest

import gradviz

LIMIT_S = {1_000: 1.0, 65_000: 20.0}


def chain(values):
    """Return the root of a long expression that uses its leaves again and again."""
    leaves = [gradviz.Value(0.1 + 0.01 * i) for i in range(20)]
    total = leaves[0]
    for i in range(values // 3):
        total = (total * leaves[i % 20] + leaves[(i * 7 + 3) % 20]).tanh()
    return total


@pytest.mark.parametrize("values", [1_000, 65_000])
def test_a_check_is_quick(benchmark, values):
    if benchmark.disabled and values > 1_000:
        pytest.skip("make bench measures it")
    root = chain(values)
    started = perf_counter()
    report = benchmark.pedantic(gradviz.check, args=(root,), rounds=1)
    assert report
    assert perf_counter() - started < LIMIT_S[values] * (
        1 if not benchmark.disabled else 5
    )
