"""Which functions have no effect but those of the hooks they call."""

import textwrap

import pytest
from samples import run_source

from gradviz.graph.adapter import Adapters
from gradviz.session.purity.driver import pure

CLASS = """
import collections
import math
from collections import deque

tape, limit, counts = [], 3, {{}}

def outer():
    kept = []
    def keeps(self):
        kept.append(self)
        self._backward()
    return keeps

def below(v, seen):
    if v not in seen:
        seen.add(v)
        for child in v._prev:
            below(child, seen)

class Value:
    made = 0
    def __init__(self, data, prev=()):
        self.data, self.grad, self._prev = data, 0.0, tuple(prev)
        self._op, self.memo, self.visited = "", [], False
        self._backward = lambda: None
    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def ordered(self):
        topo, visited = [], set()
        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        return topo
    def steps(self):
        for v in reversed(self.ordered()):
            v._backward()
            yield v
    def log(self):
        tape.append(self)
    @property
    def children(self):
        return self._prev
{body}
"""

PURE = {
    "list": """
        self.grad = 1.0
        for v in self.ordered()[::-1]: v._backward()
    """,
    "index": """
        topo = self.ordered()
        for i in range(len(topo) - 1, -1, -1): topo[i]._backward()
    """,
    "enumerate": """
        for i, v in enumerate(reversed(self.ordered())):
            if i < limit: v._backward()
    """,
    "pop": """
        topo = self.ordered()
        while topo: topo.pop()._backward()
    """,
    "comprehension": "[v._backward() for v in reversed(self.ordered()) if v._prev]",
    "comprehension of a generator": "list(v._backward() for v in self.ordered()[::-1])",
    "lambda": "list(map(lambda v: v._backward(), reversed(self.ordered())))",
    "sorted": """
        place = {v: i for i, v in enumerate(self.ordered())}
        for v in sorted(place, key=lambda v: -place[v]): v._backward()
    """,
    "counts": """
        waiting, ready = {}, [self]
        for v in self.ordered():
            for child in v._prev: waiting[child] = waiting.get(child, 0) + 1
        while ready:
            v = ready.pop()
            v._backward()
            for child in v._prev:
                waiting[child] -= 1
                if waiting[child] == 0: ready.append(child)
    """,
    "deque": """
        queue, seen = deque([self]), {self}
        while queue:
            v = queue.popleft()
            v._backward()
            for child in v._prev:
                if child not in seen: seen.add(child); queue.append(child)
    """,
    "deque of a module": """
        queue = collections.deque([self])
        while queue: v = queue.popleft(); v._backward(); queue.extend(v._prev)
    """,
    "pairs": """
        stack = [(self, 0)]
        while stack:
            v, depth = stack.pop()
            if depth < 4:
                v._backward()
                stack += [(child, depth + 1) for child in v._prev]
    """,
    "ids": """
        seen = set()
        def go(v):
            if id(v) in seen: return
            seen.add(id(v))
            v._backward()
            for child in v._prev: go(child)
        go(self)
    """,
    "nonlocal": """
        count = 0
        def go(v):
            nonlocal count
            count += 1
            v._backward()
            for child in v._prev: go(child)
        go(self)
        return count
    """,
    "own variable of a name that is global": """
        tape = []
        tape.append(self)
        for v in tape: v._backward()
    """,
    "generator": "for v in self.steps(): pass",
    "function outside": """
        seen = set()
        below(self, seen)
        for v in seen: v._backward()
    """,
    "numbers": """
        if self.grad == 0.0 and self._op != "leaf": self.grad = 1.0
        for child in self._prev: child.grad *= 0.5
        if isinstance(self, Value) and self._backward is not None: self._backward()
    """,
    "marks": """
        for v in self.ordered(): v.visited = False
        def go(v):
            if v.visited: return
            v.visited = True
            v._backward()
            for child in v._prev: go(child)
        go(self)
        del self.visited
        self.visited = True
    """,
    "arguments": """
        if first: self.grad = scale
        self._backward()
        for child in self._prev: child.backward(False, scale=scale)
    """,
}

