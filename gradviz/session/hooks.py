"""What a hook of the person's touches, read from its frame as cheaply as Python can.

A hook is learnt once from a Value that carries it: which of the names it sees hold
Values, and which of these is the Value whose hook it is. From that a function is
compiled which reads exactly those names and their numbers, without a loop: recording
has to cost no more than the call it records. Hooks that need more (lists of Values,
operands reached through the Value itself), and Values that lack an attribute, are read
by ordinary code.
"""

import dis
import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from inspect import CO_VARARGS, CO_VARKEYWORDS
from keyword import iskeyword
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from gradviz.graph import designs
from gradviz.graph.adapter import Adapter, Adapters, may_be_value
from gradviz.graph.calls import captured_by
from gradviz.graph.held import PLAIN, held_by
from gradviz.session.attributes import MISSING

ROLES = ("grad", "data", "color")
"""What is logged of each Value, in this order."""

UNREAD: Final = object()
"""Stands in the log for what was not read."""

_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "COPY_FREE_VARS", "MAKE_CELL"}

_CONTAINERS = (list, tuple, set, frozenset)

_NOT_HELPERS = (type, ModuleType, FunctionType, MethodType)

_VALUES = 10
"""The most Values that a method is read of without ordinary code."""

Log = Callable[[Iterable[object]], None]


class Mark:
    """Stands in the log before what was read when a call began.

    Attributes:
        hook: The hook.
        count: How many Values were read; they come before their numbers.
        own: The position among them of the Value whose hook it is, -1 if not known.
        roles: What was read of each Value.
        given: What else the hook was given, where its Value is not known.
    """

    __slots__ = ("count", "given", "hook", "own", "roles", "size")

    def __init__(
        self,
        hook: "Hook",
        count: int,
        roles: tuple[str, ...],
        own: int = -1,
        given: tuple[object, ...] = (),
    ) -> None:
        self.hook = hook
        self.count = count
        self.own = own
        self.roles = roles
        self.given = given
        self.size = count * (len(roles) + 1)


