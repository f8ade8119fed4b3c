"""What calls of Python's own functions and of containers' methods do and return."""

from collections.abc import Callable, Iterable, Sequence

from gradviz.session.purity.kinds import ImpureError, Kind, Made, Thing

_ADD = frozenset({"add", "append", "appendleft", "insert"})
_EXTEND = frozenset({"extend", "extendleft", "update"})
_TAKE = frozenset({"pop", "popleft"})
_FORGET = frozenset({"clear", "reverse", "remove", "discard"})
_LOOK = frozenset({"index", "count", "issubset", "issuperset", "isdisjoint"})
_COPY = frozenset({"copy", "union", "difference", "intersection"})
_DICT = frozenset({"get", "setdefault", "keys", "values", "items"})

READ = _LOOK | _COPY
"""Methods that change nothing."""

CHANGE = _ADD | _EXTEND | _TAKE | _FORGET | _DICT
"""Methods of what a driver has made itself."""

MAKE = frozenset({"list", "set", "tuple", "frozenset", "reversed", "iter", "deque"})
"""Builtins that make something which holds what they are given holds."""

TELL = frozenset({"id", "isinstance", "hasattr", "callable", "bool", "type"})
"""Builtins that tell something of anything."""

COUNT = frozenset({"int", "float", "abs", "min", "max", "sum", "round", "range"})
"""Builtins that are given numbers."""

Maker = Callable[[str], Made]
"""Returns what one call makes, by what it is for where there are several."""


def only(things: Iterable[Thing], *allowed: Kind | type) -> None:
    """Make sure that something can be nothing else.

    Raises:
        ImpureError: It can.
    """
    kinds = [kind for kind in allowed if isinstance(kind, Kind)]
    types = tuple(kind for kind in allowed if isinstance(kind, type))
    if not all(thing in kinds or isinstance(thing, types) for thing in things):
        raise ImpureError


def items_of(things: Iterable[Thing]) -> set[Thing]:
    """Return what going through something yields.

    Raises:
        ImpureError: That may run code of theirs.
    """
    found: set[Thing] = set()
    for thing in tuple(things):
        if isinstance(thing, Made):
            found |= thing.items | thing.keys
        elif thing is Kind.OPERANDS:
            found.add(Kind.VALUE)
        elif thing is Kind.PLAIN:
            found.add(Kind.PLAIN)
        else:
            raise ImpureError
    return found


def unpacked(things: Iterable[Thing], count: int) -> list[set[Thing]]:
    """Return what so many targets are bound to.

    Raises:
        ImpureError: To unpack it may run code of theirs.
    """
    found: list[set[Thing]] = [set() for _ in range(count)]
    for thing in tuple(things):
        inside = items_of([thing])
        parts = thing.parts if isinstance(thing, Made) else []
        for i in range(count):
            found[i] |= parts[i] if len(parts) == count else inside
    return found


def use_method(
    name: str, owner: Made | Kind, given: Sequence[set[Thing]], make: Maker
) -> set[Thing]:
    """Call a method of a container; return what that can return.

    Args:
        name: The method.
        owner: The container.
        given: The arguments.
        make: Makes what it returns.

    Raises:
        ImpureError: It changes what others hold.
    """
    if name in _LOOK:
        return {Kind.PLAIN}
    if name in _COPY:
        copy = make("")
        copy.items |= items_of([owner])
        for argument in given:
            copy.items |= items_of(argument)
        return {copy}
    if not isinstance(owner, Made):
        raise ImpureError
    if name in _DICT:
        return _use_dict(name, owner, given, make)
    if name in _TAKE:
        return items_of([owner]).union(*given[1:])
    for argument in given if name not in _FORGET else ():
        owner.items |= items_of(argument) if name in _EXTEND else argument
    return {Kind.PLAIN}


def _use_dict(
    name: str, owner: Made, given: Sequence[set[Thing]], make: Maker
) -> set[Thing]:
    if name == "setdefault" and given:
        owner.keys |= given[0]
        owner.items |= set().union(*given[1:])
    if name in ("get", "setdefault"):
        return owner.items.union({Kind.PLAIN}, *given[1:])
    view = make("")
    view.items |= {"keys": owner.keys, "values": owner.items}.get(name, set())
    if name == "items":
        view.items.add(pair_of(make, owner.keys, owner.items))
    return {view}


def use_builtin(name: str, given: Sequence[set[Thing]], make: Maker) -> set[Thing]:
    """Call a builtin that runs no code of theirs; return what that can return.

    Args:
        name: The builtin.
        given: The arguments.
        make: Makes what it returns.

    Raises:
        ImpureError: It may run code of theirs, or nothing is known of it.
    """
    if name in TELL:
        return {Kind.PLAIN}
    if name in COUNT:
        for argument in given:
            only(argument, Kind.PLAIN, Kind.NUMBER)
        return {Kind.PLAIN}
    if name == "len":
        for argument in given:
            only(argument, Kind.PLAIN, Kind.OPERANDS, Made)
        return {Kind.PLAIN}
    if name == "next":
        return items_of(given[0]).union(*given[1:])
    made = make("")
    if name in MAKE:
        for argument in given:
            made.items |= items_of(argument)
    elif name == "enumerate":
        made.items.add(pair_of(make, {Kind.PLAIN}, items_of(given[0])))
    elif name == "zip":
        made.items.add(pair_of(make, *map(items_of, given)))
    elif name != "dict" or given:
        raise ImpureError
    return {made}


def pair_of(make: Maker, *parts: set[Thing]) -> Made:
    """Return a tuple that holds one of each."""
    pair = make("pair")
    pair.be_tuple(parts)
    return pair
