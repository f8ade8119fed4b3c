"""Every command of the window in one table: menus, toolbar and help come from it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QWidget

from gradviz.ui.theme import Theme, icon


@dataclass(frozen=True)
class Command:
    """One thing a person can ask for.

    Attributes:
        name: The action's objectName is ``action-<name>``.
        text: What menus say, with its mnemonic.
        tip: What the tooltip says, as a sentence without its full stop.
        keys: Its shortcuts, the first one shown.
        icon: The icon's name, empty for none.
        short: What a button says, empty for the icon alone.
        checkable: Whether it can be on or off.
    """

    name: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    short: str = ""
    checkable: bool = False


@dataclass(frozen=True)
class Menu:
    """A menu; None is a separator.

    Attributes:
        text: Its title with its mnemonic.
        commands: What it offers.
    """

    text: str
    commands: tuple[Command | None, ...] = field(default_factory=tuple)


MENUS = (
    Menu(
        "&File",
        (
            Command(
                "open",
                "&Open…",
                "Open a notebook or a script",
                ("Ctrl+O",),
                "open",
            ),
            Command(
                "new-expression",
                "&New Expression…",
                "Type an expression and see its graph",
                ("Ctrl+N",),
                "add",
            ),
            Command(
                "run-again",
                "&Run Again",
                "Run the file once more, from the start",
                ("F5", "Ctrl+R"),
                "refresh",
            ),
            Command(
                "follow",
                "&Follow the File",
                "Run the file again whenever it is saved, and keep what you have done",
                ("Ctrl+Shift+F",),
                checkable=True,
            ),
            Command(
                "stop", "&Stop", "Stop the code that is running", ("Ctrl+.",), "stop"
            ),
            None,
            Command(
                "save",
                "&Save to File",
                "Write the edited cells into the file",
                ("Ctrl+S",),
                "save",
            ),
            None,
            Command(
                "export",
                "&Export Picture…",
                "Save what the canvas shows as SVG, PNG, PDF or JSON",
                ("Ctrl+E",),
                "export",
            ),
            None,
            Command("quit", "&Quit", "Close gradviz", ("Ctrl+Q",)),
        ),
    ),
    Menu(
        "&Edit",
        (
            Command("undo", "&Undo", "Take the last edit back", ("Ctrl+Z",), "undo"),
            Command(
                "redo",
                "&Redo",
                "Make the last edit taken back again",
                ("Ctrl+Shift+Z", "Ctrl+Y"),
                "redo",
            ),
            None,
            Command(
                "re-evaluate",
                "Re-&evaluate",
                "Compute every Value again from the leaves as they are now",
            ),
            None,
            Command(
                "copy",
                "&Copy Value",
                "Copy the selected Value's name, data and gradient",
                ("Ctrl+C",),
            ),
            None,
            Command(
                "find",
                "&Find…",
                "Find a Value by name, op or number",
                ("Ctrl+F",),
                "find",
            ),
            Command("find-next", "Find &Next", "Go to the next Value found", ("F3",)),
            Command(
                "find-previous",
                "Find &Previous",
                "Go to the previous Value found",
                ("Shift+F3",),
            ),
            None,
            Command(
                "preferences",
                "Pre&ferences…",
                "Limits for your code, and folders that are trusted",
                ("Ctrl+,",),
            ),
        ),
    ),
    Menu(
        "&Walk",
        (
            Command(
                "step",
                "&Step",
                "Call the next _backward()",
                ("Right", "Space"),
                "step",
                "Step",
            ),
            Command(
                "step-back",
                "Step &Back",
                "Take the last step back, exactly",
                ("Left",),
                "step-back",
                "Back",
            ),
            Command(
                "run-to-end",
                "Run to &End",
                "Make every step that remains",
                ("End",),
                "to-end",
            ),
            Command("reset", "&Reset", "Take every step back", ("Home",), "to-start"),
            Command(
                "play",
                "&Play",
                "Make a step at a time until the end",
                ("P",),
                "play",
                "Play",
            ),
            Command("faster", "&Faster", "Play faster", ("]",)),
            Command("slower", "S&lower", "Play more slowly", ("[",)),
            None,
            Command(
                "run-step",
                "Call _backward() of the &Selected Value",
                "Call the selected Value's _backward() now, out of turn",
                ("Return", "Enter"),
            ),
            Command(
                "zero",
                "&Zero Gradients",
                "Set every gradient back to what a new Value has; the seeds stay",
                ("Z",),
                "zero",
                "Zero",
            ),
            Command(
                "check",
                "Chec&k Backward Code",
                "Try every backward function, and say which line is wrong",
                ("C",),
                "check-code",
                "Check",
            ),
            None,
            Command(
                "rule-assign",
                "&Assign Gradients",
                "Each _backward() writes its gradient over what is there (=)",
                ("Ctrl+1",),
                checkable=True,
                short="assign",
            ),
            Command(
                "rule-accumulate",
                "A&ccumulate Gradients",
                "Each _backward() adds its gradient to what is there (+=)",
                ("Ctrl+2",),
                checkable=True,
                short="accumulate",
            ),
        ),
    ),
    Menu(
        "&Cell",
        (
            Command("source", "&Source", "Show the code of the file", ("Ctrl+U",)),
            None,
            Command(
                "run-cell", "&Run", "Run the cell and stay there", ("Ctrl+Return",)
            ),
            Command(
                "run-cell-next",
                "Run and &Go On",
                "Run the cell and go to the next one",
                ("Shift+Return",),
            ),
            Command("run-above", "Run All &Above", "Run every cell above this one"),
            Command(
                "run-below",
                "Run This and All &Below",
                "Run this cell and every one below it",
            ),
            None,
            Command("cell-above", "Cell A&bove", "Go to the cell above", ("Alt+Up",)),
            Command("cell-below", "Cell Be&low", "Go to the cell below", ("Alt+Down",)),
            None,
            Command(
                "revert-cell",
                "Re&vert to the File",
                "Put back what the file says in this cell",
            ),
        ),
    ),
    Menu(
        "&View",
        (
            Command("fit", "&Fit", "Show the whole graph", ("F",), "fit", "Fit"),
            Command(
                "actual-size", "&Actual Size", "Zoom to 100 %", ("1",), "actual-size"
            ),
            Command("zoom-in", "Zoom &In", "Zoom in", ("Ctrl++", "Ctrl+="), "zoom-in"),
            Command("zoom-out", "Zoom &Out", "Zoom out", ("Ctrl+-",), "zoom-out"),
            None,
            Command(
                "show-constants",
                "Show Co&nstants",
                "Draw every number that an op made a Value of as a card of its own",
                ("Ctrl+K",),
                checkable=True,
            ),
            Command(
                "lay-out-anew",
                "Lay O&ut Anew",
                "Arrange the whole graph afresh, the Values added since included",
                ("Ctrl+L",),
            ),
            None,
            Command(
                "theme-system",
                "&System Colours",
                "Dark or light, as the system is",
                checkable=True,
            ),
            Command("theme-dark", "&Dark", "Light text on dark", checkable=True),
            Command("theme-light", "&Light", "Dark text on light", checkable=True),
            None,
            Command(
                "paths",
                "Pa&ths",
                "List the paths from the seeds to the selected Value",
                ("Ctrl+T",),
            ),
            Command(
                "full-screen",
                "Full S&creen",
                "Fill the screen",
                ("F11",),
                checkable=True,
            ),
            Command(
                "reset-layout", "&Restore Panels", "Put every panel back where it was"
            ),
        ),
    ),
    Menu(
        "&Help",
        (
            Command("shortcuts", "&Keyboard Shortcuts", "List every shortcut", ("F1",)),
            Command("about", "&About gradviz", "Say what this program is"),
        ),
    ),
)

COMMANDS = tuple(c for menu in MENUS for c in menu.commands if c is not None)


class Actions:
    """The window's QActions by command name.

    Attributes:
        commands: The table they were made from.
    """

    def __init__(self, window: QWidget) -> None:
        self.commands = {command.name: command for command in COMMANDS}
        self._actions = {c.name: _action(c, window) for c in COMMANDS}
        self._theme: Theme | None = None
        window.addActions(list(self._actions.values()))

    def __getitem__(self, name: str) -> QAction:
        """Return the action of a command."""
        return self._actions[name]

    def connect(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Say what each command does."""
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(
                lambda _checked=False, do=handler: do()
            )

    def set_theme(self, theme: Theme) -> None:
        """Colour every icon."""
        self._theme = theme
        for command in COMMANDS:
            if command.icon:
                self._actions[command.name].setIcon(icon(command.icon, theme))

    def icon_in(self, name: str, color: str) -> QIcon:
        """Return a command's icon in the colour of a role."""
        if self._theme is None:
            return QIcon()
        return icon(self.commands[name].icon, self._theme, color)

    def explain_rules(self, chosen_by_class: bool) -> None:
        """Say in the tooltips why the rule can't be chosen, where it can't."""
        for name in ("rule-assign", "rule-accumulate"):
            tip = tooltip(self.commands[name])
            if chosen_by_class:
                tip = "Your own class decides: its _backward() assigns or accumulates"
            self._actions[name].setToolTip(tip)

    def set_icon(self, name: str, icon_name: str) -> None:
        """Give a command another icon than that of the table."""
        if self._theme is not None:
            self._actions[name].setIcon(icon(icon_name, self._theme))


def _action(command: Command, window: QWidget) -> QAction:
    action = QAction(command.text, window)
    action.setObjectName(f"action-{command.name}")
    action.setShortcuts([QKeySequence(keys) for keys in command.keys])
    action.setIconText(command.short or command.text.replace("&", ""))
    action.setCheckable(command.checkable)
    action.setToolTip(tooltip(command))
    action.setStatusTip(command.tip)
    return action


def tooltip(command: Command) -> str:
    """Return what a command does, with its first shortcut."""
    if not command.keys:
        return command.tip
    return f"{command.tip} ({shown_keys(command.keys[0])})"


def shown_keys(keys: str) -> str:
    """Return a shortcut as this system writes it, arrows as arrows."""
    text = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return {"Right": "→", "Left": "←"}.get(text, text)
