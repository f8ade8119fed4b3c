"""Writing a file so that what was there before survives a failure."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ExportError(Exception):
    """A picture can't be written; the message says which, where and what to do."""


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """Give a fresh path beside ``target`` to write to, and put it in place at the end.

    Raises:
        ExportError: The folder is missing or can't be written.
    """
    if not target.parent.is_dir():
        raise ExportError(
            f"There is no folder {target.parent} to write {target.name} to: "
            "make it first, or name another."
        )
    if target.is_dir():
        raise ExportError(f"{target} is a folder; name a file in it.")
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield fresh
        fresh.replace(target)
    except OSError as error:
        raise ExportError(
            f"{target} can't be written: {error.strerror or error}."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
