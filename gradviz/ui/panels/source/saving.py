"""Writing edited cells into their file, and asking before anything is lost."""

import io
import os
import tempfile
import tokenize
from contextlib import suppress
from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QWidget

from gradviz.ui.panels.source.cells import SourceFile

_Button = QMessageBox.StandardButton


class SaveError(Exception):
    """A file that can't be written; the message says why and what to do."""


def is_changed_outside(file: SourceFile) -> bool:
    """Whether the file on disk is another than the one that was read."""
    try:
        return file.path.read_bytes() != file.raw
    except FileNotFoundError:
        return False
    except OSError:
        return True


def write(file: SourceFile, copy: Path | None = None) -> None:
    """Write the edited cells into the file; everything else stays byte for byte.

    Args:
        file: What to write.
        copy: Where to write it instead; the file itself then stays as it is.

    Raises:
        SaveError: In a sentence, when it can't be written.
    """
    target = copy or file.path
    changes = {cell.index: cell.text for cell in file.edited}
    try:
        if file.is_notebook:
            from gradviz.sources.saving import saved

            raw = saved(file.raw, changes)
        else:
            raw = _script(file.raw, file.cells[0].text)
        _replace(target.resolve(), raw)
    except UnicodeEncodeError as error:
        raise SaveError(
            f"{target.name} is not saved: its coding has no "
            f"{error.object[error.start]!r}."
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SaveError(f"{target.name} is not saved: {why}.") from error
    if copy is not None:
        return
    file.raw = raw
    for cell in file.cells:
        cell.source = cell.text


def _script(raw: bytes, text: str) -> bytes:
    """Return a script's bytes, in the coding and with the line ends it had."""
    coding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    if b"\r\n" in raw:
        text = text.replace("\n", "\r\n")
    return text.encode(coding)


def _replace(path: Path, raw: bytes) -> None:
    """Put a new file in the place of the old one, at once and as accessible."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            os.chmod(name, path.stat().st_mode & 0o7777)
        else:
            os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def ask_to_save(file: SourceFile, parent: QWidget) -> str:
    """Ask what becomes of unsaved edits: ``save``, ``discard`` or ``cancel``."""
    count, name = len(file.edited), file.path.name
    what = f"1 cell of {name}" if count == 1 else f"{count} cells of {name}"
    box = QMessageBox(parent)
    box.setObjectName("unsaved-edits")
    box.setWindowTitle("Unsaved Edits")
    box.setText(f"You have edited {what if file.is_notebook else name}.")
    box.setInformativeText("Without saving, the edits are lost.")
    box.setStandardButtons(_Button.Save | _Button.Discard | _Button.Cancel)
    box.setDefaultButton(_Button.Save)
    answer = box.exec()
    box.deleteLater()
    return {_Button.Save: "save", _Button.Discard: "discard"}.get(
        _Button(answer), "cancel"
    )


def ask_which_wins(file: SourceFile, parent: QWidget) -> str:
    """Ask which version stays: ``overwrite``, ``reload`` or ``cancel``."""
    box = QMessageBox(parent)
    box.setObjectName("changed-outside")
    box.setWindowTitle("Changed Outside")
    box.setText(
        f"{file.path.name} was changed by another program after gradviz read it."
    )
    box.setInformativeText(
        "Overwrite it with what you see here, or reload it and keep your edits as "
        "edits that are not saved."
    )
    overwrite = box.addButton("&Overwrite", QMessageBox.ButtonRole.DestructiveRole)
    reload = box.addButton("&Reload", QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(_Button.Cancel)
    for name, button in (
        ("overwrite", overwrite),
        ("reload", reload),
        ("cancel", cancel),
    ):
        button.setObjectName(f"changed-outside-{name}")
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is overwrite:
        return "overwrite"
    return "reload" if clicked is reload else "cancel"
