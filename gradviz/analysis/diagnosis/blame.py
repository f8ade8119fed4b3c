"""Which line and which method a broken rule is blamed on."""

import inspect
from dataclasses import dataclass
from types import CodeType

from gradviz.analysis.again import Again
from gradviz.analysis.diagnosis.findings import Finding
from gradviz.analysis.diagnosis.lines import (
    Place,
    Writer,
    accumulating,
    last_line,
    writer_of,
)
from gradviz.analysis.diagnosis.points import PRIOR, UPSTREAMS, Kind, Point, near
from gradviz.analysis.diagnosis.probing import Probe
from gradviz.value import Value

_BY_SIGN = {"+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__"}


@dataclass(frozen=True)
class Fault:
    """A rule broken at a point, by what an operand gets.

    Attributes:
        rule: The rule.
        point: Where.
        operand: The Value that gets it, or −1.
        sentence: What is wrong.
        got: What it gets.
        expected: What it should get.
        error: A bound on the error of that.
        inner: Whether the very line that writes is wrong, be it in a helper.
    """

    rule: str
    point: Point
    operand: int
    sentence: str
    got: float | None = None
    expected: float | None = None
    error: float = 0.0
    inner: bool = False


def are_one(faults: list[Fault]) -> bool:
    """Whether two faults are one bug: saved numbers, or operands exchanged."""
    if [fault.rule for fault in faults] == ["stale"] * 2:
        return True
    if [fault.rule for fault in faults] != ["wrong-derivative"] * 2:
        return False
    (one, other), point = faults, faults[0].point
    if other.point is not point:
        return False
    crossed = (
        (point.got(one.operand), point.expected[other.operand].number),
        (point.got(other.operand), point.expected[one.operand].number),
    )
    return all(near(got, expected, 1e-6) for got, expected in crossed)


class Blame:
    """Finds the lines that are to be blamed."""

    def __init__(self, again: Again, probe: Probe) -> None:
        self._again = again
        self._probe = probe

    def place(self, kind: Kind, fault: Fault) -> tuple[Place, str]:
        """Return the faulty line and the method it is in."""
        again, node = self._again, fault.point.node
        call = again.call(node)
        function = getattr(call, "function", None)
        maker = getattr(function, "__code__", None)
        method = again.live.graph.nodes[node].method or getattr(
            function, "__name__", ""
        )
        code = kind.code
        if fault.rule == "wrong-derivative" and maker and _is_another(code, maker):
            code = None  # the op hands its derivative to a hook that all ops share
        if code is None or fault.rule == "no-backward":
            if maker is None:
                return _likely_maker(again, node, method)
            with again.restored(node):
                line = 0
                if fault.rule != "no-backward":
                    line = last_line(lambda: again.made(node), maker)
            return (maker.co_filename, line or maker.co_firstlineno), method
        if not method or _is_method_design(again, node):
            method = code.co_name
        first = (code.co_filename, code.co_firstlineno)
        if fault.rule in ("forgets-operand", "raises") or (
            fault.operand < 0 and fault.rule != "not-operand"
        ):
            return _raised_at(fault.point.error, code) or first, method
        writer = self._writer(fault, code)
        place = writer.inner if fault.inner else writer.outer
        return place or first, method

    def _writer(self, fault: Fault, code: CodeType) -> Writer:
        """Run the hook once more and watch which line writes."""
        again, point, live = self._again, fault.point, self._again.live
        node = point.node
        with again.restored(node):
            if not point.here:
                self._probe.move(point.at)
            out = live.values[node] if point.here else again.made(node)
            self._probe.set_up(node, out, UPSTREAMS[0], PRIOR)
            hook = live.adapters[node].hook_of(out)
            watched = fault.operand if fault.operand >= 0 else node
            if fault.rule == "same-operand":
                # The one that comes second does not get its share.
                watched = list(dict.fromkeys(live.graph.nodes[node].operands))[-1]
            adapter = live.adapters[watched]
            target = out if watched == node else live.values[watched]

            def look() -> object:
                return adapter.gradient(target)

            return writer_of(hook or int, code, look, adapter.grad)

    def finding(self, kind: Kind, fault: Fault, place: Place, method: str) -> Finding:
        """Return what is said of a broken rule."""
        live, node = self._again.live, fault.point.node
        suggestion = ""
        if fault.rule == "assigns":
            suggestion = accumulating(place, live.adapters[node].grad)
            if isinstance(live.values[node], Value):
                # The lesson's class does as it is told: no line of it is wrong.
                root = live.graph.nodes[live.graph.roots[0]].name
                suggestion = f'{root}.set_rule("accumulate")'
        return Finding(
            rule=fault.rule,
            sentence=fault.sentence,
            value=live.graph.nodes[node].name,
            node=node,
            op=live.graph.nodes[node].op,
            method=method,
            file=place[0],
            line=place[1],
            operand=live.graph.nodes[fault.operand].name if fault.operand >= 0 else "",
            got=fault.got,
            expected=fault.expected,
            error=fault.error,
            suggestion=suggestion,
            shown_by=len(kind.nodes),
        )


def _likely_maker(again: Again, node: int, method: str) -> tuple[Place, str]:
    """Return the method of a Value's class that has the name of its op."""
    op = again.live.graph.nodes[node].op.strip()
    name = _BY_SIGN.get(op, op.lower())
    function = inspect.getattr_static(type(again.live.values[node]), name, None)
    code = getattr(function, "__code__", None)
    if code is None:
        return ("", 0), method
    return (code.co_filename, code.co_firstlineno), name


def _is_another(code: CodeType | None, maker: CodeType) -> bool:
    """Whether a hook is defined in another function than the op's."""
    nested = code is not None and "<locals>" in code.co_qualname
    return nested and not any(constant is code for constant in maker.co_consts)


def _is_method_design(again: Again, node: int) -> bool:
    return again.live.adapters[node].design in ("method", "rule")


def _raised_at(error: BaseException | None, code: CodeType) -> Place | None:
    """Return the line of a function at which an error passed through it."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        if trace.tb_frame.f_code is code:
            return code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return None
