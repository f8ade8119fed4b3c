"""Reading the body of a live Value's hook."""

import inspect
from collections.abc import Iterable
from functools import partial
from types import FunctionType, MethodType

from gradviz.analysis.body.calls import frame_of
from gradviz.analysis.body.expressions import Frame
from gradviz.analysis.body.log import TooLongError
from gradviz.analysis.body.model import Event, Held, HookBody
from gradviz.analysis.body.objects import Item, Thing, item_of
from gradviz.analysis.body.source import SourceError, source_of
from gradviz.analysis.body.statements import Statements
from gradviz.graph import designs
from gradviz.graph.build import LiveGraph

_RETURNS = "What it returns is added to the gradients of the operands."
_STORES = "gradviz pushes the local derivatives stored here."
_LAYERS = 10


class NoBodyError(Exception):
    """There is nothing to show; the message says why, as a sentence."""


def read_body(live: LiveGraph, node: int) -> HookBody:
    """Return the source of a Value's hook, and what its expressions mean.

    Nothing of the person's code is run for it.

    Raises:
        NoBodyError: There is no hook, or no source of it.
    """
    value, adapter = live.values[node], live.adapters[node]
    made = live.graph.nodes[node]
    if made.is_leaf and not made.hooked:
        raise NoBodyError(f"{made.name} is a leaf: no operation has made it.")
    if adapter.design == "none":
        raise NoBodyError(_sentence(adapter.why_not_stepped))
    if adapter.design == "stored":
        return _storing(live, node)
    hook = adapter.hook_of(value)
    if hook is None:
        raise NoBodyError(f"{made.name} has no _backward to run.")
    frames = list(_frames(hook, node))
    note = _RETURNS if adapter.returns else ""
    return _body(live, frames, (node, *made.operands), note)


def _storing(live: LiveGraph, node: int) -> HookBody:
    """Return the source of the op that has stored the local derivatives of a Value."""
    kind = type(live.values[node]).__name__
    call = live.origins[node].call
    try:
        if call is None:
            raise NoBodyError
        keywords = {name: item_of(held) for name, held in call.keywords.items()}
        given = [*map(item_of, call.arguments)]
        frame = _frame(call.function, given, keywords)
    except NoBodyError:
        raise NoBodyError(
            f"{kind} has no _backward: each result stores its local derivatives, and "
            "gradviz adds each times the gradient to its operand."
        ) from None
    near = (node, *live.graph.nodes[node].operands)
    return _body(live, [frame], near, _STORES)


def _body(
    live: LiveGraph, frames: list[Frame], near: tuple[int, ...], note: str
) -> HookBody:
    first = frames[0]
    reader = Statements(live, first, near)
    events: tuple[Event, ...]
    try:
        for frame in frames:
            reader.frame = frame
            reader.run_function()
            reader.log.guards = ()
        events = tuple(reader.log.events)
    except (TooLongError, RecursionError):
        events = (Event("unsure"),)
    source = first.source
    title = getattr(source.function, "name", "lambda")
    return HookBody(title, source.place, source.lines, events, note)


def _frames(hook: object, node: int) -> Iterable[Frame]:
    """Yield the calls that a hook makes of the person's function: mostly one."""
    if isinstance(hook, partial) and hook.func is designs._pull:
        adapter, operands = hook.args
        for operand in operands:
            yield _frame(getattr(operand, adapter.hook), [])
        return
    arguments: list[Item] = []
    if isinstance(hook, partial) and hook.func is designs._call:
        adapter, value, hook = hook.args
        if adapter.takes == "gradient":
            arguments = [Held(node, "grad")]
        elif adapter.takes == "value":
            arguments = [Thing(value)]
    yield _frame(hook, arguments)


def _frame(
    hook: object, arguments: list[Item], keywords: dict[str, Item] | None = None
) -> Frame:
    keywords = keywords or {}
    for _ in range(_LAYERS):
        if isinstance(hook, partial):
            arguments = [*map(item_of, hook.args), *arguments]
            keywords = {n: item_of(i) for n, i in hook.keywords.items()} | keywords
            hook = hook.func
        elif isinstance(hook, MethodType):
            arguments = [Thing(hook.__self__), *arguments]
            hook = hook.__func__
        elif not isinstance(hook, FunctionType):
            call = inspect.getattr_static(type(hook), "__call__", None)
            if not isinstance(call, FunctionType):
                break
            hook = MethodType(call, hook)
        elif isinstance(inner := vars(hook).get("__wrapped__"), FunctionType):
            # What a decorator has put around it is of less interest.
            hook = inner
        else:
            return _read(hook, arguments, keywords)
    raise NoBodyError("Its _backward is no Python function: there is no source of it.")


def _read(
    hook: FunctionType, arguments: list[Item], keywords: dict[str, Item]
) -> Frame:
    try:
        source_of(hook.__code__)
    except SourceError as error:
        raise NoBodyError(str(error)) from None
    frame = frame_of(hook, arguments, keywords)
    assert frame is not None
    return frame


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."
