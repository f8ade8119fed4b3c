"""Roles found by trying a class out, by its names, or as the person says."""

import pytest
from samples import corpus

from gradviz.graph.adapter import AdapterError, Adapters


def defined(source):
    names = {"__name__": "someones"}
    exec(compile(source, "someones.py", "exec"), names)
    return names


ODD = """
COUNT = 0
ALL = []
class Knoten:
    def __init__(self, zahl, name):
        global COUNT
        COUNT += 1
        ALL.append(self)
        self.zahl = zahl
        self.text = str(zahl)
        self.steigung = 0.0
        self.nach = None
        self.aus = ()
        print("a Knoten")
    def __mul__(self, other):
        out = Knoten(self.zahl * other.zahl, "")
        out.aus = (self, other)
        out.zeichen = "mal"
        def zurueck():
            self.steigung += other.zahl * out.steigung
            other.steigung += self.zahl * out.steigung
        out.nach = zurueck
        return out
"""

STORED = """
class Value:
    __slots__ = ('data', 'grad', '_children', '_local_grads')
    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad = data, 0
        self._children, self._local_grads = children, local_grads
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))
    def backward(self):
        self.grad = 1
        for child, local in zip(self._children, self._local_grads):
            child.grad += local * self.grad
            child.backward()
"""

DISPATCH = """
class Value:
    def __init__(self, data, prev=(), op=''):
        self.data, self.grad, self.prev, self.op = data, 0.0, prev, op
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), '*')
    def backward(self):
        self.grad = 1.0
        todo = [self]
        while todo:
            v = todo.pop()
            v.backward_step()
            todo.extend(v.prev)
    def backward_step(self):
        if self.op == '*':
            a, b = self.prev
            a.grad += b.data * self.grad
            b.grad += a.data * self.grad
"""

RULES = """
class Mul:
    def __call__(self, a, b):
        self.inputs = (a, b)
        out = Variable(a.data * b.data)
        out.creator = self
        return out
    def backward(self, g):
        a, b = self.inputs
        return g * b.data, g * a.data
class Variable:
    def __init__(self, data):
        self.data, self.grad, self.creator = data, None, None
    def __mul__(self, other):
        return Mul()(self, other)
"""

EDGES = """
class Var:
    def __init__(self, value, edges=()):
        self.value, self.grad, self.edges = value, 0.0, list(edges)
    def __mul__(self, other):
        return Var(self.value * other.value,
                   [(other.value, self), (self.value, other)])
"""

PULL = """
class Value:
    def __init__(self, data, children=()):
        self.data, self.grad, self.children, self.parent = data, 0.0, children, None
        for child in children: child.parent = self
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other))
    def pull(self):
        if self.parent is not None:
            left, right = self.parent.children
            sibling = right if left is self else left
            self.grad = sibling.data * self.parent.grad
"""

NO_HOOK = """
class Value:
    def __init__(self, data, children=()):
        self.data, self.grad, self.children = data, 0.0, children
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other))
"""


def leaves(cls, **needed):
    return cls(3.0, **needed), cls(-2.0, **needed)


def test_names_in_another_language_are_found_by_what_they_do(capsys):
    names = defined(ODD)
    a, b = leaves(names["Knoten"], name="x")
    capsys.readouterr()
    product = a * b
    capsys.readouterr()
    found = Adapters().adapter(product)
    assert (found.data, found.grad, found.operands, found.hook) == (
        "zahl",
        "steigung",
        "aus",
        "nach",
    )
    assert found.op == "zeichen"
    assert capsys.readouterr().out == ""
    assert names["COUNT"] == 3
    assert names["ALL"] == [a, b, product]


@pytest.mark.parametrize("source", [STORED, DISPATCH, RULES, EDGES, PULL, ODD])
def test_one_step_gives_each_operand_its_gradient(source):
    names = defined(source)
    cls = next(names[n] for n in ("Value", "Variable", "Var", "Knoten") if n in names)
    a, b = leaves(cls, **({"name": "x"} if cls.__name__ == "Knoten" else {}))
    product = a * b
    found = Adapters().adapter(product)
    assert {id(o) for o in found.operands_of(product)} == {id(a), id(b)}
    setattr(product, found.grad, 0.5)
    found.hook_of(product)()
    assert (found.gradient(a), found.gradient(b)) == (-1.0, 1.5)


