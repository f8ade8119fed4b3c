"""What recording costs, beside the plain call on the same graph."""

import math
import random
from statistics import median
from time import perf_counter

import pytest
from samples import run_source

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.session.hooks import hook_beneath
from gradviz.session.recording import Recorder

CLASS = """
class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        self._prev = set(_children)
        self._op = _op
{leaf}
{ops}
{driver}
"""

LEAF = """
        self._backward = lambda: None
"""

CLOSURES = """
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
"""

NUMBERS = """
    def __pow__(self, n):
        out = Value(self.data**n, (self,), f'**{n}')
        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), 'tanh')
        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out
"""

METHOD = """
    def __add__(self, other):
        return Value(self.data + other.data, (self, other), '+')

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), '*')

    def _backward(self):
        if self._op == '+':
            for v in self._prev:
                v.grad += self.grad
        elif self._op == '*':
            a, b = self._prev
            a.grad += b.data * self.grad
            b.grad += a.data * self.grad
"""

BOUND = """
    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')
        out.left, out.right = self, other
        out._backward = out._add_backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')
        out.left, out.right = self, other
        out._backward = out._mul_backward
        return out

    def _add_backward(self):
        self.left.grad += self.grad
        self.right.grad += self.grad

    def _mul_backward(self):
        self.left.grad += self.right.data * self.grad
        self.right.grad += self.left.data * self.grad
"""

_TOPO = """
        topo, visited = [], set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
"""

LOOP = f"""
    def backward(self):
{_TOPO}
        self.grad = 1
        for v in reversed(topo):
            v._backward()
"""

GENERATOR = f"""
    def ordered(self):
{_TOPO}
        for v in reversed(topo):
            yield v

    def backward(self):
        self.grad = 1
        for v in self.ordered():
            v._backward()
"""

STEPWISE = f"""
    def steps(self):
{_TOPO}
        self.grad = 1
        for v in reversed(topo):
            v._backward()
            yield v

    def backward(self):
        for v in self.steps():
            pass
"""

RECURSIVE = """
    def backward(self):
        self._backward()
        for child in self._prev:
            child.backward()
"""

INNER = """
    def backward(self):
        self.grad = 1
        def run(v):
            v._backward()
            for child in v._prev:
                run(child)
        run(self)
"""

BREADTH = """
    def backward(self):
        self.grad = 1
        queue, seen = [self], {self}
        while queue:
            v = queue.pop(0)
            v._backward()
            for child in v._prev:
                if child not in seen:
                    seen.add(child)
                    queue.append(child)
"""

DESIGNS = {
    "loop over a slice": (LEAF, CLOSURES, LOOP.replace("reversed(topo)", "topo[::-1]")),
    "loop with a test": (LEAF, CLOSURES, LOOP.replace("v._b", "if v._prev: v._b")),
    "breadth first": (LEAF, CLOSURES, BREADTH),
    "generator of Values": (LEAF, CLOSURES, GENERATOR),
    "driver is a generator": (LEAF, CLOSURES, STEPWISE),
    "backward recurses": (LEAF, CLOSURES, RECURSIVE),
    "function recurses": (LEAF, CLOSURES, INNER),
    "closures with numbers": (LEAF, CLOSURES + NUMBERS, LOOP),
    "one method": ("", METHOD, LOOP),
    "bound methods": (LEAF, BOUND, LOOP),
}


def loss(size, leaf=LEAF, ops=CLOSURES, driver=LOOP):
    """Return a sum of products of 9 parameters with inputs, and all its Values."""
    source = CLASS.format(leaf=leaf, ops=ops, driver=driver)
    names = run_source(source, {"math": math})
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
            if NUMBERS in ops:
                total, square = product.tanh(), total**2
                total = total + square
                values += [product.tanh(), square, total]
        outs.append(total)
    while len(outs) > 1:
        pairs = list(zip(outs[::2], outs[1::2], strict=False))
        values += (sums := [a + b for a, b in pairs])
        outs = sums + outs[2 * len(pairs) :]
    return outs[0], values


def neuron(size, leaf, ops, driver):
    """Return a sum of products, and all its Values."""
    source = CLASS.format(leaf=leaf, ops=ops, driver=driver)
    make = run_source(source, {"math": math})["Value"]
    values = [make(1.0)]
    total = values[0]
    while len(values) < size:
        w, x = make(0.5), make(-0.25)
        product = w * x
        total = total + product
        values += [w, x, product, total]
    return total, values


def recorder_of(values):
    """Return a recorder that knows the hooks of Values."""
    recorder = Recorder(Adapters())
    for value in values:
        code = getattr(hook_beneath(value._backward), "__code__", None)
        recorder.watch_hook(code, value)
    return recorder


def measured(benchmark, root, values, rounds, is_first=False):
    """Time plain and recorded calls in turn; note the ratio of their medians.

    Args:
        benchmark: The fixture.
        root: What to call ``backward`` of.
        values: All Values.
        rounds: How often.
        is_first: Whether to measure the first call that a recorder sees.
    """
    recorder, plain, recorded = recorder_of(values), [], []

    def time_plain():
        nonlocal recorder
        recorder.stop()
        recorder.forget()
        if is_first:
            recorder = recorder_of(values)
        began = perf_counter()
        root.backward()
        plain.append(perf_counter() - began)
        recorder.start()

    def record():
        began = perf_counter()
        root.backward()
        recorded.append(perf_counter() - began)

    benchmark.pedantic(record, setup=time_plain, rounds=rounds, warmup_rounds=1)
    recorder.stop()
    ratio = median(recorded) / median(plain)
    benchmark.extra_info[f"{len(values):,} Values, ratio"] = f"{ratio:.2f}"


@pytest.mark.parametrize("size", [100, 1_000, 10_000, 65_000])
@pytest.mark.benchmark(group="recording loss.backward()")
def test_recording(benchmark, size):
    rounds = max(200_000 // size, 30)
    measured(benchmark, *loss(size), rounds)


@pytest.mark.parametrize("size", [5, 13, 30])
@pytest.mark.parametrize("design", ["loop", *DESIGNS])
def test_recording_small_graphs(benchmark, design, size):
    benchmark.group = f"recording {size} Values, {design}"
    parts = DESIGNS.get(design, (LEAF, CLOSURES, LOOP))
    measured(benchmark, *neuron(size, *parts), 2_000)


@pytest.mark.parametrize("design", DESIGNS)
def test_recording_other_designs(benchmark, design):
    benchmark.group = f"recording, {design}"
    measured(benchmark, *loss(1_000, *DESIGNS[design]), 200)


@pytest.mark.parametrize("design", ["loop", *DESIGNS])
def test_recording_the_first_pass(benchmark, design):
    benchmark.group = f"recording the first pass, {design}"
    parts = DESIGNS.get(design, (LEAF, CLOSURES, LOOP))
    measured(benchmark, *loss(1_000, *parts), 60, is_first=True)


@pytest.mark.parametrize("size", [1_000, 10_000])
@pytest.mark.benchmark(group="telling what was recorded")
def test_telling_the_steps(benchmark, size):
    root, values = loss(size)
    recorder = recorder_of(values)
    recorder.start()
    root.backward()
    recorder.stop()
    live = build([root], {})
    recording = benchmark.pedantic(recorder.steps, (live,), rounds=5)
    calls = sum(not node.is_leaf for node in live.graph.nodes)
    assert sum(step.node >= 0 for step in recording.steps) == calls
