"""The paths to a Value as a list: one row each, and one for those not listed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from gradviz.analysis.paths import (
    Slots,
    factors,
    path_in_words,
    rest_in_words,
    route,
)
from gradviz.graph.model import Graph
from gradviz.graph.paths import Path, Paths
from gradviz.numbers import shown

AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MOST_SHOWN = 200
"""How many slots of a path, from the Value, may have a place in its row."""


class PathRole(IntEnum):
    """What a row can be asked for besides its text.

    Attributes:
        ROUTE: The ``Chain`` of names of the Values on the path, the seed first; none in
            the row on those not listed.
        FACTORS: The ``Chain`` of numbers that are multiplied.
        PRODUCT: Their product as text.
        SIGN: The role of its colour.
        LIT: Whether the path is lit in the graph.
    """

    ROUTE = Qt.ItemDataRole.UserRole + 1
    FACTORS = Qt.ItemDataRole.UserRole + 2
    PRODUCT = Qt.ItemDataRole.UserRole + 3
    SIGN = Qt.ItemDataRole.UserRole + 4
    LIT = Qt.ItemDataRole.UserRole + 5


@dataclass(frozen=True)
class Chain:
    """What stands in a row, with an arrow or a sign between two parts.

    Attributes:
        parts: The parts, the middle of very many left out.
        telling: Which of them to show first besides both ends, if not all have room.
    """

    parts: Sequence[str]
    telling: Sequence[int]


class PathsModel(QAbstractListModel):
    """The largest paths to a Value.

    Attributes:
        lit: The row of the path that is lit, -1 for none.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lit = -1
        self._graph: Graph | None = None
        self._seeds: Mapping[int, float] = {}
        self._slots: Slots = lambda _node: None
        self._paths: tuple[Path, ...] = ()
        self._rest = ""
        self._chained: dict[int, tuple[Chain, Chain]] = {}
        self._shared: Counter[int] = Counter()

    def show_paths(
        self, graph: Graph, paths: Paths, seeds: Mapping[int, float], slots: Slots
    ) -> None:
        """List other paths; none of them is lit."""
        self.beginResetModel()
        self.lit = -1
        self._graph, self._seeds, self._slots = graph, seeds, slots
        self._paths, self._rest = paths.largest, rest_in_words(paths)
        self._chained.clear()
        self._shared.clear()
        for path in self._paths:
            self._shared.update(path.nodes[-_MOST_SHOWN:])
        self.endResetModel()

    def clear(self) -> None:
        """List nothing."""
        if self._paths or self._rest:
            self.beginResetModel()
            self.lit, self._graph, self._paths, self._rest = -1, None, (), ""
            self.endResetModel()

    def set_lit(self, row: int) -> None:
        """Mark the row of the path that is lit, -1 for none."""
        before, self.lit = self.lit, row
        for changed in (before, row):
            if changed >= 0:
                index = self.index(changed)
                self.dataChanged.emit(index, index)

    @property
    def paths(self) -> Sequence[Path]:
        """The paths listed, from the top."""
        return self._paths

    @property
    def products(self) -> Sequence[str]:
        """What stands at the right of the rows."""
        return [_product(path) for path in self._paths]

    # What Qt asks for

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._paths) + bool(self._rest)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Let the paths be chosen, and what is said of the others be read."""
        if index.row() < len(self._paths):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what Qt asks of a row."""
        if self._graph is None or not index.isValid():
            return None
        if index.row() >= len(self._paths):
            return self._of_rest(role)
        return self._of_path(self._graph, index.row(), role)

    def _of_rest(self, role: int) -> object:
        told = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        )
        return self._rest if role in told else None

    def _of_path(self, graph: Graph, row: int, role: int) -> object:
        path = self._paths[row]
        seed = self._seeds[path.seed]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return " → ".join(self._chains(graph, row)[0].parts)
            case PathRole.ROUTE:
                return self._chains(graph, row)[0]
            case PathRole.FACTORS:
                return self._chains(graph, row)[1]
            case PathRole.PRODUCT:
                return _product(path)
            case PathRole.SIGN:
                return _sign_role(path.product)
            case PathRole.LIT:
                return row == self.lit
            case Qt.ItemDataRole.ToolTipRole:
                return path_in_words(graph, path, seed, self._slots)
            case Qt.ItemDataRole.AccessibleTextRole:
                said = path_in_words(graph, path, seed, self._slots)
                lit = ", lit in the graph" if row == self.lit else ""
                return said.replace("\n", ", ") + lit
        return None

    def _chains(self, graph: Graph, row: int) -> tuple[Chain, Chain]:
        """Return the route and the factors of a path."""
        if row not in self._chained:
            path = self._paths[row]
            numbers = factors(path, self._seeds[path.seed], self._slots, _MOST_SHOWN)
            names = route(graph, (path.seed, *path.nodes[1:][-_MOST_SHOWN:]))
            nodes = path.nodes[-len(names) :]
            if len(path.slots) > _MOST_SHOWN:
                for parts in (names, numbers):
                    parts[1] = "…"
            self._chained[row] = (
                Chain(names, self._telling(graph, nodes)),
                Chain(numbers, [i for i, text in enumerate(numbers) if text != "1"]),
            )
        return self._chained[row]

    def _telling(self, graph: Graph, nodes: Sequence[int]) -> Sequence[int]:
        """Return the consumers on a path where there are several, the rarest first."""
        places = [
            place
            for place in range(1, len(nodes) - 1)
            if len(graph.consumers[nodes[place + 1]]) > 1
        ]
        return sorted(places, key=lambda place: (self._shared[nodes[place]], -place))


def _product(path: Path) -> str:
    return "not known" if path.product is None else shown(path.product)


def _sign_role(product: float | None) -> str:
    if product is None:
        return "dim"
    if product == 0 or product != product:
        return "text"
    return "positive" if product > 0 else "negative"
