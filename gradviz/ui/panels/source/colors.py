"""Colours of code: Pygments finds the words, the theme says their colours."""

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtGui import QTextDocument as Document

from gradviz.ui.theme import Theme

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_STRING = ("Literal", "String")
_ROLES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Comment",), "dim"),
    (("Keyword",), "consumer"),
    (("Operator", "Word"), "consumer"),
    (_STRING, "positive"),
    (("Literal", "Number"), "negative"),
    (("Name", "Function"), "accent"),
    (("Name", "Class"), "accent"),
    (("Name", "Decorator"), "accent"),
    (("Name", "Builtin", "Pseudo"), ""),
    (("Name", "Builtin"), "accent"),
)
"""Pygments' kinds of words by their names, and the role of the colour of each."""
_LONG_LINES = 400
_LEX_LATER_MS = 300

Span = tuple[int, int, str]
"""Where a coloured word begins, how long it is, and the role of its colour."""


class CodeColors(QSyntaxHighlighter):
    """Colours a document of Python, and again when the theme changes.

    Long documents are lexed as a whole only after the person has stopped typing; until
    then the line that changed is coloured alone.
    """

    def __init__(self, document: Document, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[list[Span]] = []
        self._inside: list[bool] = []
        self._is_stale = True
        self._timer = QTimer(self, singleShot=True, interval=_LEX_LATER_MS)
        self._timer.timeout.connect(self._lex_again)
        # Before the highlighter itself hears of a change.
        document.contentsChange.connect(self._on_changed)
        self.setDocument(document)

    def set_theme(self, theme: Theme) -> None:
        """Colour everything for another theme."""
        self._theme = theme
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        number = self.currentBlock().blockNumber()
        spans = self._spans(number, text)
        for start, length, role in spans:
            self.setFormat(start, length, self._format(role))
        # Another state makes Qt colour the next line again: a string was opened.
        inside = number < len(self._inside) and self._inside[number]
        self.setCurrentBlockState(int(inside))

    def _spans(self, number: int, text: str) -> list[Span]:
        document = self.document()
        if self._is_stale:
            if self._lines and document.blockCount() > _LONG_LINES:
                self._timer.start()
                return lexed(text)[0][0]
            self._is_stale = False
            self._lines, self._inside = lexed(document.toPlainText())
        return self._lines[number] if number < len(self._lines) else []

    def _on_changed(self) -> None:
        self._is_stale = True

    def _lex_again(self) -> None:
        self._lines, self._is_stale = [], True
        self.rehighlight()

    def _format(self, role: str) -> QTextCharFormat:
        return _format(getattr(self._theme.palette, role), role == "dim")


@cache
def _format(color: str, is_comment: bool) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(QColor(color))
    if is_comment:
        style.setFontItalic(True)
        style.setFontWeight(QFont.Weight.Normal)
    return style


@cache
def _lexer() -> "Lexer":
    # Loaded when there is code to show: a window opens without it.
    from pygments.lexers.python import PythonLexer

    return PythonLexer(stripnl=False, ensurenl=False)


def lexed(text: str) -> tuple[list[list[Span]], list[bool]]:
    """Return the coloured words of each line, and whether a string goes on after it.

    Columns are counted as Qt does, in UTF-16 units.
    """
    lines: list[list[Span]] = [[]]
    inside: list[bool] = []
    column = 0
    for kind, word in _lexer().get_tokens(text):
        role = _role(kind)
        first, *others = word.split("\n")
        column = _add(lines[-1], column, first, role)
        for other in others:
            inside.append(_is_in(kind, _STRING))
            lines.append([])
            column = _add(lines[-1], 0, other, role)
    inside.append(False)
    return lines, inside


def _add(line: list[Span], column: int, word: str, role: str) -> int:
    length = len(word) if word.isascii() else len(word.encode("utf-16-le")) // 2
    if role and length:
        line.append((column, length, role))
    return column + length


@cache
def _role(kind: tuple[str, ...]) -> str:
    for token, role in _ROLES:
        if _is_in(kind, token):
            return role
    return ""


def _is_in(kind: tuple[str, ...], of: tuple[str, ...]) -> bool:
    return kind[: len(of)] == of
