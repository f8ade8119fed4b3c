"""Which functions of the person's code are followed while it runs, and how.

All that can be known of a function before it is called: its parameters, the class it
stands in, the functions nested in it (its ``_backward`` among them).
"""

import dis
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import (
    CO_ASYNC_GENERATOR,
    CO_COROUTINE,
    CO_GENERATOR,
    CO_OPTIMIZED,
    CO_VARARGS,
    CO_VARKEYWORDS,
)
from operator import itemgetter
from types import CodeType, FunctionType, MethodType
from typing import Any, Final

ABSENT: Final = object()
"""Stands for a parameter that its function has deleted."""

CONSTRUCTORS = ("__init__", "__new__")

_NEVER = frozenset(
    {
        "__repr__", "__str__", "__format__", "__hash__", "__eq__", "__ne__",
        "__bool__", "__float__", "__int__", "__len__", "__iter__", "__next__",
        "__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__del__",
        "__contains__", "__post_init__", "__init_subclass__", "__set_name__",
        "__class_getitem__", "__enter__", "__exit__",
    }
)  # fmt: skip
"""Methods that Python calls often, and that no op is written as."""

_SUSPENDED = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
_STORES = ("STORE_FAST", "STORE_DEREF", "DELETE_FAST", "DELETE_DEREF")
_MAKES = frozenset({"__class__", "type", "cls"})
"""Names by which a function can come to the class it makes a Value of."""


