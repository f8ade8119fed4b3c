"""What a cell has printed, displayed and returned, below its code."""

import base64
import binascii

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from gradviz.ui.panels.common import PanelButton
from gradviz.ui.panels.source.cells import PLAIN, Shown
from gradviz.ui.panels.source.flat import ReadText
from gradviz.ui.panels.source.rich import RichText, has_words
from gradviz.ui.panels.source.text import cleaned, excerpt, whole
from gradviz.ui.theme import Theme

LONGEST_HTML = 200_000
ALL_PX = 420
"""How tall a long text may become when all of it is shown; it scrolls then."""
LINK_PX = 24
_SVG = "image/svg+xml"
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp")
SAVED_OPACITY = 0.55
_PAPER = "#ffffff"


class TextOutput(QWidget):
    """Text: all of it where it is short, else its first and last lines.

    Signals:
        grown: All of it is shown now.
    """

    grown = Signal()

    def __init__(
        self, name: str, output: Shown, theme: Theme, dim: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._kind, self._dim, self._shows_all = output.kind, dim, False
        self._source, self._text = "", ""
        says = {
            "error": "Error",
            "stderr": "Printed as an error",
            "stdout": "Printed",
        }.get(output.kind, "Result")
        self._head = ReadText(f"{name}-text", says, self)
        self._tail = ReadText(f"{name}-end", f"{says}, its end", self)
        self._link = PanelButton(f"{name}-all", "", self._show_all, self)
        self._link.setProperty("link", True)
        self.set_theme(theme)
        self.show_output(output)

    @property
    def text(self) -> str:
        """What can be read."""
        if self._tail.isHidden():
            return self._head.toPlainText()
        parts = (self._head.toPlainText(), self._link.text(), self._tail.toPlainText())
        return "\n".join(parts)

    def show_output(self, output: Shown) -> None:
        """Show an output, or what it has grown to."""
        if output.text == self._source and self._text:
            return
        self._source = output.text
        self._text = cleaned(output.text)
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Show the text in another theme."""
        failed = self._kind in ("error", "stderr")
        role = "dim" if self._dim else "error" if failed else "text"
        color = getattr(theme.palette, role)
        for part in (self._head, self._tail):
            part.setStyleSheet(
                "QPlainTextEdit { background: transparent; border: none; padding: 0;"
                f" color: {color}; }}"
            )

    def take_width(self, width: int) -> int:
        """Become this wide, and return how tall it is then."""
        height = self._head.take_width(width)
        if self._shows_all:
            height = min(height, ALL_PX)
        self._head.setGeometry(0, 0, width, height)
        if self._tail.isHidden():
            return height
        self._link.move(4, height)
        self._link.resize(min(width - 4, self._link.sizeHint().width() + 8), LINK_PX)
        height += LINK_PX
        end = self._tail.take_width(width)
        self._tail.setGeometry(0, height, width, end)
        return height + end

    def _fill(self) -> None:
        shown = excerpt(self._text)
        cut = shown.left_out > 0 and not self._shows_all
        self._tail.setVisible(cut)
        self._link.setVisible(cut)
        _put(self._head, whole(self._text) if self._shows_all else shown.head)
        if cut:
            _put(self._tail, shown.tail)
            self._link.setText(f"… {shown.left_out:,} more lines · Show all")
            self._link.say(f"Show the {shown.left_out:,} lines that are left out here")
            self._link.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)

    def _show_all(self) -> None:
        self._shows_all = True
        self._head.scrolls = True
        self._head.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._fill()
        self.grown.emit()


def _put(part: ReadText, text: str) -> None:
    """Show a text; one that has only grown keeps what is selected in it."""
    if part.toPlainText() != text:
        part.setPlainText(text)


class PictureOutput(QWidget):
    """A picture, no wider than there is room for."""

    def __init__(
        self, name: str, picture: QImage | QSvgRenderer, dim: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._opacity = SAVED_OPACITY if dim else 1.0
        self.setObjectName(f"{name}-picture")
        self.setAccessibleName("Picture")
        self._picture = picture
        size = (
            picture.defaultSize()
            if isinstance(picture, QSvgRenderer)
            else (picture.size())
        )
        self._size = size
        self.setToolTip(f"Picture of {size.width()} × {size.height()} pixels")

    @property
    def shown_size(self) -> QSize:
        """How large it is drawn."""
        size = QSize(self._size)
        if size.width() > self.width():
            size.scale(self.width(), 10**6, Qt.AspectRatioMode.KeepAspectRatio)
        return size

    def set_theme(self, _theme: Theme) -> None:
        """Keep its own colours."""

    def take_width(self, width: int) -> int:
        """Become this wide, and return how tall it is then."""
        self.resize(width, max(self.height(), 1))
        return self.shown_size.height() + 4

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it on white: most pictures are made for paper."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(self._opacity)
        area = QRectF(0, 2, self.shown_size.width(), self.shown_size.height())
        painter.fillRect(area, QColor(_PAPER))
        if isinstance(self._picture, QSvgRenderer):
            self._picture.render(painter, area)
        else:
            painter.drawImage(area, self._picture)


AnyOutput = TextOutput | PictureOutput | RichText


def output_widget(
    name: str, output: Shown, theme: Theme, dim: bool, parent: QWidget
) -> AnyOutput:
    """Return a widget that shows an output in the best format there is.

    Args:
        name: What its objectName begins with.
        output: What to show.
        theme: Where the colours come from.
        dim: Whether it was saved in the file, and is not of a run.
        parent: The widget it is in.
    """
    if (picture := _picture(output)) is not None:
        return PictureOutput(name, picture, dim, parent)
    html = output.data.get("text/html", "")
    markdown = output.data.get("text/markdown", "")
    if html and has_words(html) and len(html) <= LONGEST_HTML:
        page = RichText(f"{name}-page", "Result", theme, parent, dim)
        page.show_html(html)
        return page
    if markdown and len(markdown) <= LONGEST_HTML:
        page = RichText(f"{name}-page", "Result", theme, parent, dim)
        page.show_markdown(markdown)
        return page
    if PLAIN not in output.data:
        output = Shown(output.kind, {PLAIN: _best_text(output)})
    return TextOutput(name, output, theme, dim, parent)


def _best_text(output: Shown) -> str:
    for kind in ("text/latex", "application/json", "text/markdown", "text/html"):
        if kind in output.data:
            return output.data[kind]
    return (
        f"An output of the kind {', '.join(sorted(output.data))} can't be shown here."
    )


def _picture(output: Shown) -> QImage | QSvgRenderer | None:
    if svg := output.data.get(_SVG):
        drawn = QSvgRenderer(QByteArray(svg.encode()))
        if drawn.isValid():
            return drawn
    for kind in _PICTURES:
        if encoded := output.data.get(kind):
            image = _decoded(encoded)
            if not image.isNull():
                return image
    return None


def _decoded(encoded: str) -> QImage:
    try:
        return QImage.fromData(QByteArray(base64.b64decode(encoded)))
    except (binascii.Error, ValueError):
        return QImage()
