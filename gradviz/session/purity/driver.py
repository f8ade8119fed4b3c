"""Drivers that have no effect but those of the hooks they call.

``backward`` orders the Values in lists and sets of its own and calls their hooks. Such
a function can be called again to see what it did, once all that it may have changed is
put back; so nothing need be watched while it runs. What is not known to be harmless is
not pure.
"""

from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType

from gradviz.graph.adapter import Adapter
from gradviz.session.purity.kinds import ImpureError
from gradviz.session.purity.known import Known
from gradviz.session.purity.outside import Relied
from gradviz.session.purity.reading import Reading

_ROUNDS = 20
"""How often it is read; what is still not known then is not understood."""


@dataclass(frozen=True)
class Pure:
    """A driver that can be called again.

    Attributes:
        function: It. It is given a Value first, and after that numbers or texts.
        kind: The class of all the Values.
        adapter: Its adapter.
        relied: All that it looks up outside of itself, and what that was.
        uses: The attributes that it reads of Values, besides their numbers.
        methods: Those of them that are methods which it calls.
        marks: The attributes that it sets, besides numbers.
        calls: The codes of the functions that it may call, except those within it.
    """

    function: FunctionType
    kind: type
    adapter: Adapter
    relied: tuple[Relied, ...]
    uses: frozenset[str]
    methods: frozenset[str]
    marks: frozenset[str]
    calls: tuple[CodeType, ...]

    @cached_property
    def code(self) -> CodeType:
        """Its code."""
        return self.function.__code__

    @cached_property
    def root(self) -> str:
        """The name of the argument that is a Value."""
        return self.code.co_varnames[0]

    @cached_property
    def is_simple(self) -> bool:
        """Whether it is given nothing else."""
        return self.code.co_argcount == 1 and not self.code.co_kwonlyargcount

    @property
    def is_unchanged(self) -> bool:
        """Whether everything that it was judged by is still there."""
        return all(look() is found for look, found in self.relied)


def pure(function: FunctionType, kind: type, adapter: Adapter) -> Pure | None:
    """Return a driver, None if it may do more than call the hooks of Values.

    Args:
        function: A method of theirs, or a function that is given a Value.
        kind: The class of all the Values.
        adapter: Its adapter.
    """
    try:
        known, size = Known(kind, adapter, function), -1
        reading = Reading(known)
        for _ in range(_ROUNDS):
            is_all = known.size() == size
            size = known.size()
            reading.look(is_last=is_all)
            if is_all:
                outside = known.outside
                return Pure(
                    function,
                    kind,
                    adapter,
                    tuple(outside.relied.values()),
                    frozenset(outside.uses),
                    frozenset(outside.methods),
                    frozenset(outside.marks),
                    tuple(known.called),
                )
    except (ImpureError, RecursionError, LookupError, ValueError):
        pass
    return None
