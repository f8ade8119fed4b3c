"""Which attributes of a person's Value class hold what.

The names differ between classes (``data`` or ``value``, ``_prev`` or ``_children``);
an Adapter settles them once per class: by a table of the names seen in public code,
else by trying the class out (``probe``), else by what the person says.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from numbers import Number
from types import FunctionType
from typing import Any, Literal

from gradviz.graph.designs import parts, step_of
from gradviz.graph.held import PLAIN, held_by, slots_of

__all__ = ["PLAIN", "Adapter", "AdapterError", "Adapters", "Unreadable"]

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
OP = ("_op", "op", "_operation", "operation", "op_name", "operator")
LABEL = ("label", "_label", "name", "_name")
COLOR = ("color", "colour", "_color")

ROLES = ("data", "grad", "operands", "hook", "op", "label")

Design = Literal["closure", "stored", "method", "pull", "rule", "none"]


class AdapterError(Exception):
    """A class lacks something gradviz needs; the message says what, in a sentence."""


@dataclass(frozen=True)
class Adapter:
    """The attribute names of one Value class, and how one backward step is made.

    Attributes:
        data: The number.
        grad: The gradient.
        operands: The container of operands; several attributes of one operand each are
            separated by commas, one of a helper object comes after a dot.
        hook: What one backward step calls, or where it is stored.
        op: The operation's text, or None where the class has none.
        label: The label, or None where the class has none.
        color: The colour, or None where the class has none.
        slots: Attributes that live in ``__slots__``.
        design: How a step is made: by calling a function that each result holds
            (``closure``), by pushing local derivatives that it stores (``stored``), by
            a method of the class that pushes one step (``method``), by one that each
            operand pulls its gradient with (``pull``), by an object which stands for
            the operation (``rule``), or not at all (``none``).
        takes: What the hook wants to be called with: nothing, the gradient of its
            Value, or the Value.
        returns: Whether the hook returns the operands' gradients and leaves adding them
            to others.
        method: The method of the rule object to call.
    """

    data: str
    grad: str
    operands: str
    hook: str
    op: str | None
    label: str | None
    color: str | None
    slots: tuple[str, ...] = ()
    design: Design = "closure"
    takes: Literal["", "gradient", "value"] = ""
    returns: bool = False
    method: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The attributes with the operands, one for each that ``operands`` names."""
        return tuple(self.operands.replace(" ", "").split(","))

    @property
    def stores_hook(self) -> bool:
        """Whether each result holds what its step needs, in the attribute ``hook``."""
        return self.design in ("closure", "stored", "rule")

    @property
    def why_not_stepped(self) -> str:
        """Why no step can be made, as a clause; empty where one can."""
        if self.design != "none":
            return ""
        return (
            "its class has no backward function for one operation that gradviz can "
            "call, so that its graph can be shown but not stepped"
        )

    def attributes(self, value: object) -> dict[str, object]:
        """Return a copy of every attribute that ``value`` itself holds."""
        return held_by(value)

    def number(self, value: object) -> Any:
        """Return the number that ``value`` holds."""
        return getattr(value, self.data)

    def gradient(self, value: object) -> Any:
        """Return the gradient that ``value`` holds."""
        return getattr(value, self.grad)

    def operands_of(self, value: object) -> tuple[object, ...]:
        """Return what the class itself says ``value`` was computed from."""
        return parts(value, self.operands)

    def hook_of(self, value: object) -> Callable[[], object] | None:
        """Return what one backward step of ``value`` calls, or None where it has none.

        For a class that stores local derivatives it is a function of ours, which adds
        ``local × gradient`` to every operand in slot order.
        """
        if self.design == "closure" and not self.takes and not self.returns:
            hook = getattr(value, self.hook, None)
            return hook if callable(hook) else None
        return step_of(self, value)

    def text(self, value: object, attribute: str | None) -> str:
        """Return a text attribute, or an empty string where there is none."""
        found = getattr(value, attribute, None) if attribute else None
        if not isinstance(found, str):
            return ""
        # A lone surrogate can't be sent to the window, nor drawn.
        return found.encode(errors="replace").decode()


