"""Backward passes of which only is noted how they began.

Where a driver has no effect but those of the hooks (``purity``), it can be called again
to see what it did. So while it runs nothing is watched; the codes of the hooks that
start are kept, which costs next to nothing where the list is one of C's.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from queue import SimpleQueue
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

from gradviz.graph.held import PLAIN
from gradviz.session.drivers import can_drive
from gradviz.session.hooks import Hook, methods_of
from gradviz.session.loops import instructions
from gradviz.session.noting import Columns, Shape, marks_of
from gradviz.session.purity.driver import Pure, pure

_FRAMES = 20
"""How far out a function is looked for that has called a hook."""

_GIVEN = PLAIN - {list, dict, set, tuple}
"""Classes of what a driver may be given besides its Value."""

_Given = tuple[list[object], dict[str, object]]
"""Arguments by position, and by name."""

_new = tuple.__new__
"""Makes a Pass in a third of the time that its own constructor takes."""


class Pass(NamedTuple):
    """Stands in the log for all calls of one driver.

    Attributes:
        driver: It.
        root: The Value that it was called with.
        given: All its arguments, if there are others.
        values: Its Value and all that this is computed from.
        attributes: What was read of each.
        numbers: How they stood when it began.
        hooks: Their hooks, if each holds its own.
        started: The codes of hooks and drivers that have started since.
    """

    driver: Pure
    root: object
    given: "_Given | None"
    values: list[Any]
    attributes: tuple[str, ...]
    numbers: Columns
    hooks: Sequence[object]
    started: "SimpleQueue[CodeType]"

    @property
    def size(self) -> int:
        """How many entries of the log follow."""
        return 0

    def calls(self, hooks: Mapping[int, Hook]) -> list[CodeType]:
        """Return the codes of the hooks that were called.

        Args:
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        started = self.started
        codes = [started.get_nowait() for _ in range(started.qsize())]
        for code in codes:
            started.put(code)
        return [code for code in codes if id(code) in hooks]

    def count(self, hooks: Mapping[int, Hook]) -> int:
        """Return how many calls it tells of.

        Args:
            hooks: The hooks that are watched, by the ``id()`` of their codes.
        """
        return len(self.calls(hooks))


class Ending:
    """Is told when the frame that holds it goes.

    A driver may call itself, so that to be told of each return would cost too much.
    """

    __slots__ = ("call",)

    call: Callable[[int], None]

    def __del__(self) -> None:
        self.call(id(self))


KEY = "(gradviz)"
"""The name of an Ending among the variables of a driver: no code can use it."""


class Start:
    """Notes how the passes of one driver begin."""

    __slots__ = ("_attributes", "_count", "_is_shared", "_kinds", "_shape", "driver")

    def __init__(self, driver: Pure, shape: Shape, kinds: Collection[type]) -> None:
        """Note nothing yet.

        Args:
            driver: The driver.
            shape: What is known of its Values.
            kinds: The classes of Values that are known.
        """
        self.driver = driver
        self._shape = shape
        self._kinds = kinds
        self._attributes = (*shape.attributes.values(), *driver.marks)
        self._count = 0
        """How many Values there were when they were counted last."""
        self._is_shared = False
        """Whether there are many more paths than Values."""

    def note(self, names: Mapping[str, Any]) -> Pass | None:
        """Note how a pass begins; None if it couldn't be made again.

        Args:
            names: The variables of the driver.
        """
        driver, shape = self.driver, self._shape
        try:
            root = names[driver.root]
            given = None if driver.is_simple else _given(driver.code, names)
            if type(root) is not driver.kind:
                return None
            values = self._beneath(root)
            if len(self._kinds) > 1 and len(set(map(type, values))) > 1:
                return None
            hooks: Sequence[object] = ()
            if shape.adapter.stores_hook:
                hooks, numbers = shape.read(values)
            else:
                numbers = shape.numbers(values)
            if driver.marks:
                numbers += marks_of(values, driver.marks)
        except Exception:  # operands may be anything
            return None
        read = driver, root, given, values, self._attributes, numbers, hooks
        return _new(Pass, (*read, SimpleQueue()))

    def _beneath(self, root: object) -> list[Any]:
        """Return a Value and all that it is computed from, some maybe twice."""
        if self._is_shared:
            return self._shape.beneath(root)
        try:
            values = self._shape.visited(root)
        except LookupError:
            self._is_shared = True
            return self._shape.beneath(root)
        if 2 * len(values) > 3 * self._count:
            count = len(values)
            values = [*set(values)]
            self._count = len(values)
            self._is_shared = count > 2 * self._count
        return values


