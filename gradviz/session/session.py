"""The session: the one owner of a document and of the live Values that follow it.

Edits change the document; the Values and both walks follow, and every edit can be taken
back.
"""

from collections.abc import Mapping
from dataclasses import replace

from gradviz.graph.build import LiveGraph
from gradviz.session.arrival import Past
from gradviz.session.document import Document, EditError, Number
from gradviz.session.forward.replay import ReplayError
from gradviz.session.history import Edit, History
from gradviz.session.recording import Recording
from gradviz.session.stepper import StepError
from gradviz.session.walk import ZERO, Step, unmade, with_plan
from gradviz.session.walked import RULES, WalkedGraph

__all__ = ["EditError", "Session", "StepError"]


class Session(WalkedGraph):
    """A walked graph that a person edits.

    Attributes:
        history: Edits made and taken back.
    """

    def __init__(
        self,
        live: LiveGraph,
        seeds: Mapping[int, Number] | None = None,
        recording: Recording | None = None,
        past: Past | None = None,
        history: History | None = None,
    ) -> None:
        """Take back what their code did, set the seeds and plan the walk.

        Args:
            live: The graph, read from the person's Values as their code left them.
            seeds: Seed gradients; by default those that their code set before its first
                ``_backward``, else 1 on each root.
            recording: The calls of ``_backward`` that it made.
            past: How the session stood that this one goes on from.
            history: The history that this session goes on with.
        """
        super().__init__(live, seeds, recording, past)
        self.history = history or History()

    # The walk

    def run_step(self, node: int) -> None:
        """Call the ``_backward`` of one Value now, and plan the rest anew.

        Raises:
            StepError: The person's code failed; nothing has changed.
        """
        self._insert(Step(node, "manual"), f"{self.graph.nodes[node].name}._backward()")

    def zero_gradients(self) -> None:
        """Zero every gradient now and set the seeds again; the rest is planned anew."""
        self._insert(ZERO, "zero gradients")

    # Going on after a cell

    def leave(self) -> None:
        """Put the Values as the person's code left them, without any edit."""
        for leaf in tuple(self.document.leaves):
            self.set_leaf(leaf, None)
        self._to_start()
        self._start.write(self.document, replace(self.document, seeds={}))
        self._attributes.undo(self._data)
        for step in self._left:
            self._attributes.redo(step.delta or ())

    def lend(self) -> None:
        """Let other code run on the Values as they are shown.

        That code has the person's own Values: edits that only Values made anew show are
        taken back. Seeds of 1 that nobody chose are not there for it, as long as no
        step was made: where their code sets none, a gradient is as it was left.
        """
        if self.live is not self.theirs:
            for leaf in tuple(self.document.leaves):
                self.set_leaf(leaf, None)
        self._stepper.settle()
        if self._has_own_seeds():
            for node in self.document.seeds:
                self._write_gradient(node, self._start.fresh[node])

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
            EditError: The recorded walk is shown.
            StepError: As for ``set_leaf``.
        """
        if self.walk_kind == "recorded":
            raise EditError(
                "The recorded walk has the seeds that your code set; switch to the "
                "planned walk to choose others."
            )
        if number is None and node not in self.document.seeds:
            return
        name = self.graph.nodes[node].name
        self._seeds_chosen = True
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

    def outdated(self) -> tuple[int, ...]:
        """Return the Values whose leaves have changed since they were computed.

        Every op is called once to find out, at the start of the walk.

        Raises:
            EditError: The person has stopped it.
        """
        playhead = self.playhead
        self._to_start()
        try:
            return self._start.outdated()
        except ReplayError as error:
            raise EditError(str(error)) from error
        finally:
            self._from_start(playhead)

    def reevaluate(self) -> None:
        """Compute every Value from the leaves as they are now; the walk follows.

        Raises:
            EditError: An op can't take the numbers; nothing has changed.
            StepError: As for ``set_leaf``.
        """
        if not self.outdated():
            return
        self.switch_walk("planned")
        playhead, before = self.playhead, self.document
        self._to_start()
        try:
            delta = self._start.reevaluate()
        except ReplayError as error:
            self._from_start(playhead)
            raise EditError(str(error)) from error
        # Equal, but another: who shows the document has to look again.
        self._set_document(replace(before))
        self.history.add(Edit("re-evaluate", before, self.document, (delta,)))
        self._follow(before, playhead, at_end=False)

    def undo(self) -> None:
        """Take the last edit back; without one, nothing happens."""
        if isinstance(self.history.last, Edit):
            self._travel(self.history.last, backwards=True)
            self.history.step_back()

    def redo(self) -> None:
        """Make the last edit taken back again; without one, nothing happens."""
        if isinstance(self.history.next, Edit):
            self._travel(self.history.next, backwards=False)
            self.history.step_on()

    def forget_history(self) -> None:
        """Make the document as it is now the one that can't be undone."""
        self.history.forget()

    # How edits are made

    def _insert(self, step: Step, text: str) -> None:
        """Make a step at the playhead that was not planned."""
        self._stepper.settle()
        before, playhead = self.walk, self.playhead
        made = (*self.walk[:playhead], step)
        if self.walk_kind == "planned":
            self._stepper.walk = with_plan(self.graph, self.document.seeds, made)
        else:
            self._stepper.walk = (*made, *unmade(before[playhead:]))
        try:
            self.move_to(playhead + 1)
        except StepError:
            self._stepper.walk = before
            raise
        same = self.document
        self.history.add(
            Edit(text, same, same, (), before, self.walk, playhead, kind=self.walk_kind)
        )

    def _edit(self, document: Document, text: str, gesture: str) -> None:
        """Change the document and let the walk follow to the playhead."""
        before, playhead, at_end = self.document, self.playhead, self._at_end()
        self._to_start()
        try:
            if document.leaves != before.leaves:
                self._start.prepare()
            delta = self._start.write(before, document)
        except ReplayError as error:
            self._from_start(playhead)
            raise EditError(str(error)) from error
        self._set_document(document)
        edit = Edit(text, before, document, (delta,), kind=self.walk_kind)
        self.history.add(edit, gesture)
        self._follow(before, playhead, at_end)

    def _travel(self, edit: Edit, backwards: bool) -> None:
        """Take an edit back, or make it again."""
        is_of_walk = edit.inserted_at is not None
        if is_of_walk or edit.before.seeds != edit.after.seeds:
            self.switch_walk(edit.kind)
        elif edit.before is edit.after:
            self.switch_walk("planned")
        before, playhead, at_end = self.document, self.playhead, self._at_end()
        if edit.inserted_at is not None:
            self.move_to(0)
            self._stepper.walk = edit.walk_before if backwards else edit.walk_after
            self.move_to(edit.inserted_at + (0 if backwards else 1))
            return
        self._to_start()
        if backwards:
            for delta in reversed(edit.deltas):
                self._attributes.undo(delta)
        else:
            for delta in edit.deltas:
                self._attributes.redo(delta)
        wanted = edit.before if backwards else edit.after
        if self.walk_kind != edit.kind:
            wanted = replace(wanted, seeds=self.document.seeds)
        self._set_document(wanted)
        self._follow(before, playhead, at_end)

    def _at_end(self) -> bool:
        return self.playhead == len(self.walk) > 0

    def _follow(self, before: Document, playhead: int, at_end: bool) -> None:
        """Make the walk's steps again after the document has changed.

        When other Values are seeded, the planned walk is another one. It is planned
        anew, keeping what the person put in; a walk at its end stays at its end.
        """
        anew = unmade(self.walk)
        made = anew[:playhead]
        if tuple(before.seeds) == tuple(self.document.seeds):
            self._stepper.walk = anew
        elif all(step.kind == "planned" for step in made):
            self._stepper.walk = with_plan(self.graph, self.document.seeds, ())
            playhead = len(self.walk) if at_end else playhead
        else:
            self._stepper.walk = with_plan(self.graph, self.document.seeds, made)
        of_both = before.leaves, before.rule
        if self._aside and of_both != (self.document.leaves, self.document.rule):
            self._aside = replace(self._aside, walk=unmade(self._aside.walk))
        self._from_start(playhead)
