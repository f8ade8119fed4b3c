"""Finding Values, and classes of Values, among a program's names."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradviz.graph.adapter import PLAIN, Adapters
from gradviz.sources.imports import is_persons
from gradviz.sources.own_class import new_leaf

if TYPE_CHECKING:
    from gradviz.sources.run import Run

_NESTED = 6
"""How deep a Value is looked for: ``net.layers[0].neurons[0].w[0]``."""
_LOOKED_AT = 200_000
"""How many things are looked at: a data set is not searched to its end."""


def named(run: "Run", adapters: Adapters) -> Iterator[tuple[str, object]]:
    """Return every Value that a name leads to, with what leads to it.

    A name leads to Values in lists, dictionaries, and the attributes of an object of
    the person's own class (``net.layers[0]``).
    """
    return values_in(
        [
            (name, held)
            for name, held in list(run.namespace.items())
            if not name.startswith("__") and not run.results.is_output(name, held)
        ],
        adapters,
    )


def values_in(
    level: list[tuple[str, object]], adapters: Adapters
) -> Iterator[tuple[str, object]]:
    """Return every Value among some named things, and in them."""
    left = _LOOKED_AT
    opened: set[int] = set()
    for _ in range(_NESTED + 1):
        inside: list[tuple[str, object]] = []
        for name, held in level:
            if adapters.is_value(held):
                yield name, held
            elif left > 0 and type(held) not in _ATOMS and id(held) not in opened:
                opened.add(id(held))
                before = len(inside)
                inside.extend(_inside(name, held))
                left -= len(inside) - before
        level = inside


_ATOMS = PLAIN - {tuple, list, dict, set}


def _inside(name: str, held: object) -> Iterator[tuple[str, object]]:
    if isinstance(held, list | tuple):
        return ((f"{name}[{i}]", item) for i, item in enumerate(held[:_LOOKED_AT]))
    if isinstance(held, dict):
        return ((f"{name}[{key!r}]", v) for key, v in list(held.items())[:_LOOKED_AT])
    if isinstance(held, type | ModuleType) or not _is_persons_class(type(held)):
        return iter(())
    attributes = getattr(held, "__dict__", None)
    if not isinstance(attributes, dict):
        return iter(())
    return ((f"{name}.{key}", v) for key, v in list(attributes.items()))


def _is_persons_class(cls: type) -> bool:
    """Whether a class was defined by the program or by a module of the person's."""
    if cls.__module__ == "__main__":
        return True
    module = sys.modules.get(cls.__module__)
    return module is not None and is_persons(module)


def value_classes(namespace: Mapping[str, Any], adapters: Adapters) -> list[type]:
    """Return the Value classes that a program defines or imports, as declared."""
    candidates: list[type] = []
    for name, held in list(namespace.items()):
        if isinstance(held, type):
            candidates.append(held)
        elif isinstance(held, ModuleType) and is_persons(held) and name[:2] != "__":
            candidates += [c for c in vars(held).values() if isinstance(c, type)]
    unique = dict.fromkeys(candidates)
    return [cls for cls in unique if _makes_values(cls, adapters)]


def _makes_values(cls: type, adapters: Adapters) -> bool:
    walks_back = any("backward" in name.lower() for name in dir(cls))
    if not (_is_persons_class(cls) or walks_back) or issubclass(cls, BaseException):
        return False
    try:
        return adapters.is_value(new_leaf(cls, 1.0))
    except Exception:  # not made from a number, then
        return False


def roots_of(run: "Run", adapters: Adapters) -> list[tuple[object, ...]]:
    """Return the sets of roots that can be drawn, the one to draw first.

    What the person drew comes first: a notebook's first drawing, a script's last.
    Without any, it is every Value in the namespace that no other Value consumes.
    """
    drawn = [tuple(filter(adapters.is_value, roots)) for roots in run.drawing.drawn]
    drawn = [roots for roots in drawn if roots]
    if drawn:
        return drawn if run.program.is_notebook else drawn[::-1]
    unconsumed = tuple(_unconsumed(run.values(adapters), adapters))
    return [unconsumed] if unconsumed else []


def _unconsumed(values: Iterable[object], adapters: Adapters) -> Iterator[object]:
    values = list(values)
    consumed: set[int] = set()
    seen: set[int] = set()
    todo = list(values)
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        for operand in adapters.adapter(value).operands_of(value):
            if adapters.is_value(operand):
                consumed.add(id(operand))
                todo.append(operand)
    return (value for value in values if id(value) not in consumed)