IMPURE = {
    "prints": "print(self.grad); self._backward()",
    "a text of a Value": "text = f'{self}'; self._backward()",
    "a text of a Value by %": "text = '%s' % (self,); self._backward()",
    "a text that is added to": "text = '%s'; text %= (self,); self._backward()",
    "global list": "tape.append(self); self._backward()",
    "global list by another name": "kept = tape; kept.append(self); self._backward()",
    "global list by a method": "self.log(); self._backward()",
    "global list by map": "list(map(tape.append, [self])); self._backward()",
    "global list in one's own": "for held in [tape]: held.append(self)",
    "global dictionary": "counts[self] = 1; self._backward()",
    "global variable": "global limit; limit = 4; self._backward()",
    "class attribute": "Value.made += 1; self._backward()",
    "list of a Value": "self.memo.append(1); self._backward()",
    "list of a Value by another name": "memo = self.memo; memo += [1]",
    "list of a Value among others": "for memo in [[], self.memo]: memo.append(1)",
    "list of a Value, returned": """
        def memo(v): return v.memo
        memo(self).append(1)
        self._backward()
    """,
    "operands": "self._prev = self._prev[:1]; self._backward()",
    "operands in place": "self._prev.append(self); self._backward()",
    "operands by another name": "kept = self._prev; kept += (self,); self._backward()",
    "a mark on something else": "counts.visited = True; self._backward()",
    "a mark of what a Value holds": "self.memo.visited = True; self._backward()",
    "a mark in the place of a method": "self.log = 1; self._backward()",
    "a mark in the place of a property": "self.children = 1; self._backward()",
    "a mark that can be changed": "self.visited = [1]; self._backward()",
    "hook": "self._backward = None",
    "makes a Value": "self * self; self._backward()",
    "makes a Value by name": "Value(1.0); self._backward()",
    "sums Values": "sum(self._prev); self._backward()",
    "compares Values": "sorted(self._prev); self._backward()",
    "property": "for child in self.children: child._backward()",
    "try": """
        try: self._backward()
        except ValueError: pass
    """,
    "with": "with open('x'): self._backward()",
    "import": "import os; self._backward()",
    "set by name": "setattr(self, 'data', 2.0); self._backward()",
    "random": "import random; random.shuffle([self])",
    "unknown": "self.unknown(); self._backward()",
    "name that is nowhere": "nowhere(self); self._backward()",
    "list that lasts": """
        def go(v, seen=[]):
            seen.append(v)
            v._backward()
        go(self)
    """,
    "argument that may be a list": "scale.append(1); self._backward()",
    "argument that is called": "scale(self); self._backward()",
    "hook with an argument": "self._backward(1)",
    "all at once": "self._backward(*[])",
}


def driver_of(body):
    """Return the class with a driver of this body."""
    head = "    def backward(self, first=True, scale=1.0):\n"
    text = textwrap.indent(textwrap.dedent(body.strip("\n")), " " * 8)
    return run_source(CLASS.format(body=head + text + "\n"))["Value"]


def judged(kind, function=None):
    """Return what is found out about a driver, None if it is not pure."""
    adapter = Adapters().adapter(kind(2.0) * kind(3.0))
    return pure(function or kind.backward, kind, adapter)


@pytest.mark.parametrize("name", PURE)
def test_drivers_that_call_hooks_and_do_nothing_else(name):
    kind = driver_of(PURE[name])
    a, b = kind(2.0), kind(-3.0)
    y = (a * b) * a
    seen = []
    for _ in range(2):
        y.grad, y._prev[0].grad, a.grad, b.grad = 1.0, 0.0, 0.0, 0.0
        y.backward()
        seen.append((y.grad, y._prev[0].grad, a.grad, b.grad))
    assert judged(kind) is not None
    assert seen[0] == seen[1]
    assert seen[0][1] in (2.0, 1.0)  # the hook of y was called


@pytest.mark.parametrize("name", IMPURE)
def test_drivers_that_may_do_more(name):
    assert judged(driver_of(IMPURE[name])) is None


def test_a_function_whose_source_is_not_there():
    names = run_source(CLASS.format(body=""), is_kept=False)
    assert judged(names["Value"], names["Value"].ordered) is None


def test_what_a_function_has_kept_from_outside_is_not_its_own():
    names = run_source(CLASS.format(body=""))
    assert judged(names["Value"], names["outer"]()) is None


@pytest.mark.parametrize(
    "method",
    [
        "def __eq__(self, other): tape.append(1); return self is other",
        "def __hash__(self): tape.append(1); return 1",
        "def __bool__(self): tape.append(1); return True",
        "def __len__(self): tape.append(1); return 1",
        "def __getattr__(self, name): tape.append(1)",
        "def __setattr__(self, name, value): object.__setattr__(self, name, value)",
        "def __getattribute__(self, name): return object.__getattribute__(self, name)",
    ],
)
def test_classes_that_run_code_when_values_are_looked_at(method):
    body = f"    {method}\n    def backward(self): self._backward()\n"
    assert judged(run_source(CLASS.format(body=body))["Value"]) is None


def test_what_it_was_judged_by_is_looked_at_again():
    kind = driver_of(PURE["list"])
    found = judged(kind)
    assert found.is_unchanged
    ordered, kind.ordered = kind.ordered, lambda self: [self]
    assert not found.is_unchanged
    kind.ordered = ordered
    assert found.is_unchanged
    vars(kind)["ordered"].__globals__["set"] = frozenset
    assert not found.is_unchanged
