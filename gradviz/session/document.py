"""What a person can edit: leaf data, seed gradients and the rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Number = int | float


class EditError(Exception):
    """An edit that can't be made; nothing has changed. The message says why."""


@dataclass(frozen=True)
class Document:
    """Everything the state is computed from, besides the walk.

    Attributes:
        leaves: Edited leaf data by Value; leaves not named keep the file's number.
        seeds: Seed gradients by Value, in the order their paths are walked.
        rule: ``assign`` or ``accumulate`` where the class lets it be chosen.
    """

    leaves: Mapping[int, Number] = field(default_factory=dict)
    seeds: Mapping[int, Number] = field(default_factory=dict)
    rule: str | None = None

    def with_leaf(self, node: int, number: Number | None) -> "Document":
        """Return the document with one leaf edited, or back to the file's number."""
        return replace(self, leaves=_with(self.leaves, node, number))

    def with_seed(self, node: int, number: Number | None) -> "Document":
        """Return the document with one seed set, or removed."""
        return replace(self, seeds=_with(self.seeds, node, number))


def _with(
    numbers: Mapping[int, Number], node: int, number: Number | None
) -> dict[int, Number]:
    if number is None:
        return {key: kept for key, kept in numbers.items() if key != node}
    return {**numbers, node: number}
