"""Who is told what a run does, and who follows the person's code meanwhile."""

from types import CodeType
from typing import Protocol


class RunListener:
    """Is told what a run does; this one does nothing with it."""

    def cell_began(self, index: int) -> None:
        """A cell has begun to run."""

    def cell_ended(
        self, index: int, count: int, seconds: float, error: Exception | None
    ) -> None:
        """A cell has run.

        Args:
            index: The cell.
            count: The how-manieth cell it was to run, from 1.
            seconds: How long it took.
            error: The CodeError that says why it failed, None where it did not.
        """

    def cell_undone(self, index: int, count: int, redone: bool) -> None:
        """What a cell has done was taken back, or done again after that.

        Args:
            index: The cell.
            count: Which run it was, as ``cell_ended`` told it.
            redone: Whether it was done again.
        """

    def displayed(self, index: int, data: dict[str, str], result: bool) -> None:
        """A cell displays something.

        Args:
            index: The cell, -1 where none was running.
            data: Content by MIME type; images are base64, everything else is text.
            result: Whether it is the value of the cell's last expression.
        """

    def stage(self, text: str) -> None:
        """Something takes its time; the text says what."""


class Follower(Protocol):
    """Follows the person's code while it runs.

    Attributes:
        place: The name of the cell or script that runs.
    """

    place: str

    def start(self) -> None:
        """Begin to follow."""

    def stop(self) -> None:
        """Follow no more."""


class CodeFollower(Follower, Protocol):
    """A follower that has to be shown the code."""

    def watch(self, code: CodeType) -> None:
        """Follow every function in this code."""