@dataclass(frozen=True)
class Unreadable:
    """A class that may be a Value and that gradviz can't read.

    Attributes:
        name: The class's name.
        missing: The roles for which no attribute was found.
        candidates: For each role the attributes to choose from.
    """

    name: str
    missing: tuple[str, ...]
    candidates: Mapping[str, tuple[str, ...]]


class Adapters:
    """The adapters of the classes met so far.

    Attributes:
        while_probing: What to do around trying a class out.
        ops_of: Tells functions of two Values that were seen to make one of a class.
    """

    def __init__(self, mapping: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Start without any class known.

        Args:
            mapping: For classes by name, the attribute of each role, as ``map_class``
                takes them.
        """
        self._known: dict[type, Adapter] = {}
        self._failed: set[type] = set()
        self._mapping = {n: dict(m) for n, m in (mapping or {}).items()}
        self.while_probing: Callable[[], AbstractContextManager[None]] = nullcontext
        self.ops_of: Callable[[type], tuple[Callable[..., Any], ...]] = _no_ops

    def map_class(self, name: str, attributes: Mapping[str, str]) -> None:
        """Say which attributes of a class hold what.

        Args:
            name: The class's name.
            attributes: The attribute of each role: ``data``, ``grad``, and where there
                are such ``operands``, ``hook``, ``op`` and ``label``.
        """
        self._mapping[name] = dict(attributes)
        for cls in [c for c in self._known if c.__name__ == name]:
            del self._known[cls]
        self._failed = {c for c in self._failed if c.__name__ != name}

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

    @property
    def kinds(self) -> Collection[type]:
        """The classes that Values have been met of."""
        return self._known

    def is_value(self, value: object) -> bool:
        """Whether ``value`` is a node of a graph, as far as its attributes tell."""
        return type(value) in self._known or self._find(value) is not None

    def unreadable(self, things: Iterable[object]) -> tuple[Unreadable, ...]:
        """Return the classes among ``things`` that may be Values and can't be read."""
        found: dict[type, Unreadable] = {}
        for thing in things:
            cls = type(thing)
            if cls in found or cls in PLAIN or isinstance(thing, type):
                continue
            if self.is_value(thing):
                continue
            if may_be_value(cls) or self.ops_of(cls):
                found[cls] = _unreadable(thing)
        return tuple(found.values())

    def _find(self, value: object) -> Adapter | None:
        cls = type(value)
        if cls in self._known:
            return self._known[cls]
        if cls in PLAIN or isinstance(value, type):
            return None
        adapter = self._mapped(value) or by_alias(value)
        if adapter is not None and adapter.op is None and may_be_value(cls):
            probed = self._probed(value, ())
            adapter = replace(adapter, op=probed.op if probed else None)
        if adapter is None and cls not in self._failed:
            ops = self.ops_of(cls)
            if ops or may_be_value(cls):
                adapter = self._probed(value, ops)
        if adapter is not None:
            self._known[cls] = adapter
        # Else another instance may carry what this one lacks (a hook set later).
        return adapter

    def _probed(
        self, value: object, ops: tuple[Callable[..., Any], ...]
    ) -> Adapter | None:
        from gradviz.graph.probe import probe

        self._failed.add(type(value))
        with self.while_probing():
            return probe(value, ops)

    def _mapped(self, value: object) -> Adapter | None:
        roles = self._mapping.get(type(value).__name__)
        if not roles or not roles.get("data") or not roles.get("grad"):
            return None
        if not hasattr(value, roles["data"]):
            return None
        adapter = Adapter(
            data=roles["data"],
            grad=roles["grad"],
            operands=roles.get("operands", ""),
            hook=roles.get("hook", ""),
            op=roles.get("op") or None,
            label=roles.get("label") or None,
            color=None,
            slots=slots_of(type(value)),
        )
        return replace(adapter, design=_design_of(value, adapter))


def _no_ops(cls: type) -> tuple[Callable[..., Any], ...]:
    return ()


def may_be_value(cls: type) -> bool:
    """Whether a class does arithmetic of its own, in the person's code."""
    for name in ("__mul__", "__add__", "__rmul__", "__radd__"):
        method = getattr(cls, name, None)
        if isinstance(method, FunctionType):
            file = method.__code__.co_filename
            return not any(place in file for place in _LIBRARIES)
    return False


_LIBRARIES = ("site-packages", "dist-packages", "/lib/python3", "<frozen", "\\Lib\\")


def _design_of(value: object, adapter: Adapter) -> Design:
    """Return how a class steps whose attributes the person has named."""
    if not adapter.hook:
        return "none"
    if isinstance(getattr(type(value), adapter.hook, None), FunctionType):
        held = held_by(value)
        return "closure" if adapter.hook in held else "method"
    content = getattr(value, adapter.hook, None)
    if isinstance(content, list | tuple):
        return "stored"
    return "closure"


def _first(names: Iterable[str], fits: Callable[[str], bool]) -> str | None:
    return next((name for name in names if fits(name)), None)


def by_alias(value: object) -> Adapter | None:
    """Return the adapter of a class whose attributes have names known from others."""
    held = held_by(value)

    def number(name: str) -> bool:
        return isinstance(held.get(name), Number) and not isinstance(held[name], bool)

    def gradient(name: str) -> bool:
        found = held.get(name, getattr(type(value), name, held))
        return found is None or isinstance(found, Number)

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
        label=label_of(value),
        color=_first(COLOR, lambda name: name in held),
        slots=slots_of(type(value)),
    )


