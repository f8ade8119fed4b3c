"""What is followed of the person's own code: functions, classes and their methods."""

from collections.abc import Callable, Container
from types import CodeType, FunctionType
from typing import Any

from gradviz.graph.followed import (
    CONSTRUCTORS,
    Followed,
    followed,
    function_of,
    functions_in,
)
from gradviz.graph.held import held_by


class Following:
    """The functions and classes that are followed.

    Attributes:
        functions: The functions, by the ``id()`` of their code.
        bodies: Every code of the person's own by its ``id()``, which so stays taken.
        types: The classes of their own of which an object was seen, numbered.
        unseen: Those of them whose making no constructor shows.
        methods: For each of these the ``id()`` of the code of its methods.
        families: For each of these those that can be operands of each other.
        makers: For each class of results the functions that were seen to make them.
        on_followed: Is told of each function.
    """

    def __init__(self, on_followed: Callable[[Followed], None]) -> None:
        self.functions: dict[int, Followed] = {}
        self.bodies: dict[int, CodeType] = {}
        self.types: dict[type, int] = {}
        self.unseen: set[type] = set()
        self.methods: dict[type, set[int]] = {}
        self.families: dict[type, set[type]] = {}
        self.makers: dict[type, list[Followed]] = {}
        self.on_followed = on_followed

    def watch(self, code: CodeType) -> None:
        """Follow every function in a piece of the person's compiled code."""
        todo = [code]
        while todo:
            body = todo.pop()
            self.bodies[id(body)] = body
            todo.extend(c for c in body.co_consts if isinstance(c, CodeType))
        for info in functions_in(code):
            self._follow(info)

    def watch_class(self, cls: type) -> None:
        """Follow the methods of a class, wherever it was defined."""
        if cls in self.types:
            return
        self.types[cls] = len(self.types)
        if not isinstance(getattr(cls, "__init__", None), FunctionType):
            self.unseen.add(cls)
        self._join_family(cls)
        methods = self.methods[cls] = set()
        owners: set[int] = set()
        for base in cls.__mro__[:-1]:
            for name, content in vars(base).items():
                for code in _codes_of(content):
                    methods.add(id(code))
                    owner = self._follow_method(code, name)
                    if owner is not None and getattr(content, "__module__", "") == (
                        cls.__module__
                    ):
                        owners.add(id(owner))
        # Methods that a decorator or a later assignment has replaced are its own too.
        methods.update(
            id(i.code) for i in self.functions.values() if id(i.owner) in owners
        )

    def _follow_method(self, code: CodeType, name: str) -> CodeType | None:
        """Follow a method, and return the class body that it stands in if known."""
        info = self.functions.get(id(code))
        if info is not None:
            return info.owner
        self.bodies[id(code)] = code
        if name in CONSTRUCTORS:
            info = followed(code, None)
            info.is_constructor = True
            self._follow(info)
        else:
            for info in functions_in(_as_body(code)):
                self._follow(info)
        return None

    def _join_family(self, cls: type) -> None:
        """Classes with a base of their own in common can be operands of each other."""
        bases = set(cls.__mro__[:-1])
        family = {cls}
        for known, others in self.families.items():
            if not bases.isdisjoint(known.__mro__[:-1]):
                family |= others
        for known in family:
            self.families[known] = family

    def _follow(self, info: Followed) -> None:
        if id(info.code) in self.functions:
            return
        self.functions[id(info.code)] = info
        self.bodies[id(info.code)] = info.code
        self.on_followed(info)

    def is_method(self, info: Followed, kind: type) -> bool:
        """Whether a function is a method of a class, also one put on it later."""
        methods = self.methods.get(kind, set())
        if id(info.code) in methods:
            return True
        if not info.placed:
            # It may have been put on the class after the class was met.
            info.placed = True
            for base in kind.__mro__[:-1]:
                for content in vars(base).values():
                    if any(code is info.code for code in _codes_of(content)):
                        methods.add(id(info.code))
                        return True
        return False

    def ops_of(self, cls: type) -> tuple[Callable[..., Any], ...]:
        """Return functions of two Values that were seen to make one of a class."""
        found = [
            function_of(info, {}, cls)
            for info in self.makers.get(cls, ())
            if info.code.co_argcount == 2 and len(info.parameters) == 2
        ]
        return tuple(function for _, function in filter(None, found))


def _as_body(code: CodeType) -> CodeType:
    """Return code that holds one method as a class body does."""
    return (lambda: None).__code__.replace(
        co_consts=(code,), co_flags=0, co_name="body"
    )


def _codes_of(content: object) -> tuple[CodeType, ...]:
    """Return the code of a class attribute that is a function, and of what it wraps."""
    found: list[CodeType] = []
    for _ in range(5):
        content = getattr(content, "__func__", getattr(content, "fget", content))
        if not isinstance(content, FunctionType):
            break
        found.append(content.__code__)
        content = content.__dict__.get("__wrapped__")
    return tuple(found)


def is_own(kind: type) -> bool:
    """Whether Python code defines this class."""
    return any(isinstance(held, FunctionType) for held in vars(kind).values())


def gave_hook(info: Followed, value: object) -> bool:
    """Whether a function nested in a function sits on a Value."""
    return any(
        type(held) is FunctionType and id(held.__code__) in info.hooks
        for held in held_by(value).values()
    )


def holds(item: Any, types: Container[type]) -> bool:
    """Whether a container holds an object of some classes."""
    kind = type(item)
    if kind is tuple or kind is list:
        return any(type(part) in types for part in item)
    if kind is dict:
        return any(type(part) in types for part in item.values())
    return False


def all_in(item: Any, types: Container[type], reached: dict[int, object]) -> bool:
    """Whether every object of some classes, also in a container, was reached."""
    kind = type(item)
    if kind is tuple or kind is list:
        return all(type(p) not in types or id(p) in reached for p in item)
    if kind is dict:
        return all(type(p) not in types or id(p) in reached for p in item.values())
    return kind not in types or id(item) in reached
