"""One backward step of classes that keep no ready ``_backward`` on each result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradviz.graph.adapter import Adapter


def parts(value: object, names: str) -> tuple[Any, ...]:
    """Return what the containers called ``names`` hold: operands, in their order.

    A container's pairs (operand, local derivative) count as their operand.
    """
    own = getattr(value, names, None)
    if isinstance(own, set | tuple | list) and not any(
        type(item) is tuple or type(item) is list for item in own
    ):
        return tuple(own)
    if "," in names:
        single = (_attribute(value, name.strip()) for name in names.split(","))
        return tuple(operand for operand in single if operand is not None)
    held = _attribute(value, names) if names else None
    if isinstance(held, dict):
        held = tuple(held) if held and not _is_key(next(iter(held))) else held.values()
    elif held is not None and not isinstance(held, list | tuple | set | frozenset):
        return (held,)
    return tuple(_operand(item, type(value)) for item in held or ())


def _is_key(key: object) -> bool:
    return isinstance(key, str | int)


def _attribute(value: object, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _operand(item: Any, cls: type) -> Any:
    if not isinstance(item, tuple | list) or not item:
        return item
    return next((part for part in item if isinstance(part, cls)), item[0])


def _local(item: Any, cls: type) -> Any:
    return next((part for part in item if not isinstance(part, cls)), None)


def locals_of(value: object, adapter: Adapter) -> tuple[Any, ...]:
    """Return the local derivatives that ``value`` stores, one for each operand."""
    held = getattr(value, adapter.hook, None)
    if isinstance(held, dict):
        return tuple(held.values())
    if held is None or not isinstance(held, list | tuple):
        return ()
    if adapter.hook == adapter.operands:
        cls = type(value)
        return tuple(_local(i, cls) for i in held if isinstance(i, tuple | list))
    return tuple(held)


def step_of(adapter: Adapter, value: object) -> Callable[[], object] | None:
    """Return what makes one backward step of ``value``, None where there is nothing."""
    if adapter.design == "none":
        return None
    if adapter.design == "stored":
        stored = locals_of(value, adapter)
        return partial(_push_stored, adapter, value) if stored else None
    if adapter.design == "pull":
        operands = {id(o): o for o in adapter.operands_of(value)}.values()
        return partial(_pull, adapter, tuple(operands)) if operands else None
    hook: Callable[..., object] | None = getattr(value, adapter.hook, None)
    if adapter.design == "method":
        if not adapter.operands_of(value):
            return None
    elif adapter.design == "rule":
        hook = getattr(hook, adapter.method, None)
    if not callable(hook):
        return None
    if not adapter.takes and not adapter.returns:
        return hook
    return partial(_call, adapter, value, hook)


def _push_stored(adapter: Adapter, value: object) -> None:
    upstream = adapter.gradient(value)
    locals_ = locals_of(value, adapter)
    flows = [
        local(upstream) if callable(local) else local * upstream for local in locals_
    ]
    _add(adapter, adapter.operands_of(value), flows)


def _pull(adapter: Adapter, operands: tuple[Any, ...]) -> None:
    for operand in operands:
        if callable(pull := getattr(operand, adapter.hook, None)):
            pull()


def _call(adapter: Adapter, value: object, hook: Callable[..., Any]) -> None:
    """Call a hook with what it wants, and add what it returns."""
    if adapter.takes == "gradient":
        flows = hook(adapter.gradient(value))
    elif adapter.takes == "value":
        flows = hook(value)
    else:
        flows = hook()
    if adapter.returns and flows is not None:
        several = isinstance(flows, tuple | list)
        _add(adapter, adapter.operands_of(value), flows if several else (flows,))


def _add(adapter: Adapter, operands: Iterable[Any], flows: Iterable[Any]) -> None:
    for operand, flow in zip(operands, flows, strict=False):
        if hasattr(operand, adapter.grad):
            held = adapter.gradient(operand)
            setattr(operand, adapter.grad, flow if held is None else held + flow)
