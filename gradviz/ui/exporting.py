"""Taking what is shown out of the window: the clipboard and files."""

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gradviz.export.render import FORMATS, write
from gradviz.layout.geometry import Layout
from gradviz.numbers import shown
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller
from gradviz.ui.opening import working_folder


def copy_value(mirror: Mirror, node: int) -> None:
    """Put a Value's name, data and gradient on the clipboard."""
    name = mirror.graph.nodes[node].name
    data, grad = shown(mirror.data[node]), shown(mirror.grad[node])
    QGuiApplication.clipboard().setText(f"{name} | {data} | ∇ {grad}")


def ask_for_target(controller: Controller, window: QWidget) -> Path | None:
    """Let the person choose a file to save to; None when they don't.

    A name typed without one of our suffixes gets that of the format chosen.
    """
    path = controller.path
    name = f"{path.stem if path else 'graph'}.svg"
    filters = ";;".join(f"{kind.upper()} (*.{kind})" for kind in FORMATS)
    typed, chosen = QFileDialog.getSaveFileName(
        window, "Export Picture", str(working_folder(path) / name), filters
    )
    if not typed:
        return None
    target = Path(typed)
    if target.suffix.lower().removeprefix(".") in FORMATS:
        return target
    return target.with_name(f"{target.name}.{chosen[:4].strip().lower()}")


def save_picture(mirror: Mirror, layout: Layout, target: Path, theme: str) -> str:
    """Save what the canvas shows and return a sentence that says so.

    Raises:
        ExportError: It can't be written; what was there before is untouched.
    """
    write(mirror, layout, target, theme)
    return f"Saved {target}."