class Passes:
    """The drivers that can be called again."""

    def __init__(self, kinds: Collection[type]) -> None:
        """Know none yet.

        Args:
            kinds: The classes of Values that are known.
        """
        self.drivers: dict[int, Start] = {}
        """By the ``id()`` of their codes; those that hooks don't interfere with."""
        self._kinds = kinds
        self._found: list[Pure] = []
        self._shape: Shape | None = None
        self._met: dict[tuple[int, type], CodeType] = {}

    def know(self, shape: Shape | None) -> None:
        """Note from now on Values of this shape, none where it is not known."""
        self._shape = shape
        self.drivers.clear()
        for driver in self._found:
            self._start(driver)

    def expect(self, kind: type) -> list[CodeType]:
        """Return the codes of the methods of a class that are drivers."""
        if self._shape is None:
            return []
        methods = methods_of(kind)
        names, count = {self._shape.adapter.hook}, 0
        reads = {name: _reads(f.__code__) for name, f in methods.items()}
        while len(names) > count:
            count = len(names)
            names |= {name for name, read in reads.items() if read & names}
        found = [self.meet(f, kind) for name, f in methods.items() if name in names]
        return [code for code in found if code is not None]

    def find(self, frame: FrameType, kind: type) -> CodeType | None:
        """Return the code of the function that has called a hook, if it is a driver.

        Args:
            frame: What has called the hook: that function, or one within it.
            kind: The class of the Value.
        """
        inner = frame.f_code
        outer: FrameType | None = frame
        for _ in range(_FRAMES):
            if outer is None:
                break
            code = outer.f_code
            function = outer.f_globals.get(code.co_name)
            if getattr(function, "__code__", None) is code and inner in _codes(code):
                return self.meet(function, kind)
            outer = outer.f_back
        return None

    def meet(self, function: object, kind: type) -> CodeType | None:
        """Find out about a function; return its code if it is a driver.

        Args:
            function: It.
            kind: The class of Values.
        """
        shape = self._shape
        if shape is None or type(function) is not FunctionType:
            return None
        code = function.__code__
        if (id(code), kind) in self._met or not can_drive(code):
            return None
        self._met[id(code), kind] = code
        driver = pure(function, kind, shape.adapter)
        if driver is None or shape.adapter.hook not in driver.uses:
            return None
        self._found.append(driver)
        self._start(driver)
        return code

    def doubt(self, driver: Pure) -> None:
        """Note no more of a driver: it does not do the same again."""
        self._found = [other for other in self._found if other is not driver]
        self.drivers.pop(id(driver.code), None)

    def _start(self, driver: Pure) -> None:
        shape = self._shape
        if shape is not None and shape.stored.isdisjoint(driver.uses):
            self.drivers[id(driver.code)] = Start(driver, shape, self._kinds)


def _given(code: CodeType, names: Mapping[str, object]) -> _Given:
    """Return the arguments of a driver.

    Raises:
        TypeError: Besides its Value it was given what it could change.
    """
    count = code.co_argcount
    last = count + code.co_kwonlyargcount
    given = [names[name] for name in code.co_varnames[:count]]
    named = {name: names[name] for name in code.co_varnames[count:last]}
    if not _GIVEN.issuperset(map(type, (*given[1:], *named.values()))):
        raise TypeError
    return given, named


def _reads(code: CodeType) -> set[str]:
    """Return the attributes that code, or a function within it, reads."""
    return {
        name
        for part in _codes(code)
        for _, kind, name in instructions(part)
        if kind == "LOAD_ATTR"
    }


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield code and that of the functions within it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)
