"""The lessons that come with gradviz. Their names work wherever a file does."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from gradviz.assets import resource_path

DEFAULT_LESSON = "lesson-17"


@dataclass(frozen=True)
class Lesson:
    """A lesson notebook.

    Attributes:
        name: What a person types.
        title: Its title.
        summary: One sentence on what it shows.
        path: The notebook.
    """

    name: str
    title: str
    summary: str
    path: Path


class _About(msgspec.Struct):
    title: str
    summary: str
    order: int = 0


class _Metadata(msgspec.Struct):
    gradviz: _About


class _Notebook(msgspec.Struct):
    metadata: _Metadata


def lessons() -> tuple[Lesson, ...]:
    """Return every lesson, in teaching order."""
    found: list[tuple[int, Lesson]] = []
    for path in resource_path("lessons").glob("*.ipynb"):
        about = msgspec.json.decode(path.read_bytes(), type=_Notebook).metadata.gradviz
        lesson = Lesson(path.stem, about.title, about.summary, path)
        found.append((about.order, lesson))
    return tuple(lesson for _, lesson in sorted(found, key=lambda item: item[0]))


def resolve(name: str) -> Path:
    """Return the file that ``name`` means: a file that is there, else a lesson's."""
    path = Path(name).expanduser()
    if not path.exists():
        for lesson in lessons():
            if lesson.name == name:
                return lesson.path
    return path
