"""Where the files are that gradviz brings along: icons, fonts, lessons.

A wheel carries them inside the package; in a checkout they lie beside it. Nothing
else needs to know which of the two it is. This module must not import Qt: `gradviz
render` reads lessons with no display.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


class MissingResourceError(FileNotFoundError):
    """A file that belongs to gradviz is not there: the installation is damaged."""


def resource_dir() -> Path:
    """Returns the folder that holds everything gradviz brings along.

    Raises:
        MissingResourceError: if there is no such folder.
    """
    # An installed copy first: a checkout has no gradviz/resources.
    for folder in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        if folder.is_dir():
            return folder
    raise MissingResourceError(
        f"gradviz's own files are missing: there is no {_PACKAGE / 'resources'}. "
        "Install gradviz again."
    )


def resource_path(*parts: str) -> Path:
    """Returns the path of one of gradviz's own files or folders.

    Args:
        *parts: the way to it from the resources folder, as in
            `resource_path("icons", "step.svg")`.

    Raises:
        MissingResourceError: if it is not there.
    """
    path = resource_dir().joinpath(*parts)
    if not path.exists():
        raise MissingResourceError(
            f"One of gradviz's own files is missing: {path}. Install gradviz again."
        )
    return path
