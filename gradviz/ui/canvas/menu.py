"""What can be done with one Value: the menu of its card."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from gradviz.analysis.states import too_early
from gradviz.numbers import shown
from gradviz.session.mirror import Mirror

_MOST = 20
"""A menu lists this many neighbours at most."""


class NodeMenu(QMenu):
    """The menu of a Value's card."""

    def __init__(
        self,
        mirror: Mirror,
        node: int,
        step: Callable[[int], object],
        seed: Callable[[int], object],
        select: Callable[[int], object],
        parent: QWidget,
    ) -> None:
        """Make the menu.

        Args:
            mirror: What the Values show.
            node: The Value.
            step: Called to run its ``_backward`` now.
            seed: Called to set its seed gradient.
            select: Called to select and show another Value.
            parent: Where it opens.
        """
        super().__init__(parent)
        self.setObjectName("node-menu")
        fact = mirror.graph.nodes[node]
        calls = f"Call {fact.name}._backward() now"
        if fact.is_leaf:
            calls = f"{calls}: a leaf has nothing to push"
        elif missed := too_early(mirror, node):
            calls = f"{calls}, too early: {missed.rstrip('.')}"
        self._add("menu-step", calls, partial(step, node), not fact.is_leaf)
        verb = "Change" if node in mirror.seeds else "Set"
        self._add("menu-seed", f"{verb} its seed gradient…", partial(seed, node))
        self.addSeparator()
        operands = list(dict.fromkeys(fact.operands))
        consumers = [edge.consumer for edge in mirror.graph.consumers[node]]
        self._add_choice("operand", operands, mirror, select)
        self._add_choice("consumer", list(dict.fromkeys(consumers)), mirror, select)
        self.addSeparator()
        self._add("menu-copy-name", "Copy name", partial(_copy, fact.name))
        for name, number in (
            ("data", mirror.data[node]),
            ("gradient", mirror.grad[node]),
        ):
            text = number if isinstance(number, str) else repr(number)
            self._add(
                f"menu-copy-{name}",
                f"Copy {name}: {shown(number)}",
                partial(_copy, text),
                number is not None,
            )

    def _add_choice(
        self,
        kind: str,
        nodes: list[int],
        mirror: Mirror,
        select: Callable[[int], object],
    ) -> None:
        """Add an entry for one neighbour, or a menu of several."""
        names = mirror.graph.nodes
        if len(nodes) == 1:
            text = f"Select {kind} {names[nodes[0]].name}"
            self._add(f"menu-{kind}", text, partial(select, nodes[0]))
            return
        menu = QMenu(f"Select {kind}", self)
        menu.setObjectName(f"menu-{kind}s")
        menu.setEnabled(bool(nodes))
        for node in nodes[:_MOST]:
            action = QAction(names[node].name, menu)
            action.triggered.connect(lambda _=False, node=node: select(node))
            menu.addAction(action)
        if len(nodes) > _MOST:
            rest = QAction(f"and {len(nodes) - _MOST} more", menu)
            rest.setEnabled(False)
            menu.addAction(rest)
        self.addMenu(menu)

    def _add(
        self,
        name: str,
        text: str,
        call: Callable[[], object],
        enabled: bool = True,
    ) -> None:
        action = QAction(text.replace("&", "&&"), self)
        action.setObjectName(name)
        action.setEnabled(enabled)
        action.triggered.connect(lambda _=False: call())
        self.addAction(action)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
