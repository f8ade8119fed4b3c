"""What seeing Values being made costs, beside making them unseen."""

from time import perf_counter

import pytest
from test_recording_speed import CLASS, CLOSURES, LEAF, LOOP

from gradviz.graph.adapter import Adapters
from gradviz.graph.trace import Trace

MICROGRAD = CLASS.format(leaf=LEAF, ops=CLOSURES, driver=LOOP)

LOOPS = """
def leaves(n, a, b):
    for _ in range(n): Value(2.0)
def ops(n, a, b):
    for _ in range(n): a * b
def chain(n, a, b):
    y = a
    for _ in range(n): y = y * a + b
"""


@pytest.mark.parametrize("loop", ["leaves", "ops", "chain"])
@pytest.mark.benchmark(group="seeing Values being made")
def test_trace(benchmark, loop):
    trace, names, size = Trace(Adapters()), {}, 5_000
    code = compile(MICROGRAD, "engine", "exec")
    trace.watch(code)
    exec(code, names)
    exec(compile(LOOPS, "loops", "exec"), names)
    a, b = names["Value"](0.5), names["Value"](0.25)
    plain, ratios = 0.0, []

    def time_plain():
        nonlocal plain
        trace.stop()
        began = perf_counter()
        names[loop](size, a, b)
        plain = perf_counter() - began
        trace.start()

    def see():
        began = perf_counter()
        names[loop](size, a, b)
        ratios.append((perf_counter() - began) / plain)

    benchmark.pedantic(see, setup=time_plain, rounds=25, warmup_rounds=1)
    trace.stop()
    ratio = sorted(ratios)[len(ratios) // 2]
    benchmark.extra_info[f"{loop}, ratio"] = f"{ratio:.2f}"
