"""What a window shows, or is asked to show."""

from dataclasses import dataclass
from pathlib import Path

from gradviz.worker.messages import Open, OpenExpression, OpenFunction


@dataclass(frozen=True)
class Source:
    """Something that can be shown.

    Attributes:
        request: What a worker is asked to do for it.
        title: What it is called.
        path: The file, None where it is no file.
    """

    request: Open | OpenFunction | OpenExpression
    title: str
    path: Path | None

    @property
    def name(self) -> str:
        """What it is called in a sentence on running it."""
        return self.path.name if self.path is not None else self.title
