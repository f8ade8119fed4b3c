"""Which attributes of a person's Value class hold what.

The names differ between classes (``data`` or ``value``, ``_prev`` or ``_children``);
an Adapter settles them once per class, by a table of the names seen in public code.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Number
from typing import Any, Final

DATA = ("data", "value", "val", "_data", "_value")
GRAD = ("grad", "gradient", "_grad", "_gradient")
OPERANDS = (
    "_prev",
    "prev",
    "_children",
    "children",
    "_parents",
    "parents",
    "_operands",
    "operands",
    "_inputs",
    "inputs",
)
HOOK = ("_backward", "_backprop", "backward_fn", "_backward_fn", "differentiate")
OP = ("_op", "op", "_operation", "operation")
LABEL = ("label", "_label", "name", "_name")
COLOR = ("color", "colour", "_color")

PLAIN = frozenset(
    {int, float, complex, bool, str, bytes, tuple, list, dict, set, type(None)}
)
"""Classes whose instances are no Values, told without a look at them."""


_EMPTY: Final = object()


class AdapterError(Exception):
    """A class lacks something gradviz needs; the message says what, in a sentence."""


@dataclass(frozen=True)
class Adapter:
    """The attribute names of one Value class.

    Attributes:
        data: The number.
        grad: The gradient.
        operands: The container of operands.
        hook: What one backward step calls.
        op: The operation's text, or None where the class has none.
        label: The label, or None where the class has none.
        color: The colour, or None where the class has none.
        slots: Attributes that live in ``__slots__``.
    """

    data: str
    grad: str
    operands: str
    hook: str
    op: str | None
    label: str | None
    color: str | None
    slots: tuple[str, ...] = ()

    def attributes(self, value: object) -> dict[str, object]:
        """Return a copy of every attribute that ``value`` itself holds."""
        found = dict(getattr(value, "__dict__", ()))
        for slot in self.slots:
            if (held := getattr(value, slot, _EMPTY)) is not _EMPTY:
                found[slot] = held
        return found

    def number(self, value: object) -> Any:
        """Return the number that ``value`` holds."""
        return getattr(value, self.data)

    def gradient(self, value: object) -> Any:
        """Return the gradient that ``value`` holds."""
        return getattr(value, self.grad)

    def operands_of(self, value: object) -> tuple[object, ...]:
        """Return what the class itself says ``value`` was computed from."""
        return tuple(getattr(value, self.operands) or ())

    def hook_of(self, value: object) -> Callable[[], object] | None:
        """Return the ``_backward`` of ``value``, or None where it has none."""
        hook = getattr(value, self.hook, None)
        return hook if callable(hook) else None

    def text(self, value: object, attribute: str | None) -> str:
        """Return a text attribute, or an empty string where there is none."""
        found = getattr(value, attribute, None) if attribute else None
        if not isinstance(found, str):
            return ""
        # A lone surrogate can't be sent to the window, nor drawn.
        return found.encode(errors="replace").decode()


class Adapters:
    """The adapters of the classes met so far."""

    def __init__(self) -> None:
        self._known: dict[type, Adapter | None] = {}

    def adapter(self, value: object) -> Adapter:
        """Return the adapter for the class of ``value``.

        Raises:
            AdapterError: The class does not look like a Value; the sentence names
                what is missing.
        """
        found = self._find(value)
        if found is None:
            raise AdapterError(_what_is_missing(value))
        return found

    def is_value(self, value: object) -> bool:
        """Whether ``value`` is a node of a graph, as far as its attributes tell."""
        return self._find(value) is not None

    def _find(self, value: object) -> Adapter | None:
        cls = type(value)
        if cls in PLAIN or isinstance(value, type):
            return None
        if cls not in self._known:
            adapter = _resolve(value)
            if adapter is None:
                # Another instance may carry what this one lacks (a hook set later).
                return None
            self._known[cls] = adapter
        return self._known[cls]


def _slots(cls: type) -> tuple[str, ...]:
    found: list[str] = []
    for base in cls.__mro__:
        slots = base.__dict__.get("__slots__", ())
        names = (slots,) if isinstance(slots, str) else tuple(slots)
        found.extend(_mangled(base, name) for name in names)
    return tuple(n for n in found if n not in ("__dict__", "__weakref__"))


def _mangled(cls: type, name: str) -> str:
    """Return the attribute that a name written in a class body means."""
    private = name.startswith("__") and not name.endswith("__")
    return f"_{cls.__name__.lstrip('_')}{name}" if private else name


def _names(value: object) -> Mapping[str, object]:
    """Return what an object of any kind holds, nothing where that can't be told."""
    held: dict[str, object] = {}
    try:
        held.update(getattr(value, "__dict__", ()))
        for slot in _slots(type(value)):
            if (content := getattr(value, slot, _EMPTY)) is not _EMPTY:
                held[slot] = content
    except Exception:  # objects of any library can be in a namespace
        return {}
    return held


def _first(names: Iterable[str], fits: Callable[[str], bool]) -> str | None:
    return next((name for name in names if fits(name)), None)


def _resolve(value: object) -> Adapter | None:
    held = _names(value)

    def number(name: str) -> bool:
        return isinstance(held.get(name), Number)

    def gradient(name: str) -> bool:
        return name in held and (held[name] is None or number(name))

    def container(name: str) -> bool:
        return isinstance(held.get(name), tuple | list | set | frozenset)

    def hook(name: str) -> bool:
        return name in held and (held[name] is None or callable(held[name]))

    data = _first(DATA, number)
    grad = _first(GRAD, gradient)
    operands = _first(OPERANDS, container)
    called = _first(HOOK, hook)
    if data is None or grad is None or operands is None or called is None:
        return None
    return Adapter(
        data=data,
        grad=grad,
        operands=operands,
        hook=called,
        op=_first(OP, lambda name: isinstance(held.get(name), str)),
        label=_first(LABEL, lambda name: name in held),
        color=_first(COLOR, lambda name: name in held),
        slots=_slots(type(value)),
    )


def _what_is_missing(value: object) -> str:
    held = _names(value)
    wanted = {
        "number": DATA,
        "gradient": GRAD,
        "container of operands": OPERANDS,
        "backward function": HOOK,
    }
    missing = [
        f"{what} (looked for {', '.join(names[:3])}, …)"
        for what, names in wanted.items()
        if not any(name in held for name in names)
    ]
    kind = type(value).__name__
    if not missing:
        return f"{kind} is not a Value that gradviz can read."
    return f"{kind} is not a Value that gradviz can read: it has no " + (
        " and no ".join(missing) + "."
    )
