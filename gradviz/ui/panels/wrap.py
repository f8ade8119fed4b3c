"""Breaking a line of arithmetic where a person would."""

from PySide6.QtGui import QFontMetrics

from gradviz.analysis.explain import Term

_INDENT_PX = 12


def wrapped(term: Term, metrics: QFontMetrics, width: int) -> list[str]:
    """Return the lines of a term, none wider than ``width`` if that can be.

    The formula, the numbers and the change stay whole as long as they fit, and share a
    line where two of them do; a change that deserves a warning stands alone.

    Args:
        term: The term.
        metrics: Of the font it is drawn in.
        width: The room there is, in pixels; lines after the first are indented.
    """
    lines: list[str] = []
    for part in filter(None, (term.formula, term.arithmetic, term.change)):
        room = width - (_INDENT_PX if len(lines) > 1 else 0)
        joined = f"{lines[-1]} {part}" if lines else part
        warns = part is term.change and (term.wrong or term.lost is not None)
        if lines and not warns and metrics.horizontalAdvance(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(part)
    first, *rest = lines
    pieces = _broken(first, metrics, width)
    for line in rest:
        pieces += _broken(line, metrics, width - _INDENT_PX)
    return pieces


def _broken(line: str, metrics: QFontMetrics, width: int) -> list[str]:
    """Break a line that is too wide between words."""
    pieces: list[str] = []
    current = ""
    for word in line.split(" "):
        joined = f"{current} {word}" if current else word
        if not current or metrics.horizontalAdvance(joined) <= width:
            current = joined
        else:
            pieces.append(current)
            current = word
    pieces.append(current)
    return pieces