class Hook:
    """One function of the person's that makes backward steps.

    Attributes:
        code: Its code.
        quick: The mark of a call, the names that hold Values and the attribute of each
            role; None where the hook has to be read by ordinary code.
        method: The name of its only argument, its Value, the container of that one's
            operands, and the attribute of each role; None where it is no such method.
        adapter: The adapter of its Values.
        may_call_hooks: Whether it names the attribute that hooks are in.
        is_local: Whether it holds its Value and that Value's operands at most.
    """

    def __init__(self, code: CodeType, adapters: Adapters) -> None:
        self.code = code
        self.quick: tuple[Mark, tuple[str, ...], dict[str, str]] | None = None
        self.method: tuple[str, str, dict[str, str]] | None = None
        self._adapters = adapters
        self.adapter: Adapter | None = None
        self.may_call_hooks = False
        self.is_local = True
        self._names = _names_of(code)
        self._own = ""
        self._others: tuple[str, ...] = ()
        """Names that have held no Value yet."""
        self._known: dict[type, Adapter] = {}

    def learn(self, seen: Mapping[str, object], value: object) -> bool:
        """Learn from what one call would see.

        Args:
            seen: The variables that the hook sees, by name.
            value: The Value whose hook it is.

        Returns:
            Whether it can touch a Value at all.
        """
        is_value = self._adapters.is_value
        direct = tuple(name for name in self._names if is_value(seen.get(name)))
        inside = [i for held in seen.values() for i in _inside(held) if is_value(i)]
        if not direct and not inside:
            return False
        self.adapter = adapter = self._adapters.adapter(value)
        operands = adapter.operands_of(value)
        near = set(map(id, (value, *operands)))
        held = (*inside, *(seen[name] for name in direct))
        self.is_local &= near.issuperset(map(id, held))
        self.may_call_hooks |= adapter.hook in self.code.co_names
        for thing in (value, *operands, *held):
            if is_value(thing):
                self._known[type(thing)] = self._adapters.adapter(thing)
        own = [name for name in direct if seen[name] is value]
        self._own = own[0] if own else ""
        self._others = tuple(name for name in self._names if name not in direct)
        captured = {id(seen[name]) for name in direct}
        attributes = attributes_of(adapter)
        self.quick = self.method = None
        if not all(map(is_identifier, attributes.values())):
            return True
        if (
            own
            and not inside
            and operands
            and own[0] in self.code.co_freevars
            and captured.issuperset(map(id, operands))
        ):
            mark = Mark(self, len(direct), tuple(attributes), direct.index(own[0]))
            self.quick = mark, direct, attributes
        elif (
            self.is_alone and own == [*self._names] and is_identifier(adapter.operands)
        ):
            self.method = own[0], adapter.operands, attributes
        return True

    @property
    def is_alone(self) -> bool:
        """Whether it touches its Value and operands only, and calls no other hook."""
        return self.is_local and not self.may_call_hooks

    def marks(self) -> list[Mark]:
        """Return the marks of calls of a method, by how many Values it touches."""
        roles = tuple(self.method[2]) if self.method is not None else ()
        return [Mark(self, count, roles, 0) for count in range(_VALUES)]

    def has_news(self, seen: Mapping[str, object]) -> bool:
        """Whether a name that has held no Value until now holds one."""
        return self.quick is not None and any(
            self._adapters.is_value(seen.get(name))
            or any(map(self._adapters.is_value, _inside(seen.get(name))))
            for name in self._others
        )

    def begin(self, seen: Mapping[str, object], log: Log) -> int:
        """Log the start of a call by ordinary code; return how many entries it took."""
        given = tuple(seen[name] for name in self._names if name in seen)
        known = self._known
        own = seen.get(self._own, MISSING) if self._own else MISSING
        found = {id(own): own} if type(own) in known else {}
        things = list(given)
        if found:
            things.extend(known[type(own)].operands_of(own))
        things.extend(item for thing in given for item in _inside(thing))
        found.update((id(thing), thing) for thing in things if type(thing) in known)
        values = tuple(found.values())
        is_known = type(own) in known
        own_at, given = (0, ()) if is_known else (-1, given)
        mark = Mark(self, len(values), ROLES, own_at, given)
        log((mark, *values, *self._numbers(values, ROLES)))
        return 1 + mark.size

    def _numbers(
        self, values: Iterable[object], roles: tuple[str, ...]
    ) -> list[object]:
        found: list[object] = []
        for value in values:
            adapter = self._known[type(value)]
            for role in roles:
                name = getattr(adapter, role)
                found.append(getattr(value, name, MISSING) if name else MISSING)
        return found


def attributes_of(adapter: Adapter) -> dict[str, str]:
    """Return what is logged of each Value of a class, by role."""
    found = {role: getattr(adapter, role) for role in ROLES}
    return {role: name for role, name in found.items() if name}


def hook_beneath(hook: object) -> object:
    """Return the person's function that is called when a hook is."""
    while isinstance(hook, partial):
        is_ours = hook.func is designs._call
        hook = hook.args[2] if is_ours else hook.func
    if not isinstance(hook, FunctionType | MethodType):
        call = inspect.getattr_static(type(hook), "__call__", None)
        hook = MethodType(call, hook) if isinstance(call, FunctionType) else None
    return hook


@lru_cache(maxsize=100)
def does_nothing(code: CodeType) -> bool:
    """Whether a function, such as the hook of a leaf, only returns."""
    return all(
        entry.opname in _NOTHING or entry.opname.startswith("RETURN_")
        for entry in dis.get_instructions(code)
    )


def methods_of(kind: type) -> dict[str, FunctionType]:
    """Return the functions among the methods of a class, by name."""
    found: dict[str, object] = {}
    for base in reversed(kind.__mro__):
        found.update(vars(base))
    return {name: f for name, f in found.items() if isinstance(f, FunctionType)}


def seen_by(hook: object) -> dict[str, object]:
    """Return the variables that a hook will see when it is called, by name."""
    arguments: tuple[object, ...] = ()
    while isinstance(hook, partial):
        if hook.func is designs._call:
            adapter, value, hook = hook.args
            arguments = (value,) if adapter.takes == "value" else ()
        else:
            arguments = (*hook.args, *arguments)
            hook = hook.func
    function = hook_beneath(hook)
    if isinstance(function, MethodType):
        arguments = (function.__self__, *arguments)
        function = function.__func__
    if not isinstance(function, FunctionType):
        return {}
    code = function.__code__
    seen = captured_by(function)
    given = code.co_varnames[: code.co_argcount]
    seen.update(_defaults(function))
    seen.update(zip(given, arguments, strict=False))
    return seen