@dataclass(slots=True, eq=False)
class Followed:
    """A function of the person's code.

    Attributes:
        code: Its code.
        owner: The class body it stands in, None outside classes.
        parameters: Its parameters in order; for a nested function also the names that
            it has from around it, which tell its closures apart.
        hooks: The ``id()`` of the code of each function nested in it.
        is_constructor: Whether it starts the life of a new object.
        changes: The positions of the parameters that it gives another content.
        names: The global names where it was first called.
        started: How many of its calls were looked at as they began.
        met: How many of its results were shown to who asked for them.
        looked: How often was checked whether its results reach their operands.
        strong: Whether a result was met that does not.
        placed: Whether was looked for it on the class of its results.
        read: Reads its parameters' content from the locals of a running call.
        found: Its name and the function, once looked for; not for closures, of which
            there can be many.
    """

    code: CodeType
    owner: CodeType | None
    parameters: tuple[str, ...]
    hooks: frozenset[int]
    is_constructor: bool
    changes: tuple[int, ...]
    names: dict[str, Any] | None = None
    started: int = 0
    met: int = 0
    looked: int = 0
    strong: bool = False
    placed: bool = False
    found: tuple[str, Callable[..., Any]] | None = None
    read: Callable[[Mapping[str, object]], tuple[object, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.read = _reader(self.parameters, self.code)


def _reader(
    names: tuple[str, ...], code: CodeType
) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
    """Return what reads the content of parameters, fast, from the locals of a call."""

    def read(found: Mapping[str, object]) -> tuple[object, ...]:
        return tuple([found.get(name, ABSENT) for name in names])

    around = len(names) > len(parameters_of(code))
    is_changed = any(i.opname.startswith("DELETE_") for i in dis.get_instructions(code))
    if len(names) < 2 or around or is_changed:
        return read
    return itemgetter(*names)


def parameters_of(code: CodeType) -> tuple[str, ...]:
    """Return the names of a function's parameters, as ``inspect`` orders them."""
    plain, only = code.co_argcount, code.co_kwonlyargcount
    names = list(code.co_varnames[:plain])
    rest = plain + only
    if code.co_flags & CO_VARARGS:
        names.append(code.co_varnames[rest])
        rest += 1
    names.extend(code.co_varnames[plain : plain + only])
    if code.co_flags & CO_VARKEYWORDS:
        names.append(code.co_varnames[rest])
    return tuple(names)


def functions_in(top: CodeType) -> Iterator[Followed]:
    """Yield every function in compiled code that may make Values.

    A function nested in a function is most often a ``_backward`` or walks the graph;
    it is followed only where it takes arguments and names a class.
    """
    classes = {code.co_name for code, _, _ in _nested(top) if is_class_body(code)}
    for code, owner, inside_function in _nested(top):
        if is_class_body(code) or code.co_flags & _SUSPENDED:
            continue
        is_lambda = code.co_name == "<lambda>" and not inside_function
        if code.co_name in _NEVER or (code.co_name[0] == "<" and not is_lambda):
            continue
        if inside_function and not _may_make(code, classes):
            continue
        yield followed(code, owner)


def followed(code: CodeType, owner: CodeType | None) -> Followed:
    """Return what is known of a function from its code."""
    around = tuple(name for name in code.co_freevars if name != "__class__")
    return Followed(
        code,
        owner,
        parameters_of(code) + around,
        frozenset(id(c) for c in code.co_consts if isinstance(c, CodeType)),
        owner is not None and code.co_name in CONSTRUCTORS,
        _changed_by(code),
    )


def _changed_by(code: CodeType) -> tuple[int, ...]:
    """Return the positions of the parameters that are given other content, or none."""
    parameters = parameters_of(code)
    changed: set[object] = set()
    for body in (code, *(c for c in code.co_consts if isinstance(c, CodeType))):
        if body is code or not set(parameters).isdisjoint(body.co_freevars):
            for instruction in dis.get_instructions(body):
                if instruction.opname.startswith(_STORES):
                    stored = instruction.argval
                    changed.update(stored if isinstance(stored, tuple) else (stored,))
    return tuple(i for i, name in enumerate(parameters) if name in changed)


def _nested(top: CodeType) -> Iterator[tuple[CodeType, CodeType | None, bool]]:
    """Yield the code in ``top`` with its class body and whether a function is around.

    A method of a class that a function defines counts as a method.
    """
    todo: list[tuple[CodeType, CodeType | None, bool]] = [(top, None, False)]
    while todo:
        code, owner, inside = todo.pop()
        if code is not top:
            yield code, owner, inside
        body = is_class_body(code) and code is not top
        for found in code.co_consts:
            if isinstance(found, CodeType):
                is_nested = bool(code.co_flags & CO_OPTIMIZED)
                todo.append((found, code if body else None, is_nested))


def is_class_body(code: CodeType) -> bool:
    """Whether this is the body of a class (or of a module): no function."""
    return not code.co_flags & CO_OPTIMIZED


def _may_make(code: CodeType, classes: set[str]) -> bool:
    if not parameters_of(code):
        return False
    names = {*code.co_names, *code.co_freevars}
    return not names.isdisjoint(classes) or not names.isdisjoint(_MAKES)


# Calls of it

Line = tuple[CodeType | None, int]
"""An instruction of some code: the line that made a Value."""

Created = tuple[object, int, Line | None]
"""A Value, its serial number, and its line if that lies outside its class."""


class OpenCall:
    """A call that has not returned yet.

    Attributes:
        info: The function.
        passed: Its arguments, None where the function never changes them.
        serial: The serial number of the last Value made before.
        created: Values created in it, by ``id()``, that no call has returned yet.
        inner: Whether it called other makers.
    """

    __slots__ = ("created", "info", "inner", "passed", "serial")

    info: Followed
    passed: tuple[object, ...] | None
    serial: int
    inner: bool

    def __init__(self) -> None:
        self.created: dict[int, Created] = {}


class OpenCalls(threading.local):
    """The calls of one thread, the outermost first."""

    def __init__(self) -> None:
        self.open: list[OpenCall] = []


# From code back to the function


def function_of(
    info: Followed, arguments: dict[str, object], cls: type
) -> tuple[str, Callable[..., Any]] | None:
    """Return the name under which a function is known, and the function.

    It is looked for on the classes of its result and its arguments, then in its
    module, then among all that refers to its code.
    """
    if info.found is None:
        found = _searched(info, arguments, cls)
        if found is None or any(name != "__class__" for name in info.code.co_freevars):
            return found
        info.found = found
    return info.found


def _searched(
    info: Followed, arguments: dict[str, object], cls: type
) -> tuple[str, Callable[..., Any]] | None:
    places = dict.fromkeys((cls, *map(_class_of, arguments.values())))
    for place in places:
        for base in place.__mro__:
            for name, content in vars(base).items():
                function = unwrapped(content)
                if function is not None and _is(function, info, arguments):
                    return name, function
    if info.code.co_name == "<lambda>":
        for name, content in (info.names or {}).items():
            if isinstance(content, FunctionType) and _is(content, info, arguments):
                return name, content
    function = _at(info.names or {}, info.code.co_qualname)
    if function is not None and _is(function, info, arguments):
        return info.code.co_name, function
    for candidate in _referring_to(info.code):
        if _is(candidate, info, arguments):
            return info.code.co_name, candidate
    return None


def unwrapped(content: object) -> FunctionType | None:
    """Return the function that a class attribute is made of, if it is of one."""
    for name in ("__func__", "fget", "__wrapped__"):
        if isinstance(content, FunctionType):
            return content
        content = getattr(content, name, content)
    return content if isinstance(content, FunctionType) else None


def _class_of(argument: object) -> type:
    return argument if isinstance(argument, type) else type(argument)


def _is(function: FunctionType, info: Followed, arguments: dict[str, object]) -> bool:
    """Whether ``function`` is the one called: of this code, with these names around."""
    if function.__code__ is not info.code:
        return False
    held = zip(info.code.co_freevars, function.__closure__ or (), strict=True)
    for name, cell in held:
        try:
            if name in arguments and cell.cell_contents is not arguments[name]:
                return False
        except ValueError:
            continue
    return True


def _at(names: dict[str, Any], path: str) -> FunctionType | None:
    if "<locals>" in path:
        return None
    first, *rest = path.split(".")
    found: object = names.get(first)
    for part in rest:
        found = getattr(found, "__dict__", {}).get(part)
    if isinstance(found, MethodType):
        found = found.__func__
    return unwrapped(found)


@lru_cache(maxsize=256)
def _cached(identity: int, code: CodeType) -> tuple[FunctionType, ...]:
    import gc

    found = gc.get_referrers(code)
    return tuple(f for f in found if isinstance(f, FunctionType))


def _referring_to(code: CodeType) -> tuple[FunctionType, ...]:
    return _cached(id(code), code)
