"""Finding out by behaviour which attributes of a Value class hold what.

Two leaves are built from known numbers and multiplied. What holds the number is the
data, what holds both leaves are the operands, what changes a leaf when it is called is
the hook, and what it changes is the gradient.
"""

import contextlib
import io
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from numbers import Number
from operator import add, mul
from types import FunctionType, MethodType
from typing import Any, Literal

from gradviz.graph import adapter as table
from gradviz.graph.adapter import Adapter
from gradviz.graph.designs import locals_of, parts
from gradviz.graph.held import PLAIN, held_by, slots_of
from gradviz.graph.trying import leaf_maker, undone

_A, _B, _UP = 1.75, 0.625, 3.0
"""Two leaves and a gradient from above; every product of them is exact."""

_PUSHES = ("back", "grad", "diff", "deriv", "prop", "push", "pull")
"""What the name of a method has in it that may be called, to see what it does."""

_FUNCTIONS = (FunctionType, MethodType, partial)

Takes = Literal["", "gradient", "value"]


@dataclass
class _Trial:
    """Two new leaves and what was computed from them."""

    a: Any
    b: Any
    product: Any
    above: Any = None


def probe(
    value: object, ops: Iterable[Callable[[Any, Any], Any]] = ()
) -> Adapter | None:
    """Return the adapter of the class of ``value``, None where trying it fails.

    Lists and counters of the class and its module are put back afterwards, and nothing
    is printed.

    Args:
        value: A Value.
        ops: Functions of two Values, where the class has no ``*`` and no ``+``.
    """
    shown: Adapter | None = None
    with undone(type(value)), contextlib.redirect_stdout(io.StringIO()):
        for op in (mul, add, *ops):
            try:
                found = _Probe(type(value), op).adapter()
            except (Exception, SystemExit):  # the person's code: anything goes
                continue
            if found is not None and found.design != "none":
                return found
            shown = shown or found
    return shown


