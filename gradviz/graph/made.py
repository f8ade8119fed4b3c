"""How one Value was made, as it was seen while the person's code ran."""

import dis
import math
import os
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from types import CodeType, NoneType
from typing import Any, Final, NamedTuple

from gradviz.graph.followed import ABSENT, Followed, function_of, parameters_of
from gradviz.graph.held import reached_from

Kept = tuple[Any, ...]
"""What is remembered of a Value: the items of an ``Entry``, in a plain tuple.

The garbage collector leaves plain tuples of numbers, texts and code alone; there may be
millions. It keeps neither the Value nor its operands alive, unless it has to.
"""


class Entry(NamedTuple):
    """What is remembered of a Value.

    Attributes:
        kind: The number of its class among those seen.
        serial: Its number among all that was made.
        place: The cell or script that ran.
        code: The code whose line made it, None where not known.
        offset: The instruction in that code.
        constant: Whether it is a number that an op turned into a Value.
        unit: Whether its maker took over a Value made of other ops.
        maker: The code of the function that made it, None for a leaf.
        arguments: Of its maker, as they stood at its end, packed.
        passed: The same as they were passed, None where that is the same.
        result: Which of several results it is, -1 for the only one.
        began: The serial number of the last Value made before its maker was called.
        ended: The serial number of the last Value made when its maker returned.
        inner: Whether its maker called other makers.
    """

    kind: int
    serial: int
    place: str
    code: CodeType | None
    offset: int
    constant: bool
    unit: bool = False
    maker: CodeType | None = None
    arguments: tuple[object, ...] = ()
    passed: tuple[object, ...] | None = None
    result: int = -1
    began: int = 0
    ended: int = 0
    inner: bool = False


SERIAL: Final = Entry._fields.index("serial")
MAKER: Final = Entry._fields.index("maker")

_AS_IT_IS = frozenset({float, str, bool, NoneType})


def packed(
    items: Iterable[object], types: Container[type], strong: bool
) -> tuple[object, ...]:
    """Return arguments with Values replaced by their ``id()``, unless ``strong``.

    Whatever could be mistaken for such a number is wrapped in a tuple, a list of Values
    in a list.
    """
    if strong:
        return tuple([(_copied(item),) for item in items])
    return tuple([id(i) if type(i) in types else _packed(i, types) for i in items])


def _packed(item: Any, types: Container[type]) -> object:
    kind = type(item)
    if kind in _AS_IT_IS:
        return item
    if kind is tuple or kind is list:
        if any(type(part) in types for part in item):
            parts = [id(p) if type(p) in types else (p,) for p in item]
            return [kind, None, parts]
    elif kind is dict and any(type(part) in types for part in item.values()):
        parts = [id(p) if type(p) in types else (p,) for p in item.values()]
        return [kind, tuple(item), parts]
    return (item,)


def _copied(item: Any) -> object:
    return item.copy() if type(item) in (list, dict) else item


@dataclass(frozen=True)
class Made:
    """How a Value was made.

    Attributes:
        name: What its maker is called, empty for a leaf.
        function: Its maker, None for a leaf or where it can't be found.
        code: Its maker's code.
        arguments: The maker's arguments by parameter, as they stood at its end.
        passed: The same as they were passed.
        index: Its position among several results, -1 for the only one.
        constant: Whether it is a number that an op turned into a Value.
        unit: Whether its maker took over a Value made of other ops.
        inner: Whether its maker called other makers.
        began: The serial number of the last Value made before its maker was called.
        ended: The serial number of the last Value made when its maker returned.
        serial: Its number among all that was made.
        place: ``file or cell:line`` of the person's line that made it.
        complete: Whether all arguments are still there.
        written: The floats, without sign, that stand in the line that made it.
    """

    name: str
    function: Callable[..., Any] | None
    code: CodeType | None
    arguments: Mapping[str, object]
    passed: Mapping[str, object]
    index: int
    constant: bool
    unit: bool
    inner: bool
    began: int
    ended: int
    serial: int
    place: str
    complete: bool
    written: frozenset[float]


