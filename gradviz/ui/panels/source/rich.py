"""Formatted text: markdown cells and HTML outputs, with nothing fetched or run."""

import re

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFont,
    QMouseEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextTable,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from gradviz.ui.panels.common import keeps_key
from gradviz.ui.theme import UI_PX, Theme, code_font, ui_font

MARGIN_PX = 4
_INDENT_PX = 18
_HEADING_PX = (UI_PX + 6, UI_PX + 3, UI_PX + 1)
_QUOTED = QTextFormat.Property.BlockQuoteLevel
_OUTER = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>")
_TAG = re.compile(r"<[^>]*>")


class RichText(QTextBrowser):
    """Markdown or HTML, as tall as it is.

    Links open in the browser; pictures that would have to be fetched are left out.

    Signals:
        double_clicked: The person wants to edit it.
    """

    double_clicked = Signal()

    def __init__(
        self,
        name: str,
        says: str,
        theme: Theme,
        parent: QWidget,
        dim: bool = False,
    ) -> None:
        super().__init__(parent)
        self._dim = dim
        self.setObjectName(name)
        self.setAccessibleName(says)
        self._theme = theme
        self._markdown: str | None = None
        self._html = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.anchorClicked.connect(_open)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDefaultFont(ui_font())
        self.document().setDocumentMargin(MARGIN_PX)
        self.document().setIndentWidth(_INDENT_PX)

    def show_markdown(self, text: str) -> None:
        """Show a markdown cell."""
        self._markdown = text
        self._fill()

    def show_html(self, html: str) -> None:
        """Show an output in HTML."""
        self._markdown, self._html = None, _OUTER.sub("", html)
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Show the text in another theme."""
        self._theme = theme
        self._fill()

    def take_width(self, width: int) -> int:
        """Become this wide, and return how tall the text is then."""
        document = self.document()
        document.setTextWidth(width)
        wider = document.idealWidth() > width + 1
        bar = self.horizontalScrollBar().sizeHint().height() if wider else 0
        return round(document.size().height()) + bar

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Load nothing but what the text itself carries."""
        url = QUrl(name) if isinstance(name, str) else name
        return super().loadResource(kind, url) if url.scheme() == "data" else None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the list of cells."""
        event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Let a double-click edit the text, as in Jupyter."""
        self.double_clicked.emit()

    def event(self, event: QEvent) -> bool:
        """Leave Space, P and the arrows to the window."""
        return keeps_key(event, self.textCursor()) or super().event(event)

    def _fill(self) -> None:
        palette = self._theme.palette
        color = palette.dim if self._dim else palette.text
        self.setStyleSheet(
            "QTextBrowser { background: transparent; border: none; padding: 0;"
            f" color: {color}; }}"
        )
        self.document().setDefaultStyleSheet(
            f"a {{ color: {palette.accent}; }} th {{ color: {palette.dim}; }}"
        )
        if self._markdown is None:
            self.setHtml(self._html)
            _calm_tables(self, palette.line)
        else:
            self.setMarkdown(self._markdown)
            self._set_type()

    def _set_type(self) -> None:
        """Give headings, code and paragraphs our sizes, fonts and distances."""
        block = self.document().begin()
        while block.isValid():
            self._set_block(block)
            block = block.next()

    def _set_block(self, block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        level, is_code = block.blockFormat().headingLevel(), _is_code(block)
        spacing = QTextBlockFormat()
        in_list = block.textList() is not None
        follows = is_code and _is_code(block.next())
        tight = follows or cursor.currentTable() is not None
        spacing.setTopMargin(6 if level and block.position() else 0)
        spacing.setBottomMargin(0 if tight else 2 if in_list else 6)
        quoted = block.blockFormat().intProperty(_QUOTED)
        if quoted:
            spacing.setLeftMargin(_INDENT_PX * quoted)
        if is_code:
            spacing.setBackground(QColor(self._theme.palette.button))
        cursor.mergeBlockFormat(spacing)
        parts = [
            (part.start, part.length, QTextCharFormat(part.format))
            for part in block.textFormats()
        ]
        for start, length, style in parts:
            cursor.setPosition(block.position() + start)
            cursor.setPosition(
                block.position() + start + length, QTextCursor.MoveMode.KeepAnchor
            )
            cursor.setCharFormat(self._type(style, level, is_code))

    def _type(
        self, style: QTextCharFormat, level: int, is_code: bool
    ) -> QTextCharFormat:
        palette, mono = self._theme.palette, code_font()
        if level:
            px = _HEADING_PX[min(level, 3) - 1]
            style.clearProperty(QTextFormat.Property.FontSizeAdjustment)
            style.setProperty(QTextFormat.Property.FontPixelSize, px)
            style.setFontWeight(QFont.Weight.DemiBold)
        if style.fontFixedPitch() or is_code:
            style.setFontFamilies(mono.families())
            if not level:
                px = mono.pixelSize()
                style.setProperty(QTextFormat.Property.FontPixelSize, px)
            if not is_code:
                style.setBackground(QColor(palette.button))
        if style.isAnchor():
            style.setForeground(QColor(palette.accent))
        return style


def _is_code(block: QTextBlock) -> bool:
    style = block.blockFormat()
    return style.hasProperty(QTextFormat.Property.BlockCodeFence) or (
        style.hasProperty(QTextFormat.Property.BlockCodeLanguage)
    )


def _calm_tables(page: QTextBrowser, color: str) -> None:
    """Give tables thin lines of ours instead of what their HTML asks for."""
    for frame in page.document().rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            style = frame.format().toTableFormat()
            style.setBorder(1)
            style.setBorderCollapse(True)
            style.setBorderBrush(QColor(color))
            style.setCellPadding(3)
            style.setCellSpacing(0)
            frame.setFormat(style)


def _open(link: QUrl) -> None:
    if link.scheme() in ("http", "https"):
        QDesktopServices.openUrl(link)


def has_words(html: str) -> bool:
    """Whether HTML shows anything here, where no script runs."""
    return bool(_TAG.sub("", _OUTER.sub("", html)).strip()) or "<img" in html
