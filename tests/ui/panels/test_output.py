"""What code prints is there to be read."""

from PySide6.QtCore import Qt

from gradviz.ui.controller import Controller
from gradviz.ui.panels.output import OutputPanel
from gradviz.ui.theme import DARK, LIGHT

TIMEOUT_MS = 20_000


def colors(panel) -> dict[str, str]:
    """Return the colour of each line that has one of its own."""
    document, found = panel._text.document(), {}
    block = document.begin()
    while block.isValid():
        for part in block.textFormats():
            if part.format.foreground().style() != Qt.BrushStyle.NoBrush:
                text = block.text()[part.start : part.start + part.length]
                found[text] = part.format.foreground().color().name()
        block = block.next()
    return found


def test_what_a_file_prints_is_shown_until_the_next_is_opened(qtbot, tmp_path) -> None:
    script = tmp_path / "prints.py"
    script.write_text(
        "import sys\nfrom gradviz import Value\n"
        "print('first')\nprint('second', file=sys.stderr)\ny = Value(1) + 2\n"
    )
    controller = Controller()
    panel = OutputPanel(controller, LIGHT)
    qtbot.addWidget(panel)
    try:
        with qtbot.waitSignal(controller.graph_changed, timeout=TIMEOUT_MS):
            controller.open(script)
        assert panel.text == "first\nsecond\n"
        assert colors(panel) == {"second": LIGHT.palette.error}
        panel.set_theme(DARK)
        assert colors(panel) == {"second": DARK.palette.error}
        script.write_text("from gradviz import Value\ny = Value(1) + 2\n")
        with qtbot.waitSignal(controller.graph_changed, timeout=TIMEOUT_MS):
            controller.run_again()
        assert panel.text == ""
    finally:
        controller.close()
