"""What is wrong with the backward function of one op."""

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from gradviz.analysis.again import Again
from gradviz.analysis.diagnosis.apart import apart
from gradviz.analysis.diagnosis.blame import Blame, Fault, are_one
from gradviz.analysis.diagnosis.findings import Finding, told
from gradviz.analysis.diagnosis.lines import Place
from gradviz.analysis.diagnosis.naming import named, numbers_in_words, slope_name
from gradviz.analysis.diagnosis.points import (
    PRIOR,
    UPSTREAMS,
    Kind,
    Point,
    Trier,
    near,
    same,
)
from gradviz.analysis.diagnosis.theirs import call_theirs
from gradviz.graph.build import LiveGraph
from gradviz.session.forward.trouble import described

SAMPLE = 3
"""Values tried for each backward function."""


class OpDoctor:
    """Tries the hooks of one kind and says what is wrong with them."""

    def __init__(self, again: Again) -> None:
        self._again = again
        self._trier = Trier(again)
        self._blame = Blame(again, self._trier.probe)

    def examine(self, kind: Kind) -> Iterator[Finding]:
        """Yield what is wrong; why a Value can't be tried is added to the kind."""
        self._try(kind)
        if not kind.points:
            return
        alone = self._twice_only(kind)
        if alone is not None:
            found = list(OpDoctor(Again(alone)).examine(Kind(kind.code, [2])))
            yield from (self._of(kind, finding) for finding in found)
            if found:
                return
            faults = list(self._shared_fault(kind.points))
        else:
            faults = list(self._faults(kind))
        seen: set[tuple[str, Place]] = set()
        for fault in faults:
            place, method = self._blame.place(kind, fault)
            if (fault.rule, place) in seen:
                continue
            seen.add((fault.rule, place))
            yield self._blame.finding(kind, fault, place, method)

    def _twice_only(self, kind: Kind) -> LiveGraph | None:
        """Return the op on two operands, where the graph has it on one twice only."""
        if any(self._trier.apart(node) for node in kind.nodes):
            return None
        return apart(self._again, kind.points[0].node)

    def _of(self, kind: Kind, finding: Finding) -> Finding:
        """Return a finding on two operands as one on the Value that has one."""
        return msgspec.structs.replace(
            finding, node=kind.points[0].node, shown_by=len(kind.nodes)
        )

    def _try(self, kind: Kind) -> None:
        apart = [n for n in kind.nodes if self._trier.apart(n)] or kind.nodes
        fit: list[Point] = []
        for node in apart[:SAMPLE]:
            if reason := self._unfit(node):
                kind.reasons[node] = reason
            else:
                # Before any op is called: what it saves elsewhere is as it was left.
                fit.append(self._trier.here(node))
        for point in fit:
            with self._again.restored(point.node):
                reason = self._again.unsteady(point.node)
                if reason:
                    kind.reasons[point.node] = reason
                if reason and self._again.call(point.node) is not None:
                    continue
                if self._trier.expect(point):
                    kind.points.append(point)
            if not reason:
                kind.points.extend(self._trier.elsewhere(point.node))
        tried = {point.node for point in kind.points if not point.here}
        two = [n for n in apart if n in tried and self._trier.apart(n)]
        for node in two[:1]:
            kind.shared.extend(self._trier.shared(node))

    def _unfit(self, node: int) -> str:
        """Return why a Value's hook can't be tried, as a clause; mostly nothing."""
        live = self._again.live
        adapter = live.adapters[node]
        if adapter.design == "pull":
            return "its operands pull their gradients from it"
        if adapter.why_not_stepped:
            return adapter.why_not_stepped
        hooked = [o for o in live.graph.nodes[node].operands if self._is_hooked(o)]
        if hooked:
            name = live.graph.nodes[hooked[0]].name
            return f"its op puts a _backward on its operand {name}"
        return ""

    def _is_hooked(self, operand: int) -> bool:
        return self._again.live.graph.nodes[operand].hooked

    # Rules

    def _faults(self, kind: Kind) -> Iterator[Fault]:
        """Yield what is wrong, each operand's first fault only."""
        slots = range(max(len(point.at) for point in kind.points))
        raising = [p for p in kind.points if p.error is not None and _has_slope(p)]
        points = [p for p in kind.points if p.error is None]
        if raising and any(p.here for p in raising):
            yield self._raised(raising[0])
        if not points:
            return
        missing = [s for s in slots if _forgotten(points, s)]
        strays = next((p for p in points if any(x.strays for x in p.pushed)), None)
        if strays is None and missing:
            strays = _own_written(points)
        if strays is not None:
            yield self._astray(strays)
            return
        if missing:
            yield self._forgot(kind, points, missing)
        found = [
            self._fault_of(points, slot, missing)
            for slot in slots
            if slot not in missing
        ]
        wrong = [fault for fault in found if fault is not None]
        yield from wrong[:1] if are_one(wrong) else wrong
        if not wrong and not missing:
            yield from self._shared_fault(kind.shared)

    def _fault_of(
        self, points: list[Point], slot: int, missing: list[int]
    ) -> Fault | None:
        """Return the first rule that is broken for the operand of one slot."""
        for rule in (self._assigns, self._ignores, self._not_linear):
            for point in points:
                if len(point.at) > slot:
                    operand = list(point.at)[slot]
                    fault = rule(point, operand)
                    if fault is not None:
                        return fault
        wrong = [
            p for p in points if len(p.at) > slot and not p.is_right(list(p.at)[slot])
        ]
        if not wrong or (missing and _doubled(wrong[0], slot)):
            return None
        return self._wrong(wrong, slot)

    def _assigns(self, point: Point, operand: int) -> Fault | None:
        assert point.onto is not None
        flow, after = point.got(operand), point.onto.after[operand]
        if same(after, PRIOR + flow) or not (
            math.isfinite(flow) and math.isfinite(after)
        ):
            return None
        name = self._name(operand)
        would = "replace" if same(after, flow) else "not just add to"
        sentence = (
            f"{self._name(point.node)}._backward() would {would} the gradient of "
            f"{name} if it held one already."
        )
        return Fault(
            "assigns", point, operand, sentence, after, PRIOR + flow, inner=True
        )

    def _ignores(self, point: Point, operand: int) -> Fault | None:
        flows = [point.got(operand, which) for which in range(len(UPSTREAMS))]
        if flows[0] == 0.0 or not all(math.isclose(f, flows[0]) for f in flows):
            return None
        sentence = (
            f"{self._name(point.node)}._backward() pushes {told(flows[0])} to "
            f"{self._name(operand)} whatever its own gradient is: with "
            f"{told(UPSTREAMS[1])} instead of {told(UPSTREAMS[0])} it should be "
            f"{told(UPSTREAMS[1] * flows[0])}."
        )
        expected = UPSTREAMS[1] * flows[0]
        return Fault("ignores-upstream", point, operand, sentence, flows[1], expected)

    def _not_linear(self, point: Point, operand: int) -> Fault | None:
        flows = [point.got(operand, which) for which in range(len(UPSTREAMS))]
        for upstream, flow in zip(UPSTREAMS[1:], flows[1:], strict=True):
            expected = upstream * flows[0] / UPSTREAMS[0]
            if not all(map(math.isfinite, (flow, expected))) or same(flow, expected):
                continue
            sentence = (
                f"{self._name(point.node)}._backward() pushes {told(flows[0])} to "
                f"{self._name(operand)} for a gradient of {told(UPSTREAMS[0])}, but "
                f"{told(flow)} instead of {told(expected)} for one of "
                f"{told(upstream)}."
            )
            return Fault("not-linear", point, operand, sentence, flow, expected)
        return None

    def _wrong(self, wrong: list[Point], slot: int) -> Fault:
        point = next((p for p in wrong if p.here), wrong[0])
        operand = list(point.at)[slot]
        slope = point.expected[operand]
        got = point.got(operand)
        name, out = self._name(operand), self._name(point.node)
        live = self._again.live
        numbers = numbers_in_words(live, point)
        slope_is = f"{slope_name(live, point.node, operand)} is {told(slope.number)}"
        if self._is_stale(point, slot):
            sentence = (
                f"{out}._backward() uses an old number: at {numbers} it pushes "
                f"{told(got)} times its gradient to {name}, where {slope_is}."
            )
            return Fault(
                "stale", point, operand, sentence, got, slope.number, slope.error
            )
        luck = "" if point.here else " (it happens to be right for the numbers here)"
        if not point.here and not any(p.here for p in wrong):
            luck = " (for the numbers here it can't be seen)"
        sentence = (
            f"{out}._backward() pushes {told(got)} times its gradient to {name}, where "
            f"{slope_is} at {numbers}{luck}."
        )
        return Fault(
            "wrong-derivative",
            point,
            operand,
            sentence,
            got,
            slope.number,
            slope.error,
        )

    def _is_stale(self, point: Point, slot: int) -> bool:
        """Whether the same hook is right where nothing of it can be old.

        For a wrong live hook that is one that its op makes anew; else one that its op
        makes of operands that it has never met.
        """
        node, again = point.node, self._again
        with again.restored(node):
            self._trier.probe.move(point.at)
            if point.here:
                other = self._trier.anew(node)
                if other is not None and other.error is None:
                    operand = list(point.at)[slot]
                    if other.is_right(operand):
                        return True
            stand_ins = {o: again.stand_in(o) for o in point.at}
            call = again.with_others(node, stand_ins)
            if call is None or None in stand_ins.values():
                return False
            return self._right_on(node, call, stand_ins, point, slot)

    def _right_on(
        self,
        node: int,
        call: Any,
        stand_ins: dict[int, Any],
        point: Point,
        slot: int,
    ) -> bool:
        """Whether a hook made of new operands pushes what it should."""
        live = self._again.live
        operand = list(point.at)[slot]
        adapter = live.adapters[operand]
        try:
            out = self._again.made(node, call)
            for other in stand_ins.values():
                setattr(other, adapter.grad, 0.0)
            setattr(out, live.adapters[node].grad, 1.0)
            hook = live.adapters[node].hook_of(out)
            if hook is not None:
                call_theirs(hook)
            got = float(adapter.gradient(stand_ins[operand]))
        except (Exception, SystemExit):  # the person's code: anything goes
            return False
        slope = point.expected[operand]
        return near(got, slope.number, 30 * slope.error)

    def _raised(self, point: Point) -> Fault:
        assert point.error is not None
        out = self._name(point.node)
        sentence = f"{out}._backward() failed: {described(point.error)}"
        return Fault("raises", point, -1, sentence.rstrip(".") + ".")

    def _astray(self, point: Point) -> Fault:
        strays = [s for pushed in point.pushed for s in pushed.strays]
        out = self._name(point.node)
        where = self._name(strays[0]) if strays else f"{out} itself"
        sentence = (
            f"{out}._backward() writes to {where}, which is no operand of its op."
        )
        if not strays:
            missed = [self._name(o) for o in point.at if _untouched(point, o)]
            sentence = (
                f"{out}._backward() writes to the gradient of {out} itself, where it "
                f"should push to {missed[0] if missed else 'its operands'}."
            )
        return Fault("not-operand", point, strays[0] if strays else -1, sentence)

    def _forgot(self, kind: Kind, points: list[Point], missing: list[int]) -> Fault:
        having = [p for p in points if len(p.at) > missing[0]]
        point = next((p for p in having if p.here), having[0])
        operands = list(point.at)
        operand = operands[missing[0]]
        out, name = self._name(point.node), self._name(operand)
        slope = point.expected[operand]
        everything = len(missing) == len(operands)
        call = self._again.call(point.node)
        maker = getattr(call.function, "__code__", None) if call else None
        theirs = (
            kind.code is not None
            and maker is not None
            and any(constant is kind.code for constant in maker.co_consts)
        )
        if everything and not theirs:
            sentence = (
                f"{out} has no _backward that pushes anything: {name} should get "
                f"{told(slope.number)} times the gradient of {out}."
            )
            rule = "no-backward"
        else:
            sentence = (
                f"{out}._backward() pushes nothing to {name}, which should get "
                f"{told(slope.number)} times the gradient of {out}."
            )
            rule = "forgets-operand"
        return Fault(rule, point, operand, sentence, 0.0, slope.number, slope.error)

    def _shared_fault(self, points: list[Point]) -> Iterator[Fault]:
        for point in points:
            operand = next(iter(point.at))
            if point.error is not None or point.is_right(operand):
                continue
            slope, got = point.expected[operand], point.got(operand)
            name = self._name(operand)
            op = self._again.live.graph.nodes[point.node].op
            sentence = (
                f"With {name} = {told(point.at[operand])} as both operands of {op}, "
                f"its _backward pushes {told(got)} to {name} instead of "
                f"{told(slope.number)}."
            )
            yield Fault(
                "same-operand", point, operand, sentence, got, slope.number, slope.error
            )
            return

    def _name(self, node: int) -> str:
        return named(self._again.live, node)


def _has_slope(point: Point) -> bool:
    return any(point.expects(operand) for operand in point.at)


def _untouched(point: Point, operand: int) -> bool:
    return all(operand not in pushed.written for pushed in point.pushed)


def _forgotten(points: list[Point], slot: int) -> bool:
    """Whether an operand that should get something never gets anything."""
    having = [p for p in points if len(p.at) > slot]
    if not all(_untouched(p, list(p.at)[slot]) for p in having):
        return False
    slopes = [p.expected[list(p.at)[slot]] for p in having]
    return any(not s.reason and abs(s.number) > 1e-6 for s in slopes)


def _own_written(points: list[Point]) -> Point | None:
    """Return a point at which a hook added to its own Value's gradient."""
    for point in points:
        if any(
            not same(pushed.own, upstream) and pushed.own != 0.0
            for pushed, upstream in zip(point.pushed, UPSTREAMS, strict=True)
        ):
            return point
    return None


def _doubled(point: Point, slot: int) -> bool:
    """Whether an operand got what flows to all of them."""
    total = sum(slope.number for slope in point.expected.values())
    return near(point.got(list(point.at)[slot]), total, 1e-6)
