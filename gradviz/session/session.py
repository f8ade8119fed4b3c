"""The session: the one owner of a document, two walks and the live Values under them.

State is a pure function of the document and of the steps made. The planned walk is
gradviz's own, with the steps that the person put in; the recorded walk is what their
code did.
"""

from collections.abc import Mapping
from dataclasses import replace

from gradviz.graph.adapter import Adapter
from gradviz.graph.build import LiveGraph
from gradviz.graph.model import Graph
from gradviz.session.arrival import Arrival, Past, View, arrive, go_on
from gradviz.session.attributes import Attributes, Delta
from gradviz.session.document import Document, Number
from gradviz.session.facts import WalkKind
from gradviz.session.history import Edit, History
from gradviz.session.recording import Recording
from gradviz.session.replay import ReplayError
from gradviz.session.start import Start, fresh_gradients
from gradviz.session.stepper import StepError, Stepper
from gradviz.session.walk import ZERO, Step, Walk, unmade, with_plan

__all__ = ["EditError", "Session", "StepError"]

RULES = ("assign", "accumulate")


class EditError(Exception):
    """An edit that can't be made; nothing has changed. The message says why."""


class Session:
    """A document, walks over it and a playhead.

    Attributes:
        document: What the person can edit.
        history: Edits made and taken back.
        walk_kind: Which walk is shown.
        cut: How many of the first calls their code made were not kept.
        propagated: Whether a backward pass had run that nobody recorded; its gradients
            were cleared.
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
        self.history = history or History()
        recording = recording or Recording()
        self.cut = recording.cut
        self._attributes = Attributes(live)
        fresh = fresh_gradients(live)
        arrival = (
            arrive(self._attributes, fresh, recording, seeds)
            if past is None
            else go_on(self._attributes, fresh, recording, past)
        )
        self.propagated = arrival.propagated
        self._seeds_chosen = arrival.seeds_chosen
        # A zero of their code's own stays that zero.
        zeros = tuple(map(Adapter.gradient, live.adapters, live.values))
        self._start = Start(
            live, self._attributes, zeros, past.file_numbers if past else {}
        )
        self._begin(arrival)

    def _begin(self, arrival: Arrival) -> None:
        planned, rule = arrival.planned, _rule(self.live)
        bare = Document(arrival.leaves, {}, rule)
        self.document = replace(bare, seeds=dict(planned.seeds))
        self._start.write(bare, self.document)
        self._stepper = Stepper(self._attributes, self._start, self.document)
        self._stepper.walk = planned.walk
        self.walk_kind: WalkKind = "planned"
        self._aside = arrival.recorded
        """The walk that is not shown."""
        self._data = arrival.data
        """What the recorded walk does besides to gradients."""
        self._data_stands = True
        self._left = arrival.left
        """What their code did, as steps."""
        if arrival.shown == "planned":
            self.move_to(planned.playhead)
            return
        self.switch_walk("recorded")
        assert self._aside is not None
        self._aside = replace(self._aside, playhead=planned.playhead)

    @property
    def live(self) -> LiveGraph:
        """The graph and its live Values."""
        return self._attributes.live

    @property
    def graph(self) -> Graph:
        """The graph as plain data."""
        return self.live.graph

    @property
    def seeds_chosen(self) -> bool:
        """Whether the person or their code chose the seeds."""
        return self._seeds_chosen

    @property
    def stuck(self) -> dict[int, str]:
        """Values that the edits do not reach, with the reason as a clause."""
        return self._start.stuck(self.document)

    @property
    def theirs(self) -> LiveGraph:
        """The graph with the Values of the person's variables; mostly the live one."""
        return self._start.theirs

    @property
    def notice(self) -> str:
        """A sentence on how edits are made, empty where variables follow them."""
        return self._start.notice

    @property
    def warnings(self) -> dict[int, str]:
        """Values given a number that the edits have outdated, with a sentence each."""
        return self._start.warnings(self.document)

    @property
    def walk(self) -> Walk:
        """Every step of the walk shown, made and to come."""
        return self._stepper.walk

    @property
    def playhead(self) -> int:
        """How many steps of the walk have been made."""
        return self._stepper.playhead

    @property
    def recorded(self) -> Walk:
        """What the person's code did, as steps; empty where it did nothing."""
        if self.walk_kind == "recorded":
            return self.walk
        return self._aside.walk if self._aside is not None else ()

    @property
    def has_recorded(self) -> bool:
        """Whether there is a recorded walk to show."""
        return self.walk_kind == "recorded" or self._aside is not None

    @property
    def has_moved_leaves(self) -> bool:
        """Whether the recorded walk has changed the data of leaves."""
        adapters, nodes = self.live.adapters, self.graph.nodes
        return any(
            change.attribute == adapters[change.node].data
            and nodes[change.node].is_leaf
            and repr(change.before) != repr(change.after)
            for change in self._data
        )

    # The walk

    def move_to(self, playhead: int) -> None:
        """Make or take back steps until ``playhead`` of them stand.

        Raises:
            StepError: The person's code failed; the playhead stays before that step.
        """
        self._stepper.move_to(playhead)

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

    def switch_walk(self, kind: WalkKind) -> None:
        """Show the planned or the recorded walk, where it was when last shown.

        Raises:
            EditError: There is no recorded walk.
            StepError: A step failed that has to be made again.
        """
        if kind == self.walk_kind:
            return
        if self._aside is None:
            raise EditError(
                "There is no recorded walk: your code has called no _backward of this "
                "graph."
            )
        shown, wanted = self._view(), self._aside
        self._to_start()
        self._aside, self.walk_kind = shown, kind
        document = replace(self.document, seeds=dict(wanted.seeds))
        self._start.write(self.document, document)
        self._set_document(document)
        self._stepper.walk = wanted.walk
        self._from_start(wanted.playhead)

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

    def take_changes(self) -> Delta:
        """Return what code that is not the session's has changed in the Values."""
        return self._attributes.take()

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

    def return_seeds(self) -> None:
        """Set again what ``lend`` took away."""
        if self._has_own_seeds():
            for node, seed in self.document.seeds.items():
                self._write_gradient(node, seed)

    def _has_own_seeds(self) -> bool:
        untouched = self.walk_kind == "planned" and self.playhead == 0
        return untouched and not self._seeds_chosen

    def _write_gradient(self, node: int, gradient: object) -> None:
        self._attributes.write(node, self.live.adapters[node].grad, gradient)

    def hold(self) -> None:
        """Put the Values back as this session last saw them."""
        self._attributes.undo(self._attributes.take())

    def take_back(self, changes: Delta) -> None:
        """Undo what ``take_changes`` has returned."""
        self._attributes.undo(changes)

    def make_again(self, changes: Delta) -> None:
        """Do again what ``take_back`` has undone."""
        self._attributes.redo(changes)

    def past(self, changed: Delta, kept: bool, place: str) -> Past:
        """Return how this session stands, for one that goes on from it.

        Args:
            changed: What a cell has changed in its Values.
            kept: Whether the Values are all still shown, with the same ids.
            place: What the cell is called.
        """
        shown = self.walk_kind
        mine, other = self._view(), self._aside
        return Past(
            place=place,
            changed=changed,
            kept=len(self.graph) if kept else 0,
            shown=shown,
            planned=mine if shown == "planned" else other or View(),
            recorded=mine if shown == "recorded" else other,
            data=self._data,
            left=self._left,
            data_stands=self._data_stands,
            leaves=self.document.leaves,
            file_numbers=self._start.file_numbers,
            roots=self.graph.roots,
            seeds_chosen=self._seeds_chosen,
        )

    def _view(self) -> View:
        return View(self.document.seeds, self.walk, self.playhead)

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

    def _set_document(self, document: Document) -> None:
        self.document = self._stepper.document = document

    def _to_start(self) -> None:
        """Go to what both walks start from: the data as the code left it."""
        self.move_to(0)
        self._let_data_stand(True)

    def _from_start(self, playhead: int) -> None:
        """Make the steps of the walk shown again, from what both start from."""
        self._let_data_stand(self.walk_kind == "planned" or bool(self.document.leaves))
        self.move_to(playhead)
        self._stepper.settle()

    def _let_data_stand(self, wanted: bool) -> None:
        """Put the data that the recorded walk changes as it ends, or as it begins.

        With an edited leaf its steps are made anew, on the numbers as edited.
        """
        if wanted is not self._data_stands:
            put = self._attributes.redo if wanted else self._attributes.undo
            put(self._data)
            self._data_stands = wanted

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


def _rule(live: LiveGraph) -> str | None:
    """Return the rule of a graph whose class lets it be chosen, else None."""
    rules = {
        getattr(value, "rule", None) if hasattr(type(value), "set_rule") else None
        for value in live.values
    }
    found = rules.pop() if len(rules) == 1 else None
    return found if found in RULES else None