def test_a_step_of_a_dispatching_class_is_no_whole_pass():
    value = defined(DISPATCH)["Value"]
    a, b = leaves(value)
    top = (a * b) * b
    found = Adapters().adapter(top)
    assert found.hook == "backward_step"
    top.grad = 1.0
    found.hook_of(top)()
    assert a.grad == 0.0


def test_a_leaf_of_a_class_that_stores_derivatives_has_no_step():
    a, b = leaves(defined(STORED)["Value"])
    found = Adapters().adapter(a * b)
    assert found.design == "stored"
    assert found.hook_of(a) is None


def test_without_a_rule_for_one_operation_the_reason_is_told():
    a, b = leaves(defined(NO_HOOK)["Value"])
    found = Adapters().adapter(a * b)
    assert found.hook_of(a * b) is None
    assert found.why_not_stepped == (
        "its class has no backward function for one operation that gradviz can call, "
        "so that its graph can be shown but not stepped"
    )


def test_a_class_that_can_not_be_tried_is_told_with_what_there_is_to_choose_from():
    names = defined(
        "class Odd:\n"
        "    def __init__(self, first, second):\n"
        "        if second is None: raise TypeError\n"
        "        self.zahl, self.slope, self.von, self.rueck = first, 0.0, [], None\n"
        "    def __mul__(self, other):\n"
        "        out = Odd(self.zahl * other.zahl, 1)\n"
        "        out.von = [self, other]\n"
        "        return out\n"
    )
    adapters = Adapters()
    value = names["Odd"](2.0, 1)
    (told,) = adapters.unreadable([value, 3, "text", names])
    assert told.name == "Odd"
    assert told.missing == ("data", "grad", "operands", "hook")
    assert told.candidates["data"] == ("zahl", "slope", "rueck")
    assert told.candidates["operands"] == ("von",)
    adapters.map_class(
        "Odd", {"data": "zahl", "grad": "slope", "operands": "von", "hook": "rueck"}
    )
    assert adapters.unreadable([value]) == ()
    assert adapters.adapter(value).number(value) == 2.0
    product = value * value
    assert adapters.adapter(product).operands_of(product) == (value, value)


def test_a_mapping_is_there_from_the_start_if_wanted():
    a, _ = leaves(defined(NO_HOOK)["Value"])
    adapters = Adapters({"Value": {"data": "data", "grad": "grad"}})
    assert adapters.adapter(a).operands == ""


def test_objects_that_do_no_arithmetic_are_not_tried():
    made = []

    class Window:
        def __init__(self, size=1.0):
            made.append(self)
            self.size = size

    adapters = Adapters()
    window = Window()
    assert not adapters.is_value(window)
    assert made == [window]
    assert adapters.unreadable([window]) == ()
    with pytest.raises(AdapterError, match=r"^Window is not a Value"):
        adapters.adapter(window)


def test_a_gradient_that_the_class_gives_to_all_is_found():
    names = defined(
        "class Value:\n"
        "    grad = 0.0\n"
        "    label = ''\n"
        "    _backward = None\n"
        "    def __init__(self, data, prev=()):\n"
        "        self.data, self.prev = data, prev\n"
        "    def __mul__(self, other):\n"
        "        out = Value(self.data * other.data, (self, other))\n"
        "        def back():\n"
        "            self.grad += other.data * out.grad\n"
        "            other.grad += self.data * out.grad\n"
        "        out._backward = back\n"
        "        return out\n"
    )
    a, b = leaves(names["Value"])
    found = Adapters().adapter(a)
    assert (found.grad, found.hook, found.label) == ("grad", "_backward", "label")
    assert found.hook_of(a) is None
    assert found.hook_of(a * b) is not None


def test_known_names_are_not_tried_at_all():
    counted = corpus("engine")["Value"]
    plain = counted.__init__
    made = []

    def init(self, *arguments):
        made.append(self)
        plain(self, *arguments)

    counted.__init__ = init
    value = counted(2.0)
    assert Adapters().adapter(value).hook == "_backward"
    assert made == [value]
