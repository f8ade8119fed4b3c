"""The toolbar: the walk's controls, the rule, the root shown, find and fit."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStyleOptionToolButton,
    QToolBar,
    QToolButton,
    QWidget,
)

from gradviz.analysis.paths import counted
from gradviz.ui.actions import Actions
from gradviz.ui.playback import SPEEDS, Playback
from gradviz.worker.messages import Choice, Opened

_ICON_PX = 18

_MOST_NAMES = 3
"""Names of roots that are told."""


class ToolBar(QToolBar):
    """The buttons people use every minute.

    Signals:
        roots_chosen: Indices of the roots to show; empty for all that the file draws.
    """

    roots_chosen = Signal(tuple)

    def __init__(self, actions: Actions, playback: Playback, parent: QMainWindow):
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self._playback = playback
        self._add(actions["reset"])
        self._add(actions["step-back"], words=True)
        self._add_primary(actions, "step")
        self._add(actions["run-to-end"])
        self._add(actions["play"], words=True)
        self._speed = self._speed_button()
        self.addWidget(self._speed)
        self.addSeparator()
        self._add_rule(actions)
        self.addSeparator()
        self._add(actions["zero"], words=True)
        self._add(actions["check"], words=True)
        self._roots = self._root_picker()
        self._roots_place = self.addWidget(self._roots)
        self._roots_place.setVisible(False)
        stretch = QWidget(self)
        stretch.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred
        )
        self.addWidget(stretch)
        self._add(actions["find"])
        self._add(actions["fit"], words=True)
        self._name_overflow()
        playback.changed.connect(self._show_speed)
        self._show_speed()

    def show_roots(self, opened: Opened) -> None:
        """Offer the graphs of a file; with one there is nothing to choose."""
        self._roots.blockSignals(True)
        self._roots.clear()
        if len(opened.first) > 1:
            self._roots.addItem(_together(opened), ())
        for i, text in enumerate(_told_apart(opened.choices)):
            self._roots.addItem(text, (i,))
        above = int(len(opened.first) > 1)
        one = len(opened.chosen) == 1
        self._roots.setCurrentIndex(opened.chosen[0] + above if one else 0)
        self._roots.blockSignals(False)
        self._roots_place.setVisible(len(opened.choices) > 1)

    def _add(self, action: QAction, words: bool = False) -> QToolButton:
        self.addAction(action)
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        button.setObjectName(action.objectName().replace("action", "button"))
        button.setAccessibleName(action.text().replace("&", ""))
        if words:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _name_overflow(self) -> None:
        """Say what Qt's own button does, behind which is what has no room."""
        button = self.findChild(QToolButton, "qt_toolbar_ext_button")
        assert button is not None
        button.setToolTip("The commands that have no room here")
        button.setAccessibleName("More commands")

    def _add_primary(self, actions: Actions, name: str) -> None:
        button = _PrimaryButton(actions, name, self)
        button.setObjectName(f"button-{name}")
        button.setAccessibleName(actions[name].text().replace("&", ""))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addWidget(button)

    def _add_rule(self, actions: Actions) -> None:
        """Add two buttons that touch, because they are one choice."""
        group = QActionGroup(self)
        pair = QWidget(self)
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for name, place in (("rule-assign", "first"), ("rule-accumulate", "last")):
            action = group.addAction(actions[name])
            button = QToolButton(pair)
            button.setDefaultAction(action)
            button.setObjectName(f"button-{name}")
            button.setAccessibleName(action.text().replace("&", ""))
            button.setProperty("segment", place)
            row.addWidget(button)
        self.addWidget(pair)

    def _speed_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("button-speed")
        button.setAccessibleName("Playing speed")
        button.setToolTip("How fast Play makes steps (faster ], slower [)")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("flat", True)
        menu = QMenu(button)
        for speed in SPEEDS:
            action = menu.addAction(_speed_text(speed))
            action.triggered.connect(
                lambda _checked=False, s=speed: self._playback.set_speed(s)
            )
        button.setMenu(menu)
        return button

    def _root_picker(self) -> QComboBox:
        picker = QComboBox(self)
        picker.setObjectName("root-picker")
        picker.setAccessibleName("Root shown")
        picker.setToolTip("Which root's graph is shown")
        picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        picker.setMaximumWidth(280)
        picker.activated.connect(
            lambda index: self.roots_chosen.emit(tuple(picker.itemData(index)))
        )
        return picker

    def _show_speed(self) -> None:
        self._speed.setText(_speed_text(self._playback.speed))


def _together(opened: Opened) -> str:
    """Return what the roots shown at first are called together."""
    if len(opened.first) == len(opened.choices):
        return f"All roots ({len(opened.choices)})"
    names = [opened.choices[index].name for index in opened.first]
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more} together"


def _told_apart(choices: Sequence[Choice]) -> list[str]:
    """Return a text for each graph; those that a loop made are numbered as made."""
    texts = [_described(choice) for choice in choices]
    count, seen = Counter(texts), Counter[str]()
    told = []
    # The one made last comes first.
    for text in reversed(texts):
        seen[text] += 1
        one_of = f" · {seen[text]} of {count[text]}" if count[text] > 1 else ""
        told.append(text + one_of)
    return told[::-1]


def _described(choice: Choice) -> str:
    values = counted(choice.size, "Value")
    return " · ".join(filter(None, (choice.name, values, _line(choice.place))))


def _line(place: str) -> str:
    """Return ``cell 3, line 2`` or ``line 12`` for the place where a graph was made."""
    name, _, line = place.rpartition(":")
    _, is_cell, cell = name.rpartition(", cell ")
    where = f"line {line}" if line else ""
    return f"cell {cell}, {where}" if is_cell else where


class _PrimaryButton(QToolButton):
    """The one button on the accent; its icon has the colour of its word."""

    def __init__(self, actions: Actions, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions, self._name = actions, name
        self.setDefaultAction(actions[name])
        self.setProperty("primary", True)

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Give the icon the colour of the text on the accent."""
        super().initStyleOption(option)
        option.icon = self._actions.icon_in(self._name, "on_accent")


def _speed_text(speed: float) -> str:
    return f"{speed:g}×"
