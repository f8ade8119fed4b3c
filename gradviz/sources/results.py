"""The names that a notebook gives to what its cells have shown."""

import re
from typing import Any

_NAME = re.compile(r"_{1,3}|_\d+")
_LISTS = ("In", "Out", "_ih", "_oh")


class Results:
    """What the cells of a notebook have shown."""

    def __init__(self, names: dict[str, Any]) -> None:
        """Start with nothing.

        Args:
            names: Where results are named.
        """
        self._names = names
        self._kept: dict[int, object] = {}

    def keep(self, result: object, count: int) -> None:
        """Name a result ``_``, ``_3`` and ``Out[3]``, as Jupyter does.

        Args:
            result: The value of a cell's last expression.
            count: The how-manieth cell it was to run.
        """
        names = self._names
        out = names.setdefault("Out", {})
        if isinstance(out, dict):
            out[count] = result
        self._kept[id(result)] = result
        given = {"___": names.get("__"), "__": names.get("_"), "_": result}
        given[f"_{count}"] = result
        for name, held in given.items():
            # A name of the person's own stays theirs.
            ours = name not in names or id(names[name]) in self._kept
            if ours and id(held) in self._kept:
                names[name] = held

    def is_output(self, name: str, held: object) -> bool:
        """Whether a name is there only because a cell has shown a value."""
        if name in _LISTS:
            return True
        return bool(_NAME.fullmatch(name)) and id(held) in self._kept
