"""What the menu of a cell offers."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from gradviz.ui.panels.source.cell import CellWidget, fill_menu

if TYPE_CHECKING:
    from gradviz.ui.panels.source.panel import SourcePanel


def cell_menu(panel: "SourcePanel", widget: CellWidget) -> QMenu:
    """Return what can be done with a cell, which is the one worked at."""
    menu = QMenu(panel)
    menu.setObjectName("source-menu")
    for text, do, on in (
        ("&Run Cell", lambda: panel.run_current(go_on=False), widget.cell.is_code),
        ("Run All &Above", panel.run_above, widget.cell.index > 0),
        ("Run This and All &Below", panel.run_below, True),
        ("Re&vert to the File", widget.revert, widget.cell.is_edited),
    ):
        action = menu.addAction(text)
        action.triggered.connect(lambda _checked=False, do=do: do())
        action.setEnabled(on)
    menu.addSeparator()
    fill_menu(menu, widget.editor)
    return menu
