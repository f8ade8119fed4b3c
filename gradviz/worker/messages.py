"""What the window and the worker say to each other.

Every request has an id and is answered by exactly one Reply with the same id, in
order; Output and Stage come in between.
"""

from typing import Literal

import msgspec

from gradviz.analysis.body.model import HookBody
from gradviz.analysis.diagnosis.findings import Report
from gradviz.graph.model import Node
from gradviz.session.facts import Figure, ReferenceFact, Update, WalkKind


class Request(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Something the window asks for."""

    id: int = 0


class GetReady(Request, frozen=True):
    """Load what the next file will load; nothing of it runs.

    Attributes:
        modules: Their names, as ``Opened.modules`` has them.
    """

    modules: tuple[str, ...] = ()


class Open(Request, frozen=True):
    """Run a file and show what it draws.

    Attributes:
        path: The notebook or script.
        mapping: For classes by name, the attribute of each role, where it could not be
            found: ``data``, ``grad``, ``operands``, ``hook``, ``op``, ``label``.
    """

    path: str
    mapping: dict[str, dict[str, str]] = {}


class OpenFunction(Request, frozen=True):
    """Call a function of a module and show what it returns or draws.

    Attributes:
        module: The module's dotted name.
        function: The function's name, dotted where it is in a class.
    """

    module: str
    function: str


class OpenExpression(Request, frozen=True):
    """Show the graph of an expression.

    Attributes:
        text: The expression.
        numbers: The data of each variable in it.
        of_class: The class of the open file whose Values it is built from, empty for
            gradviz's own.
    """

    text: str
    numbers: dict[str, float]
    of_class: str = ""


class RunCell(Request, frozen=True):
    """Run one cell of the open notebook, as it stands in the Source panel.

    Attributes:
        cell: The cell's index among all cells of the file, from 0.
        source: What to run.
    """

    cell: int
    source: str


class SwitchWalk(Request, frozen=True):
    """Show the planned walk, or the one that the person's code made."""

    walk: WalkKind


class Reevaluate(Request, frozen=True):
    """Compute every Value again from the leaves as they are now."""


class Check(Request, frozen=True):
    """Check the backward code of what is shown; ``Checked`` comes before the reply."""


class GetReference(Request, frozen=True):
    """Work out what the gradients should be; ``Referenced`` comes before the reply."""


class GetBody(Request, frozen=True):
    """Show the source of a Value's hook; ``Body`` comes before the reply.

    It changes nothing, and its reply tells of nothing.
    """

    node: int


class ChooseRoots(Request, frozen=True):
    """Show only what is below some of the roots found, or below all of them.

    Attributes:
        roots: Indices into the reply's ``choices``, empty for all.
    """

    roots: tuple[int, ...] = ()


class MoveTo(Request, frozen=True):
    """Make or take back steps until ``playhead`` of them stand."""

    playhead: int


class RunStep(Request, frozen=True):
    """Call the ``_backward`` of one Value now."""

    node: int


class ZeroGradients(Request, frozen=True):
    """Zero every gradient at the playhead."""


class SetLeaf(Request, frozen=True):
    """Edit a leaf's data; None is the file's number."""

    node: int
    number: float | None
    gesture: str = ""


class SetSeed(Request, frozen=True):
    """Set a seed gradient; None removes it."""

    node: int
    number: float | None
    gesture: str = ""


class SetRule(Request, frozen=True):
    """Choose between assigning and accumulating gradients."""

    rule: str


class Undo(Request, frozen=True):
    """Take the last edit back."""


class Redo(Request, frozen=True):
    """Make the last edit taken back again."""


AnyRequest = (
    GetReady
    | Open
    | OpenFunction
    | OpenExpression
    | RunCell
    | SwitchWalk
    | Reevaluate
    | Check
    | GetReference
    | GetBody
    | ChooseRoots
    | MoveTo
    | RunStep
    | ZeroGradients
    | SetLeaf
    | SetSeed
    | SetRule
    | Undo
    | Redo
)


class Choice(msgspec.Struct, frozen=True):
    """A root that can be shown alone.

    Attributes:
        name: What the person calls it.
        size: How many Values are below it, itself included.
        place: The line of the person's code that made it, empty where not known.
    """

    name: str
    size: int
    place: str = ""


OFFERS_RECORDED = (
    "Your file has run a backward pass of its own: choose Recorded in Steps to walk "
    "through the calls it made."
)
"""A notice of a graph that goes once that has been chosen."""


class Opened(msgspec.Struct, frozen=True):
    """A graph to show instead of the last one.

    Attributes:
        nodes: The Values in creation order.
        roots: Ids of the roots shown.
        choices: Every root the file has.
        chosen: Indices of the choices shown.
        notices: What the person should know, each one sentence.
        kept: How many Values of the graph shown before are still there, with the same
            ids; the new ones come after them. 0 for another graph.
        first: Indices of the choices shown at first: what the person drew, or the
            largest graph.
        classes: Where there is no graph: the Value classes that the file defines, of
            which an expression can be built.
        modules: Modules that it took long to load, for the worker that runs it next.
        left: The gradients that the file's own backward passes have changed, as they
            were at the end; empty where it has made none.
    """

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    choices: tuple[Choice, ...]
    chosen: tuple[int, ...]
    notices: tuple[str, ...] = ()
    kept: int = 0
    first: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    left: tuple[tuple[int, Figure], ...] = ()


class Unreadable(msgspec.Struct, frozen=True):
    """A class that may be a Value and that could not be read.

    Attributes:
        name: The class's name.
        candidates: For each role the attributes to choose from.
        likely: For each role the one it probably is, where there is one.
    """

    name: str
    candidates: dict[str, tuple[str, ...]]
    likely: dict[str, str]


class Failure(msgspec.Struct, frozen=True):
    """Why a request could not be fulfilled.

    Attributes:
        kind: ``code`` when the person's code failed, ``request`` when what was asked
            can't be done, ``gradviz`` for a fault of ours.
        message: One sentence.
        traceback: The traceback's own lines, from the person's first line on.
        place: The file and line of the person's code that failed, empty if unknown.
        unreadable: Classes whose attributes the person can name, so that it works.
        stopped: Whether the code did not fail, but was stopped.
    """

    kind: Literal["code", "request", "gradviz"]
    message: str
    traceback: str = ""
    place: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    stopped: bool = False


class Reply(msgspec.Struct, frozen=True, tag=True):
    """The answer to a request.

    Attributes:
        id: The request's id.
        opened: A new graph, if there is one.
        update: What has changed in the session.
        failure: What went wrong; the rest still holds.
    """

    id: int
    opened: Opened | None = None
    update: Update | None = None
    failure: Failure | None = None


class Output(msgspec.Struct, frozen=True, tag=True):
    """Text that the person's code printed.

    Attributes:
        stream: Where it was printed.
        text: The text.
        cell: The cell that printed it, -1 where it was none.
    """

    stream: Literal["stdout", "stderr"]
    text: str
    cell: int = -1


class Display(msgspec.Struct, frozen=True, tag=True):
    """What a cell displays, as Jupyter would: one output in several formats.

    Attributes:
        cell: The cell's index.
        data: Content by MIME type; images are base64, everything else is text.
        result: Whether it is the value of the cell's last expression.
    """

    cell: int
    data: dict[str, str]
    result: bool = False


class CellBegan(msgspec.Struct, frozen=True, tag=True):
    """A cell has begun to run; what it showed before is past."""

    cell: int


class CellEnded(msgspec.Struct, frozen=True, tag=True):
    """A cell has run.

    Attributes:
        cell: The cell's index.
        count: The how-manieth cell it was to run, from 1.
        seconds: How long it took.
        failure: Why it failed, None where it did not.
    """

    cell: int
    count: int
    seconds: float
    failure: Failure | None = None


class CellUndone(msgspec.Struct, frozen=True, tag=True):
    """The run of a cell has been taken back, or done again after that.

    Attributes:
        cell: The cell's index.
        count: The how-manieth run of a cell it was, as in CellEnded.
        redone: Whether it has been done again.
    """

    cell: int
    count: int
    redone: bool = False


class Stage(msgspec.Struct, frozen=True, tag=True):
    """What the worker is doing now, as shown (``Running cell 3 of 9``)."""

    text: str


class Checked(msgspec.Struct, frozen=True, tag=True):
    """What a check of the graph shown has found."""

    report: Report


class Referenced(msgspec.Struct, frozen=True, tag=True):
    """What the gradients of the graph shown should be, for the document as it is."""

    fact: ReferenceFact


class Body(msgspec.Struct, frozen=True, tag=True):
    """What one backward step of a Value runs.

    Attributes:
        node: The Value.
        body: Its source with what it means, None where there is none.
        reason: Why there is none, as a sentence.
    """

    node: int
    body: HookBody | None = None
    reason: str = ""


AnyAnswer = (
    Reply
    | Output
    | Display
    | CellBegan
    | CellEnded
    | CellUndone
    | Stage
    | Checked
    | Referenced
    | Body
)
