"""What is wrong or doubtful about a gradient, as marks for cards and in words."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from gradviz.analysis.explain import listed
from gradviz.analysis.losses import loss_among
from gradviz.numbers import DIGITS, shown
from gradviz.session.mirror import Mirror

Doubt = Literal[
    "overwritten",
    "pushed-twice",
    "repeated",
    "too-early",
    "left-over",
    "not-propagated",
    "stale",
    "disagrees",
    "follows",
]


_MOST_ABOVE = 5_000


class Condition(NamedTuple):
    """One thing that a person should know of a gradient.

    Attributes:
        kind: What it is.
        mark: It on a card, in a few letters.
        words: It as a phrase.
    """

    kind: Doubt
    mark: str
    words: str


def conditions(
    mirror: Mirror, node: int, overwriting: Sequence[int], digits: int = DIGITS
) -> Iterator[Condition]:
    """Yield what is wrong or doubtful about the gradient of a Value, worst first.

    Args:
        mirror: What the window shows.
        node: The Value.
        overwriting: The steps that may have overwritten its gradient
            (``losses.overwriting``).
        digits: Significant digits of numbers in marks.
    """
    name = mirror.graph.nodes[node].name
    lost, by = loss_among(mirror, overwriting, node)
    if lost is not None:
        yield Condition(
            "overwritten",
            f"lost {shown(lost, digits)}",
            f"overwritten: {shown(lost)} is lost, "
            f"{mirror.graph.nodes[by].name} replaced it",
        )
    if mirror.pushes.twice[node]:
        times = mirror.pushes.times(node)
        yield Condition(
            "pushed-twice",
            f"pushed {times}×",
            f"pushed {'twice' if times == 2 else f'{times} times'}: {name}._backward() "
            "has been called that often in one backward pass",
        )
    if mirror.pushes.repeated[node]:
        yield _repeated(mirror, node)
    if mirror.pushes.late[node]:
        yield Condition(
            "too-early",
            "early",
            "pushed too early: its gradient has changed after it had pushed",
        )
    if node in mirror.pushes.left:
        yield Condition(
            "left-over",
            "old ∇",
            "left over: it holds a gradient of an earlier backward pass",
        )
    if (reason := mirror.stuck.get(node)) is not None:
        yield Condition("not-propagated", "not moved", f"not propagated: {reason}")
    if (said := mirror.stale.get(node)) is not None:
        yield Condition("stale", "stale", f"stale: {said}")
    if mirror.disagrees(node):
        yield _disagreement(mirror, node, digits)


def _disagreement(mirror: Mirror, node: int, digits: int) -> Condition:
    """Return that a gradient is wrong, and whether others are why."""
    wanted = mirror.expected(node)
    mark = f"≠ {shown(wanted, digits)}"
    above = [mirror.graph.nodes[consumer].name for consumer in mirror.follows(node)]
    if not above:
        words = f"disagrees with the reference: {shown(wanted)} is right"
        return Condition("disagrees", mark, words)
    verb = "is" if len(above) == 1 else "are"
    words = f"wrong because {listed(above, most=3)} {verb}: {shown(wanted)} is right"
    return Condition("follows", mark, words)


def where_it_began(mirror: Mirror, node: int) -> list[int]:
    """Return the Values whose gradients went wrong first, of those that one follows.

    There are none where it follows no other, or too many to look at them all.
    """
    found: list[int] = []
    seen, to_do = {node}, list(mirror.follows(node))
    while to_do and len(seen) < _MOST_ABOVE:
        one = to_do.pop()
        if one in seen:
            continue
        seen.add(one)
        above = mirror.follows(one)
        to_do += above
        if not above:
            found.append(one)
    return [] if to_do else sorted(found)


def _repeated(mirror: Mirror, node: int) -> Condition:
    """Return that consumers have pushed more than once, and which."""
    graph, pushes = mirror.graph, mirror.pushes
    consumers = dict.fromkeys(edge.consumer for edge in graph.consumers[node])
    told = [
        f"{graph.nodes[consumer].name} {times} times"
        for consumer in consumers
        if (times := pushes.count(consumer, node)) > 1
    ]
    most = max(pushes.count(consumer, node) for consumer in consumers)
    words = f"pushed to more than once: by {listed(told)}"
    return Condition("repeated", f"got {most}×", words)


def is_doubtful(mirror: Mirror, node: int, overwriting: Sequence[int]) -> bool:
    """Whether a gradient needs attention, found without any words."""
    pushes = mirror.pushes
    return bool(
        pushes.late[node]
        or pushes.twice[node]
        or pushes.repeated[node]
        or node in pushes.left
        or node in mirror.stuck
        or node in mirror.stale
        or (overwriting and loss_among(mirror, overwriting, node)[0] is not None)
    )


def too_early(mirror: Mirror, node: int) -> str:
    """Return what calling a Value's ``_backward`` now would miss; mostly nothing.

    It is a sentence: ``w21x1 has not pushed to x1 yet: x1 would push −0.5 and miss
    −0.375.``
    """
    missed = _missed(mirror, node)
    if not missed:
        return ""
    who, pushes, rest = missed
    name = mirror.graph.nodes[node].name
    return (
        f"{who} not pushed to {name} yet: {name} would push {pushes} and miss {rest}."
    )


def came_too_early(mirror: Mirror) -> str:
    """Return what the step just made has missed, as a sentence; mostly nothing."""
    step = mirror.last_step
    missed = _missed(mirror, step.node) if step is not None else None
    if step is None or not missed:
        return ""
    who, pushes, rest = missed
    name = mirror.graph.nodes[step.node].name
    return (
        f"Too early: {who} not pushed to {name} yet. {name} has pushed {pushes} and "
        f"misses {rest}."
    )


def _missed(mirror: Mirror, node: int) -> tuple[str, str, str] | None:
    """Return who is to push yet (with *has* or *have*), what is there, what is not."""
    missing = mirror.waits_for(node) if node >= 0 else []
    nodes = mirror.graph.nodes
    if not missing or nodes[node].is_leaf:
        return None
    who = listed([nodes[consumer].name for consumer in missing], most=3)
    who = f"{who} {'has' if len(missing) == 1 else 'have'}"
    held, wanted = mirror.grad[node], mirror.expected(node)
    if wanted is None or isinstance(held, str):
        return who, shown(held or 0), "the rest"
    return who, shown(held or 0), shown(wanted - (held or 0))
