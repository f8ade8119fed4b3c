"""``gradviz render``: what the canvas would show, drawn without a window."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from gradviz.layout.geometry import Layout, layout_request
from gradviz.session.mirror import Mirror
from gradviz.worker.conversation import Conversation
from gradviz.worker.messages import ChooseRoots, MoveTo, Open, SetLeaf, SetRule, SetSeed

FORMATS = ("svg", "png", "pdf", "json")


class RenderError(Exception):
    """What was asked can't be drawn; the message says why, in a sentence."""


@dataclass(frozen=True)
class RenderJob:
    """What to draw.

    Attributes:
        source: The file to run.
        target: The picture to write; its suffix is the format.
        at: How many steps of the walk to make; None for all.
        seeds: Seed gradients by name, in walking order; none keeps the file's.
        leaves: Leaf data by name.
        root: The root to draw alone, empty for what the file draws.
        rule: ``assign`` or ``accumulate``, empty to keep the file's.
        theme: ``dark`` or ``light``.
    """

    source: Path
    target: Path
    at: int | None = 0
    seeds: dict[str, float] = field(default_factory=dict)
    leaves: dict[str, float] = field(default_factory=dict)
    root: str = ""
    rule: str = ""
    theme: str = "light"

    @property
    def format(self) -> str:
        """The format that the target's suffix names."""
        return self.target.suffix.lower().removeprefix(".")


def render(job: RenderJob) -> None:
    """Run the file, make the steps, and write the picture.

    Raises:
        RenderError: What was asked can't be drawn.
        RequestFailedError: The person's file failed.
        ExportError: The picture can't be written.
    """
    if job.format not in FORMATS:
        raise RenderError(
            f"{job.target.name} does not say what to write: end it in "
            ".svg, .png, .pdf or .json."
        )
    # The window writes pictures too, and lays graphs out in another process.
    from gradviz.layout.dot import dot_layout

    with Conversation() as conversation:
        conversation.ask(Open(path=str(job.source.resolve())))
        if job.root:
            _choose(conversation, job.root)
        mirror = _edit(conversation, job)
        _check_position(job, mirror)
        target = len(mirror.walk) if job.at is None else job.at
        mirror = conversation.ask(MoveTo(playhead=target))
    layout = dot_layout(layout_request(mirror.graph))
    write(mirror, layout, job.target, job.theme)


def write(mirror: Mirror, layout: Layout, target: Path, theme: str) -> None:
    """Write a picture or JSON in the format that the target's suffix names.

    Raises:
        ExportError: It can't be written; what was there before is untouched.
    """
    if target.suffix.lower() == ".json":
        from gradviz.export.graph_json import graph_json
        from gradviz.export.target import written

        with written(target) as fresh:
            fresh.write_bytes(graph_json(mirror, layout))
        return
    from PySide6.QtGui import QGuiApplication

    from gradviz.export.pictures import save_picture
    from gradviz.ui.theme import DARK, LIGHT, load_fonts

    if QGuiApplication.instance() is None:
        # Drawing needs Qt but no display, whatever the environment asks for.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        _application = QGuiApplication(["gradviz"])
    load_fonts()
    chosen = DARK if theme == "dark" else LIGHT
    save_picture(target, mirror, layout, chosen)


def _choose(conversation: Conversation, root: str) -> None:
    assert conversation.opened is not None
    names = [choice.name for choice in conversation.opened.choices]
    if root not in names:
        raise RenderError(
            f"{root!r} is no root of this graph; its roots are {', '.join(names)}."
        )
    conversation.ask(ChooseRoots(roots=(names.index(root),)))


def _edit(conversation: Conversation, job: RenderJob) -> Mirror:
    mirror = conversation.mirror
    assert mirror is not None
    try:
        leaves = {mirror.graph.named(n): d for n, d in job.leaves.items()}
        seeds = {mirror.graph.named(n): g for n, g in job.seeds.items()}
    except LookupError as error:
        raise RenderError(str(error.args[0])) from None
    if job.rule:
        conversation.ask(SetRule(rule=job.rule))
    for node, data in leaves.items():
        conversation.ask(SetLeaf(node=node, number=data))
    if seeds:
        for node in tuple(mirror.seeds):
            conversation.ask(SetSeed(node=node, number=None))
    for node, gradient in seeds.items():
        conversation.ask(SetSeed(node=node, number=gradient))
    return mirror


def _check_position(job: RenderJob, mirror: Mirror) -> None:
    if job.at is not None and not 0 <= job.at <= len(mirror.walk):
        steps = len(mirror.walk)
        raise RenderError(
            f"--at {job.at} is not in the walk, which has {steps} steps: "
            f"give a number from 0 to {steps}, or end."
        )
