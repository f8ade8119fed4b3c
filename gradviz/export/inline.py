"""``gradviz.draw_dot`` outside gradviz: a picture for a notebook's output.

The picture is drawn by a process of its own, so that no Qt gets into the person's
kernel, where it could be in the way of another toolkit.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from gradviz.export.render import write
from gradviz.export.target import ExportError
from gradviz.graph.build import build
from gradviz.graph.model import Graph, Node
from gradviz.layout.dot import dot_layout
from gradviz.layout.geometry import layout_request
from gradviz.session.facts import Column, Update
from gradviz.session.mirror import Mirror
from gradviz.session.report import column_of


class _Job(msgspec.Struct, frozen=True):
    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    column: Column
    target: str


class InlinePicture:
    """The graph below some Values as it is now; Jupyter shows it by itself."""

    def __init__(self, roots: Sequence[object], variables: Mapping[int, str]) -> None:
        """Read the graph.

        Raises:
            AdapterError: A root is not a Value.
            GraphError: There is no root, or a Value depends on itself.
        """
        live = build(roots, variables)
        self._graph, self._column = live.graph, column_of(live)

    def save(self, path: str | Path) -> None:
        """Write the picture; the suffix (.svg, .png, .pdf, .json) is its format.

        Raises:
            ExportError: It can't be written.
        """
        target = str(Path(path).resolve())
        job = _Job(self._graph.nodes, self._graph.roots, self._column, target)
        drawn = subprocess.run(
            [sys.executable, "-m", "gradviz.export.inline"],
            input=msgspec.msgpack.encode(job),
            stderr=subprocess.PIPE,
            check=False,
        )
        if drawn.returncode:
            said = drawn.stderr.decode(errors="replace").strip().splitlines()
            raise ExportError(said[-1] if said else "The picture can't be drawn.")

    def _repr_svg_(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "graph.svg"
            self.save(target)
            return target.read_text(encoding="utf-8")


def main() -> int:
    """Draw the picture described on standard input."""
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Job)
    mirror = Mirror(Graph(job.nodes, job.roots))
    mirror.apply(Update(playhead=0, start=job.column))
    try:
        layout = dot_layout(layout_request(mirror.graph))
        write(mirror, layout, Path(job.target), "light")
    except ExportError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
