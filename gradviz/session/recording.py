"""The calls of ``_backward`` that the person's code makes."""

from dataclasses import dataclass

from gradviz.session.attributes import Delta


@dataclass(frozen=True)
class RecordedStep:
    """One call."""

    node: int
    delta: Delta
    upstream: object
    place: str


@dataclass(frozen=True)
class Recording:
    """What was recorded."""

    steps: tuple[RecordedStep, ...] = ()
    cut: int = 0