def _defaults(function: FunctionType) -> dict[str, object]:
    code, defaults = function.__code__, function.__defaults__ or ()
    first = code.co_argcount - len(defaults)
    names = code.co_varnames[first : code.co_argcount]
    return dict(zip(names, defaults, strict=True)) | (function.__kwdefaults__ or {})


def _names_of(code: CodeType) -> tuple[str, ...]:
    """Return every name whose content a hook is given."""
    flags = code.co_flags
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(flags & CO_VARARGS) + bool(flags & CO_VARKEYWORDS)
    return (*code.co_freevars, *code.co_varnames[:count])


def _inside(thing: object) -> Iterable[object]:
    """Return what a container or a helper object holds, one level deep."""
    kind = type(thing)
    if kind is dict:
        return list(thing.values())  # type: ignore[attr-defined]
    if kind in _CONTAINERS:
        return tuple(thing)  # type: ignore[arg-type]
    if kind in PLAIN or isinstance(thing, _NOT_HELPERS) or may_be_value(kind):
        return ()
    found: list[object] = []
    for held in held_by(thing).values():
        found.append(held)
        if type(held) in _CONTAINERS:
            found.extend(held)  # type: ignore[arg-type]
    return found


def compiled(hooks: Iterable[Hook], names: dict[str, Any]) -> Any:
    """Compile the function that is called when a hook starts.

    Comparing codes one by one and reading attributes in compiled code is several times
    faster than a dictionary and ``getattr``.

    Args:
        hooks: The hooks; those that need ordinary code are left to it.
        names: What the function uses of the recorder's, by name.
    """
    names, starts = dict(names), []
    for i, hook in enumerate(hooks):
        if hook.method is not None:
            names |= {f"code{i}": hook.code, f"marks{i}": hook.marks()}
            starts.append(_method(i, *hook.method))
        if hook.quick is None:
            continue
        mark, seen, attributes = hook.quick
        names |= {f"code{i}": hook.code, f"mark{i}": mark}
        values = [f"v{j}" for j in range(len(seen))]
        listed = ", ".join(values)
        numbers = ", ".join(f"{v}.{attributes[r]}" for v in values for r in mark.roles)
        lookups = "; ".join(
            f"{v} = seen[{name!r}]" for v, name in zip(values, seen, strict=True)
        )
        starts.append(f"""
            if code is code{i}:
                {lookups}
                log((mark{i}, {listed}, {numbers}))
                if len(entries) > most:
                    roll()
                return""")
    source = f"""
def make({", ".join(names)}):
    def start(code, _):
        if ident() != thread:
            return
        called = frame(1)
        if id(code) in drivers:
            return begin_pass(code, called)
        seen = called.f_locals
        try:
            caller = called.f_back
            if caller.f_lasti != site[1] or caller.f_code is not site[0]:
                meet(caller)
                come_from(caller.f_code, caller.f_lasti)
            pass{"".join(starts)}
        except Exception:
            pass
        begin(code, seen)
    return start
"""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # of attributes' and variables' names: all identifiers
    return namespace["make"](**names)


def _method(i: int, own: str, operands: str, attributes: dict[str, str]) -> str:
    """Return what logs the start of a method.

    Args:
        i: The number of the hook.
        own: Its argument.
        operands: The container of operands.
        attributes: What is read of each Value, by role.
    """
    numbers = "".join(f"v.{name}, " for name in attributes.values())
    return f"""
            if code is code{i}:
                own = seen[{own!r}]
                values = (own, *own.{operands})
                mark = marks{i}[len(values)]
                log((mark, *values, *[n for v in values for n in ({numbers})]))
                if len(entries) > most:
                    roll()
                return"""


def is_identifier(name: str) -> bool:
    """Whether a name can be that of an attribute in source code."""
    return name.isidentifier() and not iskeyword(name)