def label_of(value: object) -> str | None:
    """Return the attribute for the label, which a class may give to all instances."""
    held = held_by(value)
    return _first(LABEL, lambda name: name in held) or _first(
        LABEL, lambda name: isinstance(getattr(type(value), name, None), str)
    )


def _what_is_missing(value: object) -> str:
    held = held_by(value)
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
        data = next(name for name in DATA if name in held)
        what = type(held[data]).__name__
        return (
            f"{kind} can't be drawn: gradviz draws single numbers, and {data} of a "
            f"{kind} holds one of type {what}."
            if not isinstance(held[data], Number)
            else f"{kind} is not a Value that gradviz can read."
        )
    return f"{kind} is not a Value that gradviz can read: it has no " + (
        " and no ".join(missing) + "."
    )


def _unreadable(value: object) -> Unreadable:
    held = held_by(value)
    methods = tuple(
        name
        for base in type(value).__mro__[:-1]
        for name, content in vars(base).items()
        if isinstance(content, FunctionType) and not name.endswith("__")
    )
    numbers = tuple(n for n, c in held.items() if isinstance(c, Number) or c is None)
    defaults = tuple(
        name
        for name, content in vars(type(value)).items()
        if isinstance(content, Number)
        and name not in numbers
        and not name.startswith("__")
    )
    unset = tuple(n for n, c in held.items() if c is None)
    others = tuple(n for n, c in held.items() if n not in numbers)
    texts = tuple(n for n, c in held.items() if isinstance(c, str))
    candidates = {
        "data": numbers,
        "grad": numbers + defaults,
        "operands": tuple(n for n in held if n in others and n not in texts),
        "hook": (*(n for n in others if n not in texts), *unset, *methods),
        "op": texts,
        "label": texts,
    }
    known = {"data": DATA, "grad": GRAD, "operands": OPERANDS, "hook": HOOK}
    missing = (
        role
        for role, names in known.items()
        if not any(name in candidates[role] for name in names)
    )
    return Unreadable(type(value).__name__, tuple(missing), candidates)