def made_from(entry: Entry, info: Followed | None, value: object) -> Made:
    """Return what an entry says of its Value, with the Values it stands for.

    Args:
        entry: What is remembered of the Value.
        info: Its maker.
        value: The Value.
    """
    kind = type(value)
    reached = reached_from(value) if info is not None and not info.strong else {}
    names = info.parameters if info else ()
    arguments, whole = _opened(names, entry.arguments, reached)
    passed = arguments
    if entry.passed is not None:
        passed = {**arguments, **_opened(names, entry.passed, reached)[0]}
    found = function_of(info, arguments, kind) if info else None
    return Made(
        _name(found[0] if found else info.code.co_name, kind, arguments)
        if info
        else "",
        found[1] if found else None,
        info.code if info else None,
        {n: a for n, a in arguments.items() if info and n in parameters_of(info.code)},
        passed,
        entry.result,
        entry.constant,
        entry.unit,
        entry.inner,
        entry.began,
        entry.ended,
        entry.serial,
        _place(entry),
        whole,
        _written(entry),
    )


def _name(called: str, kind: type, arguments: dict[str, object]) -> str:
    """Return what an op is called; a rule object's is the name of its class."""
    first = next(iter(arguments.values()), None)
    if called in ("__call__", "forward", "apply") and not isinstance(first, kind):
        rule = first if isinstance(first, type) else type(first)
        if rule is not type(None) and not issubclass(rule, kind):
            return rule.__name__.lower()
    return called


class _Lost:
    """An argument that nothing reaches any more."""


def _opened(
    names: tuple[str, ...], items: tuple[object, ...], reached: dict[int, object]
) -> tuple[dict[str, object], bool]:
    """Return packed arguments by name, and whether all of them were found."""
    found: dict[str, object] = {}
    whole = True
    for name, item in zip(names, items, strict=False):
        opened = _open(item, reached)
        if (
            opened is _Lost
            or opened is ABSENT
            or (isinstance(opened, list | tuple) and any(p is _Lost for p in opened))
        ):
            whole = False
        else:
            found[name] = opened
    return found, whole


def _open(item: Any, reached: dict[int, object]) -> object:
    kind = type(item)
    if kind is int:
        return reached.get(item, _Lost)
    if kind is tuple:
        return item[0]
    if kind is not list:
        return item
    made, names, parts = item
    opened = [_open(part, reached) for part in parts]
    if names is not None:
        return dict(zip(names, opened, strict=True))
    return made(opened)


def numbers_in(constants: Iterable[object]) -> set[float]:
    """Return the floats among some code's constants, without their sign."""
    found: set[float] = set()
    for constant in constants:
        if isinstance(constant, tuple):
            found |= numbers_in(constant)
        elif isinstance(constant, float):
            found.add(abs(constant))
    return found


def _written(entry: Entry) -> frozenset[float]:
    """Return the floats that stand in the line that made a Value."""
    code = entry.code
    if code is None:
        return frozenset()
    known = _WRITTEN.get(id(code))
    if known is None or known[0] is not code:
        if len(_WRITTEN) > _MANY:
            _WRITTEN.clear()
        by_line: dict[int, set[float]] = {}
        for instruction in dis.get_instructions(code):
            line = instruction.positions.lineno if instruction.positions else None
            if instruction.opname == "LOAD_CONST" and line is not None:
                numbers = numbers_in((instruction.argval,))
                by_line.setdefault(line, set()).update(numbers)
        known = _WRITTEN[id(code)] = (code, by_line)
    return frozenset(known[1].get(line_of(code, entry.offset), ()))


_WRITTEN: dict[int, tuple[CodeType, dict[int, set[float]]]] = {}


def _place(entry: Entry) -> str:
    if entry.code is None:
        return entry.place
    name = entry.code.co_filename
    shown = os.path.basename(name) if os.path.isabs(name) else name
    return f"{shown}:{line_of(entry.code, entry.offset)}"


def line_of(code: CodeType, offset: int) -> int:
    """Return the line of the instruction at ``offset`` of some code."""
    # By identity: to hash code takes its length.
    known = _LINES.get(id(code))
    if known is None or known[0] is not code:
        if len(_LINES) > _MANY:
            _LINES.clear()
        spans = [(start, line or 0) for start, _, line in code.co_lines()]
        known = _LINES[id(code)] = (code, spans)
    spans = known[1]
    found = spans[bisect_right(spans, (offset, math.inf)) - 1][1]
    return found or code.co_firstlineno


_MANY = 2000
_LINES: dict[int, tuple[CodeType, list[tuple[int, int]]]] = {}
