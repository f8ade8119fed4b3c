"""A graph, the two walks over it, and where its live Values stand on them.

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
from gradviz.session.document import Document, EditError, Number
from gradviz.session.facts import WalkKind
from gradviz.session.recorded import seeds_set_by
from gradviz.session.recording import Recording
from gradviz.session.start import Start, fresh_gradients
from gradviz.session.stepper import Stepper
from gradviz.session.walk import Walk

RULES = ("assign", "accumulate")


class WalkedGraph:
    """Two walks over live Values, and a playhead on the one that is shown.

    Attributes:
        document: What the person can edit.
        walk_kind: Which walk is shown.
        cut: How many of the first calls their code made were not kept.
        untold: How many others are missing, as they can't be made again.
        propagated: Whether a backward pass had run that nobody recorded; its gradients
            were cleared.
    """

    def __init__(
        self,
        live: LiveGraph,
        seeds: Mapping[int, Number] | None = None,
        recording: Recording | None = None,
        past: Past | None = None,
    ) -> None:
        """Go to where both walks start; the arguments are those of a session."""
        recording = recording or Recording()
        self.cut = recording.cut
        self.untold = recording.untold
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
    def walked_seeds(self) -> Mapping[int, Number]:
        """The seeds of the walk shown; a recorded one's are those that code has set."""
        if self.walk_kind == "planned":
            return self.document.seeds
        found = seeds_set_by(self.live, self.walk)
        if found is not None:
            return found
        return self._aside.seeds if self._aside is not None else {}

    @property
    def seeds_chosen(self) -> bool:
        """Whether the person or their code chose the seeds."""
        return self._seeds_chosen

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

    # Other code on the Values

    def take_changes(self) -> Delta:
        """Return what code that is not the session's has changed in the Values."""
        return self._attributes.take()

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


def _rule(live: LiveGraph) -> str | None:
    """Return the rule of a graph whose class lets it be chosen, else None."""
    rules = {
        getattr(value, "rule", None) if hasattr(type(value), "set_rule") else None
        for value in live.values
    }
    found = rules.pop() if len(rules) == 1 else None
    return found if found in RULES else None
