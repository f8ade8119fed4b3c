"""Making leaves of a class to try it out, and leaving no trace of it."""

import contextlib
import inspect
import random
from collections.abc import Callable, Iterator
from typing import Any

from gradviz.graph.adapter import DATA


def leaf_maker(cls: type) -> Callable[[float, str], Any]:
    """Return what makes a leaf from a number and a label, which it may need."""
    required = [
        parameter
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    names = [parameter.name for parameter in required]
    wanted = [n for n in names if n in DATA]
    data = wanted[0] if wanted else next((n for n in names if not _other(n)), "")

    def make(number: float, label: str) -> Any:
        arguments = {
            p.name: number if p.name == data else _filler(p.name, label)
            for p in required
        }
        positional = [
            arguments.pop(p.name) for p in required if p.kind is not p.KEYWORD_ONLY
        ]
        if not data:
            positional = [number]
        return cls(*positional, **arguments)

    return make


def _other(name: str) -> bool:
    return isinstance(_filler(name, "label"), str | tuple)


def _filler(name: str, label: str) -> object:
    bare = name.strip("_").lower()
    if any(part in bare for part in ("label", "name", "id", "text")):
        return label
    if any(part in bare for part in ("child", "prev", "parent", "operand", "input")):
        return ()
    if bare.startswith("op"):
        return ""
    return None


@contextlib.contextmanager
def undone(cls: type) -> Iterator[None]:
    """Put back what making Values counts or collects, and where random numbers are."""
    spaces = [vars(base) for base in cls.__mro__[:-1]]
    init = getattr(getattr(cls, "__init__", None), "__globals__", None)
    collected = [
        (held, held.copy())
        for space in (*spaces, *([init] if init else []))
        for name, held in list(space.items())
        if type(held) in (list, set, dict) and not name.startswith("__")
    ]
    counted = [
        (base, name, held)
        for base in cls.__mro__[:-1]
        for name, held in vars(base).items()
        if type(held) in (int, float)
    ]
    counters = {n: c for n, c in (init or {}).items() if type(c) in (int, float)}
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)
        for held, copy in collected:
            if type(held) is list:
                held[:] = copy
            else:
                held.clear()
                held.update(copy)
        for base, name, content in counted:
            if vars(base).get(name) is not content:
                setattr(base, name, content)
        if init is not None:
            init.update(counters)
