"""Which Values are the same after their program has changed."""

from gradviz import Value
from gradviz.graph.build import build
from gradviz.graph.matching import matched


def graph(source):
    """Return the graph of ``root`` in a piece of source."""
    namespace = {"Value": Value}
    exec(source, namespace)
    names = {id(held): name for name, held in namespace.items()}
    return build([namespace["root"]], names).graph


def pairs(old, new):
    """Return (new name, old name) of every Value matched."""
    old, new = graph(old), graph(new)
    return {
        (new.nodes[node].name, old.nodes[other].name)
        for node, other in matched(old, new).items()
    }


LINE = "x = Value(2.0)\nw = Value(3.0)\nroot = x * w + 1\n"


def test_values_of_one_name_are_the_same_wherever_they_stand():
    changed = "new = Value(1.0)\n" + LINE.replace("x * w", "w * (x + new)")
    found = pairs(LINE, changed)
    assert {("x", "x"), ("w", "w"), ("root", "root")} <= found


def test_what_has_no_name_goes_by_its_consumer_and_slot():
    unnamed = "x = Value(2.0)\nroot = (x * 3).tanh() + 1\n"
    before = graph(unnamed)
    after = graph(f"first = Value(0.0)\n{unnamed}root = root + first\n")
    to_old = matched(before, after)
    ops = {(after.nodes[n].op, before.nodes[o].op) for n, o in to_old.items()}
    assert all(op == other for op, other in ops)
    again = matched(before, graph(unnamed))
    assert again == {node.id: node.id for node in before.nodes}


def test_what_has_no_name_goes_by_what_it_was_made_of():
    before = "x = Value(2.0)\nroot = (x * x).tanh()\n"
    after = "x = Value(2.0)\nroot = (x * x).exp()\n"
    old, new = graph(before), graph(after)
    to_old = matched(old, new)
    [product] = [node.id for node in new.nodes if len(node.operands) == 2]
    assert len(old.nodes[to_old[product]].operands) == 2


def test_another_op_of_the_same_name_is_the_same_value():
    assert ("root", "root") in pairs(LINE, LINE.replace("x * w", "x + w"))


def test_a_name_used_twice_goes_by_structure():
    source = (
        "xs = [Value(1.0, label='x'), Value(2.0, label='x')]\n"
        "root = xs[0] * 2 + xs[1] * 3\n"
    )
    old = graph(source)
    assert matched(old, graph(source)) == {node.id: node.id for node in old.nodes}


def test_no_value_stands_for_two():
    loop = "x = Value(1.0)\nroot = x\nfor _ in range({}): root = root * x + 1\n"
    old, new = graph(loop.format(40)), graph(loop.format(60))
    to_old = matched(old, new)
    assert len(set(to_old.values())) == len(to_old) >= len(old) - 2


def test_a_deep_chain_is_matched():
    chain = "root = Value(1.0)\nfor _ in range(20_000): root = root + 1\n"
    old, new = graph(chain), graph(chain)
    assert len(matched(old, new)) == len(old)
