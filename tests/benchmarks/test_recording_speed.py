"""What recording costs, beside the plain call on the same graph."""

import random
from time import perf_counter

import pytest

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.session.recording import Recorder

MICROGRAD = """
class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()
"""


def loss(size):
    """Return a sum of products of 9 parameters with inputs, and all its Values."""
    names = {}
    exec(MICROGRAD, names)
    make, chance = names["Value"], random.Random(17)
    weights = [make(chance.uniform(-1, 1)) for _ in range(9)]
    values, outs = list(weights), []
    while len(values) < size - 25 or not outs:
        total = weights[8]
        for weight in weights[:8]:
            x = make(chance.uniform(-1, 1))
            product = weight * x
            total = total + product
            values += [x, product, total]
        outs.append(total)
    while len(outs) > 1:
        pairs = list(zip(outs[::2], outs[1::2], strict=False))
        values += (sums := [a + b for a, b in pairs])
        outs = sums + outs[2 * len(pairs) :]
    return outs[0], values


@pytest.mark.parametrize("size", [100, 1_000, 10_000, 65_000])
@pytest.mark.benchmark(group="recording loss.backward()")
def test_recording(benchmark, size):
    root, values = loss(size)
    recorder = Recorder(Adapters())
    for value in values:
        recorder.watch_hook(value._backward.__code__, value)
    rounds = 200_000 // size if size < 10_000 else 15
    plain, ratios = 0.0, []

    def time_plain():
        nonlocal plain
        recorder.stop()
        recorder.forget()
        began = perf_counter()
        root.backward()
        plain = perf_counter() - began
        recorder.start()

    def record():
        began = perf_counter()
        root.backward()
        ratios.append((perf_counter() - began) / plain)

    benchmark.pedantic(record, setup=time_plain, rounds=rounds, warmup_rounds=1)
    recorder.stop()
    ratio = sorted(ratios)[len(ratios) // 2]
    benchmark.extra_info[f"{len(values):,} Values, ratio"] = f"{ratio:.2f}"


@pytest.mark.parametrize("size", [1_000, 10_000])
@pytest.mark.benchmark(group="telling what was recorded")
def test_telling_the_steps(benchmark, size):
    root, values = loss(size)
    recorder = Recorder(Adapters())
    for value in values:
        recorder.watch_hook(value._backward.__code__, value)
    recorder.start()
    root.backward()
    recorder.stop()
    live = build([root], {})
    recording = benchmark.pedantic(recorder.steps, (live,), rounds=5)
    calls = sum(not node.is_leaf for node in live.graph.nodes)
    assert sum(step.node >= 0 for step in recording.steps) == calls
