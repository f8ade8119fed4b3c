"""The lines on which the person's cells have called hooks by hand.

A recorded call tells its cell; on which line it was made would cost too much to record,
and is read from the cell as it ran.
"""

import ast
import linecache
from collections.abc import Iterable

import msgspec

from gradviz.analysis.diagnosis.findings import Finding, Report
from gradviz.session.recorded import short_place


def with_lines(report: Report, filenames: Iterable[str]) -> Report:
    """Return a report whose findings of recorded calls name their lines.

    Args:
        report: What a check has found.
        filenames: What tracebacks call the cells of the file.
    """
    files = {short_place(filename): filename for filename in filenames}
    found = tuple(_with_line(finding, files) for finding in report.findings)
    return msgspec.structs.replace(report, findings=found)


def _with_line(finding: Finding, files: dict[str, str]) -> Finding:
    filename = files.get(finding.file)
    if finding.line or filename is None:
        return finding
    line = _calling(filename, finding.value)
    if not line:
        return finding
    return msgspec.structs.replace(finding, file=filename, line=line)


def _calling(filename: str, name: str) -> int:
    """Return the line of the last call of a Value's method, 0 where there is none."""
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):  # magics, or nothing that ran
        return 0
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == name
    ]
    return max(lines, default=0)
