"""Making the steps of a walk on live Values, and taking them back exactly.

Stepping back writes what stood before; stepping forward again over steps that were made
writes what stood after, and no user code runs.
"""

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import cells
from gradviz.session.attributes import Attributes, Change, Delta, merged
from gradviz.session.document import Document
from gradviz.session.start import Start
from gradviz.session.walk import Step, Walk

_LOOK_AFTER = 2000
"""Values per new step that may go unlooked at, so that one step of many stays quick."""


class StepError(Exception):
    """The person's own code failed while a step was made; its cause says how.

    Attributes:
        node: The Value whose ``_backward`` failed.
    """

    def __init__(self, node: int, name: str) -> None:
        super().__init__(f"{name}._backward() failed; the step was taken back.")
        self.node = node


class _StrayWriteError(Exception):
    """A step that was made has written to a Value out of its reach."""


class Stepper:
    """A walk and a playhead over live Values.

    Attributes:
        walk: Every step, made and to come; what stands before the playhead was made.
        playhead: How many steps of the walk have been made.
        document: What zeroed gradients start from again.
    """

    def __init__(
        self, attributes: Attributes, start: Start, document: Document
    ) -> None:
        self.walk: Walk = ()
        self.playhead = 0
        self.document = document
        self._attributes = attributes
        self._start = start
        self._within_reach: dict[int, tuple[int, ...]] = {}
        self._ids: dict[int, int] = {}
        self._known: LiveGraph | None = None
        self._unsettled: int | None = None
        """The first step after which not every Value has been looked at."""
        self._looks_everywhere = False

    @property
    def _live(self) -> LiveGraph:
        return self._attributes.live

    def move_to(self, playhead: int) -> None:
        """Make or take back steps until ``playhead`` of them stand.

        Raises:
            StepError: The person's code failed; the playhead stays before that step.
        """
        target = max(0, min(playhead, len(self.walk)))
        if target < self.playhead:
            self.settle()
        self._take_back(target)
        while self.playhead < target:
            delta = self.walk[self.playhead].delta
            if delta is None:
                self._make(target)
                return
            self._attributes.redo(delta)
            self.playhead += 1

    def settle(self) -> None:
        """Look at every Value, so that all the steps have changed is in their deltas.

        What a single step wrote out of its reach is added to its delta. Of several
        steps nobody knows which one it was: they are taken back and made again.
        """
        first, self._unsettled = self._unsettled, None
        if first is None:
            return
        stray = self._attributes.take()
        if not stray:
            return
        self._looks_everywhere = True
        last = self.playhead - 1
        if first == last:
            step = self.walk[last]
            whole = step._replace(delta=merged((step.delta or (), stray)))
            self.walk = (*self.walk[:last], whole, *self.walk[last + 1 :])
            return
        self._attributes.undo(stray)
        self._make_again(first)

    def _take_back(self, target: int) -> None:
        while self.playhead > target:
            self.playhead -= 1
            self._attributes.undo(self.walk[self.playhead].delta or ())

    def _make(self, target: int) -> None:
        """Make new steps up to ``target``, looking only where each should write.

        A ``_backward`` that writes elsewhere is found before the next step that could
        meet what it wrote, and at the latest by ``settle``; from then on every Value
        is looked at after every step.
        """
        if self._unsettled is None and not self._looks_everywhere:
            self._unsettled = self.playhead
        try:
            self._make_steps(target)
        except _StrayWriteError:
            self._looks_everywhere = True
            self.settle()
            self._make(target)
            return
        except StepError as error:
            self._take_back_half(error.node)
            raise
        if self._unsettled is not None:
            made = self.playhead - self._unsettled
            total = len(self._live.values)
            if made * _LOOK_AFTER >= total or target == len(self.walk):
                self.settle()

    def _take_back_half(self, node: int) -> None:
        """Undo what a ``_backward`` wrote before it raised."""
        written = self._attributes.take()
        self._attributes.undo(written)
        first, self._unsettled = self._unsettled, None
        reach = self._reach(node)
        if first is None or all(change.node in reach for change in written):
            return
        # An earlier step may have written some of it.
        self._looks_everywhere = True
        self._make_again(first)

    def _make_again(self, first: int) -> None:
        """Take the steps from ``first`` back and make them again."""
        target = self.playhead
        self._take_back(first)
        try:
            self._make_steps(target)
        except StepError as error:
            self._take_back_half(error.node)
            raise

    def _make_steps(self, target: int) -> None:
        walk = list(self.walk)
        try:
            while self.playhead < target:
                step = walk[self.playhead]
                upstream = None if step.node < 0 else self._start.gradient(step.node)
                delta = self._call(step)
                walk[self.playhead] = Step(
                    step.node, step.kind, delta, upstream, *step[4:]
                )
                self.playhead += 1
        finally:
            self.walk = tuple(walk)

    def _call(self, step: Step) -> Delta:
        """Make one step and return everything it changed."""
        if step.node < 0:
            if not self._looks_everywhere and self._attributes.differs():
                raise _StrayWriteError
            if step.kind == "zero":
                return self._start.clear(self.document)
            return self._write(step.writes)
        everywhere = self._looks_everywhere
        live = self._live
        hook = live.adapters[step.node].hook_of(live.values[step.node])
        if hook is None:
            return ()
        reach = self._reach(step.node)
        if not everywhere and self._attributes.differs(reach):
            raise _StrayWriteError
        try:
            hook()
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            raise StepError(step.node, live.graph.nodes[step.node].name) from error
        return self._attributes.take(None if everywhere else reach)

    def _write(self, writes: Delta) -> Delta:
        """Set what their code set; a leaf that was edited since keeps its edit."""
        changes: list[Change] = []
        for node, attribute, _, after in writes:
            is_data = attribute == self._live.adapters[node].data
            if not (is_data and node in self.document.leaves):
                changes.extend(self._attributes.write(node, attribute, after))
        return tuple(changes)

    def _reach(self, node: int) -> tuple[int, ...]:
        """Return the Values that the closure of a ``_backward`` can write to directly.

        The operands, the Value itself and whatever else of the graph it captured.
        """
        live = self._live
        if live is not self._known:
            self._known, self._within_reach = live, {}
            self._ids = {id(value): i for i, value in enumerate(live.values)}
        if node not in self._within_reach:
            hook = live.adapters[node].hook_of(live.values[node])
            captured: list[object] = []
            for cell in cells(hook):
                held = cell.cell_contents
                captured.extend(held if isinstance(held, list | tuple) else (held,))
            found = (self._ids.get(id(item)) for item in captured)
            self._within_reach[node] = tuple(
                dict.fromkeys(
                    (
                        *live.graph.nodes[node].operands,
                        node,
                        *(i for i in found if i is not None),
                    )
                )
            )
        return self._within_reach[node]
