"""The session: the one owner of a document, a walk and the live Values under them.

State is a pure function of the document and of the steps made. Stepping back writes
what stood before; stepping forward again over recorded steps writes what stood after,
and no user code runs.
"""

from collections.abc import Mapping
from dataclasses import replace

from gradviz.graph.build import LiveGraph
from gradviz.graph.calls import cells
from gradviz.graph.model import Graph
from gradviz.session.attributes import Attributes, Delta, merged
from gradviz.session.document import Document, Number
from gradviz.session.history import Edit, History
from gradviz.session.replay import ReplayError
from gradviz.session.start import Start
from gradviz.session.walk import ZERO, Step, Walk, unmade, with_plan

RULES = ("assign", "accumulate")

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


class EditError(Exception):
    """An edit that can't be made; nothing has changed. The message says why."""


class Session:
    """A document, a walk over it and a playhead.

    Attributes:
        live: The graph and its live Values.
        document: What the person can edit.
        walk: Every step, made and to come.
        playhead: How many steps of the walk have been made.
    """

    def __init__(
        self, live: LiveGraph, seeds: Mapping[int, Number] | None = None
    ) -> None:
        """Clear the gradients, set the seeds and plan the walk.

        Args:
            live: The graph, read from the person's Values.
            seeds: Seed gradients; by default 1 on each root.
        """
        self.live = live
        chosen = dict.fromkeys(self.graph.roots, 1.0) if seeds is None else dict(seeds)
        self.document = Document(seeds=chosen, rule=_rule(live))
        self.walk: Walk = with_plan(self.graph, chosen, ())
        self.playhead = 0
        self._attributes = Attributes(live)
        self._start = Start(live, self._attributes)
        self._start.clear(self.document)
        self._history = History()
        self._ids = {id(value): node for node, value in enumerate(live.values)}
        self._within_reach: dict[int, tuple[int, ...]] = {}
        self._unsettled: int | None = None
        """The first step after which not every Value has been looked at."""
        self._looks_everywhere = False

    @property
    def graph(self) -> Graph:
        """The graph as plain data."""
        return self.live.graph

    @property
    def stuck(self) -> dict[int, str]:
        """Values that the edits do not reach, with the reason as a clause."""
        return self._start.stuck(self.document)

    @property
    def undo_text(self) -> str:
        """What Undo would take back, empty when nothing."""
        return self._history.undo_text

    @property
    def redo_text(self) -> str:
        """What Redo would make again, empty when nothing."""
        return self._history.redo_text

    # The walk

    def move_to(self, playhead: int) -> None:
        """Make or take back steps until ``playhead`` of them stand.

        Raises:
            StepError: The person's code failed; the playhead stays before that step.
        """
        target = max(0, min(playhead, len(self.walk)))
        if target < self.playhead:
            self._settle()
            self._take_back(target)
        while self.playhead < target:
            delta = self.walk[self.playhead].delta
            if delta is None:
                self._make(target)
                return
            self._attributes.redo(delta)
            self.playhead += 1

    def _take_back(self, target: int) -> None:
        while self.playhead > target:
            self.playhead -= 1
            self._attributes.undo(self.walk[self.playhead].delta or ())

    def step(self) -> None:
        """Make the next step, if there is one."""
        self.move_to(self.playhead + 1)

    def step_back(self) -> None:
        """Take the last step back, exactly."""
        self.move_to(self.playhead - 1)

    def run_to_end(self) -> None:
        """Make every step that remains."""
        self.move_to(len(self.walk))

    def reset(self) -> None:
        """Take every step back."""
        self.move_to(0)

    def run_step(self, node: int) -> None:
        """Call the ``_backward`` of one Value now, and plan the rest anew.

        Raises:
            StepError: The person's code failed; nothing has changed.
        """
        self._insert(Step(node, "manual"), f"{self.graph.nodes[node].name}._backward()")

    def zero_gradients(self) -> None:
        """Zero every gradient now and set the seeds again; the rest is planned anew."""
        self._insert(ZERO, "zero gradients")

    # The document

    def set_leaf(self, node: int, number: Number | None, gesture: str = "") -> None:
        """Set the data of a leaf and let everything above it follow.

        Args:
            node: The leaf.
            number: Its new data, or None for what the file gave it.
            gesture: Edits of one gesture (one drag of a slider) are undone as one.

        Raises:
            EditError: Not a leaf, or an op can't take the number; nothing has changed.
            StepError: A step failed on the new numbers; the edit stands and the
                playhead is before that step.
        """
        name = self.graph.nodes[node].name
        if not self.graph.nodes[node].is_leaf:
            raise EditError(f"{name} is computed; only a leaf's data can be edited.")
        if number is None and node not in self.document.leaves:
            return
        verb = "reset" if number is None else "set"
        self._edit(self.document.with_leaf(node, number), f"{verb} {name}", gesture)

    def set_seed(self, node: int, number: Number | None, gesture: str = "") -> None:
        """Set the seed gradient of a Value, or remove it with None.

        Raises:
            StepError: As for ``set_leaf``.
        """
        if number is None and node not in self.document.seeds:
            return
        name = self.graph.nodes[node].name
        text = f"remove the seed of {name}" if number is None else f"seed {name}"
        self._edit(self.document.with_seed(node, number), text, gesture)

    def set_rule(self, rule: str) -> None:
        """Choose between assigning and accumulating gradients.

        Raises:
            EditError: The class decides for itself, or there is no such rule.
        """
        if self.document.rule is None:
            raise EditError(
                "The rule can't be chosen here: this class's own _backward decides."
            )
        if rule not in RULES:
            raise EditError(f"There is no rule {rule!r}; choose assign or accumulate.")
        if rule != self.document.rule:
            self._edit(replace(self.document, rule=rule), f"{rule} gradients", "")

    def undo(self) -> None:
        """Take the last edit back; without one, nothing happens."""
        if edit := self._history.take_undo():
            self._travel(edit, backwards=True)

    def redo(self) -> None:
        """Make the last edit taken back again; without one, nothing happens."""
        if edit := self._history.take_redo():
            self._travel(edit, backwards=False)

    def forget_history(self) -> None:
        """Make the document as it is now the one that can't be undone."""
        self._history = History()

    # How steps are made

    def _make(self, target: int) -> None:
        """Make new steps up to ``target``, looking only where each should write.

        A ``_backward`` that writes elsewhere is found before the next step that could
        meet what it wrote, and at the latest by ``_settle``; from then on every Value
        is looked at after every step.
        """
        if self._unsettled is None and not self._looks_everywhere:
            self._unsettled = self.playhead
        try:
            self._make_steps(target)
        except _StrayWriteError:
            self._looks_everywhere = True
            self._settle()
            self._make(target)
            return
        except StepError as error:
            self._take_back_half(error.node)
            raise
        if self._unsettled is not None:
            made = self.playhead - self._unsettled
            if made * _LOOK_AFTER >= len(self.graph) or target == len(self.walk):
                self._settle()

    def _settle(self) -> None:
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
            whole = step._replace(delta=merged(step.delta or (), stray))
            self.walk = (*self.walk[:last], whole, *self.walk[last + 1 :])
            return
        self._attributes.undo(stray)
        self._make_again(first)

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
                walk[self.playhead] = Step(step.node, step.kind, delta, upstream)
                self.playhead += 1
        finally:
            self.walk = tuple(walk)

    def _call(self, step: Step) -> Delta:
        """Make one step and return everything it changed."""
        everywhere = self._looks_everywhere
        if step.kind == "zero":
            if not everywhere and self._attributes.differs():
                raise _StrayWriteError
            return self._start.clear(self.document)
        hook = self.live.adapters[step.node].hook_of(self.live.values[step.node])
        if hook is None:
            return ()
        reach = self._reach(step.node)
        if not everywhere and self._attributes.differs(reach):
            raise _StrayWriteError
        try:
            hook()
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            raise StepError(step.node, self.graph.nodes[step.node].name) from error
        return self._attributes.take(None if everywhere else reach)

    def _reach(self, node: int) -> tuple[int, ...]:
        """Return the Values that the closure of a ``_backward`` can write to directly.

        The operands, the Value itself and whatever else of the graph it captured.
        """
        if node not in self._within_reach:
            hook = self.live.adapters[node].hook_of(self.live.values[node])
            captured: list[object] = []
            for cell in cells(hook):
                held = cell.cell_contents
                captured.extend(held if isinstance(held, list | tuple) else (held,))
            found = (self._ids.get(id(item)) for item in captured)
            self._within_reach[node] = tuple(
                dict.fromkeys(
                    (
                        *self.graph.nodes[node].operands,
                        node,
                        *(i for i in found if i is not None),
                    )
                )
            )
        return self._within_reach[node]

    def _insert(self, step: Step, text: str) -> None:
        """Make a step at the playhead that was not planned."""
        self._settle()
        before, playhead = self.walk, self.playhead
        made = (*self.walk[:playhead], step)
        self.walk = with_plan(self.graph, self.document.seeds, made)
        try:
            self._make(playhead + 1)
        except StepError:
            self.walk = before
            raise
        same = self.document
        self._history.add(Edit(text, same, same, (), before, self.walk, playhead))

    # How edits are made

    def _edit(self, document: Document, text: str, gesture: str) -> None:
        """Change the document and let the walk follow to the playhead."""
        before, playhead, at_end = self.document, self.playhead, self._at_end()
        self.move_to(0)
        try:
            if document.leaves != before.leaves:
                self._start.prepare()
            delta = self._start.write(before, document)
        except ReplayError as error:
            self.move_to(playhead)
            raise EditError(str(error)) from error
        self.document = document
        self._history.add(Edit(text, before, document, (delta,)), gesture)
        self._follow(before, playhead, at_end)

    def _travel(self, edit: Edit, backwards: bool) -> None:
        """Take an edit back, or make it again."""
        before, playhead, at_end = self.document, self.playhead, self._at_end()
        self.move_to(0)
        if edit.inserted_at is not None:
            self.walk = edit.walk_before if backwards else edit.walk_after
            self.move_to(edit.inserted_at + (0 if backwards else 1))
            return
        if backwards:
            for delta in reversed(edit.deltas):
                self._attributes.undo(delta)
        else:
            for delta in edit.deltas:
                self._attributes.redo(delta)
        self.document = edit.before if backwards else edit.after
        self._follow(before, playhead, at_end)

    def _at_end(self) -> bool:
        return self.playhead == len(self.walk) > 0

    def _follow(self, before: Document, playhead: int, at_end: bool) -> None:
        """Make the walk's steps again after the document has changed.

        When other Values are seeded, the planned walk is another one. It is planned
        anew, keeping what the person put in; a walk at its end stays at its end.
        """
        made = unmade(self.walk[:playhead])
        if tuple(before.seeds) == tuple(self.document.seeds):
            self.walk = unmade(self.walk)
        elif all(step.kind == "planned" for step in made):
            self.walk = with_plan(self.graph, self.document.seeds, ())
            playhead = len(self.walk) if at_end else playhead
        else:
            self.walk = with_plan(self.graph, self.document.seeds, made)
        self.move_to(playhead)
        self._settle()


def _rule(live: LiveGraph) -> str | None:
    """Return the rule of a graph whose class lets it be chosen, else None."""
    rules = {
        getattr(value, "rule", None) if hasattr(type(value), "set_rule") else None
        for value in live.values
    }
    found = rules.pop() if len(rules) == 1 else None
    return found if found in RULES else None
