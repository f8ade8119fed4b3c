"""The badge of an op: its text, with the constants that are drawn in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from gradviz.graph.model import Node
from gradviz.ui.canvas.style import BADGE, BADGE_INSIDE, BADGE_MOST, Style

_PADDING = 8.0
_COMMUTATIVE = frozenset("+*×·⋅")
_Part = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge with its place.

    Attributes:
        rect: Its place.
        text: What it says, cut where it is too long.
        numbers: From where to where each constant in it stands, with its id.
    """

    rect: QRectF
    text: str
    numbers: tuple[tuple[float, float, int], ...] = ()

    def constant_at(self, point: QPointF) -> int | None:
        """Return the constant whose number is at a point."""
        if not self.rect.contains(point):
            return None
        for left, right, node in self.numbers:
            if left <= point.x() <= right:
                return node
        return None


def badge_of(
    node: Node, card: QRectF, numbers: Mapping[int, Sequence[str]], style: Style
) -> Badge:
    """Return the badge of an op.

    Args:
        node: The Value that the op makes.
        card: Its card.
        numbers: What may be written for each constant drawn in the badge: the first
            that there is room for.
        style: How it looks.
    """
    room = BADGE_MOST - 2 * _PADDING
    whole, parts = _fitting(node, numbers, style, room)
    text = style.op.elided(whole, room)
    width = max(BADGE, style.op.width(text) + 2 * _PADDING)
    right = card.left() + BADGE_INSIDE
    rect = QRectF(right - width, card.center().y() - BADGE / 2, width, BADGE)
    return Badge(rect, text, tuple(_places(parts, rect, style)))


def _fitting(
    node: Node, numbers: Mapping[int, Sequence[str]], style: Style, room: float
) -> tuple[str, Sequence[_Part]]:
    """Return what a badge says, with as many digits as there is room for."""
    for attempt in range(max(map(len, numbers.values()), default=1)):
        chosen = {
            operand: texts[min(attempt, len(texts) - 1)]
            for operand, texts in numbers.items()
        }
        parts = _parts(node, chosen)
        whole = " ".join(text for text, _ in parts)
        if style.op.width(whole) <= room:
            break
    return whole, parts


def _parts(node: Node, numbers: Mapping[int, str]) -> Sequence[_Part]:
    """Return the op and its constants, in the order in which one reads them."""
    given = [
        (slot, operand)
        for slot, operand in enumerate(node.operands)
        if operand in numbers
    ]
    written: list[_Part] = [(numbers[operand], operand) for _, operand in given]
    is_sign = not any(character.isalnum() for character in node.op)
    if is_sign and node.op not in _COMMUTATIVE and given and given[0][0] == 0:
        return [written[0], (node.op, None), *written[1:]]
    return [(node.op, None), *written]


def _places(
    parts: Sequence[_Part], rect: QRectF, style: Style
) -> list[tuple[float, float, int]]:
    """Return where the constants stand; each has the air beside it too."""
    space = style.op.width(" ")
    x = rect.left() + _PADDING
    found = []
    for text, node in parts:
        end = x + style.op.width(text) + space
        if node is not None:
            left = rect.left() if x == rect.left() + _PADDING else x - space
            found.append((left, min(end, rect.right()), node))
        x = end
    if found and parts[-1][1] is not None:
        found[-1] = (found[-1][0], rect.right(), found[-1][2])
    return found