class _Probe:
    def __init__(self, cls: type, op: Callable[[Any, Any], Any]) -> None:
        self.cls = cls
        self.make = leaf_maker(cls)
        self.op = op
        self.sum = False
        """Whether what the leaves make is their sum, not their product."""

    def adapter(self) -> Adapter | None:
        trial = self.trial()
        data = self._data(trial)
        if data is None:
            return None
        operands = self._operands(trial)
        gradients = self._gradients(trial, data)
        base = Adapter(
            data=data,
            grad="",
            operands=operands,
            hook="",
            op=self._op(trial),
            label=table.label_of(trial.a),
            color=_known(table.COLOR, held_by(trial.a)),
            slots=slots_of(self.cls),
        )
        searches = (
            self._closure, self._stored, self._rule, self._method, self._pull
        )  # fmt: skip
        for search in searches:
            found = search(base, gradients)
            if found is not None:
                return found
        # Without operands only a name can tell a Value from other arithmetic.
        grad = _known(table.GRAD, gradients)
        numbers = [name for name, content in gradients.items() if content is not None]
        if grad is None and operands and len(numbers) == 1:
            grad = numbers[0]
        return _with(base, grad=grad, design="none") if grad else None

    def trial(self, *, above: bool = False) -> _Trial:
        """Return fresh leaves and what the op makes of them."""
        a, b = self.make(_A, "a"), self.make(_B, "b")
        made = _Trial(a, b, None)
        made.product = self.op(a, b)
        if not isinstance(made.product, self.cls):
            raise TypeError("the product is no Value")
        if above:
            made.above = self.op(made.product, self.make(1.0, "c"))
        return made

    # The roles that a product shows at once

    def _data(self, trial: _Trial) -> str | None:
        a, b, product = held_by(trial.a), held_by(trial.b), held_by(trial.product)
        found = [
            name
            for name in a
            if _is(a[name], _A)
            and _is(b.get(name), _B)
            and (
                _close(product.get(name), _A * _B) or _close(product.get(name), _A + _B)
            )
        ]
        if found:
            name = _known(table.DATA, found) or found[0]
            self.sum = _close(product[name], _A + _B)
        if not found:  # a wrong product is still a number where the leaves have theirs
            found = [n for n in a if _is(a[n], _A) and _is(b.get(n), _B)]
            found = [n for n in found if isinstance(product.get(n), Number)]
        return _known(table.DATA, found) or (found[0] if found else None)

    def _operands(self, trial: _Trial) -> str:
        held = held_by(trial.product)
        both = (trial.a, trial.b)
        found = [name for name in held if _holds(trial.product, name, both)]
        if known := _known(table.OPERANDS, found) or (found[0] if found else None):
            return known
        single = [
            next((n for n, c in held.items() if c is leaf), None) for leaf in both
        ]
        if all(single):
            return ", ".join(str(name) for name in single)
        for name, helper in held.items():
            if type(helper) in PLAIN or isinstance(helper, _FUNCTIONS):
                continue
            inside = held_by(helper)
            for inner in inside:
                if _holds(trial.product, f"{name}.{inner}", both):
                    return f"{name}.{inner}"
            single = [
                next((n for n, c in inside.items() if c is leaf), None) for leaf in both
            ]
            if all(single):
                return ", ".join(f"{name}.{inner}" for inner in single)
        return ""

    def _gradients(self, trial: _Trial, data: str) -> dict[str, object]:
        """Return the attributes that a fresh leaf has at 0 or None, with what."""
        defaults = {
            name: content
            for base in reversed(self.cls.__mro__[:-1])
            for name, content in vars(base).items()
            if not name.startswith("__")
        }
        held = {**defaults, **held_by(trial.a)}
        found = {
            name: content
            for name, content in held.items()
            if name != data and (content is None or _is(content, 0))
        }
        known = [name for name in table.GRAD if name in found]
        return {name: found[name] for name in dict.fromkeys((*known, *found))}

    def _op(self, trial: _Trial) -> str | None:
        leaf, product = held_by(trial.a), held_by(trial.product)
        found = [
            name
            for name, content in product.items()
            if isinstance(content, str) and content and content != leaf.get(name)
        ]
        known = _known(table.OP, found)
        if known or not found:
            return known
        plain = [n for n in found if n not in table.LABEL and not _is_text(leaf, n)]
        return plain[0] if plain else None

    # The hook, and with it the gradient

    def _closure(self, base: Adapter, gradients: dict[str, object]) -> Adapter | None:
        product = held_by(self.trial().product)
        names = [
            name for name, content in product.items() if isinstance(content, _FUNCTIONS)
        ]
        names.sort(key=lambda name: name not in table.HOOK)
        return self._tried(
            [_with(base, hook=name, design="closure") for name in names], gradients
        )

    def _method(self, base: Adapter, gradients: dict[str, object]) -> Adapter | None:
        """A method that pushes one step; one that runs the whole pass is none."""
        return self._tried(
            [_with(base, hook=n, design="method") for n in self._pushing()], gradients
        )

    def _pull(self, base: Adapter, gradients: dict[str, object]) -> Adapter | None:
        """A method by which an operand gets its gradient from its consumer."""
        choices = [_with(base, hook=name, design="pull") for name in self._pushing()]
        for tried in (_with(c, grad=grad) for c in choices for grad in gradients):
            if self._try(tried, gradients) == 2:
                return tried
        return None

    def _pushing(self) -> list[str]:
        """Return the methods that may be called, those named like a hook first."""
        names = [
            name
            for owner in self.cls.__mro__[:-1]
            for name, content in vars(owner).items()
            if isinstance(content, FunctionType)
            and not (name.startswith("__") and name.endswith("__"))
            and any(part in name.lower() for part in _PUSHES)
        ]
        return sorted(names, key=lambda name: name not in table.HOOK)

    def _rule(self, base: Adapter, gradients: dict[str, object]) -> Adapter | None:
        product = self.trial().product
        choices = [
            _with(base, hook=name, design="rule", method=method)
            for name, helper in held_by(product).items()
            if type(helper) not in PLAIN
            and not isinstance(helper, (self.cls, *_FUNCTIONS))
            for method in dir(helper)
            if not method.startswith("__")
            and any(part in method.lower() for part in _PUSHES)
            and callable(getattr(helper, method, None))
        ]
        return self._tried(choices, gradients)

    def _tried(
        self, choices: list[Adapter], gradients: dict[str, object]
    ) -> Adapter | None:
        """Return the first choice of hook that pushes, with the gradient it pushes."""
        ways: list[tuple[Takes, bool]] = [
            ("", False), ("gradient", False), ("value", False),
            ("gradient", True), ("", True),
        ]  # fmt: skip
        weak: Adapter | None = None
        for choice in choices:
            for takes, returns in ways:
                if returns and not choice.operands:
                    continue
                for grad in gradients:
                    tried = _with(choice, grad=grad, takes=takes, returns=returns)
                    quality = self._try(tried, gradients)
                    if quality == 2:
                        return tried
                    if quality == 1 and weak is None:
                        weak = tried
        return weak

    def _try(self, tried: Adapter, gradients: dict[str, object]) -> int:
        """Return 2 where a step pushes what it should, 1 where it pushes, else 0."""
        trial = self.trial(above=tried.design == "method")
        source = trial.above if tried.design == "method" else trial.product
        target = trial.product if tried.design == "method" else trial.a
        before = {name: getattr(target, name, None) for name in gradients}
        below = getattr(trial.a, tried.grad, None)
        setattr(source, tried.grad, _UP)
        hook = tried.hook_of(source)
        if hook is None:
            return 0
        try:
            hook()
        except (Exception, SystemExit):  # the person's code: anything goes
            return 0
        if tried.design == "method" and getattr(trial.a, tried.grad, None) is not below:
            return 0  # the driver of a whole pass
        after = getattr(target, tried.grad, None)
        if after is before[tried.grad] or not isinstance(after, Number):
            return 0
        right = _UP if tried.design == "method" or self.sum else _UP * _B
        return 2 if _close(after, right) else int(after != before[tried.grad])

    def _stored(self, base: Adapter, gradients: dict[str, object]) -> Adapter | None:
        """Local derivatives kept as numbers, beside the operands or with them."""
        trial = self.trial()
        grad = next(iter(gradients), None)
        if grad is None or not base.operands or "," in base.operands:
            return None
        expected = (1, 1) if self.sum else (_B, _A)
        for name in held_by(trial.product):
            tried = _with(base, grad=grad, hook=name, design="stored")
            found = locals_of(trial.product, tried)
            if len(found) != 2:
                continue
            slopes = [s(1.0) if callable(s) else s for s in found]
            if parts(trial.product, base.operands)[0] is not trial.a:
                slopes.reverse()
            if all(map(_close, slopes, expected)):
                return tried
        return None


def _with(base: Adapter, **changes: Any) -> Adapter:
    return replace(base, **changes)


def _known(names: tuple[str, ...], found: Any) -> str | None:
    return next((name for name in names if name in found), None)


def _is(content: object, number: float) -> bool:
    plain = isinstance(content, Number) and not isinstance(content, bool)
    return plain and bool(content == number)


def _close(content: Any, number: float) -> bool:
    if not isinstance(content, Number) or isinstance(content, bool | complex):
        return False
    return math.isclose(float(content), number, rel_tol=1e-6)  # type: ignore[arg-type]


def _is_text(held: dict[str, object], name: str) -> bool:
    return isinstance(held.get(name), str) and bool(held[name])


def _holds(value: object, name: str, leaves: tuple[Any, ...]) -> bool:
    try:
        found = {id(item) for item in parts(value, name)}
    except Exception:
        return False
    return all(id(leaf) in found for leaf in leaves)
