"""Writing edited cells into their file, and asking before anything is lost."""

from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QWidget

from gradviz.assets import resource_dir
from gradviz.sources.saving import replace_file, saved, saved_script
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
            raw = saved(file.raw, changes)
        else:
            raw = saved_script(file.raw, file.cells[0].text)
        if target.exists():
            replace_file(target.resolve(), raw)
        else:
            target.write_bytes(raw)
    except OSError as error:
        raise SaveError(f"{target} can't be written: {error.strerror}.") from error
    except (ValueError, SyntaxError) as error:
        raise SaveError(f"{target.name} was not saved: {error}") from None
    if copy is not None:
        return
    file.raw = raw
    for cell in file.cells:
        cell.source = cell.text


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


def is_lesson(path: Path) -> bool:
    """Whether a file is one of gradviz's own, which nobody writes into."""
    return path.resolve().is_relative_to(resource_dir())
