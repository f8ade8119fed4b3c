"""The menu bar, made from the table of commands."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QMenu, QMenuBar

from gradviz.ui.actions import MENUS, Actions


def fill_menu_bar(
    bar: QMenuBar, actions: Actions, menus_after: Mapping[str, Sequence[QMenu]]
) -> None:
    """Give a menu bar every menu of the table.

    Args:
        bar: The menu bar.
        actions: The window's actions.
        menus_after: Menus that stand below some commands, by the command's name.
    """
    for entry in MENUS:
        menu = bar.addMenu(entry.text)
        for command in entry.commands:
            if command is None:
                menu.addSeparator()
                continue
            menu.addAction(actions[command.name])
            for below in menus_after.get(command.name, ()):
                menu.addMenu(below)
