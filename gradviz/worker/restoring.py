"""Taking what a person has done over to the graph of a file that was run again.

A worker that has run the file anew is asked, one thing after the other, for the roots
chosen, the rule, the edited leaves and seeds, the walk and the playhead, each meant for
the Value that is the same as before. All of it happens before the graph is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gradviz.graph.matching import matched
from gradviz.graph.model import Graph
from gradviz.session.facts import Figure, StepFact, WalkKind
from gradviz.session.mirror import Mirror
from gradviz.worker.messages import (
    ChooseRoots,
    Failure,
    MoveTo,
    Opened,
    Reply,
    Request,
    RunStep,
    SetLeaf,
    SetRule,
    SetSeed,
    SwitchWalk,
    ZeroGradients,
)


@dataclass(frozen=True)
class Baseline:
    """What a file has set by itself, before the person changed anything.

    Attributes:
        seeds: Seed gradients by Value.
        rule: The rule for gradients.
        chosen: The choices shown.
        walk: Whose walk is shown.
    """

    seeds: Mapping[int, Figure]
    rule: str | None
    chosen: tuple[int, ...]
    walk: WalkKind

    @classmethod
    def of(cls, mirror: Mirror, opened: Opened) -> "Baseline":
        """Return what stands now, right after opening."""
        document = mirror.document
        return cls(dict(mirror.seeds), document.rule, opened.chosen, document.walk)


@dataclass(frozen=True)
class Shown:
    """What a window shows of a file.

    Attributes:
        mirror: The session.
        opened: Roots and choices.
        baseline: What the file itself has set.
    """

    mirror: Mirror
    opened: Opened
    baseline: Baseline


class Restoring:
    """Brings a session of the file as it is now to where the last one was.

    Attributes:
        before: What was shown.
        mirror: The new session, None before its first reply.
        opened: What the worker said of the graph.
        to_old: For Values of the new graph, which Value of the one before they are.
        failure: The first thing that could not be done.
        ends: The gradients at the end of the walk shown, before and now; None where
            either is not known.
    """

    def __init__(self, before: Shown) -> None:
        mirror = before.mirror
        # The person may go on with what is shown until the new graph comes.
        self.before = before
        self.data, self.grad = mirror.data, mirror.grad
        self.mirror: Mirror | None = None
        self.opened: Opened | None = None
        self.baseline = before.baseline
        self.to_old: dict[int, int] = {}
        self.failure: Failure | None = None
        self.ends: tuple[list[Figure], list[Figure]] | None = None
        self._looks_ahead = False
        self._requests = self._all_requests()

    def take(self, reply: Reply) -> Request | None:
        """Take over what the worker says; return what to ask next, None when done."""
        if reply.opened is not None:
            self.opened = reply.opened
            self.mirror = Mirror(Graph(reply.opened.nodes, reply.opened.roots))
        if reply.update is not None and self.mirror is not None:
            self.mirror.apply(reply.update)
        if not self._looks_ahead:
            self.failure = self.failure or reply.failure
        return next(self._requests, None)

    def _all_requests(self) -> Iterator[Request]:
        assert self.mirror is not None
        assert self.opened is not None
        first = self.opened.chosen
        if roots := self._roots():
            yield ChooseRoots(roots=roots)
        self.data = list(self.before.mirror.data)
        self.grad = list(self.before.mirror.grad)
        self.to_old = matched(self.before.mirror.graph, self.mirror.graph)
        self.baseline = replace(Baseline.of(self.mirror, self.opened), chosen=first)
        to_new = {old: new for new, old in self.to_old.items()}
        yield from self._edits(to_new)
        yield from self._own_steps(to_new)
        yield from self._look_at_end()
        if (playhead := self._playhead()) != self.mirror.playhead:
            yield MoveTo(playhead=playhead)

    def _roots(self) -> tuple[int, ...]:
        """Return the roots that the person has chosen, if the file still has them."""
        assert self.opened is not None
        before = self.before
        if before.opened.chosen == before.baseline.chosen:
            return ()
        names = [before.opened.choices[index].name for index in before.opened.chosen]
        there = {choice.name: i for i, choice in enumerate(self.opened.choices)}
        roots = tuple(there[name] for name in names if name in there)
        return () if len(roots) != len(names) or roots == self.opened.chosen else roots

    def _edits(self, to_new: Mapping[int, int]) -> Iterator[Request]:
        before, base = self.before.mirror, self.before.baseline
        document = before.document
        if document.rule is not None and document.rule != base.rule:
            yield SetRule(rule=document.rule)
        for leaf, number in document.leaves:
            if leaf in to_new and isinstance(number, int | float):
                yield SetLeaf(node=to_new[leaf], number=number)
        for node in (*base.seeds, *(n for n in before.seeds if n not in base.seeds)):
            if node not in to_new or before.seeds.get(node) == base.seeds.get(node):
                continue
            seed = before.seeds.get(node)
            if seed is None or isinstance(seed, int | float):
                yield SetSeed(node=to_new[node], number=seed)
        if document.walk != base.walk:
            yield SwitchWalk(walk=document.walk)

    def _own_steps(self, to_new: Mapping[int, int]) -> Iterator[Request]:
        """Ask for the steps that the person has put into the walk, where they were."""
        for number, step in enumerate(self.before.mirror.walk):
            if step.kind == "zero":
                yield MoveTo(playhead=number)
                yield ZeroGradients()
            elif step.kind == "manual" and step.node in to_new:
                yield MoveTo(playhead=number)
                yield RunStep(node=to_new[step.node])

    def _look_at_end(self) -> Iterator[Request]:
        """Make every step, if all were made before; what fails there is not told."""
        assert self.mirror is not None
        before = self.before.mirror
        if before.recorded < len(before.walk):
            return
        self._looks_ahead = True
        yield MoveTo(playhead=len(self.mirror.walk))
        self._looks_ahead = False
        if self.mirror.playhead == len(self.mirror.walk):
            self.ends = _at_end(before), list(self.mirror.grad)

    def _playhead(self) -> int:
        """Return where the playhead belongs: after the step that was the last one."""
        assert self.mirror is not None
        before, walk = self.before.mirror, self.mirror.walk
        if before.playhead == len(before.walk):
            return len(walk)
        made = [self._identity(step) for step in before.walk[: before.playhead]]
        if not made:
            return 0
        occurrence = made.count(made[-1])
        for number, step in enumerate(walk, start=1):
            node = self.to_old.get(step.node, None)
            occurrence -= (step.kind, node) == made[-1]
            if not occurrence:
                return number
        return min(before.playhead, len(walk))

    @staticmethod
    def _identity(step: StepFact) -> tuple[str, int | None]:
        return step.kind, step.node if step.node >= 0 else None


def _at_end(mirror: Mirror) -> list[Figure]:
    """Return the gradients at the end of a walk that has been made."""
    grad = list(mirror.grad)
    for step in mirror.walk[mirror.playhead :]:
        for effect in step.effects or ():
            if effect.what == "grad":
                grad[effect.node] = effect.after
    return grad
