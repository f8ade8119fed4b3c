"""What a driver finds outside of itself: global names, and the class of its Values."""

import builtins
import inspect
from collections import deque
from collections.abc import Callable
from functools import partial
from types import CellType, FunctionType, ModuleType

from gradviz.graph.adapter import Adapter
from gradviz.session.purity.containers import COUNT, MAKE, TELL
from gradviz.session.purity.kinds import ImpureError

_NAMES = MAKE | TELL | COUNT
_NAMES |= {"enumerate", "zip", "dict", "len", "next", "map", "filter", "sorted"}
_BUILTINS = {vars(builtins)[name]: name for name in _NAMES - {"deque"}}
_BUILTINS[deque] = "deque"

_OWN = ("__getattribute__", "__setattr__", "__hash__", "__eq__")
_LACKED = ("__getattr__", "__bool__", "__len__")

_ABSENT = object()

Relied = tuple[Callable[[], object], object]
"""What looks something up, and what it found."""


class Outside:
    """Looks things up, and remembers which.

    Attributes:
        relied: All that was looked up.
        uses: The attributes that are read of Values, besides their numbers.
        methods: Those of them that are methods of the class.
        marks: The attributes that are set, besides numbers.
    """

    def __init__(self, kind: type, adapter: Adapter) -> None:
        """Look at a class.

        Args:
            kind: The class of the Values.
            adapter: Its adapter.

        Raises:
            ImpureError: To read an attribute of a Value, to test it or to look for it
                in a set may run code of theirs.
        """
        self.relied: dict[tuple[int, str], Relied] = {}
        self.uses: set[str] = set()
        self.methods: set[str] = set()
        self.marks: set[str] = set()
        self._kind = kind
        needed = (adapter.data, adapter.grad, adapter.operands, adapter.hook)
        texts = filter(None, (adapter.op, adapter.label, adapter.color))
        is_plain = all(getattr(kind, n) is getattr(object, n) for n in _OWN)
        if not is_plain or any(hasattr(kind, name) for name in _LACKED):
            raise ImpureError
        if not all(map(self._is_stored, (*needed, *texts))):
            raise ImpureError

    def _is_stored(self, name: str) -> bool:
        """Whether an attribute is no property."""
        found = inspect.getattr_static(self._kind, name, None)
        return (
            found is None
            or isinstance(found, FunctionType)
            or inspect.ismemberdescriptor(found)
            or not hasattr(type(found), "__get__")
        )

    def of_class(self, name: str) -> object:
        """Return what the class has under a name, None if nothing."""
        look = partial(inspect.getattr_static, self._kind, name, None)
        return self._look(self._kind, name, look)

    def of_function(self, function: FunctionType, name: str) -> object:
        """Return what a function finds under a name that is not its own.

        Raises:
            ImpureError: Nothing yet.
        """
        code = function.__code__
        cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
        if name in cells:
            found = self._look(cells[name], name, partial(_content, cells[name]))
        else:
            names = function.__globals__
            standard = getattr(builtins, name, _ABSENT)
            found = self._look(names, name, partial(names.get, name, standard))
        if found is _ABSENT:
            raise ImpureError
        return found

    def of_module(self, module: ModuleType, name: str) -> object:
        """Return what a module has under a name.

        Raises:
            ImpureError: Nothing.
        """
        names = vars(module)
        found = self._look(names, name, partial(names.get, name, _ABSENT))
        if found is _ABSENT:
            raise ImpureError
        return found

    def _look(self, where: object, name: str, look: Callable[[], object]) -> object:
        _, found = self.relied.setdefault((id(where), name), (look, look()))
        return found


def builtin_name(thing: object) -> str:
    """Return the name of a builtin that is understood, empty if it is none."""
    try:
        return _BUILTINS.get(thing, "")
    except TypeError:
        return ""


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return _ABSENT
