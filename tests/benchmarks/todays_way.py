"""What a person does today: the lesson's ``draw_dot``, once for every look.

Written anew after the lesson's helper: one record for each Value, one ellipse for each
op, the whole graph handed to dot, the SVG read back. It is kinder than the original,
which starts a ``dot`` process each time and recurses.
"""

import pygraphviz


def draw_dot(root):
    """Return the SVG of the graph below ``root``."""
    seen, todo, order = set(), [root], []
    while todo:
        value = todo.pop()
        if id(value) not in seen:
            seen.add(id(value))
            order.append(value)
            todo.extend(value._prev)
    dot = pygraphviz.AGraph(directed=True, rankdir="LR")
    for value in order:
        name = str(id(value))
        label = f"{{ {value.label} | {value.data:.2f} | ∇ {value.grad:.3f} }}"
        dot.add_node(name, label=label, shape="record", color=value.color or "black")
        if value._op:
            dot.add_node(f"{name}{value._op}", label=value._op)
            dot.add_edge(f"{name}{value._op}", name)
    for value in order:
        for operand in value._prev:
            dot.add_edge(str(id(operand)), f"{id(value)}{value._op}")
    return dot.draw(format="svg", prog="dot")
