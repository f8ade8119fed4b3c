"""What code prints is there to be read."""

from gradviz.ui.controller import Controller
from gradviz.ui.panels.output import OutputPanel
from gradviz.ui.theme import LIGHT

TIMEOUT_MS = 20_000


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
        script.write_text("from gradviz import Value\ny = Value(1) + 2\n")
        with qtbot.waitSignal(controller.graph_changed, timeout=TIMEOUT_MS):
            controller.run_again()
        assert panel.text == ""
    finally:
        controller.close()
